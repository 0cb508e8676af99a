"""Two levels: inside the hosts, then across them on the rails."""

from __future__ import annotations

import numpy as np

from easterly.demand import collectives
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.ring import ring
from easterly.demand.phases import Phase


def hierarchical(group: Group, collective: str, size_B: float) -> Phase:
    """Two levels: reduce and gather inside each host, and rings between equal GPUs of the hosts, one after the other.

    Rings where hosts hold one rank or all ranks, or different numbers of them.
    """
    two_levels = group.even and 1 < group.runs.count[0] < group.ranks
    return (_two_levels if two_levels else ring)(group, collective, size_B)


def _two_levels(group: Group, collective: str, size_B: float) -> Phase:
    """Only for groups with as many ranks in each of their hosts."""
    runs, hosts = group.runs, int(group.runs.hosts.max())
    per_host = group.ranks // hosts
    src, dst, _ = runs.neighbours()
    part_B = collectives.wire_factor(collective, hosts) * size_B / per_host
    traffic = group.layout.traffic(src, dst, np.full(len(src), part_B))
    inside_B = collectives.wire_factor(collective, per_host) * size_B
    return Phase(
        axis=group.axis, collective=collective, algorithm="hierarchical", times=1.0,
        latency_s=collectives.hierarchical_latency_s(collective, hosts, per_host),
        scaleup_s=group.layout.scaleup_s(inside_B), scaleup_B=inside_B + traffic.scaleup_B, traffic=traffic,
    )  # fmt: skip
