"""Trees, message by message: pieces of the array go up, down, or both, one behind the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.demand.layout import Ranks
from easterly.demand.mapping import Group
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.tree import first_parents, second_parents
from easterly.demand.schedule.binomial import binomial
from easterly.demand.schedule.messages import Hop, Latency, Messages, doors, stacked, woven
from easterly.demand.schedule.pairs import Amounts, Numbers, Pairs, joined, through
from easterly.demand.schedule.pattern import Pattern, beside

PIECES = 32
"""Pieces that an array is cut into, to be passed on one behind the other."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Edges of a forest of ranks, one per rank but the roots: who is below whom, and by which interfaces they talk."""

    child: Ranks
    parent: Ranks
    child_nic: Ranks
    parent_nic: Ranks
    group: Numbers
    crossing: NDArray[np.bool_]


def tree(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """All-reduce over two binary trees of hosts, each for half of the array; broadcast and reduce over a binomial one.

    Chains inside the hosts hang below. A piece takes ``2 depth`` hops, and the pieces follow each other (Sanders,
    Speck & Traeff 2009, Parallel Computing 35:12). For the binomial tree see `binomial`.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``broadcast`` or ``reduce``.
    size_B : float [B]
    latency : Latency
    """
    if collective != "all-reduce":
        return binomial(group, collective, size_B, latency)
    both = [_runs_above(group, way) for way in (first_parents, second_parents)]
    return _forest(group, both, "both", size_B / 2, latency)


def chain(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Broadcast from, or reduce to, the lowest rank of each group: a chain through all its hosts, in pieces.

    ``(n - 2 + pieces) (alpha + S / (pieces B))`` for n ranks that are each other's neighbours.
    """
    runs = group.runs
    root, count = runs.rank[runs.root[runs.group]], runs.hosts[runs.group]
    place = (runs.rank - root) % count - 1
    above = np.where(place < 0, -1, runs.first[runs.group] + (place + root) % count)
    return _forest(group, [above], "down" if collective == "broadcast" else "up", size_B, latency)


def _runs_above(group: Group, parents: Callable[[Numbers, Numbers], Numbers]) -> Numbers:
    """(R,) run above each run, -1 for the roots: a tree over places in the ring."""
    runs = group.runs
    place = parents(runs.rank, runs.hosts[runs.group])
    return np.where(place < 0, -1, runs.first[runs.group] + place)


def _forest(group: Group, trees: list[Numbers], way: str, size_B: float, latency: Latency) -> Pattern:
    """Pieces through each tree of hosts in each channel; everything side by side."""
    exits, parts = doors(group), []
    for above in trees:
        for edges in _channels(group, exits, above, rooted=way != "both"):
            made = _passed(edges, way, size_B / exits.channels[edges.group] / PIECES, PIECES)
            parts.append(woven(group.layout, made, latency, len(trees) * exits.channels[made.hop.group]))
    return beside(parts)


def _channels(group: Group, exits: Exits, above: Numbers, *, rooted: bool) -> Iterator[Edges]:
    """Edges of each channel: between the exits of hosts, and along chains that hang below them inside."""
    runs = group.runs
    for channel in range(int(exits.channels.max())):
        has = exits.channels[runs.group] > channel
        row = np.where(has, exits.first + channel, 0)
        lower = np.flatnonzero(has & (above >= 0))
        upper = above[lower]
        between = (exits.rank[row[lower]], exits.rank[row[upper]], exits.nic[row[lower]], exits.nic[row[upper]])
        a, b = _chains(group, exits.rank[row], has, rooted)
        width, own = exits.nic.shape[1], group.layout.own
        inner = (a, b, own(a)[:, :width], own(b)[:, :width])
        ends = [np.concatenate(two) for two in zip(between, inner, strict=True)]
        owner = np.concatenate([runs.group[lower], _owners(group, a)])
        yield Edges(ends[0], ends[1], ends[2], ends[3], owner, exits.crossing[owner])


def _chains(group: Group, exits: Ranks, has: NDArray[np.bool_], rooted: bool) -> tuple[Ranks, Ranks]:
    """Ranks of each host, and the rank before each on a chain that begins at the exit.

    In the host of the root it begins at the root and ends at the exit.
    """
    runs = group.runs
    run = np.repeat(np.arange(len(runs.count)), runs.count)
    is_exit = runs.members == exits[run]
    key = np.where(is_exit, 0, 1)
    if rooted:
        at_root, is_root = np.isin(run, runs.root), np.isin(np.arange(len(run)), runs.start[runs.root])
        key = np.where(at_root, np.where(is_root, 0, np.where(is_exit, 2, 1)), key)
    order = runs.members[np.lexsort((key, run))]
    behind = (np.arange(len(run)) > runs.start[run]) & has[run]
    return order[behind], np.roll(order, 1)[behind]


def _owners(group: Group, ranks: Ranks) -> Numbers:
    owner = np.empty(int(group.runs.members.max()) + 1, dtype=np.int64)
    owner[group.runs.members] = np.arange(len(group.runs.members)) // group.ranks
    return owner[ranks]


def _passed(edges: Edges, way: str, piece_B: Amounts, pieces: int) -> Messages:
    """Messages of all pieces: up the edges, down the edges, or both; round q is that of piece q."""
    up = Hop(edges.child, edges.parent, edges.child_nic, edges.parent_nic, edges.group, piece_B, edges.crossing)
    down = Hop(edges.parent, edges.child, edges.parent_nic, edges.child_nic, edges.group, piece_B, edges.crossing)
    hops = {"up": [up], "down": [down], "both": [up, down]}[way]
    count, width = len(edges.child), len(hops)
    after, start = _ties(edges, way)
    piece = np.arange(pieces) * count * width
    last = piece[-1] + np.arange(count * width)
    one = stacked(hops)
    fifo = ((piece[1:, None] + np.arange(count * width)).ravel(), (piece[:-1, None] + np.arange(count * width)).ravel())
    return Messages(
        hop=stacked([one] * pieces),
        round=np.repeat(np.arange(pieces), count * width),
        after=joined(_copied(after, piece), fifo),
        enter=start,
        leave=joined((one.src, last), (one.dst, last)),
    )


def _copied(both: Pairs, at: Numbers) -> Pairs:
    return (at[:, None] + both[0]).ravel(), (at[:, None] + both[1]).ravel()


def _ties(edges: Edges, way: str) -> tuple[Pairs, Pairs]:
    """What waits for what within a piece, and which messages wait for their sender to come."""
    count = np.arange(len(edges.child))
    by_child, by_parent = (edges.child, count), (edges.parent, count)
    above, below = through((count, edges.parent), by_child), through((count, edges.child), by_parent)
    at_root = ~np.isin(edges.parent, edges.child)
    if way == "up":
        return below, (count, edges.child)
    if way == "down":
        return above, (count[at_root], edges.parent[at_root])
    down = len(count)
    turn = through((count[at_root] + down, edges.parent[at_root]), by_parent)
    falling = (above[0] + down, above[1] + down)
    start = joined((count, edges.child), (count[at_root] + down, edges.parent[at_root]))
    return joined(below, falling, turn), start
