"""Alpha-fair rates (Mo & Walrand 2000, IEEE/ACM ToN 8:5): the most of the sum of w f^(1-alpha) / (1-alpha).

Alpha 0 is throughput, 1 proportional fairness (w log f), infinity max-min fairness, where weights lose their meaning.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.route.allocate import max_min, objectives, priorities
from easterly.route.allocate.engines import Wish
from easterly.route.allocate.posed import Goal
from easterly.route.allocate.problem import Posed, quantised, within_reach
from easterly.route.allocate.result import Outcome

FINE, FINEST = 1e-5, 1e-11
"""Relative gaps of utility: where a gap is asked for, and where the exact rates are."""


def solve(posed: Posed, wish: Wish) -> Outcome:
    """Alpha-fair rates of demands, each up to its rate, class after class.

    Parameters
    ----------
    posed : Posed
        Merged where weight and rate are equal: n such demands are one of weight w n^alpha.
    wish : Wish

    Returns
    -------
    Outcome
        Value and bound in bit/s: the rate that, had by all, is of the same utility.

    Raises
    ------
    ValueError
        An alpha below 0, or none.
    """
    alpha = wish.alpha
    if not alpha >= 0:
        raise ValueError(f"alpha is {alpha}, not a number from 0 up")
    if not posed.problem.pairs:
        return objectives.nothing(posed, "bit/s")
    if alpha == 0:
        return _throughput(posed, wish)
    return _least(posed, wish) if math.isinf(alpha) else _between(posed, wish)


def _throughput(posed: Posed, wish: Wish) -> Outcome:
    found = objectives.max_throughput(replace(posed, own_bps=np.zeros_like(posed.own_bps)), wish)
    total = _weights(posed).sum()
    return replace(found, value=found.value / total, bound=found.bound / total, dual=floats(found.dual / total))


def _least(posed: Posed, wish: Wish) -> Outcome:
    """The limit: max-min without weights; its value is the least rate."""
    problem = replace(posed.problem, weight=posed.count)
    found = max_min.solve(replace(posed, problem=problem), wish)
    rate = np.bincount(found.columns.row, found.columns.rate, problem.pairs) / posed.count
    least = float(rate.min()) * posed.unit_bps
    return replace(found, value=least, bound=least * max(found.bound / found.value, 1.0) if found.value else least)


def _between(posed: Posed, wish: Wish) -> Outcome:
    alpha, scale = wish.alpha, float(posed.problem.weight.max())
    weight = quantised(posed.problem.weight / scale * _power(posed.count, alpha))
    problem = replace(
        posed.problem, amount=within_reach(posed.problem), weight=weight, cost=floats(np.zeros(posed.problem.links))
    )
    # Near the optimum utility is flat: rates are right to about the root of its gap.
    finer = replace(wish, mode="gap", gap=FINEST) if wish.mode == "exact" else replace(wish, gap=min(wish.gap, FINE))
    staged = priorities.staged(problem, posed.priority, Goal("utility", alpha=alpha), finer)
    last, total = staged.last, float(_weights(posed).sum()) / scale
    value = mean_of(sum(staged.values), total, alpha)
    bound = mean_of(sum(staged.bounds), total, alpha)
    per_bps = math.inf if value == 0 else 1 / (total * float(_power(np.array([value]), -alpha)[0]))
    return Outcome(
        last.columns, value * posed.unit_bps, max(value, bound) * posed.unit_bps, "bit/s",
        floats(last.price * per_bps), last.method, reason=staged.reason, warm=last.warm,
    )  # fmt: skip


def mean_of(utility: float, total: float, alpha: float) -> float:
    """The rate that gives this utility when all weights, `total` together, have it: a power mean.

    >>> mean_of(-0.5, 1.0, 2.0)
    2.0
    """
    if alpha == 1:
        return float(maths.exp(np.array([utility / total]))[0])
    power = (1 - alpha) * utility / total
    if power <= 0:
        return math.inf if alpha > 1 else 0.0
    return float(_power(np.array([power]), 1 / (1 - alpha))[0])


def _power(base: NDArray[np.float64], exponent: float) -> FloatColumn:
    """Powers from the kernel: the same bits on every machine."""
    return floats(maths.pow(np.ascontiguousarray(base), np.full(len(base), exponent)))


def _weights(posed: Posed) -> FloatColumn:
    """(K,) weight of all demands behind each row."""
    return floats(posed.problem.weight * posed.count)
