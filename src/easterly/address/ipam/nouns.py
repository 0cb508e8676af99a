"""What the store keeps: VRFs, pools, allocations; and what a request is answered with."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from easterly.address.text import BITS, write

SEQUENCE_BITS = 32
"""An allocation's id is its pool's id and a number of its own, of so many bits: no counter is shared by pools."""


class About(NamedTuple):
    """What is known of the holder of an address; every part may be empty.

    Attributes
    ----------
    tenant, device, interface, mac, dns_name : str or None
    tags : tuple of str
        Sorted.
    fields : tuple of (str, str)
        Custom fields, sorted by name.
    """

    tenant: str | None = None
    device: str | None = None
    interface: str | None = None
    mac: str | None = None
    dns_name: str | None = None
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()

    def document(self) -> dict[str, Any]:
        """What is not empty, as JSON has it."""
        said: dict[str, Any] = {name: value for name, value in zip(self._fields[:5], self[:5], strict=True) if value}
        if self.tags:
            said["tags"] = list(self.tags)
        if self.fields:
            said["fields"] = dict(self.fields)
        return said

    def stores(self, *others: str | None) -> bool:
        """Whether databases take its texts, and others: none holds a character 0, at which some would cut it off."""
        if self is NOBODY:
            return "\0" not in "".join(filter(None, others))
        own = chain(self[:5], self.tags, *self.fields)
        return "\0" not in "".join(filter(None, chain(others, own)))

    @classmethod
    def read(cls, said: dict[str, Any]) -> About:
        """Inverse of `document`; names that it does not write are left out.

        >>> About.read(About(device="leaf-1", tags=("a",)).document())
        About(tenant=None, device='leaf-1', interface=None, mac=None, dns_name=None, tags=('a',), fields=())
        """
        tags, fields = tuple(sorted(said.get("tags", ()))), tuple(sorted(said.get("fields", {}).items()))
        return cls._make((*(said.get(name) for name in cls._fields[:5]), tags, fields))


NOBODY = About()


class Allocation(NamedTuple):
    """A run of addresses that is not free.

    Attributes
    ----------
    id : int
        Stable; the pool's id is in its upper bits.
    pool : int
        Id of the pool.
    vrf : int
        Id of the pool's VRF.
    family : int
        4 or 6.
    lo, hi : int
        First and last address.
    length : int
        Length of the prefix; -1 for a range that is none.
    kind : str
        ``address``, ``block``, ``range``, or ``pool`` for the place of a child pool.
    state : str
        ``held``, ``reserved`` or ``quarantined``.
    until_ms : int or None
        When the lease or the quarantine ends, since 1970; None for never.
    owner : str
        Who may renew and release it.
    since_ms : int
        When it was given.
    key, digest : str or None
        Idempotency key of the request that made it, and what that request said; on its first row only.
    keyed : int
        How many allocations the request made; 0 without a key.
    about : About
    """

    id: int
    pool: int
    vrf: int
    family: int
    lo: int
    hi: int
    length: int
    kind: str
    state: str
    until_ms: int | None
    owner: str
    since_ms: int
    key: str | None
    digest: str | None
    keyed: int
    about: About

    @property
    def size(self) -> int:
        """Number of addresses."""
        return self.hi - self.lo + 1

    @property
    def text(self) -> str:
        """As people write it: an address, a prefix, or ``first-last``."""
        return span(self.family, self.lo, self.hi, self.length)

    def document(self) -> dict[str, Any]:
        """The allocation as JSON has it; numbers fit into 53 bits."""
        return {
            "id": self.id, "pool": self.pool, "address": self.text, "kind": self.kind, "state": self.state,
            "until_ms": self.until_ms, "owner": self.owner, "since_ms": self.since_ms, "key": self.key,
            **self.about.document(),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pool:
    """A run of addresses out of which others are given; and its counters.

    Attributes
    ----------
    id : int
    name : str
        Unique in the store.
    vrf : int
        Id of its VRF.
    parent : int or None
        Id of the pool of which it is an allocation.
    family : int
        4 or 6.
    lo, hi : int
        First and last address.
    length : int
        Length of the prefix; -1 for a range.
    role, tenant : str or None
    edges : bool
        Whether the first and last address of an IPv4 prefix, or the first of an IPv6 one, are given to hosts.
    approval : bool
        Whether allocations wait for somebody's approval.
    lease_s : float or None
        Lease where a request names none; None for no end.
    longest_s : float or None
        No lease is longer.
    quarantine_s : float
        How long an address rests before it is free again.
    about : About
        Tags and custom fields.
    sequence : int
        Allocations made so far.
    used : int
        Addresses that are not free.
    count : int
        Allocations that there are.
    entries : int
        Length of its audit chain.
    head : bytes
        Hash of the chain's last entry.
    """

    id: int
    name: str
    vrf: int
    parent: int | None
    family: int
    lo: int
    hi: int
    length: int
    role: str | None = None
    tenant: str | None = None
    edges: bool = False
    approval: bool = False
    lease_s: float | None = None
    longest_s: float | None = None
    quarantine_s: float = 0.0
    about: About = NOBODY
    sequence: int = 0
    used: int = 0
    count: int = 0
    entries: int = 0
    head: bytes = b""

    @property
    def size(self) -> int:
        """Number of addresses."""
        return self.hi - self.lo + 1

    @property
    def bits(self) -> int:
        """Bits of an address of its family."""
        return BITS[self.family]

    @property
    def text(self) -> str:
        """The prefix, or ``first-last``."""
        return span(self.family, self.lo, self.hi, self.length)

    @property
    def hosts(self) -> tuple[int, int]:
        """First and last address that a host may get.

        The first and last of an IPv4 prefix are its network and broadcast address, but in a /31 (RFC 3021) and a
        /32; the first of an IPv6 prefix is the anycast address of its routers (RFC 4291 section 2.6.1), but in a
        /127 (RFC 6164) and a /128.
        """
        if self.edges or self.length < 0 or self.length >= self.bits - 1:
            return self.lo, self.hi
        return self.lo + 1, self.hi - (self.family == 4)


def span(family: int, lo: int, hi: int, length: int) -> str:
    """Text of a run of addresses.

    >>> span(4, 0x0A000000, 0x0A0000FF, 24), span(4, 0x0A000005, 0x0A000005, 32), span(4, 1, 5, -1)
    ('10.0.0.0/24', '10.0.0.5', '0.0.0.1-0.0.0.5')
    """
    if length < 0:
        return f"{write(family, lo)}-{write(family, hi)}"
    return write(family, lo) if length == BITS[family] else f"{write(family, lo)}/{length}"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not granted.

    Attributes
    ----------
    code : str
        ``exhausted``, ``conflict``, ``unknown``, ``reused-key``, ``not-owner``, ``expired``, ``excluded``,
        ``outside``, ``in-use``, ``pending``, ``invalid``, ``changed`` or ``gone``.
    message : str
    hint : str
    """

    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Answer to a request.

    Attributes
    ----------
    allocations : tuple of Allocation
        What was made or changed.
    refusal : Refusal or None
        Why nothing was.
    repeated : bool
        Whether an earlier request with the same key made them.
    id : int or None
        Of the VRF, tenant, pool or approval that an administrative request made.
    """

    allocations: tuple[Allocation, ...] = ()
    refusal: Refusal | None = None
    repeated: bool = False
    id: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the request was granted."""
        return self.refusal is None


