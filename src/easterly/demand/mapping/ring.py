"""Rings through all ranks of a group, and chains, which are rings that end where they began."""

from __future__ import annotations

import numpy as np

from easterly.demand import collectives
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, ring_hops
from easterly.demand.mapping.wire import phase
from easterly.demand.phases import Phase


def ring(group: Group, collective: str, size_B: float) -> Phase:
    """Rings through all ranks of each group, one per interface that it can leave its hosts by.

    A ring enters and leaves every host once, whatever it has inside: ``factor(n) S`` per host and direction. Broadcast
    and reduce are chains from the root and to it: whole arrays, cut into pieces, and nobody closes the ring.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``reduce-scatter``, ``all-gather``, ``broadcast`` or ``reduce``.
    size_B : float [B]
        The whole array.
    """
    runs, exits = group.runs, Exits.of(group)
    sent_B = float(collectives.wire_factor(collective, group.ranks)) * size_B
    src, dst = runs.around()
    if collective in ("broadcast", "reduce"):
        onward = dst != runs.root[runs.group[dst]]
        src, dst = src[onward], dst[onward]
    if collective == "reduce":
        src, dst = dst, src
    traffic = exits.connect(group, src, dst, np.full(len(src), sent_B))
    parts = 1 if collective in ("broadcast", "reduce") else group.ranks
    return phase(
        group, collective, "ring", traffic, inside_B=_inside_B(group, exits, sent_B),
        latency_s=_latency_s(group, collective), message_B=size_B / parts / int(exits.channels.max()),
    )  # fmt: skip


def _latency_s(group: Group, collective: str) -> float:
    """Of the serial messages of a ring, one per host and round crosses the network."""
    across = collectives.steps(collective, group.hosts)
    return latency_s(ring_hops(group.library), collectives.steps(collective, group.ranks) - across, across)


def _inside_B(group: Group, exits: Exits, sent_B: float) -> float:
    """A rank that is the exit of one of C rings sends 1/C of its bytes by the network, the rest to its neighbour."""
    runs = group.runs
    is_exit = (runs.hosts[runs.group] > 1) & (runs.count == exits.channels[runs.group])
    return float((sent_B * (1 - 1 / np.where(is_exit, runs.count, np.inf))).max())
