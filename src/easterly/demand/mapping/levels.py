"""Two levels: inside the hosts, then across them on the rails."""

from __future__ import annotations

import numpy as np

from easterly.demand import collectives
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, ring_hops
from easterly.demand.mapping.wire import inside_B, phase
from easterly.demand.phases import Phase


def hierarchical(group: Group, collective: str, size_B: float) -> Phase:
    """Reduce and gather inside each host, and rings between equal GPUs of the hosts, one after the other.

    ``factor(K) S / q`` leaves each of q GPUs on its own rail (Cho et al. 2019, BlueConnect, MLSys).

    Parameters
    ----------
    group : Group
        As many ranks in each host, more than one, and more than one host.
    collective : str
        ``all-reduce``, ``reduce-scatter`` or ``all-gather``.
    size_B : float [B]
    """
    exits, (src, dst) = Exits.of(group), group.runs.around()
    hosts, per_host = group.hosts, group.per_host
    across_B = float(collectives.wire_factor(collective, hosts)) * size_B
    within_B = inside_B(group, collective, per_host, size_B)
    traffic = exits.connect(group, src, dst, np.full(len(src), across_B))
    hop = ring_hops(group.library)
    inside, across = collectives.steps(collective, per_host), collectives.steps(collective, hosts)
    return phase(
        group, collective, "hierarchical", traffic, inside_B=within_B,
        latency_s=hop.base_s + latency_s(hop, inside, across), message_B=size_B / hosts / int(exits.channels.max()),
        serial_B=within_B,
    )  # fmt: skip


def two_levels(group: Group) -> bool:
    """True where there are two levels: hosts hold as many ranks each, neither one nor all."""
    return group.even and 1 < group.per_host < group.ranks
