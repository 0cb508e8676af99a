"""Places: who a device is within its fabric, in numbers that growth does not change.

A place is made of what a device is (the third leaf of rail 5, the second spine of pod 7), never of how many
there are. Radices are structural: rails per host, planes, switches per pod.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import BoolColumn, IndexColumn
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.spec.fabric import Clos, FatTree
from easterly.model.spec.site import Site
from easterly.model.underlays import numbered

LEAF, SPINE, SUPER, BORDER, CORE = range(5)
KINDS = 5
TIERS = (LEAF, LEAF, SPINE, SUPER, CORE)
# Where each kind begins: 0, 1/2, 1/4, 3/4, 1/8 of a space for the first fabric. The WAN has 5/8.
WAN_GROUP = 5


@dataclass(frozen=True, slots=True)
class Devices:
    """Switches and WAN routers, and their places.

    Attributes
    ----------
    node : (D,) int
        Node of each.
    slot : (D,) int
        Slot of its fabric; 0 for the WAN.
    kind : (D,) int
        LEAF, SPINE, SUPER, BORDER or CORE.
    group : (D,) int
        Number of (fabric, kind) for `easterly.address.space`.
    ordinal : (D,) int
        Place among the devices of one group.
    pod : (D,) int
        Pod or, without pods, plane; 0 where there is neither.
    of_node : (N,) int
        Row of each node; -1 for interfaces of hosts.
    """

    node: IndexColumn
    slot: IndexColumn
    kind: IndexColumn
    group: IndexColumn
    ordinal: IndexColumn
    pod: IndexColumn
    of_node: IndexColumn

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, slots=True)
class Cables:
    """Cables between switches and routers, with the end that their number comes from.

    Attributes
    ----------
    owner, other : (C,) int
        Directed link that leaves the owner, and the one that leaves the other end.
    group, place : (C,) int
        Group of the owner, and place of the cable in it.
    """

    owner: IndexColumn
    other: IndexColumn
    group: IndexColumn
    place: IndexColumn

    def __len__(self) -> int:
        return len(self.owner)


def slots(site: Site) -> dict[str, int]:
    """Slot of each fabric: as written, or the next free one in order of names.

    >>> slots(Site.model_construct(fabrics={}))
    {}
    """
    fixed = {name: fabric.slot for name, fabric in sorted(site.fabrics.items()) if fabric.slot is not None}
    taken = set(fixed.values())
    free = (slot for slot in range(len(site.fabrics) + max(taken, default=0) + 1) if slot not in taken)
    return {name: fixed[name] if name in fixed else next(free) for name in sorted(site.fabrics)}


def group_of(slot: IndexColumn, kind: IndexColumn) -> IndexColumn:
    """Number of a (fabric, kind): the first fabric has the widest starts, then the WAN, then the others."""
    return np.where(slot == 0, kind, WAN_GROUP + 1 + (slot - 1) * KINDS + kind)


def devices(site: Site, network: Network) -> Devices:
    """All switches and WAN routers with their places."""
    nodes = network.nodes
    node = np.flatnonzero(nodes.kind != NodeKind.NIC)
    fabric, role, tier = nodes.fabric[node].tolist(), nodes.role[node].tolist(), nodes.tier[node].tolist()
    by_name = slots(site)
    wan = nodes.kind[node] == NodeKind.WAN
    slot = np.array([by_name.get(name, 0) for name in fabric], dtype=np.int64)
    kind = np.array([_kind(r, t) for r, t in zip(role, tier, strict=True)], dtype=np.int64).reshape(-1)
    group = np.where(wan, WAN_GROUP, group_of(slot, kind))
    of_node = np.full(len(nodes), -1, dtype=np.int64)
    of_node[node] = np.arange(len(node))
    pod = np.maximum(np.where(nodes.pod[node] >= 0, nodes.pod[node], nodes.plane[node]), 0).astype(np.int64)
    return Devices(node, slot, kind, group, _ordinals(site, network, node, group), pod, of_node)


def _kind(role: str, tier: int) -> int:
    """By tier, since roles of an explicit graph may be any words."""
    return BORDER if role == "border" else TIERS[min(max(tier, 0), CORE)]


def _ordinals(site: Site, network: Network, node: IndexColumn, group: IndexColumn) -> IndexColumn:
    ordinal = np.zeros(len(node), dtype=np.int64)
    for number in np.unique(group).tolist():
        here = np.flatnonzero(group == number)
        ordinal[here] = _ordinals_of(site, network, node[here])
    return ordinal


def _ordinals_of(site: Site, network: Network, node: IndexColumn) -> IndexColumn:
    """Places in one group: ((pod, index), rail, plane) in mixed radix, the index counted within the rest."""
    nodes = network.nodes
    pod, rail, plane = (np.maximum(c[node], 0).astype(np.int64) for c in (nodes.pod, nodes.rail_group, nodes.plane))
    index = _rank_within(pod, rail, plane)
    rails = _rails(network, str(nodes.fabric[node[0]])) if rail.any() else 1
    planes = int(plane.max()) + 1
    per_pod = max(_per_pod(site, network, node), int(index.max()) + 1) if pod.any() else 1
    return ((pod * per_pod + index) * max(rails, int(rail.max()) + 1) + rail) * planes + plane


def _rank_within(*labels: IndexColumn) -> IndexColumn:
    """Position of each row among those with the same labels, in the order of rows."""
    order = np.lexsort((np.arange(len(labels[0])), *labels))
    sorted_labels = np.stack([label[order] for label in labels])
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (sorted_labels[:, 1:] != sorted_labels[:, :-1]).any(axis=0)
    starts = np.maximum.accumulate(np.where(fresh, np.arange(len(order)), 0))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order)) - starts
    return rank


def _rails(network: Network, fabric: str) -> int:
    """Interfaces of the widest host of a fabric."""
    here = network.hosts.fabric == fabric
    counts = np.diff(network.hosts.nic_ptr)[here]
    return int(counts.max()) if len(counts) else 1


def _per_pod(site: Site, network: Network, node: IndexColumn) -> int:
    """Switches of one group in a full pod, from the blueprint and not from what is built."""
    fabric = site.fabrics.get(str(network.nodes.fabric[node[0]]))
    if isinstance(fabric, FatTree):
        return fabric.k // 2
    if not isinstance(fabric, Clos):
        return 1
    if network.nodes.tier[node[0]] > 1:
        return fabric.leaf.up
    spine_ports = int(network.nodes.ports[network.nodes.tier == 2].max(initial=2))
    return fabric.pod_leaves or fabric.spine.down or spine_ports // 2


def cables(site: Site, network: Network, found: Devices) -> Cables:
    """Cables between switches and routers that have addresses; each belongs to the end whose ports it is numbered by.

    The lower end owns a cable, since a device always has its uplinks to itself; borders and WAN routers own
    theirs, so that joining the WAN takes no number from the fabric.
    """
    links = network.links
    row = network.cables.astype(np.int64)
    row = row[(links.kind[row] != LinkKind.HOST) & (links.reverse[row] >= 0) & numbered(site, network)[row]]
    back = links.reverse[row].astype(np.int64)
    a, b = found.of_node[links.src[row]], found.of_node[links.dst[row]]
    second = _owns(found, b) & ~_owns(found, a) | (_owns(found, a) == _owns(found, b)) & (found.kind[b] < found.kind[a])
    owner, other = np.where(second, back, row), np.where(second, row, back)
    device = np.where(second, b, a)
    group = found.group[device]
    place = _cable_places(site, network, found, device, links.src_port[owner].astype(np.int64))
    return Cables(owner, other, group, place)


def _owns(found: Devices, device: IndexColumn) -> BoolColumn:
    return np.asarray((found.kind[device] == BORDER) | (found.group[device] == WAN_GROUP))


def _cable_places(site: Site, network: Network, found: Devices, device: IndexColumn, port: IndexColumn) -> IndexColumn:
    """``ordinal * width + port``, where the width is what the model of switch could have at most."""
    place = np.zeros(len(device), dtype=np.int64)
    for group in np.unique(found.group[device]).tolist():
        here = np.flatnonzero(found.group[device] == group)
        low = int(port[here].min())
        radix = _radix(site, network, found.node[device[here]])
        width = max(radix - low + 1, int(port[here].max()) - low + 1)
        place[here] = found.ordinal[device[here]] * _power(width) + port[here] - low
    return place


def _radix(site: Site, network: Network, node: IndexColumn) -> int:
    """Ports that a device may come to use: its own, or k in a fat-tree of larger switches."""
    fabric = site.fabrics.get(str(network.nodes.fabric[node[0]]))
    ports = int(network.nodes.ports[node].max())
    return min(ports, fabric.k) if isinstance(fabric, FatTree) and ports > 0 else ports


def _power(count: int) -> int:
    """Smallest power of two that is not less."""
    return 1 << max(count - 1, 0).bit_length()
