"""Servers that others read from and write to: storage, disaggregated memory, feature and graph stores."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frozen, Name, Rate, Share, Size, Time
from easterly.model.spec.traffic.base import Amount, Hosted, Often, Part, Span, exactly_one


class Access(Frozen):
    """What one client writes and reads, all its hosts together."""

    write: Annotated[Rate | None, Doc("Rate of what it writes; nothing if absent.")] = None
    read: Annotated[Rate | None, Doc("Rate of what it reads; nothing if absent.")] = None


class Erasure(Frozen):
    """An erasure code: any `data` of `data` + `parity` pieces give back the whole."""

    data: Annotated[Count, Doc("Pieces of data (k).")]
    parity: Annotated[Count, Doc("Pieces of parity (m).")]


class Rebuild(Frozen):
    """Making the copies anew that were on a lost server."""

    used: Annotated[Amount, Doc("Bytes on the lost server.")]
    within: Annotated[Span, Doc("Time in which all must be whole again.")]
    reserve: Annotated[bool, Doc("Counts as steady traffic, so that there is room for it at any time.")] = False


class Storage(Hosted):
    """Storage servers: what clients write and read, and what the servers send each other for it."""

    kind: Annotated[Literal["storage"], Doc("Kind of traffic.")]
    hosts: Annotated[Count, Doc("Servers, on hosts of their own.")]
    copies: Annotated[Count | None, Doc("Copies of all data; 3 if neither they nor `erasure` is given.")] = None
    erasure: Annotated[Erasure | None, Doc("Erasure code in place of copies.")] = None
    fanout: Annotated[
        Literal["primary", "chain", "client"],
        Doc("Who sends the copies or pieces: the first server to all others, each to the next, or the client."),
    ] = "primary"
    clients: Annotated[dict[Name, Access], Doc("Who writes and reads: names of works, fabrics, WAN sites.")] = {}
    metadata: Annotated[Share, Doc("Metadata and journals, as a share of what is written and read.")] = 0.0
    disk: Annotated[
        Rate | None, Doc("Rate at which the disks of one server read or write; no limit to anything if absent.")
    ] = None
    rebuild: Annotated[Rebuild | None, Doc("Loss of one server; not looked at if absent.")] = None

    @model_validator(mode="after")
    def _one_protection(self) -> Self:
        if self.copies is not None or self.erasure is not None:
            exactly_one(self, ("copies",), ("erasure",))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """The clients."""
        return {f"clients/{name}": name for name in self.clients}

    @property
    def own_hosts(self) -> int:
        """The servers."""
        return self.hosts


class Memory(Hosted):
    """Disaggregated memory: hosts whose memory others read and write over the network (RDMA)."""

    kind: Annotated[Literal["memory"], Doc("Kind of traffic.")]
    hosts: Annotated[Count, Doc("Hosts that lend their memory.")]
    clients: Annotated[str, Doc("Who reads: a name of a work or a fabric.")]
    reads: Annotated[Often | None, Doc("Accesses, all hosts of the client together.")] = None
    rate: Annotated[Rate | None, Doc("Or their payload; as fast as `outstanding` allows if both are absent.")] = None
    read: Annotated[Amount, Doc("Payload of one access.")] = 4096.0
    request: Annotated[Size, Doc("Request or acknowledgement beside the payload, headers included.")] = 64.0
    writes: Annotated[Part, Doc("Share of the accesses that write.")] = 0.0
    outstanding: Annotated[Count, Doc("Accesses that a host has under way at any time.")] = 16
    access: Annotated[Time, Doc("Time from request to answer inside the lending host.")] = 500e-9
    local: Annotated[Span, Doc("Time of the same access in memory of one's own.")] = 100e-9
    sensitivity: Annotated[Part, Doc("Share of run time that waits for these accesses, were they local.")] = 0.1
    mean: Annotated[
        Amount | None, Doc("Memory that a client host needs on average; pooling is not rated if absent.")
    ] = None
    peak: Annotated[Amount | None, Doc("Memory that a client host needs at its peak.")] = None
    exceed: Annotated[float, Field(gt=0, lt=1), Unit("1"), Doc("Probability with which the pool may be too small.")] = (
        0.001
    )

    @model_validator(mode="after")
    def _one_demand(self) -> Self:
        if self.reads is not None or self.rate is not None:
            exactly_one(self, ("reads",), ("rate",))
        if self.mean is not None or self.peak is not None:
            exactly_one(self, ("mean", "peak"))
        return self

    @property
    def ends(self) -> dict[str, str]:
        """The clients."""
        return {"clients": self.clients}

    @property
    def own_hosts(self) -> int:
        """The lenders."""
        return self.hosts


class Features(Hosted):
    """A feature, embedding or graph store: keys with power-law popularity, cut into partitions by key."""

    kind: Annotated[Literal["features"], Doc("Kind of traffic.")]
    hosts: Annotated[Count | None, Doc("Partitions, one per host of its own; on the clients' hosts if absent.")] = None
    clients: Annotated[str, Doc("Who asks: a name of a work or a fabric.")]
    requests: Annotated[Often, Doc("Requests, all hosts of the client together.")]
    keys: Annotated[Count, Doc("Keys looked up per request.")]
    value: Annotated[Amount, Doc("Value of one key.")]
    key: Annotated[Size, Doc("One key on the wire.")] = 8.0
    header: Annotated[Size, Doc("Headers of one message, in each direction.")] = 128.0
    population: Annotated[Count, Doc("Keys in the store.")]
    exponent: Annotated[
        float, Field(ge=0, le=4), Unit("1"), Doc("Popularity of the i-th key is i^-exponent (Zipf); 0 for all equal.")
    ] = 1.0
    partitioning: Annotated[
        Literal["hash", "locality"], Doc("Keys spread by hash, or put where they are asked for together.")
    ] = "hash"
    locality: Annotated[Part, Doc("With locality: share of a request's keys in its home partition.")] = 0.5
    cache: Annotated[CountOrZero, Doc("Most popular keys that every client host keeps.")] = 0
    batch: Annotated[Time, Doc("Time for which a host collects lookups, to merge equal keys and messages.")] = 0.0

    @property
    def ends(self) -> dict[str, str]:
        """The clients."""
        return {"clients": self.clients}

    @property
    def own_hosts(self) -> int:
        """The partitions, unless they are on the clients' hosts."""
        return self.hosts or 0
