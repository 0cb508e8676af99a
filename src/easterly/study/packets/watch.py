"""Which ports are looked at while packets pass, and what waited there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, indices, ints
from easterly.model.network import Network, NodeKind
from easterly.model.packet_prediction import PacketWaiting
from easterly.model.packet_records import Recording
from easterly.model.packets import PacketOutcome
from easterly.model.qos import QosPlan
from easterly.model.routing import LinkLoads

PORTS = 24
"""Ports that are sampled: so many with the most load, and so many with the longest queues of a smaller run."""
SAMPLES = 300
"""Samples in the time that a run takes at most by rates; more where it takes longer."""


def recording(network: Network, loads: LinkLoads, before: Sequence[PacketOutcome], lasts_s: float) -> Recording:
    """What is written down of a run that takes about so long.

    Parameters
    ----------
    network : Network
    loads : LinkLoads
    before : sequence of PacketOutcome
        Runs of smaller parts, where there are some: their longest queues are worth a look.
    lasts_s : float [s]

    Returns
    -------
    Recording
        Of ports of switches, as those of hosts hold back what a link has no room for.
    """
    switch = network.nodes.kind[network.links.src] == NodeKind.SWITCH
    busy = loads.load_bps.sum(axis=0) / loads.capacity_bps
    longest = [found.most_B.max(axis=1) for found in before]
    links = np.unique(np.concatenate([_most(np.where(switch, values, 0)) for values in (busy, *longest)]))
    every_s = max(lasts_s / SAMPLES, 1e-9) if len(links) and np.isfinite(lasts_s) else 0.0
    return Recording(every_s=every_s, links=ints(links), most_samples=20 * SAMPLES)


def _most(values: NDArray[Any]) -> NDArray[np.int64]:
    order = np.argsort(-values, kind="stable")[:PORTS]
    return order[values[order] > 0]


def waiting(found: PacketOutcome, of_class: IntColumn, last_s: float) -> PacketWaiting:
    """What waited at the ports that were sampled until the last message was there.

    Classes that share a queue are told as the first of them.
    """
    series = None if found.recorded is None else found.recorded.series
    if series is None:
        return PacketWaiting(ints([]), floats([]), indices(np.zeros((0, len(of_class)))))
    samples = min(int(np.searchsorted(series.time_s, last_s)) + 1, len(series))
    in_all = series.class_B[:samples].sum(axis=1)
    made = np.zeros((samples, len(of_class)), dtype=np.int64)
    queues, first = np.unique(of_class, return_index=True)
    made[:, first] = in_all[:, queues]
    return PacketWaiting(series.link, floats(np.minimum(series.time_s[:samples], last_s)), indices(made))


def longest_B(found: PacketOutcome, plan: QosPlan, of_class: IntColumn) -> FloatColumn:
    """(G, C) [B] longest queue of each class at any port of each group; NaN where a group has none."""
    made = np.full((len(plan.groups), len(plan.traffic_class)), np.nan)
    for g, (start, stop) in enumerate(zip(plan.groups.port_ptr[:-1], plan.groups.port_ptr[1:], strict=True)):
        own = plan.groups.port_link[start:stop]
        if len(own):
            made[g] = found.most_B[own].max(axis=0)[of_class]
    return floats(made)
