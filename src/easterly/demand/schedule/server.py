"""Parameter servers, message by message."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import IndexColumn
from easterly.demand.mapping import Group
from easterly.demand.mapping.server import workers_and_servers
from easterly.demand.schedule.levels import inside
from easterly.demand.schedule.messages import Hop, Latency, at_once, doors
from easterly.demand.schedule.pairs import Amounts
from easterly.demand.schedule.pattern import Pattern, beside, empty, then


def parameter_server(group: Group, collective: str, size_B: float, latency: Latency) -> Pattern:
    """Every host pushes to all servers; a server answers when it has heard from everybody (synchronous training).

    Li et al. 2014 (OSDI). The GPUs of a host sum first, and share what was pulled.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce`` pushes and pulls, ``reduce-scatter`` pushes, ``all-gather`` pulls.
    size_B : float [B]
    latency : Latency
    """
    servers = group.library.servers or group.hosts
    worker, server, held = workers_and_servers(group, servers)
    amount = held * (size_B / servers)
    push = _sent(group, worker, server, amount, latency) if collective != "all-gather" else empty()
    pull = _sent(group, server, worker, amount, latency) if collective != "reduce-scatter" else empty()
    if collective != "all-gather":
        push = then(inside(group, size_B, latency), push)
    if collective != "reduce-scatter":
        pull = then(pull, inside(group, size_B, latency))
    return then(push, pull)


def _sent(group: Group, src: IndexColumn, dst: IndexColumn, amount: Amounts, latency: Latency) -> Pattern:
    """Runs to runs, all at once, over their channels."""
    exits, runs, parts = doors(group), group.runs, []
    for channel in range(int(exits.channels.max())):
        use = exits.channels[runs.group[src]] > channel
        a, b, owner = exits.first[src[use]] + channel, exits.first[dst[use]] + channel, runs.group[src[use]]
        size = amount[use] / exits.channels[owner]
        if np.any(use):
            hop = Hop.through(exits, a, b, owner, size)
            parts.append(at_once(group.layout, hop, latency))
    return beside(parts)
