"""Host prefixes: one per leaf in the default table, one per tenant and leaf where tenants have their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.address.kept import Kept
from easterly.address.place import Devices
from easterly.address.pools import Family, Source
from easterly.address.space import Wish
from easterly.address.text import Prefix
from easterly.address.tight import give
from easterly.base.columns import IndexColumn, IntColumn
from easterly.base.findings import Finding
from easterly.model.demand import Work
from easterly.model.network import LinkKind, Network
from easterly.model.spec.fabric import Direct, LeafSpine, MultiPlane, RailOnly, RailOptimized
from easterly.model.spec.site import Site

# Network address, gateway and broadcast address, beside the hosts.
OVERHEAD = 3
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Ports:
    """Where hosts are plugged in.

    Attributes
    ----------
    row : (H,) int
        Link that leaves the host.
    host : (H,) int
    leaf : (H,) int
        Row of `Devices`.
    port : (H,) int
        Port of the leaf, from 1.
    tenant : (H,) int
        Index into `tenants`, or -1.
    tenants : tuple of str
        Tenants whose hosts are set apart: by a table or by a pool of their own.
    """

    row: IndexColumn
    host: IndexColumn
    leaf: IndexColumn
    port: IndexColumn
    tenant: IndexColumn
    tenants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subnets:
    """Prefixes of one family, in numbers.

    Attributes
    ----------
    leaf : (S,) int
        Row of `Devices`.
    tenant : (S,) int
        Index into `Ports.tenants`; -1 for the leaf's own.
    first : (S,) list of int
        First address (Python integers: IPv6 is wider than any column).
    length : (S,) list of int
    of_port : (H,) int
        Subnet of each host port.
    """

    leaf: IndexColumn
    tenant: IndexColumn
    first: list[int]
    length: list[int]
    of_port: IndexColumn


def ports(site: Site, network: Network, found: Devices, work: Work) -> Ports:
    """All host ports, with the tenant that each host works for."""
    links = network.links
    row = np.flatnonzero((links.kind == LinkKind.HOST) & (found.of_node[links.src] < 0)).astype(np.int64)
    host = network.node_host[links.src[row]].astype(np.int64)
    tenants = tuple(name for name, t in sorted(site.tenants.items()) if t.vrf or t.pool is not None)
    tenant = _tenant_of(network, work, tenants)
    leaf = found.of_node[links.dst[row]]
    return Ports(row, host, leaf, links.dst_port[row].astype(np.int64), tenant[host], tenants)


def _tenant_of(network: Network, work: Work, tenants: tuple[str, ...]) -> IndexColumn:
    """(hosts,) index of each host's tenant. A host is never shared: placement sees to that (E602)."""
    tenant = np.full(len(network.hosts), -1, dtype=np.int64)
    for w, owner in enumerate(work.tenant.tolist()):
        here: IntColumn = work.host_idx[work.host_ptr[w] : work.host_ptr[w + 1]]
        tenant[here] = tenants.index(owner) if owner in tenants else -1
    return tenant


