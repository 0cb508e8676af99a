"""Where each cable stands in the pod matrix.

A cable is one cell. Its band is the tier of its upper end and the roles of both ends; its group is the
pod (or plane, or rail) of its lowest switch; within the block of a band and a group, the column is that
switch and the row is the rank of the cable among those of the switch. So a leaf keeps its column in the
bands above and below it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IndexColumn, IntColumn, TextColumn
from easterly.model.network import LinkKind, Network, NodeKind

WAN = "wan"
GROUPS = ("pod", "plane", "rail")


@dataclass(frozen=True, slots=True)
class FabricAxes:
    """The axes of one fabric's matrix: what its columns are, and its bands from the top tier down."""

    name: str
    axis: str
    groups: tuple[str, ...]
    bands: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells of the matrix, in drawing order: by fabric, band, group, column, row."""

    axes: tuple[FabricAxes, ...]
    up: IndexColumn  # (M,) link row from the lower end to the upper end
    down: IndexColumn  # (M,) link row back, -1 if there is none
    fabric: IndexColumn
    band: IndexColumn
    group: IndexColumn
    x: IndexColumn
    y: IndexColumn


def arrange(network: Network) -> Cells:
    """Give every cable of a network its cell.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Cells
        Columns of length M, one entry per cable.
    """
    links, nodes = network.links, network.nodes
    up = network.cables.astype(np.int64)
    swap = nodes.tier[links.src[up]] > nodes.tier[links.dst[up]]
    back = links.reverse[up].astype(np.int64)
    up, down = np.where(swap & (back >= 0), back, up), np.where(swap & (back >= 0), up, back)
    low, high = links.src[up], links.dst[up]
    owner = np.where(nodes.kind[low] == NodeKind.NIC, high, low)
    fabric_names = np.where(links.kind[up] == LinkKind.WAN, WAN, nodes.fabric[owner])
    names = sorted(set(fabric_names.tolist()), key=lambda name: (name == WAN, name))
    fabric = np.zeros(len(up), np.int64)
    band, group = np.zeros(len(up), np.int64), np.zeros(len(up), np.int64)
    axes = []
    for i, name in enumerate(names):
        rows = np.flatnonzero(fabric_names == name)
        fabric[rows] = i
        axis, group_names, group[rows] = _groups(network, name, owner[rows])
        band_names, band[rows] = _bands(network, low[rows], high[rows])
        axes.append(FabricAxes(name or network.name, axis, group_names, band_names))
    x = _rank_of_owner(fabric, band, group, owner)
    port = np.where(owner == low, links.src_port[up], links.dst_port[up])
    far = np.where(owner == low, high, low)
    order = np.lexsort((port, far, x, group, band, fabric))
    fabric, band, group, x, up, down = (a[order] for a in (fabric, band, group, x, up, down))
    return Cells(tuple(axes), up, down, fabric, band, group, x, _rank_in_run(fabric, band, group, x))


def _groups(network: Network, fabric: str, owner: IntColumn) -> tuple[str, tuple[str, ...], IndexColumn]:
    """What the groups are, their labels, and the group of each cable."""
    nodes = network.nodes
    if fabric == WAN:
        labels, group = np.unique(nodes.device[owner], return_inverse=True)
        return "router", tuple(labels.tolist()), group
    for axis, values in zip(GROUPS, (nodes.pod[owner], nodes.plane[owner], nodes.rail_group[owner]), strict=True):
        found = np.unique(values)
        if (found >= 0).sum() > 1:
            key = np.where(values < 0, np.iinfo(np.int32).max, values)
            kinds, first, group = np.unique(key, return_index=True, return_inverse=True)
            outside = nodes.role[owner[first[-1]]]
            return axis, tuple(str(v) if v in found else str(outside) for v in kinds.tolist()), group
    return "leaf", ("",), np.zeros(len(owner), np.int64)


def _bands(network: Network, low: IntColumn, high: IntColumn) -> tuple[tuple[str, ...], IndexColumn]:
    """Bands: one per tier and pair of roles, from the top down; and the band of each cable."""
    nodes = network.nodes
    below: TextColumn = np.where(nodes.kind[low] == NodeKind.NIC, "host", nodes.role[low])
    tier = np.maximum(nodes.tier[low], nodes.tier[high]).tolist()
    pairs = list(zip(tier, below.tolist(), nodes.role[high].tolist(), strict=True))
    order = sorted(set(pairs), key=lambda pair: (-pair[0], *pair[1:]))
    number = {pair: i for i, pair in enumerate(order)}
    names = tuple(f"{a} \u2013 {b}" for _, a, b in order)
    return names, np.array([number[pair] for pair in pairs], dtype=np.int64)


def _rank_of_owner(fabric: IndexColumn, band: IndexColumn, group: IndexColumn, owner: IntColumn) -> IndexColumn:
    """Rank of each cable's switch among the switches of its block, in node order."""
    order = np.lexsort((owner, group, band, fabric))
    f, b, g, o = (a[order] for a in (fabric, band, group, owner))
    new_block = _changes(f, b, g)
    new_owner = new_block | _changes(o)
    count = np.cumsum(new_owner) - 1
    start = np.maximum.accumulate(np.where(new_block, count, 0))
    rank = np.empty(len(owner), np.int64)
    rank[order] = count - start
    return rank


def _rank_in_run(*keys: IndexColumn) -> IndexColumn:
    """Position of each entry in its run of equal, adjacent keys."""
    at = np.arange(len(keys[0]), dtype=np.int64)
    return at - np.maximum.accumulate(np.where(_changes(*keys), at, 0))


def _changes(*keys: IntColumn | IndexColumn) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """True at each entry that differs from the one before; the first entry counts as a change."""
    changed = np.zeros(len(keys[0]), dtype=np.bool_)
    changed[:1] = True
    for key in keys:
        changed[1:] |= key[1:] != key[:-1]
    return changed
