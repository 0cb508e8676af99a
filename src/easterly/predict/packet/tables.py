"""Next hops towards some destinations, as groups of places in one array of links."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, ints
from easterly.base.schema import Doc
from easterly.model.network import Network
from easterly.model.routing import Policy

TIES = 1e-9
"""Costs that agree to this are equal."""
BLOCK = 64
"""Targets whose distances are in memory at once."""
END = -1
NONE = np.iinfo(np.int32).min
"""No entry, where rows are of different lengths."""
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Hops:
    """Next hops towards each of some targets: links, by target, then node, then link."""

    target: Annotated[IntColumn, Doc("(H,) row of the targets.")]
    link: Annotated[IntColumn, Doc("(H,) link that is a next hop of its source.")]


def next_hops(
    network: Network, policy: Policy, targets: IntColumn, starts: list[Rows], alive: BoolColumn | None = None
) -> Hops:
    """Links on cheapest paths from some nodes to some others.

    Parameters
    ----------
    network : Network
    policy : Policy
    targets : (T,) int
        Nodes, each once.
    starts : list of (S,) int
        By target, the nodes that send to it.
    alive : (L,) bool, optional
        Links that are up; those of the policy if absent.

    Returns
    -------
    Hops
        Equal costs are those of `easterly.route`: within a part in 10^9.
    """
    links, transit = network.links, policy.transit
    up = policy.alive if alive is None else alive
    begins = transit.copy()
    begins[np.concatenate([*starts, np.zeros(0, dtype=np.int64)])] = True
    rows = np.flatnonzero(up & begins[links.src])  # what begins elsewhere is never met
    rows = rows[np.argsort(links.src[rows], kind="stable")]
    every = _Ends(rows, links.src[rows].astype(np.intp), links.dst[rows].astype(np.intp), policy.cost[rows])
    inner = every.only(transit[every.dst])
    found: list[IntColumn] = []
    for first in range(0, len(targets), BLOCK):
        some = ints(targets[first : first + BLOCK])
        distance = graph.distances(len(network.nodes), links.dst, links.src, policy.cost, transit, up, some)
        for at, (target, row) in enumerate(zip(some.tolist(), distance, strict=True)):
            ends = inner if transit[target] else every.only(transit[every.dst] | (every.dst == target))
            found.append(ints(_met(ends.nearer(row), starts[first + at], len(row))))
    counts = [len(each) for each in found]
    return Hops(ints(np.repeat(np.arange(len(targets)), counts)), ints(np.concatenate([*found, np.zeros(0, np.int32)])))


@dataclass(frozen=True)
class _Ends:
    """Some links with their ends and costs, by source."""

    link: Rows
    src: NDArray[np.intp]
    dst: NDArray[np.intp]
    cost: FloatColumn

    def only(self, kept: BoolColumn) -> _Ends:
        """Those that are kept."""
        return _Ends(self.link[kept], self.src[kept], self.dst[kept], self.cost[kept])

    def nearer(self, distance: FloatColumn) -> _Ends:
        """Those on a cheapest path to where all distances are to."""
        here, there = distance[self.src], distance[self.dst]
        return self.only((there + self.cost <= here * (1 + TIES)) & (there < here) & np.isfinite(here))


def _met(hops: _Ends, starts: Rows, nodes: int) -> Rows:
    """Next hops that are met on the way from some nodes."""
    seen = np.zeros(nodes, dtype=np.bool_)
    seen[starts] = True
    count = -1
    while count != (count := int(seen.sum())):
        seen[hops.dst[seen[hops.src]]] = True
    return hops.link[seen[hops.src]]


@dataclass(frozen=True)
class Grouped:
    """Next hops as groups: what the kernel calls members, and where tables are entered."""

    route: Annotated[IntColumn, Doc("Links, groups and ends of all members.")]
    key: Annotated[Rows, Doc("(G,) ``target * nodes + node`` of each group, ascending.")]
    ptr: Annotated[Rows, Doc("(G + 1,) members of each group.")]
    member: Annotated[Rows, Doc("Where in `route` each begins.")]
    link: Annotated[IntColumn, Doc("Its link.")]
    only: Annotated[Rows, Doc("Keys of nodes with one next hop and no group, ascending.")]
    only_link: Annotated[IntColumn, Doc("Their links.")]


def grouped(network: Network, hops: Hops, back: IntColumn, offset: int) -> Grouped:
    """Groups of next hops where there is a choice, and the links behind them up to the next.

    Parameters
    ----------
    network : Network
    hops : Hops
    back : (T,) int
        Entry that ends each table: -1, or that of the group that leads back.
    offset : int
        Where in the array of links the members will be.

    Returns
    -------
    Grouped
    """
    key = keys_of(network, hops)
    every, begin, count = np.unique(key, return_index=True, return_counts=True)
    choosing, only = every[count > 1], every[count == 1]
    only_link = hops.link[begin[count == 1]]
    rows = np.flatnonzero(np.repeat(count > 1, count))
    matrix = _followed(network, hops.link[rows], hops.target[rows], back, (choosing, only, only_link))
    filled = matrix != NONE
    starts = np.cumsum(filled.sum(axis=1)) - filled.sum(axis=1)
    return Grouped(
        ints(matrix[filled]), choosing, np.concatenate([[0], np.cumsum(count[count > 1])]), offset + starts,
        hops.link[rows], only, ints(only_link),
    )  # fmt: skip


def regrouped(network: Network, epochs: list[Hops], back: IntColumn, offset: int) -> tuple[Grouped, list[Grouped]]:
    """Groups of next hops that change: every node of a table has one, and every next hop a place that stays.

    Parameters
    ----------
    network : Network
    epochs : list of Hops
        One after the other.
    back, offset
        As in `grouped`.

    Returns
    -------
    first : Grouped
        All groups of all epochs, with the members of the first: none where a node has no next hop.
    later : list of Grouped
        By epoch but the first, the groups that change.
    """
    links, nodes = len(network.links), len(network.nodes)
    keys = [keys_of(network, each) for each in epochs]
    places = [each.target.astype(np.int64) * links + each.link for each in epochs]
    key, place = np.unique(np.concatenate(keys)), np.unique(np.concatenate(places))
    link = place % links
    head = place // links * nodes + network.links.dst[link]
    group = rows_of(key, head)
    entry = np.where(group >= 0, -2 - group, back[place // links])
    route = ints(np.stack([link, entry], axis=1).ravel())
    made = []
    for at, (own, where, hops) in enumerate(zip(keys, places, epochs, strict=True)):
        before = np.zeros(0, dtype=np.int64) if at == 0 else places[at - 1]
        moved = np.setxor1d(where, before)
        changed = key if at == 0 else np.unique(moved // links * nodes + network.links.src[moved % links])
        rows = np.flatnonzero(rows_of(changed, own) >= 0)
        count = np.bincount(rows_of(changed, own[rows]), minlength=len(changed))
        members = offset + 2 * rows_of(place, where[rows])
        none = np.zeros(0, dtype=np.int64)
        made.append(Grouped(
            route, changed, np.concatenate([[0], np.cumsum(count)]), members, hops.link[rows], none, ints(none),
        ))  # fmt: skip
    return made[0], made[1:]


def keys_of(network: Network, hops: Hops) -> Rows:
    """``target * nodes + node`` of each next hop; ascending."""
    return hops.target.astype(np.int64) * len(network.nodes) + network.links.src[hops.link]


def _followed(
    network: Network, link: IntColumn, target: IntColumn, back: IntColumn, tables: tuple[Rows, Rows, IntColumn]
) -> NDArray[np.int32]:
    """From each link on until there is a choice, or the end of the table: one row each, padded."""
    choosing, only, only_link = tables
    nodes = len(network.nodes)
    columns, current = [link.astype(np.int32)], link.astype(np.int64)
    going = np.arange(len(link))
    while len(going):
        key = target[going].astype(np.int64) * nodes + network.links.dst[current[going]]
        column = np.full(len(link), NONE, dtype=np.int32)
        single, group = rows_of(only, key), rows_of(choosing, key)
        column[going] = np.where(group >= 0, -2 - group, back[target[going]])
        going, single = going[single >= 0], single[single >= 0]
        column[going] = current[going] = only_link[single]
        columns.append(column)
    return np.stack(columns, axis=1)


def rows_of(ascending: Rows, wanted: Rows) -> Rows:
    """Row of each key; -1 for those that are not there."""
    if len(ascending) == 0:
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.where(ascending[at] == wanted, at, -1)
