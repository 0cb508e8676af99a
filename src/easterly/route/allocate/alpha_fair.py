"""Alpha-fair rates (Mo & Walrand 2000, IEEE/ACM ToN 8:5): the most of the sum of w f^(1-alpha) / (1-alpha).

Alpha 0 is throughput, 1 proportional fairness (w log f), infinity max-min fairness, where weights lose their meaning.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow, maths
from easterly.base.columns import FloatColumn, floats, indices, ints
from easterly.route.allocate import max_min, objectives, priorities
from easterly.route.allocate.engines import Found, Wish
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.problem import Posed, quantised, rows_where, within_reach
from easterly.route.allocate.result import Columns, Outcome

FINE, FINEST = 1e-4, 1e-11
"""Relative gaps of utility: where a gap is asked for, and where the exact rates are."""

STEEP = 4.0
"""Above this alpha, marginal utilities of equal bottlenecks are taken in the unit of the least."""
BEYOND = 40.0


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
    free = floats(np.zeros(posed.problem.links))
    problem = replace(posed.problem, amount=within_reach(posed.problem), weight=weight, cost=free)
    # Near the optimum utility is flat: rates are right to about the root of its gap.
    finer = replace(wish, mode="gap", gap=FINEST) if wish.mode == "exact" else replace(wish, gap=min(wish.gap, FINE))
    unit, counted = (
        _least_share(posed, problem, alpha) if alpha > STEEP else (1.0, np.ones(problem.pairs, dtype=np.bool_))
    )
    scaled = replace(problem, capacity=floats(problem.capacity / unit), amount=floats(problem.amount / unit))
    if len(np.unique(posed.priority)) > 1:
        counted = np.ones(problem.pairs, dtype=np.bool_)
    staged = priorities.staged(
        rows_where(scaled, counted), ints(posed.priority[counted]), Goal("utility", alpha=alpha), finer
    )  # fmt: skip
    last, total = staged.last, float(_weights(posed)[counted].sum()) / scale
    # A row of n demands is of the utility of n at a part of its rate: a weight w n^alpha tells that but for logarithms.
    apart = _apart(posed)[counted].sum() / scale if alpha == 1 else 0.0
    value = mean_of(sum(staged.values) - apart, total, alpha)
    bound = mean_of(sum(staged.bounds) - apart, total, alpha)
    per_bps = 1 / (total * float(_power(np.array([value]), -alpha)[0])) if 0 < value < math.inf else 0.0
    # The mean is over all weights: what is beyond counting adds nothing to the sum, but counts in the number.
    part = mean_of(float(_weights(posed).sum()) / scale / (1 - alpha), total, alpha) if not counted.all() else 1.0
    columns = _beside(posed, problem, counted, last, unit)
    unit *= posed.unit_bps / part
    return Outcome(
        columns, value * unit, max(value, bound) * unit, "bit/s", floats(last.price * per_bps), last.method,
        reason=staged.reason, warm=last.warm,
    )  # fmt: skip


def _least_share(posed: Posed, problem: Problem, alpha: float) -> tuple[float, NDArray[np.bool_]]:
    """The least max-min share, the unit in which steep utilities stay within numbers; and who counts beside it.

    Whoever has more by a factor of exp(40 / alpha) has a marginal utility below 1e-17 of that of the least.
    """
    count = floats(posed.count)
    row, _, _, rate, *_ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, problem.pair_src,
        problem.pair_dst, indices(np.arange(problem.pairs + 1)), floats(problem.amount / count), problem.amount,
        ints(np.unique(posed.priority, return_inverse=True)[1]),
    )  # fmt: skip
    share = np.bincount(row, rate, problem.pairs) / count
    first = share[posed.priority == posed.priority.min()]
    least = float(first.min())
    return least, share <= least * math.exp(BEYOND / alpha)


def _beside(posed: Posed, problem: Problem, counted: NDArray[np.bool_], last: Found, unit: float) -> Columns:
    """Paths in units of the problem; those who do not count share what is left by max-min."""
    found = last.columns
    if counted.all():
        return Columns(found.row, found.ptr, found.link, floats(found.rate * unit))
    kept = np.zeros(problem.pairs)
    kept[counted] = last.pair_rate * unit
    amount = np.where(counted, kept, problem.amount)
    row, ptr, link, rate, *_ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, problem.pair_src,
        problem.pair_dst, indices(np.arange(problem.pairs + 1)),
        floats(np.where(counted, 1.0, problem.amount / posed.count)), floats(amount), ints(~counted),
    )  # fmt: skip
    return Columns(ints(row), indices(ptr), ints(link), floats(rate))


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


def _apart(posed: Posed) -> FloatColumn:
    """(K,) what the logarithms of the demands behind each row fall short of that of the row: n w log n."""
    return floats(_weights(posed) * maths.log(np.ascontiguousarray(posed.count)))


def _weights(posed: Posed) -> FloatColumn:
    """(K,) weight of all demands behind each row."""
    return floats(posed.problem.weight * posed.count)
