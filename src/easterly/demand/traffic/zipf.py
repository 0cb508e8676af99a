"""Power-law popularity: sums over very many keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats

EXACT = 65_536
"""Keys that are added up one by one; the rest is a smooth sum."""

PANELS = 2048
"""Intervals of Simpson's rule over the logarithm of the rest."""


def harmonic(count: int, exponent: float) -> float:
    """Generalised harmonic number, the sum of ``i**-s`` for i from 1 to n.

    >>> round(harmonic(4, 1.0), 12), round(harmonic(10**9, 1.0), 9)
    (2.083333333333, 21.300481502)
    """
    return total(lambda i: power(i, exponent), 0, count)


def hit_rate(kept: int, count: int, exponent: float) -> float:
    """Share of requests for the `kept` most popular keys: ``H(k, s) / H(n, s)`` (Breslau et al. 1999, INFOCOM).

    >>> round(hit_rate(1, 2, 1.0), 6), hit_rate(7, 7, 0.9)
    (0.666667, 1.0)
    """
    if kept >= count:
        return 1.0
    return harmonic(kept, exponent) / harmonic(count, exponent) if kept else 0.0


def power(i: FloatColumn, exponent: float) -> FloatColumn:
    """(N,) ``i**-s``."""
    return maths.pow(floats(i), floats(np.full(len(i), -exponent)))


def total(f: Callable[[FloatColumn], FloatColumn], after: int, last: int) -> float:
    """Sum of a smooth function over the whole numbers ``after + 1 .. last``.

    The first `EXACT` numbers are added up; the rest is the integral from half a step before to half a step behind,
    with the next term of the Euler-Maclaurin formula for midpoints, ``-[f'] / 24``. The relative error of power laws
    and of what is made of them stays below 1e-9.
    """
    split = min(last, max(after, EXACT))
    head = float(np.cumsum(np.append(0.0, f(floats(np.arange(after + 1, split + 1)))))[-1])
    if last <= split:
        return head
    low, high = split + 0.5, last + 0.5
    slope = (f(floats([low + 1, high + 1])) - f(floats([low - 1, high - 1]))) / 2
    return head + _integral(f, low, high) - float(slope[1] - slope[0]) / 24


def _integral(f: Callable[[FloatColumn], FloatColumn], low: float, high: float) -> float:
    """Simpson's rule over the logarithm."""
    ends = maths.log(floats([low, high]))
    x = maths.exp(floats(ends[0] + (ends[1] - ends[0]) * np.arange(PANELS + 1) / PANELS))
    weight = np.where(np.arange(PANELS + 1) % 2 == 1, 4.0, 2.0)
    weight[[0, -1]] = 1.0
    return float(np.cumsum(f(floats(x)) * x * weight)[-1]) * float(ends[1] - ends[0]) / (3 * PANELS)


def one_minus_exp(y: FloatColumn) -> FloatColumn:
    """(N,) ``1 - exp(-y)``, exact for small y too."""
    small = y * (1 - y / 2 * (1 - y / 3 * (1 - y / 4 * (1 - y / 5))))
    return floats(np.where(y < 1e-3, small, 1 - maths.exp(floats(-y))))


def at_least_once(p: FloatColumn, tries: float) -> FloatColumn:
    """(N,) ``1 - (1 - p)**n``, exact for small p too."""
    rest = np.minimum(p, 1 - 1e-16)
    small = rest * (1 + rest * (1 / 2 + rest * (1 / 3 + rest * (1 / 4 + rest / 5))))
    return one_minus_exp(floats(tries * np.where(rest < 1e-3, small, -maths.log(floats(1 - rest)))))
