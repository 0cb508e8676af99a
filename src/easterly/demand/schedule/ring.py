"""Rings, message by message: every rank passes parts of the array on to the next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easterly.demand import collectives
from easterly.demand.layout import Ranks
from easterly.demand.mapping import Group
from easterly.demand.mapping.exits import Exits
from easterly.demand.schedule.messages import Hop, Latency, doors, in_rounds, woven
from easterly.demand.schedule.pairs import Numbers
from easterly.demand.schedule.pattern import Pattern, beside


def ring(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Rings through all ranks of each group, one (a channel) per interface that the group can leave its hosts by.

    The array is cut into one part per rank and channel; 2(n-1) messages of a part, one after the other, make an
    all-reduce, n-1 a reduce-scatter or an all-gather (Patarasuk & Yuan 2009, J. Parallel Distrib. Comput. 69:2): it
    takes ``2(n-1) (alpha + S / (n B))`` where every hop has latency alpha and all channels together rate B.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``reduce-scatter`` or ``all-gather``.
    size_B : float [B]
        The whole array.
    latency : Latency
    """
    exits, count = doors(group), collectives.steps(collective, group.ranks)
    parts = []
    for channel in range(int(exits.channels.max()) if count else 0):
        made = in_rounds([around(group, exits, channel, size_B / group.ranks)] * count)
        parts.append(woven(group.layout, made, latency, exits.channels[made.hop.group]))
    return beside(parts)


def around(group: Group, exits: Exits, channel: int, part_B: float) -> Hop:
    """Every rank to the next, round to the first, in one channel; `part_B` is shared by the channels."""
    order, door, use = rotated(group, exits, channel)
    src, dst = order.ravel(), np.roll(order, -1, axis=1).ravel()
    out, into, owner = door.ravel(), np.roll(door, -1, axis=1).ravel(), np.repeat(use, order.shape[1])
    made = Hop.through(exits, out, into, owner, part_B / exits.channels[owner])
    return replace(made, src=src, dst=dst)


def rotated(group: Group, exits: Exits, channel: int) -> tuple[Ranks, Numbers, Numbers]:
    """Order of the ranks in one channel: within each host, the rank that leaves it comes last.

    Returns
    -------
    order : (G, n) int
        Ranks, of the groups that have so many channels.
    door : (G, n) int
        Row of `exits` by which the channel leaves and enters the host of each.
    use : (G,) int
        Those groups.
    """
    runs = group.runs
    has = exits.channels[runs.group] > channel
    start, count, row = runs.start[has], runs.count[has], exits.first[has] + channel
    run = np.repeat(np.arange(len(count)), count)
    place = np.arange(len(run)) - np.repeat(np.cumsum(count) - count, count)
    is_exit = runs.members[start[run] + place] == exits.rank[row][run]
    last = place[is_exit]
    order = runs.members[start[run] + (last[run] + 1 + place) % count[run]]
    return order.reshape(-1, group.ranks), row[run].reshape(-1, group.ranks), np.unique(runs.group[has])
