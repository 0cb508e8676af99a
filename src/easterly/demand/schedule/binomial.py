"""Binomial trees: who has the array hands it on, round by round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easterly.demand.layout import Ranks
from easterly.demand.mapping import Group
from easterly.demand.mapping.exits import Exits
from easterly.demand.schedule.messages import Hop, Latency, doors, in_rounds, woven
from easterly.demand.schedule.pairs import Amounts, Numbers
from easterly.demand.schedule.pattern import Pattern, beside


def binomial(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Broadcast from the lowest rank of each group, hosts first, in ``ceil(lg n) (alpha + S/B)``; reduce the other way.

    Thakur et al. 2005 (IJHPCA 19:1). Every channel has its part of the array and its own exit from each host.
    """
    exits, parts = doors(group), []
    for channel in range(int(exits.channels.max())):
        rounds = [hop for hop in _rounds(group, exits, channel, size_B) if len(hop.src)]
        if collective == "reduce":
            rounds = [_turned(hop) for hop in rounds[::-1]]
        if rounds:
            made = in_rounds(rounds)
            parts.append(woven(group.layout, made, latency, exits.channels[made.hop.group]))
    return beside(parts)


def _turned(hop: Hop) -> Hop:
    return replace(hop, src=hop.dst, dst=hop.src, out=hop.into, into=hop.out)


def _rounds(group: Group, exits: Exits, channel: int, size_B: float) -> list[Hop]:
    """From the root to the exit of its host, from host to host, and from the exits to the other ranks."""
    runs = group.runs
    use = np.flatnonzero(exits.channels[runs.group] > channel)
    row = exits.first[use] + channel
    door, nic, owner = exits.rank[row], exits.nic[row], runs.group[use]
    part_B = size_B / exits.channels[owner]
    root = np.isin(use, runs.root[owner])
    start = runs.members[runs.start[use]]
    at = np.flatnonzero(root & (start != door))
    first = Hop.between(group.layout, start[at], door[at], owner[at], part_B[at])
    rounds = [replace(first, out=first.out[:, : nic.shape[1]], into=first.into[:, : nic.shape[1]])]
    place = (runs.rank[use] - runs.rank[runs.root[owner]]) % runs.hosts[owner]
    back = np.empty(len(runs.group), dtype=np.int64)
    back[runs.first[owner] + place] = np.arange(len(use))
    for src, dst in _halves(place, runs.hosts[owner]):
        to = back[runs.first[owner[src]] + dst]
        rounds.append(Hop.through(exits, row[src], row[to], owner[src], part_B[src]))
    return rounds + _inside(group, door, use, part_B, nic.shape[1])


def _inside(group: Group, door: Ranks, use: Numbers, part_B: Amounts, width: int) -> list[Hop]:
    """From the exit of each host to its other ranks; the root has the array already."""
    runs, rounds = group.runs, []
    run = np.repeat(np.arange(len(use)), runs.count[use])
    local = np.arange(len(run)) - np.repeat(np.cumsum(runs.count[use]) - runs.count[use], runs.count[use])
    member = runs.members[runs.start[use][run] + local]
    at = local[member == door[run]]
    place = (local - at[run]) % runs.count[use][run]
    slot = np.empty(len(run), dtype=np.int64)
    first = np.cumsum(runs.count[use]) - runs.count[use]
    slot[first[run] + place] = np.arange(len(run))
    for src, dst in _halves(place, runs.count[use][run]):
        to = slot[first[run[src]] + dst]
        hop = Hop.between(group.layout, member[src], member[to], runs.group[use][run[src]], part_B[run[src]])
        rounds.append(replace(hop, out=hop.out[:, :width], into=hop.into[:, :width]))
    return rounds


def _halves(place: Numbers, count: Numbers) -> list[tuple[Numbers, Numbers]]:
    """Rounds, far pairs first: rows whose place is a multiple of ``2^(k+1)``, and the place ``2^k`` behind each."""
    rounds = []
    for far in [1 << k for k in range((int(count.max(initial=1)) - 1).bit_length())][::-1]:
        src = np.flatnonzero((place % (2 * far) == 0) & (place + far < count))
        rounds.append((src, place[src] + far))
    return rounds
