"""The pools of a site: which prefix serves which purpose, in IPv4 and IPv6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.address.text import AddressError, Prefix, read
from easterly.base.findings import Finding, FindingsError
from easterly.model.spec.site import Site

ROLES = ("fabric", "hosts", "links", "loopback", "v6")
V4_ROLES = ROLES[:-1]
# RFC 1918 space, tried in this order for purposes that the file names no pool for.
DEFAULT_FABRIC = ("10.64.0.0/12", "10.96.0.0/12", "10.128.0.0/12", "10.16.0.0/12", "172.16.0.0/12")
DEFAULT_LOOPBACK = ("10.80.0.0/16", "10.112.0.0/16", "10.144.0.0/16", "10.32.0.0/16", "192.168.0.0/16")
# Hosts take a quarter of the IPv6 pool in /64s (RFC 4291 section 2.5.4 wants 64-bit interface ids).
SUBNET = 64
LONGEST_V6 = 62


@dataclass(frozen=True, slots=True)
class Source:
    """Where the numbers of one purpose come from.

    Attributes
    ----------
    pool : str
        Name of the pool, or ``""`` for a default.
    prefix : Prefix
        What may be used of it.
    whole : Prefix
        The pool itself.
    share : int
        ``whole`` over ``prefix``, as a power of two.
    """

    pool: str
    prefix: Prefix
    whole: Prefix
    share: int = 0

    @property
    def at(self) -> str:
        """Place in the site file."""
        return f"addressing/pools/{self.pool}" if self.pool else "addressing"


@dataclass(frozen=True, slots=True)
class Family:
    """Sources of one address family.

    Attributes
    ----------
    family : int
        4 or 6.
    hosts, links, loopback : Source
    tenants : dict of str to Source
        Pools of tenants that have one of this family.
    """

    family: int
    hosts: Source
    links: Source
    loopback: Source
    tenants: dict[str, Source]


def readable(site: Site) -> dict[str, Prefix]:
    """The pools that can be read, by name."""
    found = {}
    for name, text in sorted(site.addressing.pools.items()):
        try:
            found[name] = read(text)
        except AddressError:
            continue
    return found


def unreadable(site: Site) -> Iterator[Finding]:
    """A finding for each pool that is no prefix (E510, E511, E512)."""
    for name, text in sorted(site.addressing.pools.items()):
        try:
            read(text)
        except AddressError as error:
            yield Finding(error.code, f"addressing/pools/{name}", f"pool {name}: {error}", error.hint)


def families(site: Site) -> tuple[Family, ...]:
    """Sources of the families that the site wants.

    IPv6 is planned where there is a pool ``v6``, IPv4 where any of ``fabric``, ``hosts``, ``links`` and
    ``loopback`` is given, or neither: a site without pools gets IPv4 numbers out of RFC 1918 space.

    Raises
    ------
    FindingsError
        Pools that cannot be read or that are of the wrong family.
    """
    from easterly.address.checks import pool_findings

    broken = list(pool_findings(site))
    if broken:
        raise FindingsError(broken)
    pools = readable(site)
    wanted = [_v4(site, pools)] if wants_v4(site) else []
    return tuple([*wanted, _v6(site, pools)] if "v6" in pools else wanted)


def wants_v4(site: Site) -> bool:
    """Whether IPv4 is planned."""
    return "v6" not in site.addressing.pools or any(role in site.addressing.pools for role in V4_ROLES)


def defaulted(site: Site) -> tuple[str, ...]:
    """Purposes of IPv4 for which the file names no pool."""
    pools = site.addressing.pools
    if not wants_v4(site):
        return ()
    missing = [] if "fabric" in pools else [role for role in ("hosts", "links") if role not in pools]
    return (*missing, *([] if "loopback" in pools else ["loopback"]))


def _v4(site: Site, pools: dict[str, Prefix]) -> Family:
    fabric = Source("fabric", pools["fabric"], pools["fabric"]) if "fabric" in pools else None
    both = fabric or _unnamed(DEFAULT_FABRIC, pools)
    hosts, links = (_role(pools, role, both, half) for half, role in enumerate(("hosts", "links")))
    loopback = pools.get("loopback")
    low = Source("loopback", loopback, loopback) if loopback else _unnamed(DEFAULT_LOOPBACK, pools)
    return Family(4, hosts, links, low, _tenants(site, pools, 4))


def _role(pools: dict[str, Prefix], role: str, both: Source, half: int) -> Source:
    """A pool of its own, or the lower (hosts) or upper (links) half of ``fabric``."""
    if role in pools:
        return Source(role, pools[role], pools[role])
    return Source(both.pool, both.whole.part(half, 2), both.whole, 1)


def _unnamed(candidates: tuple[str, ...], pools: dict[str, Prefix]) -> Source:
    """The first that meets no pool of the file; the first at all where every one does."""
    blocks = [read(text) for text in candidates]
    free = (block for block in blocks if not any(block.overlaps(pool) for pool in pools.values()))
    whole = next(free, blocks[0])
    return Source("", whole, whole)


def _v6(site: Site, pools: dict[str, Prefix]) -> Family:
    """Quarters of the pool: hosts, (spare), links, loopbacks; of the last two only the first /64 is used."""
    whole = pools["v6"]
    quarters = [whole.part(i, 4) for i in range(4)]
    links, loopback = (Source("v6", Prefix(6, quarters[i].first, SUBNET), whole) for i in (2, 3))
    return Family(6, Source("v6", quarters[0], whole, 2), links, loopback, _tenants(site, pools, 6))


def _tenants(site: Site, pools: dict[str, Prefix], family: int) -> dict[str, Source]:
    named = {name: tenant.pool for name, tenant in sorted(site.tenants.items()) if tenant.pool in pools}
    return {
        name: Source(pool, pools[pool], pools[pool])
        for name, pool in named.items()
        if pool is not None and pools[pool].family == family
    }
