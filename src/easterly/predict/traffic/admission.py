"""Which mixes of sources a link with a buffer holds, at a probability of overflow."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.queueing.columns import exp, log
from easterly.predict.traffic import checks
from easterly.predict.traffic.bandwidth import Source, effective_bandwidth

Mix = Sequence[tuple[Source, int]]
"""Sources, and how many independent copies of each there are."""

PER_DECADE, ROUNDS, INSIDE = 16, 4, 33
STEPS, GOLDEN = 46, 0.6180339887498949
WIDE, NEAR = 1e-4, 1e5
"""Windows are looked for from so small a part of the shortest time scale to so many times the longest."""
AT_ONCE = (
    "the buffer is smaller than what arrives at once: no capacity keeps such a loss; take a buffer of a few bursts, or "
    "give the sources a peak rate"
)
MOST_SOURCES = 10**9


@dataclass(frozen=True, slots=True)
class Admission:
    """How a mix would overflow, if it does: the likeliest way, and what each source counts for in it."""

    capacity_bps: Annotated[float, Unit("bit/s"), Doc("Capacity of the link: given, or needed.")]
    buffer_B: Annotated[float, Unit("B"), Doc("Its buffer.")]
    log_loss: Annotated[float, Unit("1"), Doc("Natural logarithm of the probability that the queue exceeds it.")]
    s_per_B: Annotated[float, Unit("1/B"), Doc("Space parameter: how steeply the loss falls with the buffer.")]
    t_s: Annotated[float, Unit("s"), Doc("Time parameter: how long the likeliest burst lasts.")]
    mean_bps: Annotated[float, Unit("bit/s"), Doc("Mean rate of all sources.")]
    each_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("Effective bandwidth of one source of each class, there.")]

    @property
    def loss(self) -> float:
        """The probability itself; 0 where it is below the least double."""
        return float(exp(self.log_loss))


def needed_capacity(mix: Mix, buffer_B: float, loss: float) -> Admission:
    """Least capacity at which the queue exceeds the buffer with at most this probability, by many sources.

    P(queue > B) is about exp(-I), I = min over t of max over s of s (B + C t) - ln E exp(s X(t)) (Botvich & Duffield
    1995; Courcoubetis & Weber 1996), exact in the exponent as sources become many. Solved for C:
    C = max over t of min over s of ((ln E exp(s X(t)) - ln loss) / s - B) / t.

    Parameters
    ----------
    mix : sequence of (Source, int)
    buffer_B : float [B]
    loss : float

    Returns
    -------
    Admission

    Raises
    ------
    ValueError
        An empty mix, a loss that is no probability, a buffer below what arrives at once.

    Examples
    --------
    >>> from easterly.predict.traffic.bandwidth import Bursts
    >>> made = needed_capacity([(Bursts(1e9, 1e-3, 9e-3), 100)], 1e6, 1e-6)
    >>> f"{made.capacity_bps / 1e9:.2f} Gb/s for a mean of {made.mean_bps / 1e9:.0f}"
    '19.82 Gb/s for a mean of 10'
    """
    strict = -float(log(checks.share("loss", loss)))
    windows = _windows(mix, checks.at_least("buffer", buffer_B, most=1e20))

    def at(t: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        space, least = _least(lambda s: (_moment(mix, s, t) + strict) / s, _space(mix, buffer_B, strict, t))
        return space, (least - buffer_B) / t

    t, s, rate = _best(at, windows)
    if t <= windows[1] and _jumps(mix):
        raise ValueError(AT_ONCE)
    return _admission(mix, max(8 * rate, _mean(mix)), buffer_B, -strict, s, t)


def overflow(mix: Mix, capacity_bps: float, buffer_B: float) -> Admission:
    """Probability that the queue of a link exceeds its buffer, as `needed_capacity` has it.

    Parameters
    ----------
    mix : sequence of (Source, int)
    capacity_bps : float [bit/s]
    buffer_B : float [B]

    Returns
    -------
    Admission
        With a loss of 1 where the capacity is at most the mean.

    Raises
    ------
    ValueError
        An empty mix, numbers out of range.

    Examples
    --------
    >>> from easterly.predict.traffic.bandwidth import Batches
    >>> mm1 = [(Batches(rate_hz=0.8e6, size_B=1000, exponential=True), 1)]
    >>> f"{overflow(mm1, 8e9, 1e5).log_loss:.3f}"  # (1 - rho) B / size
    '-20.000'
    """
    checks.above("capacity", capacity_bps, most=1e21)
    windows = _windows(mix, checks.at_least("buffer", buffer_B, most=1e20))
    if capacity_bps <= _mean(mix):
        return _admission(mix, capacity_bps, buffer_B, 0.0, 1e-12 / (1 + buffer_B), float(windows[-1]))

    def at(t: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        room = buffer_B + t * (capacity_bps / 8)
        space, least = _least(lambda s: _moment(mix, s, t) - s * room, _space(mix, buffer_B, 20.0, t))
        return space, least

    t, s, exponent = _best(at, windows)
    return _admission(mix, capacity_bps, buffer_B, min(exponent, 0.0), s, t)


def long_buffer_capacity(mix: Mix, buffer_B: float, loss: float) -> Admission:
    """Capacity by effective bandwidths over long times: exact in the exponent as the buffer becomes large.

    The sum of the bandwidths at s = -ln loss / buffer (Elwalid & Mitra 1993; Kesidis, Walrand & Chang 1993). What many
    sources save by not bursting together is not in it: `needed_capacity` asks for less, and for much less where the
    buffer is short beside the bursts.

    Parameters
    ----------
    mix : sequence of (Source, int)
    buffer_B : float [B]
    loss : float

    Returns
    -------
    Admission

    Raises
    ------
    ValueError
        As `needed_capacity`; sources with a memory that has no end.

    Examples
    --------
    >>> from easterly.predict.traffic.bandwidth import Bursts
    >>> made = long_buffer_capacity([(Bursts(1e9, 1e-3, 9e-3), 100)], 1e6, 1e-6)
    >>> f"{made.capacity_bps / 1e9:.2f} Gb/s"
    '48.84 Gb/s'
    """
    strict = -float(log(checks.share("loss", loss)))
    s = strict / checks.above("buffer", buffer_B, most=1e20)
    _windows(mix, buffer_B)
    total = math.fsum(count * float(effective_bandwidth(source, s)) for source, count in mix)
    if math.isinf(total):
        raise ValueError(AT_ONCE)
    return _admission(mix, total, buffer_B, -strict, s, math.inf)


def most_sources(source: Source, others: Mix, capacity_bps: float, buffer_B: float, loss: float) -> int:
    """How many copies of a source fit beside others.

    Parameters
    ----------
    source : Source
    others : sequence of (Source, int)
        May be empty.
    capacity_bps : float [bit/s]
    buffer_B : float [B]
    loss : float

    Returns
    -------
    int
        -1 where not even the others fit.

    Raises
    ------
    ValueError
        As `needed_capacity`.

    Examples
    --------
    >>> from easterly.predict.traffic.bandwidth import Bursts
    >>> most_sources(Bursts(1e9, 1e-3, 9e-3), [], 20e9, 1e6, 1e-6)
    101
    """
    checks.above("capacity", capacity_bps, most=1e21)

    def fits(count: int) -> bool:
        mix = [*others, *([(source, count)] if count else [])]
        return not mix or needed_capacity(mix, buffer_B, loss).capacity_bps <= capacity_bps

    if not fits(0):
        return -1
    low, high = 0, 1
    while high <= MOST_SOURCES and high * source.mean_bps <= capacity_bps and fits(high):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle * source.mean_bps <= capacity_bps and fits(middle) else (low, middle)
    return low


def _mean(mix: Mix) -> float:
    return math.fsum(count * source.mean_bps for source, count in mix)


def _jumps(mix: Mix) -> bool:
    """Whether data arrives at once."""
    return any(math.isinf(source.peak_bps) for source, _ in mix)


def _moment(mix: Mix, s: FloatColumn, t: FloatColumn) -> FloatColumn:
    total = np.zeros_like(s)
    for source, count in mix:
        total = total + count * source.log_moment(s, t)
    return total


def _windows(mix: Mix, buffer_B: float) -> FloatColumn:
    """Windows to look at first."""
    if not mix:
        raise ValueError("no sources: a mix has at least one")
    for _, count in mix:
        if not 1 <= count <= MOST_SOURCES:
            raise ValueError(f"{count:,} copies of a source: 1 to {MOST_SOURCES:,}")
    scales = [x for source, _ in mix for x in source.scales_s] + [8 * max(buffer_B, 1.0) / _mean(mix)]
    low, high = WIDE * min(scales), NEAR * max(scales)
    decades = math.log10(high / low)
    return _geometric(low, high, int(PER_DECADE * decades) + 2)


def _geometric(low: float, high: float, count: int) -> FloatColumn:
    part = np.arange(count) / (count - 1)
    first, last = (float(log(x)) for x in (low, high))
    return exp(first + part * (last - first))


def _space(mix: Mix, buffer_B: float, strict: float, t: FloatColumn) -> FloatColumn:
    """A middle for the search of s at each window: such that what is there counts for e^-strict."""
    return np.asarray(strict / (buffer_B + t * (_mean(mix) / 8)))


def _least(value: Callable[[FloatColumn], FloatColumn], middle: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
    """Least value over s, all windows at once: golden sections of its logarithm. To the right it may be infinite."""
    low, high = log(middle * 1e-5), log(middle * 1e8)
    left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    at_left, at_right = value(exp(left)), value(exp(right))
    for _ in range(STEPS):
        down = (at_left <= at_right) | np.isinf(at_right)
        low, high = np.where(down, low, left), np.where(down, right, high)
        new = np.where(down, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        at_new = value(exp(new))
        left, right = np.where(down, new, right), np.where(down, left, new)
        at_left, at_right = np.where(down, at_new, at_right), np.where(down, at_left, at_new)
    best = at_left <= at_right
    return exp(np.where(best, left, right)), np.where(best, at_left, at_right)


def _best(
    at: Callable[[FloatColumn], tuple[FloatColumn, FloatColumn]], windows: FloatColumn
) -> tuple[float, float, float]:
    """Window, space and value where the value is greatest, looked at ever more closely."""
    t, s, value = 0.0, 0.0, -math.inf
    for _ in range(ROUNDS):
        spaces, values = at(windows)
        i = int(np.argmax(np.where(np.isnan(values), -np.inf, values)))
        if values[i] > value:
            t, s, value = float(windows[i]), float(spaces[i]), float(values[i])
        windows = _geometric(float(windows[max(i - 1, 0)]), float(windows[min(i + 1, len(windows) - 1)]), INSIDE)
    return t, s, value


def _admission(mix: Mix, capacity_bps: float, buffer_B: float, log_loss: float, s: float, t: float) -> Admission:
    each = floats([float(effective_bandwidth(source, s, t)) for source, _ in mix])
    return Admission(capacity_bps, buffer_B, log_loss, s, t, _mean(mix), each)
