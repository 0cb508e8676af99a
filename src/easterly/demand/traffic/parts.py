"""What the kinds of traffic are made of: phases without steps, and figures beside them."""

from __future__ import annotations

from typing import NamedTuple

from easterly.demand.layout import Traffic
from easterly.demand.phases import Phase


class Figure(NamedTuple):
    """One number that fits into no table of flows; see `model.demand.Figures`."""

    name: str
    value: float
    unit: str
    meaning: str


def phase(
    axis: str,
    traffic: Traffic,
    *,
    every_s: float = 0.0,
    message_B: float = 0.0,
    collective: str = "send",
    algorithm: str = "direct",
) -> Phase:
    """A phase beside all steps: rates where `every_s` is 0, else a burst of bytes per interval."""
    return Phase(
        axis=axis, collective=collective, algorithm=algorithm, times=1.0, latency_s=0.0, scaleup_s=0.0,
        scaleup_B=0.0, traffic=traffic, stage="steady", every_s=every_s, message_B=message_B,
    )  # fmt: skip
