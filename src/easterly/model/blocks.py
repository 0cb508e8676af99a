"""Blocks: hosts that hang on the same switches, and what joins them, tier by tier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices, ints, texts
from easterly.base.joined import joined
from easterly.base.schema import Doc, Unit
from easterly.model.network import LinkKind, Network, NodeKind


@dataclass(frozen=True, slots=True)
class Blocks:
    """Hosts whose interfaces, one by one, hang on the same switches; in the order of the tree above them.

    Hosts of one block can take each other's place: whatever leaves one of them passes the same links. At level 0 the
    interfaces of a block fall into groups, one per leaf; at each level above, groups are joined by the next tier of
    switches. Traffic between two groups of a level passes the links out of one and into the other.
    """

    name: Annotated[TextColumn, Doc("Unique name: that of the leaf, or of the fabric with a number.")]
    fabric: Annotated[TextColumn, Doc("Fabric.")]
    host_type: Annotated[TextColumn, Doc("Hardware model of the hosts.")]
    host_ptr: Annotated[IndexColumn, Doc("CSR pointer into `host_idx`.")]
    host_idx: Annotated[IntColumn, Doc("Host rows, ascending within a block.")]
    host_block: Annotated[IntColumn, Doc("(H,) block of each host.")]
    level: Annotated[TextColumn, Doc("Name of each level: leaf, pod, ..., fabric.")]
    unit: Annotated[IntColumn, Doc("(levels, blocks) part of the tree that a block is in at each level.")]
    group: Annotated[IntColumn, Doc("(levels, nodes) group of each interface; -1 for other nodes.")]
    out_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(groups,) capacity of the links out of each group.")]
    in_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(groups,) capacity of the links into it.")]
    ways: Annotated[IntColumn, Unit("1"), Doc("(groups,) links out of it.")]

    def __len__(self) -> int:
        return len(self.name)

    @property
    def size(self) -> IntColumn:
        """Hosts of each block."""
        return ints(np.diff(self.host_ptr))

    def hosts(self, block: int) -> IntColumn:
        """Host rows of one block."""
        return self.host_idx[self.host_ptr[block] : self.host_ptr[block + 1]]

    def unit_names(self, level: int) -> list[str]:
        """Name of each part of the tree at a level: the block's own, or the fabric's with a number if it has several."""
        if level == 0:
            return [str(name) for name in self.name]
        first = [int(np.flatnonzero(self.unit[level] == u)[0]) for u in range(int(self.unit[level].max()) + 1)]
        fabrics = [str(self.fabric[block]) for block in first]
        word = str(self.level[level])
        return [
            fabric if fabrics.count(fabric) == 1 else f"{fabric}-{word}{fabrics[:u].count(fabric)}"
            for u, fabric in enumerate(fabrics)
        ]


def blocks_of(network: Network) -> Blocks:
    """Blocks of hosts, and the tree of switches above them.

    Groups of a level are what interfaces and switches up to that tier join: connected components (`base.joined`).
    Switches that hosts hang on and that are linked with each other (tori, dragonflies) are apart at level 0, and joined
    by pod, where there are pods, before all are.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Blocks

    Examples
    --------
    >>> from easterly.site import blueprints, load_text
    >>> site = load_text('''
    ... version: 1
    ... site: {name: s}
    ... hardware:
    ...   switches: {w: {ports: 8, rate: 100Gb/s}}
    ...   hosts: {h: {gpus: 1, nics: 1, nic_rate: 100Gb/s}}
    ... fabrics: {f: {blueprint: leaf-spine, hosts: {type: h, count: 4}, leaf: {type: w, down: 2, up: 1}, spine: {type: w}}}
    ... ''').site
    >>> blocks = blocks_of(blueprints.build(site))
    >>> blocks.name.tolist(), blocks.host_block.tolist(), (blocks.out_bps[:2] / 1e9).tolist()
    (['f-leaf-0', 'f-leaf-1'], [0, 0, 1, 1], [100.0, 100.0])
    """
    labels = _levels(network)
    nic = network.nodes.kind == NodeKind.NIC
    group = np.full((len(labels), len(network.nodes)), -1, dtype=np.int64)
    out, into, ways, first = [], [], [], 0
    for row, label in enumerate(labels):
        found, number = np.unique(label[nic], return_inverse=True)
        group[row, nic] = first + number
        first += len(found)
        leaving_bps, count = _across(network, label, found, network.links.src, network.links.dst)
        out.append(leaving_bps)
        into.append(_across(network, label, found, network.links.dst, network.links.src)[0])
        ways.append(count)
    return _blocks(network, group, np.concatenate(out), np.concatenate(into), np.concatenate(ways))


def _across(
    network: Network, label: NDArray[np.int64], found: NDArray[np.int64], near: IntColumn, far: IntColumn
) -> tuple[FloatColumn, IndexColumn]:
    """Capacity and number of the links that have only their near end in each component."""
    leaving = np.flatnonzero((label[near] != label[far]) & np.isin(label[near], found))
    at = np.searchsorted(found, label[near[leaving]])
    capacity_bps = np.bincount(at, network.links.capacity_bps[leaving], len(found))
    return floats(capacity_bps), indices(np.bincount(at, minlength=len(found)))


def _levels(network: Network) -> list[NDArray[np.int64]]:
    """Component of every node at each level, from the leaves upwards; a level that joins no more interfaces is left out."""
    nodes, links = network.nodes, network.links
    nic = nodes.kind == NodeKind.NIC
    tier = np.where(nic, 0, np.where(nodes.kind == NodeKind.SWITCH, np.maximum(nodes.tier, 1), np.iinfo(np.int32).max))
    highest = np.maximum(tier[links.src], tier[links.dst])
    same_pod = (nodes.pod[links.src] == nodes.pod[links.dst]) & (nodes.pod[links.src] >= 0)
    host = links.kind == LinkKind.HOST
    tiers = np.unique(tier[nodes.kind == NodeKind.SWITCH]).tolist()
    masks = [host, host | ((highest == 1) & same_pod), *((host | (highest <= t)) for t in tiers)]
    made: list[NDArray[np.int64]] = []
    for mask in masks:
        label = joined(len(nodes), links.src[mask], links.dst[mask])
        if not made or (label[nic] != made[-1][nic]).any():
            made.append(label)
    return made


def _blocks(
    network: Network, group: NDArray[np.int64], out: NDArray[np.float64], into: NDArray[np.float64],
    ways: NDArray[np.int64],
) -> Blocks:  # fmt: skip
    hosts = network.hosts
    lead = hosts.nic_node[hosts.nic_ptr[:-1].clip(max=max(len(hosts.nic_node) - 1, 0))]
    keys: dict[tuple[object, ...], list[int]] = {}
    for row in range(len(hosts)):
        own = group[0, hosts.nics(row)].tobytes()
        alike = (str(hosts.fabric[row]), str(hosts.host_type[row]), int(hosts.gpus[row]), own)
        keys.setdefault(alike, []).append(row)
    fabric = np.unique(hosts.fabric, return_inverse=True)[1]
    order = sorted(keys.values(), key=lambda rows: (fabric[rows[0]], *group[::-1, lead[rows[0]]].tolist(), rows[0]))
    heads = np.array([rows[0] for rows in order], dtype=np.int64)
    unit = np.stack([_numbered(fabric[heads], column[lead[heads]]) for column in group])
    unit[0] = np.arange(len(order))
    block = np.empty(len(hosts), dtype=np.int32)
    for number, rows in enumerate(order):
        block[rows] = number
    return Blocks(
        name=texts(_names(network, heads)), fabric=texts(hosts.fabric[heads]), host_type=texts(hosts.host_type[heads]),
        host_ptr=indices(np.concatenate([[0], np.cumsum([len(rows) for rows in order])])),
        host_idx=ints(np.concatenate(order)), host_block=ints(block), level=texts(_words(len(group))), unit=ints(unit),
        group=ints(group), out_bps=floats(out), in_bps=floats(into), ways=ints(ways),
    )  # fmt: skip


def _numbered(fabric: NDArray[np.int64], group: NDArray[np.int32]) -> NDArray[np.int64]:
    """Pairs numbered in the order in which they come."""
    seen: dict[tuple[int, int], int] = {}
    return np.array([seen.setdefault(pair, len(seen)) for pair in zip(fabric.tolist(), group.tolist(), strict=True)])


def _words(levels: int) -> list[str]:
    """Names of so many levels.

    >>> _words(2), _words(3), _words(4)
    (['leaf', 'fabric'], ['leaf', 'pod', 'fabric'], ['leaf', 'pod', 'zone', 'fabric'])
    """
    between = ["pod", "zone", *(f"level-{n}" for n in range(3, levels))]
    return ["leaf", *between[: max(levels - 2, 0)], *(["fabric"] if levels > 1 else [])]


def _names(network: Network, heads: NDArray[np.int64]) -> list[str]:
    """A block on one switch is called after it; others by fabric and number."""
    up: dict[int, str] = {}
    names, taken = network.nodes.name, set[str]()
    counts: dict[str, int] = {}
    for src, dst in zip(network.links.src.tolist(), network.links.dst.tolist(), strict=True):
        if network.nodes.kind[src] == NodeKind.NIC:
            up[src] = str(names[dst]) if up.get(src, str(names[dst])) == str(names[dst]) else ""
    made = []
    for head in heads.tolist():
        leaves = {up.get(nic, "") for nic in network.hosts.nics(head).tolist()}
        fabric = str(network.hosts.fabric[head])
        number = counts[fabric] = counts.get(fabric, -1) + 1
        name = next(iter(leaves)) if len(leaves) == 1 and leaves != {""} else f"{fabric}-block{number}"
        made.append(name if name not in taken else f"{name}-{number}")
        taken.add(made[-1])
    return made
