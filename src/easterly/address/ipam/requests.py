"""What may be asked of the store: one frozen class for each request.

A request that holds nonsense is refused where it is decided; making one never fails.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from easterly.address.ipam.equipment import Equipment
from easterly.address.ipam.nouns import About, Allocation, Pool

Id = int


@dataclass(frozen=True, slots=True)
class Allocate:
    """Addresses, please: the next free ones, or those that are named.

    Attributes
    ----------
    pool : int or str
        Id or name.
    count : int
        How many hosts or blocks.
    prefix_length : int or None
        Length of a block; None for hosts.
    sparse : bool
        Blocks as far from each other as can be (RFC 3531, leftmost), so that each may grow.
    address : str or None
        The address or the prefix that is wanted.
    first, last : str or None
        The range that is wanted.
    lease_s : float or None
        How long it is held; None for the pool's own lease.
    key : str or None
        Idempotency key: a retry with the same key gets the same addresses, as long as they are held.
    tenant, device, interface, mac, dns_name : str or None
    tags : tuple of str
    fields : mapping of str to str
    reserve : bool
        Keep it for later: held by nobody, never expiring.
    owner : str
        Who may renew and release; `actor` where empty.
    actor : str
        Who asks, for the audit.
    within : str or None
        A tenant: refused where it names a device that is not theirs; None for whoever runs the store.
    """

    pool: int | str
    count: int = 1
    prefix_length: int | None = None
    sparse: bool = False
    address: str | None = None
    first: str | None = None
    last: str | None = None
    lease_s: float | None = None
    key: str | None = None
    tenant: str | None = None
    device: str | None = None
    interface: str | None = None
    mac: str | None = None
    dns_name: str | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    reserve: bool = False
    owner: str = ""
    actor: str = ""
    within: str | None = None

    @property
    def about(self) -> About:
        """What it says of the holder."""
        if not (self.tags or self.fields):
            return About(self.tenant, self.device, self.interface, self.mac, self.dns_name)
        tags, fields = tuple(sorted(set(self.tags))), tuple(sorted(self.fields.items()))
        return About(self.tenant, self.device, self.interface, self.mac, self.dns_name, tags, fields)

    def digest(self) -> str:
        """What it says but its key and who asks, as 32 hexadecimal digits: two requests of one key must agree."""
        said = (
            self.count, self.prefix_length, self.sparse, self.address, self.first, self.last, self.lease_s,
            self.reserve, self.owner or self.actor, self.about,
        )  # fmt: skip
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Renew:
    """A lease is to last longer, from now on.

    Attributes
    ----------
    id : int
        Of the allocation.
    lease_s : float or None
        None for the pool's own lease.
    owner : str or None
        Refused where somebody else owns it; None asks for no proof.
    actor : str
    """

    id: Id
    lease_s: float | None = None
    owner: str | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """It is no longer needed: quarantined as long as its pool says, then free.

    Attributes
    ----------
    id : int
        Of the allocation.
    owner : str or None
        Refused where somebody else owns it; None asks for no proof.
    actor : str
    seen : Allocation or None
        Refused where it is no longer this.
    """

    id: Id
    owner: str | None = None
    actor: str = ""
    seen: Allocation | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """What is said of the holder is to change.

    Attributes
    ----------
    id : int
        Of the allocation.
    about : About
        All of it: what it leaves empty is forgotten.
    owner : str or None
        Refused where somebody else owns it; None asks for no proof.
    actor : str
    seen : Allocation or None
        Refused where it is no longer this.
    within : str or None
        A tenant: refused where it newly names a device that is not theirs; None for whoever runs the store.
    """

    id: Id
    about: About
    owner: str | None = None
    actor: str = ""
    seen: Allocation | None = None
    within: str | None = None


@dataclass(frozen=True, slots=True)
class Expire:
    """What is past its time in a pool goes on to quarantine, or is free; see `Store.reclaim`.

    Attributes
    ----------
    pool : int
        Id.
    ids : tuple of int
        Allocations to look at; those whose time has not come are left alone.
    actor : str
    """

    pool: int
    ids: tuple[Id, ...]
    actor: str = ""


@dataclass(frozen=True, slots=True)
class AddVrf:
    """A new VRF.

    Attributes
    ----------
    name : str
        Unique.
    rd, tenant : str or None
    actor : str
    """

    name: str
    rd: str | None = None
    tenant: str | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RemoveVrf:
    """A VRF in which no pool is left is to go.

    Attributes
    ----------
    vrf : int or str
        Id or name; never the first one, ``default``.
    actor : str
    """

    vrf: int | str
    actor: str = ""


@dataclass(frozen=True, slots=True)
class AddPool:
    """A new pool: at the top of a VRF, or as an allocation of a parent.

    Attributes
    ----------
    name : str
        Unique.
    prefix : str or None
        A prefix, or a range ``first-last``. None for the next free block of `prefix_length` of the parent.
    parent : int, str or None
        Id or name of the pool that it is taken from.
    prefix_length : int or None
    sparse : bool
        As of `Allocate`.
    vrf : int or str
        Id or name; of a child, that of its parent.
    role, tenant : str or None
    edges, approval : bool
    lease_s, longest_s : float or None
    quarantine_s : float
        These as of `Pool`.
    tags : tuple of str
    fields : mapping of str to str
    actor : str
    """

    name: str
    prefix: str | None = None
    parent: int | str | None = None
    prefix_length: int | None = None
    sparse: bool = False
    vrf: int | str = "default"
    role: str | None = None
    tenant: str | None = None
    edges: bool = False
    approval: bool = False
    lease_s: float | None = None
    longest_s: float | None = None
    quarantine_s: float = 0.0
    tags: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    actor: str = ""


@dataclass(frozen=True, slots=True)
class RemovePool:
    """An empty pool is to go; a child's addresses return to its parent.

    Attributes
    ----------
    pool : int or str
        Id or name.
    actor : str
    seen : Pool or None
        Refused where it is no longer this, but for its audit.
    """

    pool: int | str
    actor: str = ""
    seen: Pool | None = None


@dataclass(frozen=True, slots=True)
class EditPool:
    """What a pool says of itself is to change; its place and its VRF stay.

    Attributes
    ----------
    pool : int or str
        Id or name.
    values : mapping of str to object
        New values of any of `EDITABLE`; what is not named stays.
    actor : str
    seen : Pool or None
        Refused where it is no longer this, but for its audit.
    """

    pool: int | str
    values: Mapping[str, Any]
    actor: str = ""
    seen: Pool | None = None


EDITABLE = ("name", "role", "tenant", "edges", "approval", "lease_s", "longest_s", "quarantine_s", "tags", "fields")
"""Parts of a pool that may be edited, as `AddPool` names them."""
Work = Allocate | Renew | Release | Edit | Expire
Administration = AddVrf | RemoveVrf | AddPool | EditPool | RemovePool | Equipment
Request = Work | Administration
