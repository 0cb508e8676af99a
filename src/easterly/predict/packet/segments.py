"""Lists of segments, and tunnels: paths that a source names, as routes of packets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random
from easterly.base.columns import IntColumn, floats, indices, ints
from easterly.model.network import Network
from easterly.model.packet_routes import PICKS, Manner, PacketRoutes
from easterly.model.packets import PacketFlows
from easterly.model.routing import Policy, Tunnels
from easterly.predict.packet.routes import HASH, Legs, chosen_routes, connections, flows_on, legs_of, mixed_names
from easterly.predict.packet.tables import END, Grouped, Hops, Rows, keys_of, next_hops, regrouped, rows_of
from easterly.predict.packet.ticks import ticks

Lists = list[list[int]]
HASH_BITS = 64
WEIGHT_BPS = 1e9
"""Rates of tunnels are weights in this unit."""


def steer_through(
    network: Network, policy: Policy, src: ArrayLike, dst: ArrayLike, waypoints: Sequence[Sequence[int]],
    size_B: ArrayLike, start_s: ArrayLike = 0.0, *, number: ArrayLike | None = None, manner: Manner = HASH,
    host_manner: Manner = HASH, seed: int = 1, draw: int = 0,
) -> tuple[PacketFlows, PacketRoutes]:  # fmt: skip
    """Flows over lists of nodes, on the cheapest paths from each to the next (RFC 8402: node segments).

    Acknowledgements go through the same nodes in the other order.

    Parameters
    ----------
    network, policy, src, dst, size_B, start_s, number, manner, host_manner, seed, draw
        As in `steer`.
    waypoints : sequence of sequence of int
        By flow, the nodes in between: switches, each once.

    Returns
    -------
    flows : PacketFlows
    routes : PacketRoutes

    Raises
    ------
    ValueError
        A pair, or two waypoints, without a path between them; a waypoint that is named twice, or no switch.
    """
    columns = connections(src, dst, number)
    near, far = np.concatenate([columns[0], columns[1]]), np.concatenate([columns[1], columns[0]])
    legs = legs_of(network, policy, ints(near), ints(far))
    via = [list(each) for each in waypoints] + [list(each)[::-1] for each in waypoints]
    stops = [_stops(network, policy, legs, row, own) for row, own in enumerate(via)]
    steps = np.array([step for each in stops for step in pairwise(each)], dtype=np.int64).reshape(-1, 2)
    targets = np.unique(steps[:, 1])
    hops = next_hops(network, policy, ints(targets), [np.unique(steps[steps[:, 1] == t, 0]) for t in targets])
    back = np.where(
        policy.transit[targets], -2 - (len(np.unique(keys_of(network, hops))) + np.arange(len(targets))), END
    )
    groups, _ = regrouped(network, [hops], ints(back), 0)
    lists = [_list(network, legs, row, stop, targets, groups) for row, stop in enumerate(stops)]
    names = mixed_names(policy, columns, seed, draw)
    begin = len(groups.route) + np.cumsum([0, *(len(each) for each in lists)])[:-1]
    routes = chosen_routes(
        network, policy, groups, len(targets), ints(np.concatenate([groups.route, *lists])) if lists else ints([]),
        begin.reshape(2, -1).T, (manner, host_manner), names, added=False,
    )  # fmt: skip
    plain = [_plain(network, legs, row, stop, targets, hops) for row, stop in enumerate(stops)]
    return _flows(plain, size_B, start_s), routes


def _stops(network: Network, policy: Policy, legs: Legs, row: int, via: list[int]) -> list[int]:
    """Nodes between which cheapest paths are taken: the first with a choice, the waypoints, the last."""
    if len(set(via)) < len(via) or any(not policy.transit[node] for node in via):
        name = network.nodes.name
        raise ValueError(f"waypoints of {name[legs.src[row]]} to {name[legs.dst[row]]} are switches, each named once")
    ends = [int(legs.start[row]), *via, *([int(legs.targets[legs.target[row]])] if legs.target[row] >= 0 else [])]
    return [node for at, node in enumerate(ends) if at == 0 or node != ends[at - 1]]


def _list(network: Network, legs: Legs, row: int, stops: list[int], targets: Rows, groups: Grouped) -> IntColumn:
    made = [int(legs.first[row])] if legs.first[row] >= 0 else []
    if len(set(stops)) < len(stops):
        raise ValueError(f"the way from {network.nodes.name[legs.src[row]]} comes back to a waypoint")
    for near, far in pairwise(stops):
        key = np.array([np.searchsorted(targets, far) * len(network.nodes) + near])
        group = int(rows_of(groups.key, key)[0])
        if group < 0:
            raise ValueError(f"there is no path from {network.nodes.name[near]} to {network.nodes.name[far]}")
        made.append(-2 - group)
    return ints(made + ([int(legs.last[row])] if legs.last[row] >= 0 else []) + [END])


def _plain(network: Network, legs: Legs, row: int, stops: list[int], targets: Rows, hops: Hops) -> list[int]:
    key, begin = np.unique(keys_of(network, hops), return_index=True)
    made = [int(legs.first[row])] if legs.first[row] >= 0 else []
    for near, far in pairwise(stops):
        at, target = near, int(np.searchsorted(targets, far))
        while at != far:
            made.append(int(hops.link[begin[np.searchsorted(key, target * len(network.nodes) + at)]]))
            at = int(network.links.dst[made[-1]])
    return made + ([int(legs.last[row])] if legs.last[row] >= 0 else [])


def _flows(plain: Lists, size_B: ArrayLike, start_s: ArrayLike) -> PacketFlows:
    """Flows on the first half of these lists of links; their acknowledgements on the second."""
    half = len(plain) // 2
    return flows_on(size_B, start_s, _csr(plain[:half]), _csr(plain[half:]))


def _csr(rows: Lists) -> tuple[Rows, IntColumn]:
    return np.cumsum([0, *(len(each) for each in rows)]), ints([link for each in rows for link in each])


def steer_tunnels(
    network: Network, tunnels: Tunnels, size_B: ArrayLike, start_s: ArrayLike = 0.0, *, number: ArrayLike | None = None,
    manner: Manner = HASH, seed: int = 1,
) -> tuple[PacketFlows, PacketRoutes]:  # fmt: skip
    """Flows over their tunnels: where a flow has several, it picks among them in proportion to their rates.

    Acknowledgements come back over the first tunnel, in the other direction. Backups carry nothing.

    Parameters
    ----------
    network : Network
    tunnels : Tunnels
    size_B, start_s : (F,) or one
        Of flows 0 to the last that has a tunnel.
    number : (F,) int, optional
        What the hash tells flows apart by; their rows if absent.
    manner : Manner
    seed : int

    Returns
    -------
    flows : PacketFlows
    routes : PacketRoutes

    Raises
    ------
    ValueError
        A flow without a tunnel, or a link without another direction.
    """
    own = _carrying(tunnels)
    paths = [[tunnels.link_idx[tunnels.link_ptr[t] : tunnels.link_ptr[t + 1]].tolist() for t in each] for each in own]
    back = [network.links.reverse[each[0]][::-1].tolist() for each in paths]
    if any(link < 0 for each in back for link in each):
        raise ValueError("a tunnel has links without another direction, by which acknowledgements would come back")
    route, path, ptr, member = _tunnelled(paths, back)
    words = np.stack(
        [np.full(len(own), seed), np.arange(len(own)) if number is None else number], axis=1
    ).astype(np.uint64)  # fmt: skip
    name = np.repeat(random.mix64(words).reshape(-1, 1), 2, axis=1)
    groups = len(ptr) - 1
    chosen = [t for each in own if len(each) > 1 for t in each]
    routes = PacketRoutes(
        ints(route), indices(path), indices(ptr), indices(member), floats(tunnels.rate_bps[chosen] / WEIGHT_BPS),
        ints(np.zeros(groups)), ints(np.full(groups, -1)), ints([PICKS.index(manner.pick)]), ints([manner.modulo]),
        added=ints([0]), resilient=ints([manner.resilient]), bits=ints([HASH_BITS]), seed=np.zeros(1, dtype=np.uint64),
        gap_ps=indices([ticks(manner.gap_s)]), name=name,
    )  # fmt: skip
    return _flows([each[0] for each in paths] + back, size_B, start_s), routes


def _carrying(tunnels: Tunnels) -> list[NDArray[np.intp]]:
    """Tunnels of each flow that have a rate and are no backup."""
    backups = np.unique(tunnels.backup[tunnels.backup >= 0])
    rows = np.setdiff1d(np.flatnonzero(tunnels.rate_bps > 0), backups)
    own = [rows[tunnels.flow[rows] == flow] for flow in range(int(tunnels.flow.max(initial=-1)) + 1)]
    for flow, each in enumerate(own):
        if len(each) == 0:
            raise ValueError(f"flow {flow} has no tunnel with a rate")
    return own


def _tunnelled(paths: list[Lists], back: Lists) -> tuple[list[int], NDArray[np.int64], list[int], list[int]]:
    """Columns of `PacketRoutes`: the way back of each flow, its tunnels, and a group where it picks among several."""
    route: list[int] = []
    path, ptr, member = np.zeros((len(paths), 2), dtype=np.int64), [0], list[int]()
    for flow, ways in enumerate(paths):
        path[flow, 1] = len(route)
        route += [*back[flow], END]
        begins = []
        for way in ways:
            begins.append(len(route))
            route += [*way, END]
        path[flow, 0] = begins[0]
        if len(ways) > 1:
            path[flow, 0] = len(route)
            route += [-2 - (len(ptr) - 1), END]
            member += begins
            ptr.append(len(member))
    return route, path, ptr, member
