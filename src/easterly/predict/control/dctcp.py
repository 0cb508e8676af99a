"""DCTCP at one port: its sawtooth, the queue that it leaves, and the threshold that keeps the port busy.

N flows in step at a port of rate C with a round trip R without queue; the port marks above K packets (Alizadeh et al.
2010, section 3.3). All follow from one cycle: windows grow by a packet a round trip until the sum is C R + K, are all
marked for one more round trip, and shrink by alpha / 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Annotated

import numpy as np

from easterly._kernel import control
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import number

MOST_STEPS = 4_000_000


@dataclass(frozen=True, slots=True)
class Sawtooth:
    """One cycle of DCTCP at rest; packets are those of the rate."""

    window: Annotated[float, Unit("1"), Doc("Packets of one flow when marks begin: (C R + K) / N.")]
    alpha: Annotated[float, Unit("1"), Doc("Estimate of the share of marked packets, at rest.")]
    amplitude: Annotated[float, Unit("1"), Doc("Packets between the highest and the lowest queue.")]
    period_s: Annotated[float, Unit("s"), Doc("Of one cycle.")]
    most: Annotated[float, Unit("1"), Doc("Packets of the highest queue: K + N.")]
    least: Annotated[float, Unit("1"), Doc("Packets of the lowest; below 0 the port idles.")]
    marked: Annotated[float, Unit("1"), Doc("Share of the packets that is marked: those of one round trip a cycle.")]


def sawtooth(flows: float, packets_per_s: float, rtt_s: float, threshold: float) -> Sawtooth:
    """Cycle of N flows in step (Alizadeh et al. 2010, equations 3 to 11, with alpha solved rather than approximated).

    S(a, b) = (b^2 - a^2) / 2 packets are sent while a window grows from a to b. The marked share is that of the last
    round trip, alpha = S(W, W + 1) / S((W + 1)(1 - alpha / 2), W + 1), that is alpha^2 (1 - alpha / 4) = (2 W + 1) /
    (W + 1)^2, about 2 / W.

    Parameters
    ----------
    flows : float
    packets_per_s : float [1/s]
        Rate of the port.
    rtt_s : float [s]
    threshold : float
        Packets K.

    Returns
    -------
    Sawtooth

    Raises
    ------
    ValueError
        Windows below one packet, of which DCTCP has none.

    Examples
    --------
    >>> made = sawtooth(2, 833_333, 100e-6, 40)
    >>> f"{made.window:.1f} {made.alpha:.3f} {made.amplitude:.1f} {made.least:.1f}"
    '61.7 0.182 11.4 30.6'
    """
    n, rtt = number("flows", flows), number("rtt_s", rtt_s)
    w = (number("packets_per_s", packets_per_s) * rtt + number("threshold", threshold, zero=True)) / n
    if w < 1:
        raise ValueError(f"{n:g} flows share {w * n:.4g} packets in flight: less than one each, which no window can be")
    alpha = _marked(w)
    swing = (w + 1) * alpha / 2
    return Sawtooth(w, alpha, n * swing, swing * rtt, threshold + n, threshold + n - n * swing, alpha)


def _marked(w: float) -> float:
    """Root of alpha^2 (1 - alpha / 4) = (2 w + 1) / (w + 1)^2 in (0, 1]: the left side grows there."""
    right = (2 * w + 1) / (w + 1) ** 2
    low, high = 0.0, 1.0
    if right >= 0.75:
        return 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if middle * middle * (1 - middle / 4) < right else (low, middle)
    return (low + high) / 2


def least_threshold(packets_per_s: float, rtt_s: float) -> float:
    """Packets K that keep a port busy for any number of flows: C R / 7 (Alizadeh et al. 2010, eq. 13).

    The lowest queue is K + N - sqrt(2 N (C R + K)) / 2. It is least at N = (C R + K) / 8, where it is K - (C R + K) /
    8.

    Parameters
    ----------
    packets_per_s : float [1/s]
    rtt_s : float [s]

    Returns
    -------
    float [packets]

    Examples
    --------
    >>> f"{least_threshold(10e9 / 8 / 1500, 100e-6):.3f} packets, {least_threshold(100e9 / 8, 10e-6):.0f} B"
    '11.905 packets, 17857 B'
    """
    return number("packets_per_s", packets_per_s) * number("rtt_s", rtt_s) / 7


def certain_threshold(packets_per_s: float, rtt_s: float) -> float:
    """Packets K that keep a port busy without the approximations of `least_threshold`: 0.191 C R.

    C R / 7 takes 2 / W for alpha^2 and W for W + 1, at windows of 8. Solved as `sawtooth` does, the worst windows are
    of 4.35 packets: K = (C R + K) max over W of ((W + 1) alpha / 2 - 1) / W. The fluid model says 0.17 (Alizadeh et
    al. 2011).

    Parameters
    ----------
    packets_per_s : float [1/s]
    rtt_s : float [s]

    Returns
    -------
    float [packets]

    Examples
    --------
    >>> f"{certain_threshold(1.0, 1.0):.4f}"
    '0.1910'
    """
    low, high = 2.0, 16.0
    for _ in range(100):
        one, two = low + (high - low) / 3, high - (high - low) / 3
        low, high = (one, high) if _short(one) < _short(two) else (low, two)
    part = _short(low)
    return number("packets_per_s", packets_per_s) * number("rtt_s", rtt_s) * part / (1 - part)


def _short(w: float) -> float:
    """Packets by which a flow of window w falls below the threshold, over its window."""
    return ((w + 1) * _marked(w) / 2 - 1) / w


def estimates(marked: list[float], *, gain: float = 1 / 16, first: float = 1.0) -> list[float]:
    """Estimate alpha after each window, from the shares that were marked: alpha = (1 - g) alpha + g M (RFC 8257, 3.3).

    Parameters
    ----------
    marked : list of float
    gain : float
    first : float

    Returns
    -------
    list of float

    Examples
    --------
    >>> alpha = estimates([0.2] * 5)[-1]
    >>> f"{alpha:.6f} {100 * (1 - alpha / 2):.4f}"
    '0.779357 61.0321'
    """
    made, alpha = [], number("first", first, zero=True, most=1.0)
    g = number("gain", gain, most=1.0)
    for part in marked:
        alpha = (1 - g) * alpha + g * number("marked", part, zero=True, most=1.0)
        made.append(alpha)
    return made


def fluid_window(packets_per_s: float, rtt_s: float, threshold: float, flows: float) -> tuple[float, float]:
    """Window and marked share about which the fluid model swings: W = (C R + K) / N and alpha = sqrt(2 / W), roughly.

    Growth 1 / R meets shrinkage W alpha p / (2 R) with alpha = p: alpha^2 = 2 / W.

    >>> w, alpha = fluid_window(833_333, 100e-6, 40, 2)
    >>> f"{w:.1f} {alpha:.3f}"
    '61.7 0.180'
    """
    w = (number("packets_per_s", packets_per_s) * number("rtt_s", rtt_s) + number("threshold", threshold)) / number(
        "flows", flows
    )
    return w, min(1.0, sqrt(2 / w))


@dataclass(frozen=True, slots=True)
class Course:
    """DCTCP as a fluid over time."""

    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) instants.")]
    window: Annotated[FloatColumn, Unit("1"), Doc("(T,) packets of one flow.")]
    alpha: Annotated[FloatColumn, Unit("1"), Doc("(T,) estimate of congestion.")]
    queue: Annotated[FloatColumn, Unit("1"), Doc("(T,) packets of the queue.")]

    @property
    def settled(self) -> FloatColumn:
        """Queue of the second half."""
        return self.queue[len(self.queue) // 2 :]


def fluid(
    flows: float, packets_per_s: float, rtt_s: float, threshold: float, until_s: float, *, gain: float = 1 / 16,
    points: int = 4000,
) -> Course:  # fmt: skip
    """DCTCP over time, by the fluid of Alizadeh, Javanmard and Prabhakar (2011), equations 1 to 3.

    W' = (1 - W alpha p / 2) / R, alpha' = g / R (p - alpha), q' = N W / R - C, where p says whether the queue was
    above K a round trip ago. Its marks are all or nothing: it swings for ever, about W = (C R + K) / N.

    Parameters
    ----------
    flows, packets_per_s, rtt_s, threshold
        As in `sawtooth`.
    until_s : float [s]
    gain : float
    points : int
        That are kept.

    Returns
    -------
    Course

    Examples
    --------
    >>> made = fluid(2, 833_333, 100e-6, 40, 0.1)
    >>> bool(made.settled.min() > 0), bool(made.settled.max() < 60)
    (True, True)
    """
    n, c, rtt = number("flows", flows), number("packets_per_s", packets_per_s), number("rtt_s", rtt_s)
    step = rtt / 50
    steps = round(number("until_s", until_s) / step)
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"{until_s:g} s are {steps:,} steps of a fiftieth of a round trip: 1 to {MOST_STEPS:,}")
    w, alpha = fluid_window(c, rtt, threshold, n)
    first = np.array([w, alpha, number("threshold", threshold)])
    every = max(1, steps // points)
    rows = control.dctcp(n, c, rtt, number("gain", gain, most=1.0), threshold, first, step, steps, every)
    time = floats(np.arange(len(rows)) * (step * every))
    return Course(time, floats(rows[:, 0]), floats(rows[:, 1]), floats(rows[:, 2]))
