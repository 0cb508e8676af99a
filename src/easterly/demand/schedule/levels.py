"""Two levels, message by message: inside the hosts, and across them on the rails."""

from __future__ import annotations

import numpy as np

from easterly.demand.mapping import Group
from easterly.demand.mapping.exits import Exits
from easterly.demand.schedule.messages import Hop, Latency, at_once, doors, gathered, homes, in_rounds, woven
from easterly.demand.schedule.pairs import Numbers
from easterly.demand.schedule.pattern import Pattern, beside, empty, then


def hierarchical(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Reduce-scatter inside each host, rings across the hosts on every rail, all-gather inside.

    Cho et al. 2019 (BlueConnect, MLSys). A reduce-scatter ends after the rings, an all-gather begins with them.

    Parameters
    ----------
    group : Group
        As many ranks in each host.
    collective : str
        ``all-reduce``, ``reduce-scatter`` or ``all-gather``.
    size_B : float [B]
        The whole array.
    latency : Latency
    """
    exits, hosts = doors(group), group.hosts
    steps = {"all-reduce": 2, "reduce-scatter": 1, "all-gather": 1}[collective] * (hosts - 1)
    hops = [across(group, exits, channel, size_B / hosts) for channel in range(int(exits.channels.max()))]
    rails = beside([woven(group.layout, in_rounds([hop] * steps), latency) for hop in hops])
    before = inside(group, size_B, latency) if collective != "all-gather" else empty()
    after = inside(group, size_B, latency) if collective != "reduce-scatter" else empty()
    return then(then(before, rails), after)


def in_network(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Every interface sends its share up and gets the sum, at once; GPUs reduce before and gather after.

    The way through the switches is drawn as in `mapping.in_network`: one message to the next host per channel.
    """
    exits = doors(group)
    hops = [across(group, exits, channel, size_B) for channel in range(int(exits.channels.max()))]
    up = beside([at_once(group.layout, hop, latency) for hop in hops if len(hop.src)])
    return then(then(inside(group, size_B, latency), up), inside(group, size_B, latency))


def across(group: Group, exits: Exits, channel: int, part_B: float) -> Hop:
    """Every host to the next of its group, in one channel; `part_B` is shared by the channels."""
    runs = group.runs
    src, dst = runs.around()
    use = exits.channels[runs.group[src]] > channel
    a, b = exits.first[src[use]] + channel, exits.first[dst[use]] + channel
    owner = runs.group[src[use]]
    return Hop.through(exits, a, b, owner, part_B / exits.channels[owner])


def inside(group: Group, size_B: float, latency: Latency) -> Pattern:
    """A ring inside each host that passes ``S / q`` on q-1 times: a reduce-scatter or an all-gather."""
    runs = group.runs
    parts = []
    for count in np.unique(runs.count[runs.count > 1]).tolist():
        order = runs.start[runs.count == count][:, None] + np.arange(count)
        owner = np.repeat(runs.group[runs.count == count], count)
        parts.append(_ring(group, runs.members[order], owner, size_B / count, latency))
    return gathered(beside(parts), homes(group.layout)) if parts else empty()


def _ring(group: Group, order: Numbers, owner: Numbers, part_B: float, latency: Latency) -> Pattern:
    hop = Hop.between(group.layout, order.ravel(), np.roll(order, -1, axis=1).ravel(), owner, part_B)
    return woven(group.layout, in_rounds([hop] * (order.shape[1] - 1)), latency)
