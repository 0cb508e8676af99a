"""Quantiles of the wait at an M/G/1: exact where the law of service is, else of a law with the same moments."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.predict.queueing.columns import exp

EXACT = "exact"
FEWEST_SCV = 1 / 128
"""Below it, as many phases would be needed as no tail can tell from fixed times."""


def quantiles_of(
    rate: FloatColumn, mean: FloatColumn, scv: FloatColumn, third: FloatColumn | None, levels: tuple[float, ...]
) -> tuple[FloatColumn, str]:
    """Quantiles of the wait by rows of levels, and of which law they are.

    Exponential and fixed times exactly; up to a variation of one, mixed Erlang times of that variation; beyond, two
    exponential times with three moments where they exist (Whitt 1982), else with balanced means.
    """
    rho = rate * mean
    made = np.full((len(levels), rate.size), np.inf)
    made[:, (rho < 1) & np.isinf(scv)] = np.nan
    fine = (rho < 1) & np.isfinite(scv)
    kinds = _kinds(scv)
    for kind, work in (("fixed", _fixed), ("phases", _phases), ("two", _two)):
        rows = fine & (kinds == kind)
        if rows.any():
            moment = None if third is None else third[rows]
            for k, level in enumerate(levels):
                made[k, rows] = work(rho[rows], scv[rows], moment, mean[rows], 1 - level) * mean[rows]
    return made, _named(kinds[fine], scv[fine], third is not None)


def _kinds(scv: FloatColumn) -> NDArray[np.str_]:
    kinds = np.where(scv == 0, "fixed", "phases").astype("<U6")
    kinds[scv > 1] = "two"
    return kinds


def _named(kinds: NDArray[np.str_], scv: FloatColumn, three: bool) -> str:
    if not kinds.size:
        return "not known: service times of infinite variance, or a queue without end"
    if ((kinds == "fixed") | (scv == 1)).all():
        return EXACT
    names = []
    if (kinds == "phases").any():
        names.append("exact for mixed Erlang times of these two moments, a fit for others")
    if (kinds == "two").any():
        moments = "three moments, where there are such, else two" if three else "two moments"
        names.append(f"exact for two exponential times of these {moments}; a fit for others")
    return "; ".join(names)


def _fixed(rho: FloatColumn, scv: FloatColumn, third: Any, mean: FloatColumn, share: float) -> FloatColumn:
    return queue.md1_quantile(np.ascontiguousarray(rho), np.full(rho.size, share))


def _phases(rho: FloatColumn, scv: FloatColumn, third: Any, mean: FloatColumn, share: float) -> FloatColumn:
    """Mixed Erlang: k - 1 or k phases of one rate (Tijms 1994). Time runs in phases within the kernel."""
    rows = [_mixed_erlang(max(float(c), FEWEST_SCV)) for c in scv]
    ptr = np.concatenate(([0], np.cumsum([weights.size for weights, _ in rows]))).astype(np.int64)
    scale = np.array([nu for _, nu in rows])
    weights = np.concatenate([row for row, _ in rows])
    made: FloatColumn = queue.phases_quantile(np.ascontiguousarray(rho), ptr, weights, np.full(rho.size, share)) / scale
    return made


def _mixed_erlang(scv: float) -> tuple[FloatColumn, float]:
    """Residual service, as weights of 1..k phases, and their rate for a mean of one."""
    k = max(int(np.ceil(1 / scv - 1e-12)), 1)
    if k == 1:
        return np.ones(1), 1.0
    p = (k * scv - np.sqrt(max(k * (1 + scv) - k * k * scv, 0.0))) / (1 + scv)
    weights = np.full(k, 1.0)
    weights[-1] = 1 - p  # the k-th phase is left only if there is one
    return weights / weights.sum(), k - p


def _two(rho: FloatColumn, scv: FloatColumn, third: Any, mean: FloatColumn, share: float) -> FloatColumn:
    """Two exponential times: the wait has two exponential parts, whose rates solve a quadratic."""
    p, m1, m2 = _fit_two(scv, None if third is None else third / mean**3)
    first, second = 1 / m1, 1 / m2
    residual = p * m1  # share of the work that is of the first kind, for a mean of one
    half = (first + second - rho * (residual * first + (1 - residual) * second)) / 2
    product = first * second * (1 - rho)
    root = np.sqrt(np.maximum(half**2 - product, 0.0))
    fast = half + root
    slow = product / fast
    with np.errstate(all="ignore"):
        weight_slow = (1 - rho) * (first - slow) * (second - slow) / ((fast - slow) * slow)
    weight_slow = np.where(fast > slow, np.clip(weight_slow, 0, rho), rho)
    return bisect(lambda t: weight_slow * exp(-slow * t) + (rho - weight_slow) * exp(-fast * t), share, rho.size)


def _fit_two(scv: FloatColumn, third: FloatColumn | None) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """Weight of the first and both means, of mean one: three moments where two exponential times have them."""
    p = (1 + np.sqrt((scv - 1) / (scv + 1))) / 2
    m1, m2 = 1 / (2 * p), 1 / (2 * (1 - p))
    if third is None:
        return p, m1, m2
    # Means a, b solve x^2 - s x + q = 0, and so do the moments over their factorials: r2 = s - q, r3 = s r2 - q.
    r2, r3 = (1 + scv) / 2, third / 6
    with np.errstate(all="ignore"):
        total = (r3 - r2) / (r2 - 1)
        product = total - r2
        root = np.sqrt(total**2 / 4 - product)
        high, low = total / 2 + root, product / (total / 2 + root)
        weight = (high - 1) / (high - low)
        fits = np.isfinite(r3) & (product > 0) & (root > 0) & (weight >= 0) & (weight <= 1)
    return np.where(fits, weight, p), np.where(fits, low, m1), np.where(fits, high, m2)


def bisect(beyond: Any, share: float, rows: int) -> FloatColumn:
    """Least time at which a falling tail is at most `share`, row by row."""
    low, high = np.zeros(rows), np.ones(rows)
    for _ in range(1000):
        more = beyond(high) > share
        if not more.any():
            break
        low, high = np.where(more, high, low), np.where(more, 2 * high, high)
    for _ in range(60):
        middle = (low + high) / 2
        above = beyond(middle) > share
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(beyond(np.zeros(rows)) > share, high, 0.0)
