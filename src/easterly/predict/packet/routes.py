"""Paths with choices, from the policy of a network: every switch picks among its next hops."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import BoolColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.packet_routes import PICKS, Manner, Names, PacketRoutes
from easterly.model.packets import PacketFlows
from easterly.model.routing import Policy
from easterly.predict.packet.tables import (
    END,
    NONE,
    Grouped,
    Hops,
    Rows,
    grouped,
    keys_of,
    next_hops,
    regrouped,
    rows_of,
)
from easterly.predict.packet.ticks import ticks

HASH = Manner()
_UNTOLD = (1 << 64) - 1
_SOURCE, _DESTINATION, _NUMBER = 1, 2, 4


@dataclass(frozen=True)
class Legs:
    """How pairs of interfaces enter and leave the part of the network where there is a choice."""

    src: IntColumn
    dst: IntColumn
    first: Rows
    """The only link out of the source; -1 where it has several."""
    start: Rows
    """Node where the choices begin."""
    target: Rows
    """Row of `targets`; -1 where there is nothing to choose."""
    last: Rows
    """The only link into the destination; -1 where it has several, or where it is the first."""
    targets: IntColumn
    """Nodes where tables end."""

    def starts(self) -> list[Rows]:
        """By target, the nodes that send to it."""
        chooses = self.target >= 0
        order = np.lexsort((self.start[chooses], self.target[chooses]))
        target, start = self.target[chooses][order], self.start[chooses][order]
        return [np.unique(each) for each in np.split(start, np.searchsorted(target, np.arange(1, len(self.targets))))]


def legs_of(network: Network, policy: Policy, src: IntColumn, dst: IntColumn) -> Legs:
    """Legs of pairs of interfaces.

    Raises
    ------
    ValueError
        A pair of one interface, or an interface without links.
    """
    if (src == dst).any():
        raise ValueError(f"{network.nodes.name[src[src == dst][0]]} sends to itself")
    links = network.links
    out, into = _only(network, policy, links.src), _only(network, policy, links.dst)
    first, last = out[src], into[dst]
    start = np.where(first >= 0, links.dst[first], src).astype(np.int64)
    direct = start == dst
    end = np.where(last >= 0, links.src[last], dst)
    last = np.where(direct, -1, last)
    targets, target = np.unique(np.where(direct, -1, end), return_inverse=True)
    low = int((targets == -1).any())
    return Legs(src, dst, first, start, np.where(direct, -1, target - low), last, ints(targets[low:]))


def _only(network: Network, policy: Policy, end: IntColumn) -> Rows:
    """The one link of each interface that is up; -1 for switches, and where there are several."""
    rows = np.flatnonzero(policy.alive)
    only = np.full(len(network.nodes), -1, dtype=np.int64)
    only[end[rows]] = rows
    only[policy.transit | (np.bincount(end[rows], minlength=len(only)) != 1)] = -1
    return only


@dataclass(frozen=True)
class Built:
    """Routes, and what changes in them."""

    flows: PacketFlows
    routes: PacketRoutes
    later: list[Grouped]
    """By epoch but the first, groups that change; their keys are rows of groups."""


def steer(
    network: Network, policy: Policy, src: ArrayLike, dst: ArrayLike, size_B: ArrayLike, start_s: ArrayLike = 0.0, *,
    number: ArrayLike | None = None, manner: Manner = HASH, host_manner: Manner = HASH, names: Names | None = None,
    seed: int = 1, draw: int = 0, watched: bool = False,
) -> tuple[PacketFlows, PacketRoutes]:  # fmt: skip
    """Flows between interfaces over all cheapest paths, each switch choosing its next hop.

    The hash of a connection is that of `easterly.route`: of its source, its destination and its number, with the seed
    of each node, for one draw of a seed.

    Parameters
    ----------
    network : Network
    policy : Policy
        Costs, weights, seeds, and what is up.
    src, dst : (F,) int
        Interfaces.
    size_B : (F,) or one int [B]
    start_s : (F,) or one float [s]
    number : (F,) int, optional
        Which of the connections of its pair each is: what the hash tells them apart by. 0 if absent.
    manner, host_manner : Manner
        How switches choose, and hosts whose interfaces have several links.
    names : Names, optional
        Values of another hash function.
    seed, draw : int
        Of the hashing.
    watched : bool
        Counts packets by member and changes of way by flow.

    Returns
    -------
    flows : PacketFlows
        With the first of the cheapest paths, which ideal times are those of.
    routes : PacketRoutes
        For `simulate`.

    Raises
    ------
    ValueError
        A pair without a path.
    """
    columns = connections(src, dst, number)
    made = build(
        network, policy, columns, [policy.alive], (size_B, start_s), (manner, host_manner),
        names or mixed_names(policy, columns, seed, draw), names is not None, watched=watched, changes=False,
    )  # fmt: skip
    return made.flows, made.routes


def connections(src: ArrayLike, dst: ArrayLike, number: ArrayLike | None) -> list[IntColumn]:
    """Columns of sources, destinations and numbers."""
    start = ints(src)
    return [start, ints(dst), ints(np.zeros(len(start)) if number is None else number)]


def mixed_names(policy: Policy, columns: list[IntColumn], seed: int, draw: int) -> Names:
    """Names of connections as `hashed_spread` of the kernel has them, in both directions."""
    src, dst, number = columns
    mask = (1 << 64) - 1
    turn = random.mix64(np.array([[seed & mask, draw & mask]], dtype=np.uint64))[0]
    value = np.empty((len(src), 2), dtype=np.uint64)
    for way, (near, far) in enumerate([(src, dst), (dst, src)]):
        words = np.zeros((len(src), 5), dtype=np.uint64)
        words[:, 0], words[:, 1], words[:, 3], words[:, 4] = near, far, number, turn
        if policy.told is not None:
            for column, part in ((0, _SOURCE), (1, _DESTINATION), (2, _NUMBER), (3, _NUMBER)):
                words[(policy.told[near] & part) == 0, column] = _UNTOLD
        value[:, way] = random.mix64(words)
    return Names(value, policy.seed.astype(np.uint64), 64)


def build(
    network: Network, policy: Policy, columns: list[IntColumn], alive: list[BoolColumn],
    given: tuple[ArrayLike, ArrayLike], manners: tuple[Manner, Manner], names: Names, added: bool, *, watched: bool,
    changes: bool,
) -> Built:  # fmt: skip
    """Tables of one or more epochs, the lists of flows that lead into them, and what picks.

    `columns` are sources, destinations and numbers of connections; `alive` has one row per epoch; with `changes`, every
    node of a table has a group, which may get other members.
    """
    src, dst, _ = columns
    pairs, of_pair = np.unique(
        np.stack([np.concatenate([src, dst]), np.concatenate([dst, src])], axis=1), axis=0, return_inverse=True
    )
    legs = legs_of(network, policy, ints(pairs[:, 0]), ints(pairs[:, 1]))
    epochs = [next_hops(network, policy, legs.targets, legs.starts(), each) for each in alive]
    _served(network, legs, epochs[0])
    tables = len(legs.targets)
    leads_back = policy.transit[legs.targets]
    groups = len(np.unique(np.concatenate([keys_of(network, each) for each in epochs]))) if changes else None
    # Back groups come behind those of the tables, whose number is known before their entries are.
    if groups is None:
        _, count = np.unique(keys_of(network, epochs[0]), return_counts=True)
        groups = int((count > 1).sum())
    back = np.where(leads_back, -2 - (groups + np.arange(tables)), END).astype(np.int32)
    if changes:
        all_groups, later = regrouped(network, epochs, back, 0)
    else:
        all_groups, later = grouped(network, epochs[0], back, 0), []
    lists, begin = _lists(network, legs, all_groups)
    offset = len(all_groups.route)
    path = (offset + begin[of_pair.ravel()]).reshape(2, len(src)).T
    route = np.concatenate([all_groups.route, lists, [END]]).astype(np.int32)
    routes = chosen_routes(
        network, policy, all_groups, tables, route, path, manners, names, added=added, watched=watched
    )
    plain = _plain(network, legs, epochs[0])
    flows = _flows(plain, of_pair.ravel().reshape(2, len(src)), *given)
    return Built(flows, routes, [_renumbered(each, all_groups.key) for each in later])


def chosen_routes(
    network: Network, policy: Policy, groups: Grouped, tables: int, route: IntColumn, path: Rows,
    manners: tuple[Manner, Manner], names: Names, *, added: bool, watched: bool = False,
) -> PacketRoutes:  # fmt: skip
    """Groups of tables, and behind them one group for each table that leads back.

    `route` and `path` are as in `PacketRoutes`; `manners` are those of switches and of hosts.
    """
    of_node, columns = manners_of(network, groups.key, manners, names, added=added)
    return PacketRoutes(
        ints(route), indices(np.ascontiguousarray(path)),
        ptr=indices(np.concatenate([groups.ptr, np.full(tables, groups.ptr[-1])])),
        member=indices(groups.member), weight=floats(policy.weight[groups.link]),
        manner=ints(np.concatenate([of_node, np.full(tables, len(columns["pick"]) - 1)])),
        table=ints(np.concatenate([groups.key // len(network.nodes), np.arange(tables)])),
        **columns, name=names.value, watched=watched,
    )  # fmt: skip


def _renumbered(changed: Grouped, key: Rows) -> Grouped:
    return Grouped(
        changed.route, rows_of(key, changed.key), changed.ptr, changed.member, changed.link, changed.only,
        changed.only_link,
    )  # fmt: skip


def _served(network: Network, legs: Legs, hops: Hops) -> None:
    """Refuses pairs without a path."""
    chooses = (legs.target >= 0) & (legs.targets[legs.target] != legs.start)
    key = legs.target * len(network.nodes) + legs.start
    lost = np.flatnonzero(chooses & (rows_of(np.unique(keys_of(network, hops)), key) < 0))
    if len(lost):
        name = network.nodes.name
        raise ValueError(f"there is no path from {name[legs.src[lost[0]]]} to {name[legs.dst[lost[0]]]}")


def _lists(network: Network, legs: Legs, groups: Grouped) -> tuple[IntColumn, Rows]:
    """The list of each pair: its first link, the table that it enters, its last link; and where each begins."""
    nodes = len(network.nodes)
    count = len(legs.src)
    columns = [np.where(legs.first >= 0, legs.first, NONE)]
    current = legs.start.copy()
    going = np.flatnonzero((legs.target >= 0) & (legs.targets[legs.target] != current))
    while len(going):
        key = legs.target[going] * nodes + current[going]
        single, group = rows_of(groups.only, key), rows_of(groups.key, key)
        column = np.full(count, NONE, dtype=np.int64)
        column[going[group >= 0]] = -2 - group[group >= 0]
        onward = going[single >= 0]
        column[onward] = groups.only_link[single[single >= 0]]
        columns.append(column)
        current[onward] = network.links.dst[column[onward]]
        going = onward[legs.targets[legs.target[onward]] != current[onward]]
    columns += [np.where(legs.last >= 0, legs.last, NONE), np.full(count, END)]
    matrix = np.stack(columns, axis=1)
    filled = matrix != NONE
    length = filled.sum(axis=1)
    return ints(matrix[filled]), np.cumsum(length) - length


def _plain(network: Network, legs: Legs, hops: Hops) -> tuple[Rows, IntColumn]:
    """The first of the cheapest paths of each pair, CSR."""
    nodes, count = len(network.nodes), len(legs.src)
    key, begin = np.unique(keys_of(network, hops), return_index=True)
    columns, current = [np.where(legs.first >= 0, legs.first, NONE)], legs.start.copy()
    going = np.flatnonzero((legs.target >= 0) & (legs.targets[legs.target] != current))
    while len(going):
        column = np.full(count, NONE, dtype=np.int64)
        column[going] = hops.link[begin[rows_of(key, legs.target[going] * nodes + current[going])]]
        columns.append(column)
        current[going] = network.links.dst[column[going]]
        going = going[legs.targets[legs.target[going]] != current[going]]
    columns.append(np.where(legs.last >= 0, legs.last, NONE))
    matrix = np.stack(columns, axis=1)
    filled = matrix != NONE
    return np.concatenate([[0], np.cumsum(filled.sum(axis=1))]), ints(matrix[filled])


def _flows(plain: tuple[Rows, IntColumn], of_pair: Rows, size_B: ArrayLike, start_s: ArrayLike) -> PacketFlows:
    ptr, link = plain
    own, links = [], []
    for rows in of_pair:
        count = np.diff(ptr)[rows]
        own.append(np.concatenate([[0], np.cumsum(count)]))
        links.append(ints(link[np.arange(own[-1][-1]) + np.repeat(ptr[rows] - own[-1][:-1], count)]))
    return flows_on(size_B, start_s, (own[0], links[0]), (own[1], links[1]))


def flows_on(
    size_B: ArrayLike, start_s: ArrayLike, there: tuple[Rows, IntColumn], back: tuple[Rows, IntColumn]
) -> PacketFlows:
    """Flows on paths, and the paths of their acknowledgements; each CSR: pointers and links."""
    flows = len(there[0]) - 1
    return PacketFlows(
        indices(np.broadcast_to(np.asarray(size_B, dtype=np.int64), flows)),
        floats(np.broadcast_to(np.asarray(start_s, dtype=np.float64), flows)),
        indices(there[0]), ints(there[1]), indices(back[0]), ints(back[1]),
    )  # fmt: skip


def manners_of(
    network: Network, key: Rows, manners: tuple[Manner, Manner], names: Names, *, added: bool
) -> tuple[IntColumn, dict[str, NDArray[Any]]]:
    """Row of each group, and the columns: one row per node that chooses, and a last one that leads back."""
    node, of_group = np.unique(key % len(network.nodes), return_inverse=True)
    switch, host = manners
    transit = network.transit[node]

    def column(name: str, last: int) -> NDArray[np.int64]:
        values = [getattr(each, name) for each in (switch, host)]
        own = [PICKS.index(value) if isinstance(value, str) else int(value) for value in values]
        return np.append(np.where(transit, *own), last)

    polarised = np.where(transit, switch.polarised, host.polarised)
    seed = np.where(polarised, names.seed[0], names.seed[node])
    gap_ps = np.where(transit, ticks(switch.gap_s), ticks(host.gap_s))
    rows = len(node) + 1
    return ints(of_group), {
        "pick": ints(column("pick", len(PICKS) - 1)), "modulo": ints(column("modulo", 0)),
        "added": ints(np.full(rows, added)), "resilient": ints(column("resilient", 0)),
        "bits": ints(np.full(rows, names.bits)), "seed": np.append(seed, 0).astype(np.uint64),
        "gap_ps": indices(np.append(gap_ps, 0)),
    }  # fmt: skip
