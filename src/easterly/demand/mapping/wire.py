"""Time at line rate: what a phase takes if the network gives every interface its rate."""

from __future__ import annotations

from easterly.demand.layout import Layout, Traffic
from easterly.demand.phases import Phase


def beyond_wire_s(layout: Layout, traffic: Traffic, scaleup_B: float) -> float:
    """What the scale-up hops of a pipelined algorithm take longer than its network hops at line rate."""
    return max(0.0, layout.scaleup_s(scaleup_B) - traffic.busiest_s)


def line_rate_s(phase: Phase) -> float:
    """Time of one occurrence if the network gave every interface its rate."""
    return phase.latency_s + phase.scaleup_s + phase.traffic.busiest_s
