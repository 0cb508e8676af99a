"""Trees over the hosts of a group: two binary ones that share the load, and one for what has a root."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IndexColumn
from easterly.demand.layout import Ranks
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, tree_hops
from easterly.demand.mapping.wire import inside_B, phase
from easterly.demand.phases import Phase


def tree(group: Group, collective: str, size_B: float) -> Phase:
    """All-reduce over two binary trees, each for half of the array; broadcast and reduce over a binomial tree.

    Hosts are nodes of the trees, chains inside them hang below, as in NCCL; both trees are pipelined, up and down at
    once. A host is inner node of one tree at most, so that it sends ``2 S`` (Sanders, Speck & Traeff 2009, Parallel
    Computing 35:12). The binomial tree sends whole arrays, round by round (Thakur et al. 2005, IJHPCA 19:1).

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``broadcast`` or ``reduce``.
    size_B : float [B]
    """
    return (_double if collective == "all-reduce" else _binomial)(group, collective, size_B)


def _double(group: Group, collective: str, size_B: float) -> Phase:
    runs, exits = group.runs, Exits.of(group)
    place, hosts = runs.rank, runs.hosts[runs.group]
    lower, upper = [], []
    for parents in (first_parents(place, hosts), second_parents(place, hosts)):
        below = np.flatnonzero(parents >= 0)
        lower.append(below)
        upper.append(runs.first[runs.group[below]] + parents[below])
    child, parent = np.concatenate(lower), np.concatenate(upper)
    src, dst = np.concatenate([child, parent]), np.concatenate([parent, child])
    traffic = exits.connect(group, src, dst, np.full(len(src), size_B / 2))
    hop, depth = tree_hops(group.library), (group.hosts - 1).bit_length()
    return phase(
        group, collective, "tree", traffic, inside_B=inside_B(group, collective, group.per_host, size_B),
        latency_s=latency_s(hop, 2 * (group.per_host - 1), 2 * depth),
        message_B=size_B / 2 / int(exits.channels.max()),
    )  # fmt: skip


def first_parents(place: Ranks, count: IndexColumn) -> IndexColumn:
    """Parent of each node of a binary tree whose leaves are the odd places; -1 for the root, place 0.

    Place ``i`` is at the height of its lowest bit; its parent is one higher, on the side where there is one.
    """
    bit = place & -place
    up = (place ^ bit) | (bit << 1)
    return np.where(place == 0, -1, np.where(up < count, up, place ^ bit))


def second_parents(place: Ranks, count: IndexColumn) -> IndexColumn:
    """Parents in the complementary tree: the first one mirrored, or shifted by one place where the number is odd."""
    odd = count % 2 == 1
    there = np.where(odd, (place - 1) % count, count - 1 - place)
    up = first_parents(there, count)
    return np.where(up < 0, -1, np.where(odd, (up + 1) % count, count - 1 - up))


def _binomial(group: Group, collective: str, size_B: float) -> Phase:
    runs, exits = group.runs, Exits.of(group)
    root, count = runs.rank[runs.root[runs.group]], runs.hosts[runs.group]
    place = (runs.rank - root) % count
    below = np.flatnonzero(place > 0)
    up = runs.first[runs.group[below]] + ((place & (place - 1))[below] + root[below]) % count[below]
    src, dst = (up, below) if collective == "broadcast" else (below, up)
    traffic = exits.connect(group, src, dst, np.full(len(below), size_B))
    inside, across = (group.per_host - 1).bit_length(), (group.hosts - 1).bit_length()
    return phase(
        group, collective, "tree", traffic, inside_B=inside * size_B,
        latency_s=latency_s(tree_hops(group.library), inside, across),
        message_B=size_B / int(exits.channels.max()), serial_B=inside * size_B,
    )  # fmt: skip
