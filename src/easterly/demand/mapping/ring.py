"""Rings through all ranks of a group."""

from __future__ import annotations

import numpy as np

from easterly.demand import collectives
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.wire import beyond_wire_s
from easterly.demand.phases import Phase


def ring(group: Group, collective: str, size_B: float) -> Phase:
    """Rings through all ranks of each group, one per interface that it can leave its hosts by.

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``, ``reduce-scatter`` or ``all-gather``.
    size_B : float [B]
        The whole array.
    """
    runs = group.runs
    sent_B = collectives.wire_factor(collective, group.ranks) * size_B
    src, dst, owner = runs.neighbours()
    traffic = group.layout.traffic(src, dst, sent_B / runs.channels[owner])
    # A rank that is the exit of one of C rings sends 1/C of its bytes by the network, the rest to its neighbour.
    leaves = np.where((runs.hosts[runs.group] > 1) & (runs.count == runs.channels[runs.group]), runs.count, np.inf)
    scaleup_B = float((sent_B * (1 - 1 / leaves)).max()) + traffic.scaleup_B
    hosts = int(runs.hosts.max())
    return Phase(
        axis=group.axis, collective=collective, algorithm="ring", times=1.0,
        latency_s=collectives.ring_latency_s(collective, hosts, group.ranks),
        scaleup_s=beyond_wire_s(group.layout, traffic, scaleup_B), scaleup_B=scaleup_B, traffic=traffic,
    )  # fmt: skip
