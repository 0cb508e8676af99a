"""Means of independent runs, and how sure they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over runs, and how far from it the mean of all such runs may be."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        """Lower end."""
        return self.mean - self.half

    @property
    def high(self) -> float:
        """Upper end."""
        return self.mean + self.half


def interval(values: FloatColumn, level: float = 0.95) -> Interval:
    """Mean of independent runs, with the half width of its confidence interval (Student 1908).

    Parameters
    ----------
    values : (R,) float
        One number of each run.
    level : float [1]
        How often such an interval holds the true mean, where the numbers are normal.

    Returns
    -------
    Interval
        Infinitely wide with one run.

    Raises
    ------
    ValueError
        No run, or a level that is none.

    Examples
    --------
    >>> made = interval(np.array([9.0, 10.0, 11.0]))
    >>> made.mean, round(made.half, 3)
    (10.0, 2.484)
    """
    if not len(values) or not 0 < level < 1:
        raise ValueError(f"an interval of {len(values)} values at level {level}: some values, and a level within 0..1")
    mean = float(np.mean(values))
    if len(values) == 1:
        return Interval(mean, math.inf)
    spread = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    return Interval(mean, student(len(values) - 1, level) * spread)


def student(freedom: int, level: float) -> float:
    """The t between minus which and which a variable of Student's law is with this probability.

    >>> round(student(4, 0.95), 4), round(student(1, 0.5), 4)
    (2.7764, 1.0)
    """
    low, high = 0.0, 1.0
    while _within(high, freedom) < level:
        high *= 2.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _within(middle, freedom) < level else (low, middle)
    return (low + high) / 2


def _within(t: float, freedom: int) -> float:
    """P(|T| <= t) for a whole number of degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan2(t, math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    odd = freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    return 2.0 / math.pi * (angle + sine * total) if odd else sine * total
