"""At which tier of switches two interfaces meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph, random
from easterly.base.columns import IntColumn, bools, ints
from easterly.base.joined import joined
from easterly.demand.layout.uplinks import switches
from easterly.model.network import LinkKind, Network, NodeKind

Tiers = NDArray[np.int64]
AWAY = 1 << 20
"""Tier of what meets nowhere within its fabric."""
_BLOCK = 1 << 22


def meeting_tier(network: Network, src: IntColumn, dst: IntColumn) -> Tiers:
    """Highest tier that the shortest paths between interfaces pass.

    In a folded Clos this is the lowest tier of switches that both are below, which is read off the parts into which a
    fabric falls without the tiers above. Fabrics of another kind (an explicit graph with links between equal tiers,
    say) are searched: a switch is on a shortest path if its distances to both ends add up to the least.

    Parameters
    ----------
    network : Network
    src, dst : (F,) int
        Nodes of interfaces.

    Returns
    -------
    (F,) int
        1 for leaves, and so on; `AWAY` for paths that leave the fabric, and where there are none.
    """
    names, fabric = np.unique(network.nodes.fabric, return_inverse=True)
    ends = switches(network)
    found = np.full(len(src), AWAY, dtype=np.int64)
    same = fabric[src] == fabric[dst]
    folded = _folded(network, fabric, len(names))
    for tier in range(int(network.nodes.tier.max(initial=0)), 0, -1):
        rows = np.flatnonzero(same & folded[fabric[src]])
        part = np.append(_parts(network, tier), -1)
        one, other = part[ends[src[rows]]], part[ends[dst[rows]]]
        meet = ((one[:, :, None] == other[:, None, :]) & (one >= 0)[:, :, None]).any(axis=(1, 2))
        found[rows[meet]] = tier
    rest = np.flatnonzero(same & ~folded[fabric[src]])
    if len(rest):
        found[rest] = _searched(network, ends, src[rest], dst[rest])
    return found


def _parts(network: Network, tier: int) -> Tiers:
    """(N,) part of each switch when those above a tier are taken away; -1 for these, and for all that is no switch."""
    links, nodes = network.links, network.nodes
    left = (nodes.kind == NodeKind.SWITCH) & (nodes.tier <= tier)
    use = left[links.src] & left[links.dst] & (links.kind == LinkKind.FABRIC)
    return np.where(left, joined(len(nodes), links.src[use], links.dst[use]), -1)


def _folded(network: Network, fabric: Tiers, count: int) -> NDArray[np.bool_]:
    """(fabrics,) True where links are alike and join neighbouring tiers, and each part has a switch above all of it.

    Then the shortest path goes up to the first tier that both ends are below, and down again.
    """
    links, nodes = network.links, network.nodes
    climbs = nodes.tier[links.dst] - nodes.tier[links.src]
    inner = links.kind == LinkKind.FABRIC
    good = np.ones(count, dtype=np.bool_)
    good[fabric[links.src[(inner | (links.kind == LinkKind.HOST)) & (np.abs(climbs) != 1)]]] = False
    for which in np.unique(fabric[links.src[inner]]):
        costs = links.cost[inner & (fabric[links.src] == which)]
        good[which] &= bool((costs == costs[0]).all())
    good[_without_top(network, fabric, climbs)] = False
    return good


def _without_top(network: Network, fabric: Tiers, climbs: IntColumn) -> Tiers:
    """Fabrics with a part that has no switch of its highest tier above all of its leaves.

    Leaves have random numbers, and a switch has the sum of those below it: equal sums are equal sets, short of a
    chance of one in 2^64.
    """
    links, nodes = network.links, network.nodes
    leaf = (nodes.kind == NodeKind.SWITCH) & (nodes.tier == 1)
    below = random.mix64(np.arange(len(nodes), dtype=np.uint64)[:, None]) * leaf
    up = np.unique(np.stack([links.src, links.dst])[:, (links.kind == LinkKind.FABRIC) & (climbs == 1)], axis=1)
    bad = [np.zeros(0, dtype=np.int64)]
    for tier in range(2, int(nodes.tier.max(initial=0)) + 1):
        rows = nodes.tier[up[1]] == tier
        np.add.at(below, up[1, rows], below[up[0, rows]])
        part = _parts(network, tier)
        whole = np.zeros(len(nodes), dtype=np.uint64)
        np.add.at(whole, part[leaf], below[leaf])
        top = np.flatnonzero(nodes.tier == tier)
        covered = np.zeros(len(nodes), dtype=np.bool_)
        covered[part[top[below[top] == whole[part[top]]]]] = True
        bad.append(fabric[top[~covered[part[top]]]])
    return np.concatenate(bad)


def _searched(network: Network, ends: Tiers, src: IntColumn, dst: IntColumn) -> Tiers:
    """The same by distances; interfaces on the same switches stand for each other."""
    links = network.links
    nics = np.unique(np.concatenate([src, dst]))
    _, like, which = np.unique(ends[nics], axis=0, return_index=True, return_inverse=True)
    place = np.zeros(len(network.nodes), dtype=np.int64)
    place[nics] = which.ravel()
    far = graph.distances(
        len(network.nodes), links.src, links.dst, links.cost, network.transit,
        bools(np.ones(len(links), dtype=np.bool_)), ints(nics[like]),
    )  # fmt: skip
    through = np.flatnonzero(network.transit)
    height = np.where(network.nodes.kind[through] == NodeKind.WAN, AWAY, network.nodes.tier[through])
    pairs, back = np.unique(np.stack([place[src], place[dst]]), axis=1, return_inverse=True)
    cut = range(0, pairs.shape[1], max(1, _BLOCK // max(len(through), 1)))
    tiers = [_highest(far[:, through], height, part) for part in np.split(pairs, list(cut)[1:], axis=1)]
    return np.concatenate(tiers)[back.ravel()]


def _highest(far: NDArray[np.float64], height: Tiers, pairs: Tiers) -> Tiers:
    """Highest switch on the shortest paths of pairs: those whose distances to both ends add up to the least."""
    total = far[pairs[0]] + far[pairs[1]]
    least = total.min(axis=1, keepdims=True)
    on = (total <= least * (1 + 1e-12)) & np.isfinite(total)
    return np.where(on.any(axis=1), np.where(on, height, 0).max(axis=1), AWAY)