def refused(code: str, message: str, hint: str = "") -> Outcome:
    """An outcome that says no."""
    return Outcome(refusal=Refusal(code, message, hint))


def changed(what: str) -> Outcome:
    """An outcome that says no: something is not what whoever asks has seen."""
    return refused("changed", f"{what} is not what it was when you read it", "read it again, and decide anew")


def canonical(said: Any) -> str:
    """JSON with one spelling: sorted names, no spaces, ASCII.

    >>> canonical({"b": 1, "a": [None, "x y"]})
    '{"a":[null,"x y"],"b":1}'
    """
    return _encode(said)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode  # `dumps` would make one for each call


@dataclass(frozen=True, slots=True)
class Vrf:
    """A space of its own: the same prefix in two of them is two prefixes.

    Attributes
    ----------
    id : int
    name : str
    rd : str or None
        Route distinguisher.
    tenant : str or None
    """

    id: int
    name: str
    rd: str | None = None
    tenant: str | None = None


def origin(url: str) -> str:
    """Where a URL leads to, without what may be secret: users, paths, queries (RFC 6454 section 6.1).

    >>> origin("https://me:word@hooks.example:8443/services/T0/x?key=y"), origin("nowhere")
    ('https://hooks.example:8443', '')
    """
    try:
        read = urlsplit(url)
        port = "" if read.port is None else f":{read.port}"
    except ValueError:
        return ""
    host = f"[{read.hostname}]" if ":" in (read.hostname or "") else read.hostname
    return f"{read.scheme}://{host}{port}" if read.scheme and host else ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an audit chain.

    Attributes
    ----------
    chain : int
        Id of the pool; 0 for the administration.
    seq : int
        From 1 on, without gaps.
    at_ms : int
    text : str
        Canonical text of the change.
    hash : bytes
        SHA-256 over the hash before it and the text.
    """

    chain: int
    seq: int
    at_ms: int
    text: str
    hash: bytes = field(repr=False)

    @property
    def change(self) -> dict[str, Any]:
        """The change, read."""
        read: dict[str, Any] = json.loads(self.text)
        return read
