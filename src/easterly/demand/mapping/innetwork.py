"""Switches that reduce: of the fabric (SHARP), and of the scale-up domain (NVLS)."""

from __future__ import annotations

import numpy as np

from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.latency import latency_s, switch_hops
from easterly.demand.mapping.wire import inside_B, phase
from easterly.demand.phases import Phase


def in_network(group: Group, collective: str, size_B: float) -> Phase:
    """All-reduce in the switches: each interface sends its share up once and gets the sum once, ``S / channels``.

    Flows have two ends, and the tree in the fabric has many; it is drawn as a ring through the interfaces of each
    channel, in the order of the topology, with ``S / channels`` on each edge. That puts on the links between a host
    and its leaf what the tree does, and on those above a leaf or a pod too, as the ring leaves and enters each of them
    once, like the partial sum and the result (Graham et al. 2016, COM-HPC: one tree per collective).

    Inside the hosts GPUs reduce and gather as in two levels, or their switches do (``nvls``).

    Parameters
    ----------
    group : Group
    collective : str
        ``all-reduce``.
    size_B : float [B]
    """
    runs, exits = group.runs, Exits.of(group)
    src, dst = runs.around()
    traffic = exits.connect(group, src, dst, np.full(len(src), size_B))
    parts = int(exits.channels.max())
    return phase(
        group, collective, "in-network", traffic, inside_B=inside_B(group, collective, group.per_host, size_B),
        latency_s=_latency_s(group), message_B=size_B / parts,
    )  # fmt: skip


def _latency_s(group: Group) -> float:
    """NCCL's cost of NVLS, alone or with SHARP above it; of a chain inside the host below SHARP without it."""
    across = group.hosts > 1
    hops = switch_hops(group.library, across)
    chain = across and not group.library.nvls
    return latency_s(hops, 2 * (group.per_host - 1) if chain else 1, int(across))
