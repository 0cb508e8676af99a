"""What the network interface of a host does by itself: pauses, shares, and how it answers to marks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.schema import Doc, Unit

PRIORITIES = range(8)
CODE_POINTS = 64
WHOLE_PERCENT = 100


@dataclass(frozen=True, slots=True)
class Card:
    """Data centre bridging of one interface: IEEE 802.1Qbb (pauses), 802.1Qaz (shares), trust in code points.

    Raises
    ------
    ValueError
        What no driver takes: numbers out of range, shares that are neither 100 % nor none.
    """

    paused: Annotated[tuple[int, ...], Doc("Priorities that are paused one by one; ascending.")]
    strict: Annotated[tuple[int, ...], Doc("Traffic classes that are served first, the highest before all.")]
    weight: Annotated[tuple[int, ...], Unit("1"), Doc("(8,) share of each traffic class, of 100.")]
    priority: Annotated[tuple[int, ...], Doc("(64,) priority of each code point; its traffic class has its number.")]
    trust: Annotated[str, Doc("What is believed of a packet: dscp.")] = "dscp"

    def __post_init__(self) -> None:
        if len(self.weight) != len(PRIORITIES) or len(self.priority) != CODE_POINTS:
            raise ValueError(
                f"{len(self.weight)} shares and {len(self.priority)} code points: an interface has 8 and 64"
            )
        if not {*self.paused, *self.strict, *self.priority} <= set(PRIORITIES):
            raise ValueError("priorities are 0 to 7")
        if min(self.weight) < 0 or sum(self.weight) not in {0, WHOLE_PERCENT}:
            raise ValueError(f"shares add up to {sum(self.weight)} %, not to 100 %")
        if any(self.weight[c] for c in self.strict):
            raise ValueError("a strict traffic class has no share")
        if not any(self.weight) and len(self.strict) < len(PRIORITIES):
            raise ValueError("without shares, all traffic classes are strict")


@dataclass(frozen=True, slots=True)
class Reaction:
    """How an interface answers to marks of RDMA: DCQCN (Zhu et al. 2015), for all its priorities."""

    priorities: Annotated[tuple[int, ...], Doc("Priorities that take part; ascending.")]
    gain: Annotated[float, Unit("1"), Doc("Gain g of the average alpha.")]
    alpha_timer_s: Annotated[float, Unit("s"), Doc("Time without notifications after which alpha falls.")]
    rate_timer_s: Annotated[float, Unit("s"), Doc("Time between increases.")]
    byte_counter_B: Annotated[float, Unit("B"), Doc("Bytes between increases.")]
    fast_recovery: Annotated[int, Doc("Steps back to the target rate, before it is raised.")]
    rate_increase_bps: Annotated[float, Unit("bit/s"), Doc("Additive increase.")]
    cnp_interval_s: Annotated[float, Unit("s"), Doc("Least time between notifications of one flow.")]
    cnp_dscp: Annotated[int | None, Doc("Code point of notifications; None to leave it.")] = None
    cnp_priority: Annotated[int | None, Doc("Priority of notifications; None to leave it.")] = None
