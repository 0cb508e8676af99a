"""How strongly a metric answers to a value: elasticities around the site as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn
from easterly.study.whatif.sweep import Sweep

SAME = 1e-9
"""Relative distance within which two factors are the same."""


@dataclass(frozen=True, slots=True)
class Elasticity:
    """Percent by which a metric changes where a value changes by one.

    Attributes
    ----------
    path, metric : str
    base : float
        Value of the site as it is, in SI units.
    below, above : float
        Nearest values on both sides between which it was taken; `base` itself where there is none.
    value : float [1]
        d ln metric / d ln value.
    rows : tuple of int and int
        Points of the sweep that have those values.
    """

    path: str
    metric: str
    base: float
    below: float
    above: float
    value: float
    rows: tuple[int, int]


def elasticities(sweep: Sweep, metrics: Sequence[str]) -> tuple[Elasticity, ...]:
    """Elasticity of each metric in each value that is a positive number, strongest first.

    The logarithmic slope between the nearest values below and above the present one, everything else as it is: exact
    for a power law, ``metric = a * value**e``. One-sided where one side is missing; nothing where both are. Values
    that move together count where they do so by the same factors.

    Parameters
    ----------
    sweep : Sweep
    metrics : sequence of str
    """
    found = [
        one
        for row, axis in enumerate(sweep.axes) if axis.ordered
        for metric in metrics if (one := _around(sweep, row, axis.paths, metric)) is not None
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (metrics.index(one.metric), -abs(one.value), one.path)))


def _around(sweep: Sweep, axis: int, paths: Sequence[str], metric: str) -> Elasticity | None:
    at = sweep.points[0].at
    rows = [0, *sweep.line(axis, at)]
    x, y = sweep.watched(paths[0])[rows], sweep.values(metric)[rows]
    good = (x > 0) & (y > 0)  # nan is neither
    for other in (sweep.watched(path)[rows] for path in paths[1:]):
        good &= np.abs(other * x[0] - x * other[0]) <= SAME * np.abs(x * other[0])
    if not good[0]:
        return None
    low, high = _nearest(x, good, below=True), _nearest(x, good, below=False)
    if low == high:
        return None
    slope = _log(y[high] / y[low]) / _log(x[high] / x[low])
    return Elasticity(
        " and ".join(paths), metric, float(x[0]), float(x[low]), float(x[high]), slope, (rows[low], rows[high])
    )


def _nearest(x: FloatColumn, good: np.ndarray, *, below: bool) -> int:
    """Row of the value next to the first on one side; the first where there is none."""
    rows = np.flatnonzero(good & ((x < x[0]) if below else (x > x[0])))
    if not len(rows):
        return 0
    return int(rows[np.argmax(x[rows])] if below else rows[np.argmin(x[rows])])


def _log(value: float) -> float:
    return float(maths.log(np.array([value]))[0])