def subnets(
    site: Site, found: Devices, plugged: Ports, network: Network, family: Family, kept: Kept
) -> tuple[Subnets, list[Finding]]:
    """Prefixes of one family for every leaf, and for every tenant on the leaves of its hosts.

    A tenant without a pool keeps the leaf's prefix, in its own table: addresses stay unique over the site, and
    a host keeps its number when it changes hands.

    Raises
    ------
    FindingsError
        E502: a pool is too small.
    """
    size = _sizes(site, network, found, plugged)
    leaf = np.unique(np.concatenate([plugged.leaf, np.flatnonzero(_is_leaf(network, found))])).astype(np.int64)
    pairs = np.unique(np.stack([plugged.tenant, plugged.leaf])[:, plugged.tenant >= 0], axis=1)
    blocks = [_block(family.hosts, found, leaf, size, network, kept, "hosts", "")]
    row_of = {(-1, d): i for i, d in enumerate(leaf.tolist())}
    notes = list(blocks[0][1])
    own = dict(zip(leaf.tolist(), blocks[0][0], strict=True))
    given: list[Prefix] = list(blocks[0][0])
    for t, name in enumerate(plugged.tenants):
        mine = pairs[1][pairs[0] == t]
        if name in family.tenants and len(mine):
            prefixes, found_notes = _block(family.tenants[name], found, mine, size, network, kept, "tenant", name)
            notes.extend(found_notes)
        else:
            prefixes = [own[d] for d in mine.tolist()]
        for d, prefix in zip(mine.tolist(), prefixes, strict=True):
            row_of[t, d] = len(given)
            given.append(prefix)
    order = sorted(row_of, key=row_of.__getitem__)
    of_port = np.array(
        [row_of[key] for key in zip(plugged.tenant.tolist(), plugged.leaf.tolist(), strict=True)], dtype=np.int64
    )
    return Subnets(
        np.array([d for _, d in order], dtype=np.int64), np.array([t for t, _ in order], dtype=np.int64),
        [p.first for p in given], [p.length for p in given], of_port,
    ), notes  # fmt: skip


def _is_leaf(network: Network, found: Devices) -> IndexColumn:
    return np.asarray(network.nodes.role[found.node] == "leaf")


def _sizes(site: Site, network: Network, found: Devices, plugged: Ports) -> IndexColumn:
    """Addresses of the subnet of each device: its down ports and three more, up to a power of two."""
    size = np.zeros(len(found), dtype=np.int64)
    for name in sorted(site.fabrics):
        here = network.nodes.fabric[found.node] == name
        fabric = site.fabrics[name]
        used = int(plugged.port[here[plugged.leaf]].max(initial=1))
        down = fabric.leaf.down if isinstance(fabric, LeafSpine | RailOptimized | RailOnly | MultiPlane) else 0
        size[here] = 1 << (max(used, down, _clos_down(fabric)) + OVERHEAD - 1).bit_length()
    return size


def _clos_down(fabric: object) -> int:
    """Down ports of a leaf of a blueprint of several tiers, or of a switch where there are no tiers."""
    if isinstance(fabric, Direct):
        return fabric.down
    leaf = getattr(fabric, "leaf", None)
    k = getattr(fabric, "k", 0)
    return int(leaf.down) if leaf is not None else int(k) // 2


def _block(
    source: Source,
    found: Devices,
    leaf: IndexColumn,
    size: IndexColumn,
    network: Network,
    kept: Kept,
    role: str,
    owner: str,
) -> tuple[list[Prefix], list[Finding]]:
    """One prefix per leaf out of one source."""
    family = source.prefix.family
    names = network.nodes.name[found.node[leaf]].tolist()
    unit = 64 if family == 6 else 0
    had = [kept.subnets.get((family, role, owner or name, name)) for name in names]
    length = [64 if family == 6 else 32 - (int(s).bit_length() - 1) for s in size[leaf].tolist()]
    before = [_offset(p, source, unit) if p and p.length == n else -1 for p, n in zip(had, length, strict=True)]
    group = found.slot[leaf] * 8 + found.kind[leaf]
    wish = Wish.of(_spread(group), found.ordinal[leaf], 1 if family == 6 else size[leaf], before)
    first, notes = give(source, wish, unit)
    base = source.prefix.first
    return [Prefix(family, base + (f << unit), n) for f, n in zip(first.tolist(), length, strict=True)], notes


def _spread(group: IndexColumn) -> IndexColumn:
    """Groups of host prefixes: fabric by fabric for leaves (kind 0), and behind all of them for other kinds."""
    slot, kind = group // 8, group % 8
    return np.where(kind == 0, slot, (slot.max(initial=0) + 1) * kind + slot)


def _offset(prefix: Prefix, source: Source, unit: int) -> int:
    at = (prefix.first - source.prefix.first) >> unit
    inside = source.prefix.first <= prefix.first and prefix.last <= source.prefix.last
    return at if inside else -1
