"""Methods to size a buffer: what each comes to, what it takes for granted, whether that holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from easterly.base.counts import counted
from easterly.base.units import RATE, SIZE, TIME, format_short
from easterly.qos.memory.formulas import bdp_B, incast_B, shared_bdp_B
from easterly.qos.memory.headroom import headroom

MANY_FLOWS = 500
"""Long flows from which on windows in step are rare (Appenzeller, Keslassy & McKeown 2004, section 3)."""


class Method(StrEnum):
    """How a buffer is sized."""

    BDP = "bdp"
    BDP_ROOT = "bdp-root-n"
    INCAST = "incast"
    HEADROOM = "headroom"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLoad:
    """What one queue of a port has to take; what is not known stays away.

    Attributes
    ----------
    port_bps : float
    rtt_s : float, optional
        Longest round trip of the flows that fill the port.
    flows : int
        Long flows at once.
    in_step : bool
        They start and back off together, as those of a training step do.
    keeps : float
        Part of its window that a flow keeps when it backs off: 0.5 for Reno, 0.7 for CUBIC.
    senders : int, optional
        That can start together.
    burst_B : float, optional
        What each of them sends at once: a window, an answer, a chunk.
    sender_bps : float, optional
        Rate of each, and of the links that may be paused; that of the port where it is not given.
    lossless : bool
        Senders are paused instead of losing packets.
    cable_m, mtu_B, response_s, cell_B : float, int, float, int
        As in `headroom`.
    upstream : int
        Ports that may be paused at once for this queue's priority.
    """

    port_bps: float
    rtt_s: float | None = None
    flows: int = 1
    in_step: bool = False
    keeps: float = 0.5
    senders: int | None = None
    burst_B: float | None = None
    sender_bps: float | None = None
    lossless: bool = False
    cable_m: float | None = None
    mtu_B: int = 9216
    response_s: float | None = None
    cell_B: int = 1
    upstream: int = 1

    def __post_init__(self) -> None:
        above = {"port_bps": self.port_bps, "rtt_s": self.rtt_s, "flows": self.flows, "senders": self.senders,
                 "burst_B": self.burst_B, "sender_bps": self.sender_bps, "mtu_B": self.mtu_B,
                 "upstream": self.upstream}  # fmt: skip
        for name, value in above.items():
            if value is not None and not 0 < value < math.inf:
                raise ValueError(f"{name} is {value:g}: give a number above 0, or leave it out")
        if not 0 <= self.keeps < 1:
            raise ValueError(
                f"keeps is {self.keeps:g}: a flow that backs off keeps a part of its window, within [0, 1)"
            )


@dataclass(frozen=True, slots=True)
class Need:
    """What one method asks for.

    Attributes
    ----------
    method : Method
    size_B : float [B]
        NaN where what it needs to know is not known.
    most_B : float [B]
        Upper end where the figure is an interval, else the same.
    formula : str
    assumption : str
        What has to be so for the figure to mean anything.
    holds : bool
        Whether it is so here.
    why : str
        Why it holds, or does not.
    """

    method: Method
    size_B: float
    most_B: float
    formula: str
    assumption: str
    holds: bool
    why: str


def by_bdp(load: QueueLoad) -> Need:
    """Buffer with which a link stays busy while one flow, or flows in step, back off: BDP (1 / keeps - 1).

    >>> by_bdp(QueueLoad(port_bps=100e9, rtt_s=1e-3)).size_B
    12500000.0
    """
    known = load.rtt_s is not None and load.keeps > 0
    size_B = bdp_B(load.port_bps, load.rtt_s or 0) * (1 / load.keeps - 1) if known else math.nan
    holds, why = _one_at_a_time(load)
    return Need(
        Method.BDP, size_B, size_B, f"C x RTT x (1 / {load.keeps:g} - 1)",
        "one long flow, or flows that back off together, which slow down on a loss", holds, why,
    )  # fmt: skip


def _one_at_a_time(load: QueueLoad) -> tuple[bool, str]:
    if load.rtt_s is None:
        return False, "no round trip is known"
    if load.keeps == 0:
        return False, "a flow that keeps nothing of its window leaves the link idle behind any buffer"
    if load.lossless:
        return False, "nothing is lost, so no flow backs off on a loss"
    if load.in_step:
        return True, "flows in step act as one"
    if load.flows < MANY_FLOWS:
        return True, f"{counted(load.flows, 'long flow')}: below {MANY_FLOWS} they may fall into step"
    return False, f"{load.flows:,} flows that are not in step even each other out: the root is enough"


def by_root(load: QueueLoad) -> Need:
    """Buffer of many long flows that are not in step: BDP / sqrt(flows).

    >>> round(by_root(QueueLoad(port_bps=10e9, rtt_s=0.25, flows=50_000)).size_B)
    1397542
    """
    size_B = math.nan if load.rtt_s is None else shared_bdp_B(load.port_bps, load.rtt_s, load.flows)
    holds, why = _even_out(load)
    return Need(
        Method.BDP_ROOT, size_B, size_B, f"C x RTT / sqrt({load.flows:,})",
        f"{MANY_FLOWS} or more long flows, not in step (Appenzeller et al. 2004)", holds, why,
    )  # fmt: skip


def _even_out(load: QueueLoad) -> tuple[bool, str]:
    if load.rtt_s is None:
        return False, "no round trip is known"
    if load.lossless:
        return False, "nothing is lost, so no flow backs off on a loss"
    if load.in_step:
        return False, "flows in step do not even each other out"
    if load.flows < MANY_FLOWS:
        return False, f"{counted(load.flows, 'flow')}: too few to even each other out"
    return True, f"{load.flows:,} long flows that are not in step"


def by_incast(load: QueueLoad) -> Need:
    """Buffer that takes N senders that start together: N w (1 - C / (N R)), (N - 1) w where R = C.

    >>> by_incast(QueueLoad(port_bps=100e9, senders=64, burst_B=21_720)).size_B
    1368360.0
    """
    known = load.senders is not None and load.burst_B is not None
    sender_bps = load.sender_bps or load.port_bps
    size_B = incast_B(load.senders or 1, load.burst_B or 0, load.port_bps, sender_bps) if known else math.nan
    same = sender_bps == load.port_bps
    holds, why = _together(load, sender_bps)
    return Need(
        Method.INCAST, size_B, size_B, "(N - 1) w" if same else "N w (1 - C / (N R))",
        "senders start at one moment, each with one burst, into an empty queue; a fluid", holds, why,
    )  # fmt: skip


def _together(load: QueueLoad, sender_bps: float) -> tuple[bool, str]:
    if load.senders is None or load.burst_B is None:
        return False, "not known how many senders start together, and with how much"
    what = f"{load.senders:,} x {format_short(load.burst_B, SIZE)} at {format_short(sender_bps, RATE)}"
    if load.senders * sender_bps <= load.port_bps:
        return True, f"{what} together are no faster than the port: nothing waits"
    return True, f"{what} into {format_short(load.port_bps, RATE)}"


def by_headroom(load: QueueLoad) -> Need:
    """What still arrives after a pause was asked for, of every port that may be paused at once.

    >>> by_headroom(QueueLoad(port_bps=100e9, lossless=True, cable_m=100)).size_B
    56272.0
    """
    low_B = high_B = math.nan
    if load.cable_m is not None:
        found = headroom(
            load.sender_bps or load.port_bps, load.cable_m, load.mtu_B, response_s=load.response_s, cell_B=load.cell_B
        )
        low_B, high_B = load.upstream * found.low_B, load.upstream * max(found.low_B, float(found.high_B))
    holds, why = _paused(load)
    return Need(
        Method.HEADROOM, low_B, high_B, f"{load.upstream:,} x (two frames, pause, twice the cable, response)",
        "a lossless class: senders obey a pause within the response that is taken for theirs", holds, why,
    )  # fmt: skip


def _paused(load: QueueLoad) -> tuple[bool, str]:
    if not load.lossless:
        return False, "senders are not paused"
    if load.cable_m is None:
        return False, "no length of cable is known"
    response = "as in 802.3" if load.response_s is None else f"measured, {format_short(load.response_s, TIME)}"
    return True, f"lossless; {counted(load.upstream, 'port')} to pause, response {response}"
