"""The address manager: a store of VRFs, pools and allocations that outlives its clients' mistakes.

    with ipam.init("addresses.db") as store:                     # or postgresql://host/database; `open` makes none
        store.one(ipam.AddPool("hosts", "10.0.0.0/16"))          # -> Outcome(id=...)
        answer = store.one(ipam.Allocate("hosts", key="job-7"))  # -> Outcome(allocations=(Allocation(...),))
        store.apply([ipam.Release(answer.allocations[0].id)])    # a batch: one transaction

`Store.apply` answers a batch of requests (`Allocate`, `Renew`, `Release`, `Edit`, `Expire`; `AddVrf`, `RemoveVrf`,
`AddPool`, `EditPool`, `RemovePool`; `AddDevice`, `AddInterface` and their like); each `Outcome` has `allocations`, or a
`refusal` with a code. `Committer` lets many threads share transactions, `Store.reclaim` moves on what is past its
time. All else is functions of a store: readers in `pages` and `devices`, files in by `load` and out by `export`,
backup and restore in `copy`, the proof in `fsck`, events for others in `feed`, requests that wait for somebody in
`approvals`, use over time and forecast in `history`, what looks wrong in `anomalies`.
"""

from easterly.address.ipam.commit import Committer
from easterly.address.ipam.equipment import (
    AddDevice,
    AddInterface,
    Device,
    EditDevice,
    EditInterface,
    Interface,
    RemoveDevice,
    RemoveInterface,
)
from easterly.address.ipam.nouns import About, Allocation, Entry, Outcome, Pool, Refusal, Vrf
from easterly.address.ipam.requests import (
    AddPool,
    AddVrf,
    Allocate,
    Edit,
    EditPool,
    Expire,
    Release,
    RemovePool,
    RemoveVrf,
    Renew,
    Request,
)
from easterly.address.ipam.store import Store, StoreError, init, open

__all__ = [
    "About",
    "AddDevice",
    "AddInterface",
    "AddPool",
    "AddVrf",
    "Allocate",
    "Allocation",
    "Committer",
    "Device",
    "Edit",
    "EditDevice",
    "EditInterface",
    "EditPool",
    "Entry",
    "Expire",
    "Interface",
    "Outcome",
    "Pool",
    "Refusal",
    "Release",
    "RemoveDevice",
    "RemoveInterface",
    "RemovePool",
    "RemoveVrf",
    "Renew",
    "Request",
    "Store",
    "StoreError",
    "Vrf",
    "init",
    "open",
]
