"""DCQCN as a fluid with delay: its loop about the point of rest, margins, and its course from any start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import control
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.dcqcn import Rest, Settings, _terms, rest
from easterly.predict.control.loops import Loop, Margins, margins, rightmost
from easterly.predict.control.reals import number, numbers

MOST_WORK = 20_000_000
NUDGE = 1e-5
PAPER = Settings()


def _slopes(x: FloatColumn, then: float, p: float, s: Settings) -> FloatColumn:
    """Of alpha, target and rate of one flow (Zhu et al. 2015, equations 5 to 7), whose rate was `then` a delay ago."""
    alpha, target, rate = (float(v) for v in x)
    told, settles, counted, timed, late, soon = _terms(p, then, s)
    add = s.add_bps / s.packet_bits * then
    return np.array([
        s.gain / s.alpha_s * (settles - alpha),
        -(target - rate) / s.cnp_s * told + add * (late * counted + soon * timed),
        -rate * alpha / (2 * s.cnp_s) * told + (target - rate) / 2 * then * (counted + timed),
    ])  # fmt: skip


def loop(flows: float, rate_bps: float, delay_s: float, settings: Settings = PAPER) -> Loop:
    """The loop of N equal flows about their rest, from rate to queue to marks to rate; rates come late within it, too.

    Parameters
    ----------
    flows : float
    rate_bps : float [bit/s]
        Of the port.
    delay_s : float [s]
        From a mark to the sender's answer at the port.
    settings : Settings

    Returns
    -------
    Loop
        States are alpha, target, rate and queue, rates over that of rest and the queue in packets.

    Raises
    ------
    ValueError
        More marks are needed than Pmax: there is no slope at Kmax to speak of.
    """
    at, s = rest(flows, rate_bps, settings), settings
    if not at.held:
        raise ValueError(
            f"{flows:g} flows need {at.marked:.3g} of all packets marked, more than most = {s.most:g}: the queue "
            "swings about to_B whatever the delay; raise `most`, or lower `add_bps`"
        )
    rate = at.rate_bps / s.packet_bits
    point = np.array([at.alpha, at.target_bps / s.packet_bits, rate])
    scale = np.array([1.0, rate, rate])
    now, past = np.zeros((4, 4)), np.zeros((4, 4))

    def change(up: FloatColumn, down: FloatColumn) -> FloatColumn:
        return np.asarray((up - down) / (2 * NUDGE) / scale)

    for i in range(3):
        nudge = np.zeros(3)
        nudge[i] = NUDGE * scale[i]
        now[:3, i] = change(_slopes(point + nudge, rate, at.marked, s), _slopes(point - nudge, rate, at.marked, s))
    late = [_slopes(point, rate * (1 + sign * NUDGE), at.marked, s) for sign in (1, -1)]
    past[:3, 2] = change(*late)
    now[3, 2] = flows * rate
    marked = [_slopes(point, rate, at.marked * (1 + sign * NUDGE), s) for sign in (1, -1)]
    into = np.append(-change(*marked) / at.marked, 0.0)
    slope = s.most * s.packet_B / (s.to_B - s.from_B)
    return Loop(now, past, into, np.array([0.0, 0.0, 0.0, slope]), number("delay_s", delay_s))


def stability(flows: float, rate_bps: float, delay_s: float, settings: Settings = PAPER) -> Margins:
    """Margins of N equal flows of DCQCN (Zhu et al. 2016, section 3.2): neither more flows nor fewer are always better.

    Parameters
    ----------
    flows, rate_bps, delay_s, settings
        As in `loop`.

    Returns
    -------
    Margins

    Examples
    --------
    Their figure for 85 us; marks rise as there, but on beyond 200 kB, so that 64 flows have a point of rest.

    >>> wide = Settings(to_B=5e3 + 20 * 195e3, most=20 * 0.01)
    >>> [stability(n, 40e9, 85e-6, wide).stable for n in (2, 10, 64)]
    [True, False, True]
    """
    return margins(loop(flows, rate_bps, delay_s, settings), 1.0, 1e3 / min(delay_s, settings.timer_s))


def longest_delay(flows: float, rate_bps: float, settings: Settings = PAPER, *, most_s: float = 10e-3) -> float:
    """Longest delay at which N equal flows come to rest, as halving finds it; `most_s` if that is stable.

    Parameters
    ----------
    flows, rate_bps, settings
        As in `loop`.
    most_s : float [s]

    Returns
    -------
    float [s]
    """
    low, high = 1e-7, most_s

    def stable(delay_s: float) -> bool:
        each = loop(flows, rate_bps, delay_s, settings)
        return rightmost(each.now, each.closed(), delay_s).real < 0

    if stable(high):
        return high
    if not stable(low):
        return 0.0
    for _ in range(24):
        middle = (low * high) ** 0.5
        low, high = (middle, high) if stable(middle) else (low, middle)
    return low


@dataclass(frozen=True, slots=True)
class Course:
    """Groups of equal flows over time."""

    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) instants.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(T, G) of one flow of each group.")]
    alpha: Annotated[FloatColumn, Unit("1"), Doc("(T, G) its estimate of congestion.")]
    queue_B: Annotated[FloatColumn, Unit("B"), Doc("(T,) queue of the port.")]
    rest: Annotated[Rest, Doc("Where all would come to rest.")]


def fluid(
    flows: ArrayLike, rate_bps: float, delay_s: float, until_s: float, settings: Settings = PAPER, *,
    first_bps: ArrayLike | None = None, points: int = 600,
) -> Course:  # fmt: skip
    """DCQCN over time, with the delay of its marks, in steps of a microsecond at most.

    Parameters
    ----------
    flows : (G,) array_like
        Flows of each group.
    rate_bps : float [bit/s]
        Of the port.
    delay_s : float [s]
    until_s : float [s]
    settings : Settings
    first_bps : (G,) array_like, optional
        Rates to begin with; that of the port, as DCQCN begins, if absent.
    points : int
        That are kept.

    Returns
    -------
    Course

    Examples
    --------
    >>> made = fluid([1, 1], 40e9, 4e-6, 0.1, Settings(most=0.1), first_bps=[35e9, 5e9])
    >>> (made.rate_bps[-1] / 1e9).round(1)
    array([20., 20.])
    """
    many, s = numbers("flows", flows), settings
    bits, port = s.packet_bits, number("rate_bps", rate_bps)
    start = numbers("first_bps", port if first_bps is None else first_bps, len(many)) / bits
    if (start > port / bits * (1 + 1e-12)).any():
        raise ValueError("first_bps: no flow starts above the rate of the port")
    step = min(1e-6, number("delay_s", delay_s) / 2)
    steps = round(number("until_s", until_s) / step)
    if not 1 <= steps * len(many) <= MOST_WORK:
        raise ValueError(
            f"{until_s:g} s are {steps:,} steps for {len(many)} groups: {MOST_WORK // len(many):,} at most"
        )
    table = np.array([
        port / bits, delay_s, s.from_B / s.packet_B, s.to_B / s.packet_B, s.most, s.gain, s.cnp_s, s.alpha_s, s.timer_s,
        s.count_B / s.packet_B, s.stages, s.add_bps / bits,
    ])  # fmt: skip
    first = np.append(np.stack([np.ones(len(many)), start, start], axis=1).reshape(-1), 0.0)
    every = max(1, steps // points)
    rows = control.dcqcn(table, np.ascontiguousarray(many), first, step, steps, every)
    each = rows[:, :-1].reshape(len(rows), len(many), 3)
    at = rest(float(many.sum()), port, s)
    time = floats(np.arange(len(rows)) * (step * every))
    return Course(time, floats(each[:, :, 2] * bits), floats(each[:, :, 0]), floats(rows[:, -1] * s.packet_B), at)
