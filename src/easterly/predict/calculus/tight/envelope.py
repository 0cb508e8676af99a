"""Concave envelopes in floating point, as points and a last slope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A concave function that rises: values at points from 0 on (behind the jump there), and the slope behind the last.

    Attributes
    ----------
    x : (N,) float [s]
    y : (N,) float [B]
    slope : float [B/s]
    """

    x: Floats
    y: Floats
    slope: float

    def at(self, t: Floats) -> Floats:
        """Values [B] at times [s]."""
        inside = np.interp(t, self.x, self.y)
        beyond: Floats = inside + self.slope * np.maximum(t - self.x[-1], 0.0)
        return beyond

    def buckets(self) -> list[tuple[float, float]]:
        """Bursts [B] and rates [B/s] whose least it is, the lowest rate first."""
        slopes = np.append(np.diff(self.y) / np.diff(self.x), self.slope)
        pairs = [(float(y - s * x), float(s)) for x, y, s in zip(self.x, self.y, slopes, strict=True)]
        return pairs[::-1]


def least(buckets: Sequence[tuple[float, float]], later: float = 0.0) -> Envelope:
    """The least of token buckets ``burst + rate (t + later)``: bursts [B], rates [B/s], a time [s]."""
    made = Envelope(np.zeros(1), np.array([buckets[0][0] + buckets[0][1] * later]), buckets[0][1])
    for burst, rate in buckets[1:]:
        made = capped(made, burst + rate * later, rate)
    return made


def capped(given: Envelope, burst: float, rate: float) -> Envelope:
    """No more than ``burst + rate t``."""
    over = given.y - (burst + rate * given.x)
    points = [given.x]
    for i in np.flatnonzero(over[:-1] * over[1:] < 0).tolist():
        part = over[i] / (over[i] - over[i + 1])
        points.append(np.array([given.x[i] + part * (given.x[i + 1] - given.x[i])]))
    gap = given.slope - rate
    if over[-1] * gap < 0:
        points.append(np.array([given.x[-1] - over[-1] / gap]))
    x = np.unique(np.concatenate(points))
    y, line = given.at(x), burst + rate * x
    even = abs(y[-1] - line[-1]) <= 1e-12 * line[-1]
    last = min(given.slope, rate) if even else given.slope if y[-1] < line[-1] else rate
    return Envelope(x, np.minimum(y, line), last)


def added(parts: Iterable[Envelope]) -> Envelope:
    """The sum."""
    every = list(parts)
    x = np.unique(np.concatenate([each.x for each in every]))
    y = np.sum([each.at(x) for each in every], axis=0)
    return Envelope(x, y, float(sum(each.slope for each in every)))


def beyond(arrivals: Envelope, rate: float) -> float:
    """Most by which arrivals are ahead of ``rate t`` [B]; infinite without bound."""
    return np.inf if arrivals.slope > rate else float((arrivals.y - rate * arrivals.x).max())
