"""Every operation of the service, once: routes, validation, roles and the OpenAPI document are made from this table."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from easterly.address.service import allocations, devices, models, office, pools, tables
from easterly.address.service.call import Empty, Operation

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation and how it is reached.

    Attributes
    ----------
    method, path : str
        The path below `BASE`, with names of its parts in braces.
    run : callable
        Its first line of documentation is its summary.
    role : str or None
        The least role that may; None for everybody, without a token.
    body, query : type of Model
    answer : type of Answer
    status : int
        Of success.
    others : tuple of int
        Other answers that are no refusals.
    takes, gives : tuple of str
        Media types of a table that is the body, or the answer.
    """

    method: str
    path: str
    run: Operation
    role: str | None = "reader"
    body: type[models.Model] = Empty
    query: type[models.Model] = Empty
    answer: type[BaseModel] = models.Told
    status: int = 200
    others: tuple[int, ...] = ()
    takes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


ENTRIES = (
    Entry("POST", "/pools/{pool}/allocations", allocations.allocate, "operator", models.NewAllocation,
          answer=models.Allocations, status=201, others=(200, 202)),
    Entry("GET", "/pools/{pool}/allocations", allocations.of_pool, query=models.OfAllocations, answer=models.Listing),
    Entry("GET", "/pools/{pool}/usage", pools.usage),
    Entry("GET", "/pools/{pool}/audit", office.audit, query=models.Page, answer=models.Listing),
    Entry("GET", "/pools/{pool}", pools.one, answer=models.Pool),
    Entry("PATCH", "/pools/{pool}", pools.edit, "admin", models.PoolChange, answer=models.Pool),
    Entry("DELETE", "/pools/{pool}", pools.remove, "admin", status=204),
    Entry("GET", "/pools", pools.listing, query=models.OfPools, answer=models.Listing),
    Entry("POST", "/pools", pools.add, "admin", models.NewPool, answer=models.Pool, status=201),
    Entry("GET", "/allocations/{id}", allocations.one, answer=models.Allocation),
    Entry("PUT", "/allocations/{id}", allocations.edit, "operator", models.Holder, answer=models.Allocation),
    Entry("DELETE", "/allocations/{id}", allocations.release, "operator", status=204),
    Entry("POST", "/allocations/{id}/renew", allocations.renew, "operator", models.Renewal, answer=models.Allocation),
    Entry("POST", "/allocations", allocations.several, "operator", models.Several, answer=models.Answers),
    Entry("GET", "/allocations", allocations.search, query=models.OfAllocations, answer=models.Listing),
    Entry("GET", "/holders", allocations.holders, query=models.OfHolders, answer=models.Listing),
    Entry("GET", "/vrfs", pools.vrfs, answer=models.Listing),
    Entry("POST", "/vrfs", pools.add_vrf, "admin", models.NewVrf, answer=models.Made, status=201),
    Entry("DELETE", "/vrfs/{vrf}", pools.remove_vrf, "admin", status=204),
    Entry("GET", "/devices", devices.listing, query=models.OfDevices, answer=models.Listing),
    Entry("POST", "/devices", devices.add, "operator", models.NewDevice, answer=models.Device, status=201),
    Entry("GET", "/devices/{device}", devices.one, answer=models.Device),
    Entry("PATCH", "/devices/{device}", devices.edit, "operator", models.DeviceChange, answer=models.Device),
    Entry("DELETE", "/devices/{device}", devices.remove, "operator", query=models.OfRemoval, status=204),
    Entry("GET", "/devices/{device}/addresses", devices.addresses, answer=models.Listing),
    Entry("POST", "/devices/{device}/interfaces", devices.add_interface, "operator", models.NewInterface,
          answer=models.Interface, status=201),
    Entry("GET", "/interfaces/{id}", devices.interface, answer=models.Interface),
    Entry("PATCH", "/interfaces/{id}", devices.edit_interface, "operator", models.InterfaceChange,
          answer=models.Interface),
    Entry("DELETE", "/interfaces/{id}", devices.remove_interface, "operator", query=models.OfRemoval, status=204),
    Entry("POST", "/import", tables.import_, "admin", query=models.OfImport, answer=models.Imported,
          takes=tuple(tables.MEDIA.values())),
    Entry("GET", "/export", tables.export, query=models.OfExport, gives=tuple(tables.MEDIA.values())),
    Entry("GET", "/approvals", allocations.asked, query=models.OfApprovals, answer=models.Listing),
    Entry("POST", "/approvals/{id}/approve", allocations.approve, "admin", models.Decision,
          answer=models.Allocations),
    Entry("POST", "/approvals/{id}/reject", allocations.reject, "admin", models.Decision, answer=models.Allocations),
    Entry("GET", "/audit", office.office, "admin", query=models.Page, answer=models.Listing),
    Entry("GET", "/tokens", office.tokens, "admin", answer=models.Listing),
    Entry("POST", "/tokens", office.add_token, "admin", models.NewToken, answer=models.Token, status=201),
    Entry("DELETE", "/tokens/{name}", office.drop_token, "admin", status=204),
    Entry("GET", "/hooks", office.all_hooks, "admin", answer=models.Listing),
    Entry("POST", "/hooks", office.add_hook, "admin", models.NewHook, status=201),
    Entry("DELETE", "/hooks/{name}", office.drop_hook, "admin", status=204),
    Entry("GET", "/whoami", office.whoami),
    Entry("GET", "/health", office.health, None),
)  # fmt: skip
