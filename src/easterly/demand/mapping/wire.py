"""From traffic to a phase, and its time at line rate."""

from __future__ import annotations

from easterly.demand import collectives
from easterly.demand.layout import Layout, Traffic
from easterly.demand.mapping.group import Group
from easterly.demand.phases import Phase


def phase(
    group: Group, collective: str, algorithm: str, traffic: Traffic, *, inside_B: float, latency_s: float,
    message_B: float, serial_B: float | None = None,
) -> Phase:  # fmt: skip
    """One occurrence of a collective.

    Parameters
    ----------
    group : Group
    collective, algorithm : str
    traffic : Traffic
    inside_B : float [B]
        What the busiest GPU sends inside its host, relays between rails aside.
    latency_s : float [s]
    message_B : float [B]
        Size of one message between two GPUs.
    serial_B : float, optional [B]
        What of it is sent before or after the network's hops; if absent, scale-up and network hops are pipelined.
    """
    layout, scaleup_B = group.layout, inside_B + traffic.scaleup_B
    pipelined_s = beyond_wire_s(layout, traffic, scaleup_B)
    scaleup_s = pipelined_s if serial_B is None else layout.scaleup_s(serial_B)
    return Phase(
        axis=group.axis, collective=collective, algorithm=algorithm, times=1.0, latency_s=latency_s,
        scaleup_s=scaleup_s, scaleup_B=scaleup_B, traffic=traffic, message_B=message_B, members=group.members,
    )  # fmt: skip


def inside_B(group: Group, collective: str, ranks: int, size_B: float) -> float:
    """What a GPU sends inside a host of so many ranks; switches that reduce (NVLS) take ``S (1 + 1/q)`` at most.

    With NVLS a GPU's array is read by the switch once, and its part of the sum is sent out once, instead of
    ``2 (q-1)/q S`` (nccl-tests, doc/PERFORMANCE.md: ``n+1`` sends for ``2 (n-1)``).
    """
    plain_B = float(collectives.wire_factor(collective, ranks)) * size_B
    if not group.library.nvls or collective != "all-reduce":
        return plain_B
    return min(plain_B, size_B * (1 + 1 / ranks))


def beyond_wire_s(layout: Layout, traffic: Traffic, scaleup_B: float) -> float:
    """What the scale-up hops of a pipelined algorithm take longer than its network hops at line rate."""
    return max(0.0, layout.scaleup_s(scaleup_B) - traffic.busiest_s)


def line_rate_s(made: Phase) -> float:
    """Time of one occurrence if the network gave every interface its rate."""
    return made.latency_s + made.scaleup_s + made.traffic.busiest_s
