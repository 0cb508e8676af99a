"""Periodic rates: constant from one moment to the next, and the same in every period."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, floats

NEAR = 1e-9
"""Share of a period, and of a rate, below which differences are rounding."""

LEVELS = 4096
"""Most levels of a distribution; more are rounded up to as many steps."""


@dataclass(frozen=True, slots=True)
class Wave:
    """A periodic rate.

    Attributes
    ----------
    period_s : float [s]
    start_s : (K,) float [s]
        Start of each piece, rising, the first at 0.
    rate_bps : (K,) float [bit/s]
        Rate until the next piece starts; the rates of two neighbours differ.
    """

    period_s: float
    start_s: FloatColumn
    rate_bps: FloatColumn

    @property
    def lasts_s(self) -> FloatColumn:
        """(K,) length of each piece."""
        return floats(np.diff(self.start_s, append=self.period_s))

    @property
    def mean_bps(self) -> float:
        """Mean rate."""
        return math.fsum(self.lasts_s * self.rate_bps) / self.period_s

    @property
    def peak_bps(self) -> float:
        """Highest rate."""
        return float(self.rate_bps.max())


@dataclass(frozen=True, slots=True)
class Levels:
    """How often a rate is how high.

    Attributes
    ----------
    rate_bps : (K,) float [bit/s]
        Rising.
    share : (K,) float
        Share of time at each; they add up to 1.
    """

    rate_bps: FloatColumn
    share: FloatColumn

    @property
    def mean_bps(self) -> float:
        """Mean rate."""
        return math.fsum(self.rate_bps * self.share)

    def above(self, limit_bps: ArrayLike) -> FloatColumn:
        """(L,) share of time above each of some limits."""
        rest = np.append(np.cumsum(self.share[::-1])[::-1], 0.0)
        return floats(rest[np.searchsorted(self.rate_bps, np.asarray(limit_bps), side="right")])

    def quantile(self, share: float) -> float:
        """Least rate that is kept to for a share of the time."""
        at = np.searchsorted(np.cumsum(self.share), share * (1 - NEAR))
        return float(self.rate_bps[min(int(at), len(self.rate_bps) - 1)])


def wave(period_s: float, start_s: ArrayLike, rate_bps: ArrayLike) -> Wave:
    """A wave of pieces that follow each other.

    What is too short to be told from rounding is left out, and equal neighbours become one piece.

    >>> wave(4.0, [0, 1, 2, 2], [5, 5, 7, 0]).rate_bps.tolist()
    [5.0, 0.0]
    """
    start, rate = np.asarray(start_s, dtype=np.float64), np.asarray(rate_bps, dtype=np.float64)
    real = np.diff(start, append=period_s) > 4 * NEAR * period_s
    start, rate = np.append(0.0, start[real][1:]), rate[real]
    fresh = np.append(True, rate[1:] != rate[:-1])
    return Wave(float(period_s), floats(start[fresh]), floats(rate[fresh]))


def bursts(period_s: float, start_s: ArrayLike, end_s: ArrayLike, rate_bps: ArrayLike) -> Wave:
    """The sum of bursts, each of which comes again in every period.

    Parameters
    ----------
    period_s : float [s]
    start_s, end_s : (B,) float [s]
        May lie outside the first period, and last longer than one.
    rate_bps : (B,) float [bit/s]

    Examples
    --------
    >>> made = bursts(10.0, [8.0], [11.0], [5.0])
    >>> made.start_s.tolist(), made.rate_bps.tolist()
    ([0.0, 1.0, 8.0], [5.0, 0.0, 5.0])
    """
    start, end = np.asarray(start_s, dtype=np.float64), np.asarray(end_s, dtype=np.float64)
    rate = np.asarray(rate_bps, dtype=np.float64)
    edges = np.unique(np.concatenate([[0.0], np.mod(start, period_s), np.mod(end, period_s)]))
    edges = edges[edges < period_s]
    middle = edges + np.diff(edges, append=period_s) / 2
    times = np.floor((end - middle[:, None]) / period_s) - np.floor((start - middle[:, None]) / period_s)
    total = np.zeros(len(edges))
    for burst in range(len(rate)):  # in order, so that the sum does not depend on the width of vectors
        total += times[:, burst] * rate[burst]
    return wave(period_s, edges, total)


def shifted(given: Wave, by_s: float) -> Wave:
    """The same wave, later by some time."""
    start = np.mod(given.start_s + by_s, given.period_s)
    order = np.argsort(start, kind="stable")
    start, rate = start[order], given.rate_bps[order]
    if start[0] > 0:
        start, rate = np.append(0.0, start), np.append(rate[-1], rate)
    return wave(given.period_s, start, rate)


def repeated(given: Wave, times: int) -> Wave:
    """The same wave as one of a period that is some times as long."""
    start = (np.arange(times)[:, None] * given.period_s + given.start_s).ravel()
    return wave(times * given.period_s, start, np.tile(given.rate_bps, times))


def total(waves: Sequence[Wave]) -> Wave:
    """Sum of waves of one period."""
    edges = np.unique(np.concatenate([given.start_s for given in waves]))
    rate = np.zeros(len(edges))
    for given in waves:
        rate += given.rate_bps[np.searchsorted(given.start_s, edges, side="right") - 1]
    return wave(waves[0].period_s, edges, rate)


def levels(given: Wave) -> Levels:
    """How often the wave is how high."""
    return _distribution(given.rate_bps, floats(given.lasts_s / given.period_s))


def independent(parts: Sequence[Levels]) -> Levels:
    """Levels of a sum whose parts know nothing of each other: the convolution.

    Of waves whose periods have no common multiple this is what a long time shows (Weyl 1916: multiples of an
    irrational number are equidistributed), and of any waves the mean over all ways to shift them.
    """
    made = parts[0]
    for part in parts[1:]:
        rate = np.add.outer(made.rate_bps, part.rate_bps).ravel()
        made = _distribution(rate, np.multiply.outer(made.share, part.share).ravel())
    return made


def _distribution(rate_bps: FloatColumn, share: FloatColumn) -> Levels:
    """Equal rates as one level; too many are rounded up, so that nothing is understated."""
    top = float(rate_bps.max())
    rate, inverse = np.unique(rate_bps, return_inverse=True)
    close = np.append(True, np.diff(rate) > NEAR * top)
    group = (np.cumsum(close) - 1)[inverse]
    rate = rate[np.append(np.flatnonzero(close)[1:] - 1, len(rate) - 1)]
    if len(rate) > LEVELS:
        step = (top - rate[0]) / (LEVELS - 1)
        place = np.ceil((rate - rate[0]) / step * (1 - NEAR)).astype(np.int64)
        group, rate = place[group], rate[0] + step * np.arange(LEVELS)
    return Levels(floats(rate), floats(np.bincount(group, share, len(rate))))
