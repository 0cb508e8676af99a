"""What transfers reach of the line rate: little when they are small, and never all of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easterly.demand import collectives
from easterly.demand.layout import Layout
from easterly.demand.phases import Phase

SCALEUP_SHARE = 233 / 300
"""Of NVLink's rate in one direction, for the largest messages: the mean of nccl-tests all-reduces of 1 GiB to 16 GiB on
eight A100, as printed by Bekman, ML Engineering Open Book, network, "Real network throughput"."""

NETWORK_SHARE = 47 / 50
"""Of a 400 Gb/s interface, for the largest messages: four hosts of eight B200, in the same book, network/benchmarks."""


def with_reach(phase: Phase, layout: Layout) -> Phase:
    """A phase with the shares of both rates that transfers of its size reach.

    By the bytes that one interface, or one GPU inside its host, sends per occurrence; the curves are those of
    `collectives.PUBLISHED`.
    """
    inside_B, outside_B = phase.scaleup_B, _busiest_B(phase, layout)
    curves = collectives.PUBLISHED
    return replace(
        phase,
        scaleup_reach=SCALEUP_SHARE * _share(curves.scaleup, inside_B),
        network_reach=NETWORK_SHARE * _share(curves.network, outside_B),
    )


def _busiest_B(phase: Phase, layout: Layout) -> float:
    """Bytes of the interface that sends most."""
    traffic = phase.traffic
    return float(np.bincount(traffic.src, traffic.amount, minlength=1).max()) if len(traffic.src) else 0.0


def _share(curve: collectives.Curve, size_B: float) -> float:
    return float(size_B / curve.wire_B(np.array(size_B))) if size_B > 0 else 1.0
