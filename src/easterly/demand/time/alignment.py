"""Two periodic rates on one link, shifted against each other: their peak, and the time above a limit.

Everything here is exact. Piece i of one wave and piece j of the other meet for an interval of shifts whose length is
the sum of both lengths; the peak at a shift is the highest sum among the pairs that meet there, and the time that they
spend together rises, stays and falls in straight lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.demand.time.waves import NEAR, Levels, Wave

MOMENT = 1e-6
"""Share of shifts that counts as none: waves that only just pass each other do so at single shifts."""


@dataclass(frozen=True, slots=True)
class Peaks:
    """Peaks of a sum of two waves over all shifts.

    Attributes
    ----------
    best_bps : float [bit/s]
        Least peak of any shift.
    best_s : float [s]
        A shift that has it.
    spread : Levels
        Peaks, and the share of shifts that have each.
    """

    best_bps: float
    best_s: float
    spread: Levels


@dataclass(frozen=True, slots=True)
class Extremes:
    """Least and greatest value over all shifts, and a shift for each.

    Attributes
    ----------
    least, least_s, greatest, greatest_s : float
    """

    least: float
    least_s: float
    greatest: float
    greatest_s: float


def peaks(one: Wave, other: Wave) -> Peaks:
    """Peak of the sum of two waves of one period over all shifts of the other.

    Meetings shorter than a thousand-millionth of the period do not count.

    Parameters
    ----------
    one, other : Wave

    Returns
    -------
    Peaks

    Examples
    --------
    >>> from easterly.demand.time.waves import bursts
    >>> half = bursts(2.0, [0.0], [1.0], [8.0])
    >>> found = peaks(half, half)
    >>> found.best_bps, round(found.best_s, 9), found.spread.rate_bps.tolist()
    (8.0, 1.0, [16.0])
    """
    period = one.period_s
    low, length, height = (column.ravel() for column in _meetings(one, other))
    rates = np.unique(height)[::-1]
    place = np.searchsorted(-rates, -height)
    order = np.argsort(place, kind="stable")
    groups = np.split(order, np.searchsorted(place[order], np.arange(1, len(rates))))
    covered, free, share = np.empty((0, 2)), 0.0, np.zeros(len(rates))
    for level, members in enumerate(groups):
        before = covered
        covered = _union(before, low[members], length[members], period)
        share[level] = (_size(covered) - _size(before)) / period
        if _gap(covered, period) is None:
            free = _gap(before, period) or 0.0
            break
    used = np.flatnonzero(share > MOMENT)
    known = share[used] / share[used].sum()
    return Peaks(float(rates[level]), free, Levels(floats(rates[used][::-1]), floats(known[::-1])))


def above(one: Wave, other: Wave, weight: Callable[[FloatColumn], FloatColumn]) -> Extremes:
    """Least and greatest share of time, over all shifts, that the sum of two waves spends at rates that count.

    Parameters
    ----------
    one, other : Wave
        Of one period.
    weight : function of (K,) float [bit/s] to (K,) float
        How much time at each rate counts: 1 above a limit and 0 below it, or the probability that the rate and
        what else there is exceed the limit.

    Returns
    -------
    Extremes
    """
    period = one.period_s
    low, length, height = _meetings(one, other)
    counts = weight(floats(height.ravel()))
    a, b = np.broadcast_arrays(one.lasts_s[:, None], other.lasts_s[None, :])
    short, long = np.minimum(a, b).ravel(), np.maximum(a, b).ravel()
    corners = np.stack([low.ravel(), low.ravel() + short, low.ravel() + long, low.ravel() + length.ravel()])
    turns = np.stack([counts, -counts, -counts, counts])
    at, value = _folded(corners.ravel(), turns.ravel(), period)
    mean = math.fsum(counts * short * long) / period
    value = np.clip((value - _mean(at, value, period) + mean) / period, 0.0, 1.0)
    least, greatest = int(np.argmin(value)), int(np.argmax(value))
    return Extremes(float(value[least]), float(at[least]), float(value[greatest]), float(at[greatest]))


Pairs = NDArray[np.float64]


def _meetings(one: Wave, other: Wave) -> tuple[Pairs, Pairs, Pairs]:
    """For each pair of pieces: first shift at which they meet, for how many shifts, and their sum; each (K, M)."""
    ends = other.start_s + other.lasts_s
    low = np.mod(one.start_s[:, None] - ends[None, :], one.period_s)
    length = one.lasts_s[:, None] + other.lasts_s[None, :]
    return low, length, one.rate_bps[:, None] + other.rate_bps[None, :]


def _union(covered: Pairs, low: FloatColumn, length: FloatColumn, period: float) -> Pairs:
    """Shifts covered so far and by some more intervals, as disjoint intervals within the period, rising."""
    start, end = low + NEAR * period, low + np.minimum(length, period * (1 + 4 * NEAR)) - NEAR * period
    real = end > start
    start, end = start[real], end[real]
    wrapped = end > period
    start = np.concatenate([covered[:, 0], start, np.zeros(wrapped.sum())])
    end = np.concatenate([covered[:, 1], np.minimum(end, period), end[wrapped] - period])
    order = np.argsort(start, kind="stable")
    start, reach = start[order], np.maximum.accumulate(end[order])
    first = np.append(True, start[1:] > reach[:-1])[: len(start)]
    last = np.append(np.flatnonzero(first)[1:] - 1, len(start) - 1)[: first.sum()]
    return np.column_stack([start[first], reach[last]])


def _size(covered: Pairs) -> float:
    return math.fsum(covered[:, 1] - covered[:, 0])


def _gap(covered: Pairs, period: float) -> float | None:
    """Where the widest gap begins, so that what is put there is close; none where everything is covered."""
    if len(covered) == 0:
        return 0.0
    start = covered[:, 1]
    width = np.append(covered[1:, 0], covered[0, 0] + period) - start
    widest = int(np.argmax(width))
    return float(np.mod(start[widest] + NEAR * period, period)) if width[widest] > 0 else None


def _folded(corners: FloatColumn, turns: FloatColumn, period: float) -> tuple[FloatColumn, FloatColumn]:
    """A periodic function of straight lines from its changes of slope: its corners, and values but for a constant."""
    at, inverse = np.unique(np.mod(corners, period), return_inverse=True)
    turned = np.cumsum(np.bincount(inverse, turns))
    width = np.diff(at, append=at[0] + period)
    slope = turned - math.fsum(turned * width) / period  # it comes back to where it was
    return floats(at), floats(np.append(0.0, np.cumsum(slope * width)[:-1]))


def _mean(at: FloatColumn, value: FloatColumn, period: float) -> float:
    width = np.diff(at, append=at[0] + period)
    return math.fsum((value + np.roll(value, -1)) / 2 * width) / period
