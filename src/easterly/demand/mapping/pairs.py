"""Sends and receives between pairs of ranks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.demand.layout import Layout, Ranks
from easterly.demand.mapping.group import PLAIN
from easterly.demand.mapping.latency import latency_s, ring_hops
from easterly.demand.mapping.wire import beyond_wire_s
from easterly.demand.phases import Phase
from easterly.model.spec.job import Library


def send(
    axis: str, layout: Layout, src: Ranks, dst: Ranks, size_B: NDArray[np.float64], library: Library = PLAIN
) -> Phase:
    """Ranks that send to other ranks, all at the same time.

    Parameters
    ----------
    axis : str
        Why: ``pp``, ``kv``, ...
    layout : Layout
    src, dst : (E,) int
        Ranks.
    size_B : (E,) float [B]
    library : Library
    """
    traffic = layout.traffic(src, dst, size_B)
    across = 1 if len(traffic.src) else 0
    return Phase(
        axis=axis, collective="send", algorithm="direct", times=1.0,
        latency_s=latency_s(ring_hops(library), 1 - across, across),
        scaleup_s=beyond_wire_s(layout, traffic, traffic.scaleup_B), scaleup_B=traffic.scaleup_B, traffic=traffic,
        message_B=float(size_B.max(initial=0.0)),
    )  # fmt: skip
