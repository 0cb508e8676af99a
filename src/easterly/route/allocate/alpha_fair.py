"""Alpha-fair rates (Mo & Walrand 2000, IEEE/ACM ToN 8:5): the most of the sum of w f^(1-alpha) / (1-alpha).

Alpha 0 is throughput, 1 proportional fairness (w log f), infinity max-min fairness, where weights lose their meaning.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow, maths
from easterly.base.columns import FloatColumn, floats, indices, ints
from easterly.route.allocate import max_min, objectives, priorities
from easterly.route.allocate.engines import Found, Wish, prices_of
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.problem import Posed, csr, quantised, rows_where, within_reach
from easterly.route.allocate.result import Columns, Outcome, gap_of

FINE, FINEST = 1e-4, 1e-13
"""Relative gaps of utility: where a gap is asked for, and where the exact rates are."""

STEEP = 4.0
"""Above this alpha, marginal utilities of equal bottlenecks are taken in the unit of the least."""
BEYOND = 40.0
ENDLESS = 1e9
"""From here on the mean is the least rate, and rates are those of infinity, to eight digits."""


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
    return _least(posed, wish) if alpha >= ENDLESS else _between(posed, wish)


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
    """In the unit of capacities where that serves, else in that of the least share, which takes a sweep to know."""
    made = _in_unit(posed, wish, steep=wish.alpha > STEEP)
    if 1 < wish.alpha <= STEEP and gap_of(made.value, made.bound) > 2 * max(FINE, wish.gap):
        again = _in_unit(posed, wish, steep=True)
        return again if gap_of(again.value, again.bound) < gap_of(made.value, made.bound) else made
    return made


def _in_unit(posed: Posed, wish: Wish, *, steep: bool) -> Outcome:
    alpha, scale = wish.alpha, float(posed.problem.weight.max())
    weight = quantised(posed.problem.weight / scale * _power(posed.count, alpha))
    free = floats(np.zeros(posed.problem.links))
    problem = replace(posed.problem, amount=within_reach(posed.problem), weight=weight, cost=free)
    # Near the optimum utility is flat: rates are right to about the root of its gap.
    finer = replace(wish, mode="gap", gap=FINEST) if wish.mode == "exact" else replace(wish, gap=min(wish.gap, FINE))
    one = len(np.unique(posed.priority)) == 1
    sweep = _sweep(posed, problem) if steep else None
    unit, counted = 1.0, np.ones(problem.pairs, dtype=np.bool_)
    if sweep is not None:
        unit = sweep.least
        counted = sweep.share <= unit * math.exp(BEYOND / alpha) if one else counted
    scaled = replace(problem, capacity=floats(problem.capacity / unit), amount=floats(problem.amount / unit))
    some = rows_where(scaled, counted)
    staged = priorities.staged(some, ints(posed.priority[counted]), Goal("utility", alpha=alpha), finer)
    if sweep is not None and one:
        last = _beyond_engine(some, staged.last, sweep.of(counted), alpha)
        staged = replace(staged, values=(last.value,), bounds=(last.bound,), last=last)
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


@dataclass(frozen=True, slots=True)
class Sweep:
    """Max-min rates, and the prices of the bottlenecks of the least."""

    columns: Columns
    share: FloatColumn  # (K,) of each demand of a row
    price: FloatColumn  # (L,)
    least: float  # share of the first class: the unit in which steep utilities stay within numbers

    def of(self, counted: NDArray[np.bool_]) -> Sweep:
        """Of some rows, with rates in units of the least share."""
        found, place = self.columns, np.cumsum(counted) - 1
        kept = counted[found.row]
        lengths = np.diff(found.ptr)
        columns = Columns(
            ints(place[found.row[kept]]), csr(lengths[kept]), ints(found.link[np.repeat(kept, lengths)]),
            floats(found.rate[kept] / self.least),
        )  # fmt: skip
        return replace(self, columns=columns, share=floats(self.share[counted]))


def _sweep(posed: Posed, problem: Problem) -> Sweep:
    """Max-min shares of all demands: where utilities are steep, near to what is fair, and their prices to its own.

    Whoever has more than the least by a factor of exp(40 / alpha) has a marginal utility below 1e-17 of its.
    """
    count = floats(posed.count)
    row, ptr, link, rate, _, _, _, _, price, _ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, problem.pair_src,
        problem.pair_dst, indices(np.arange(problem.pairs + 1)), floats(problem.amount / count), problem.amount,
        ints(np.unique(posed.priority, return_inverse=True)[1]),
    )  # fmt: skip
    share = np.bincount(row, rate, problem.pairs) / count
    first = np.zeros(problem.links) if not len(price) else price[0]
    least = float(share[posed.priority == posed.priority.min()].min())
    return Sweep(Columns(ints(row), indices(ptr), ints(link), floats(rate)), floats(share), floats(first), least)


def _beyond_engine(problem: Problem, found: Found, sweep: Sweep, alpha: float) -> Found:
    """An engine's answer, or max-min rates where those are better; and the least of its bound and two simple ones."""
    columns = sweep.columns
    rate = floats(np.bincount(columns.row, columns.rate, problem.pairs))
    value = float((problem.weight * _power(np.maximum(rate, 1e-300), 1 - alpha)).sum()) / (1 - alpha)
    if not found.value >= value:
        found = replace(found, columns=columns, pair_rate=rate, value=value)
    free = np.zeros(problem.links)  # also without what the search adds to every price
    mine = found.price - found.price.min() if np.isfinite(found.price.sum()) and len(found.price) else free
    for price in (free, _priced(problem, sweep.price, alpha), _priced(problem, floats(mine), alpha)):
        bound = _bound(problem, floats(price), alpha)
        if not found.bound <= bound:
            found = replace(found, bound=max(bound, found.value), price=floats(price))
    return found


def _wanted(problem: Problem, distance: FloatColumn, alpha: float) -> FloatColumn:
    """What each pair would have if links were had at a price: where its marginal utility is the price of its path."""
    most = problem.weight * _power(problem.amount, -alpha)
    paid = np.where(distance > most, distance, 1.0)
    return floats(np.where(distance > most, _power(problem.weight / paid, 1 / alpha), problem.amount))


def _priced(problem: Problem, price: FloatColumn, alpha: float) -> FloatColumn:
    """The multiple of prices whose bound is the least: there what all want costs what all links do."""
    distance, whole = prices_of(problem, price), float(problem.capacity @ price)
    if not whole > 0 or not distance.max() > 0:
        return floats(np.zeros(problem.links))
    low, high = -300.0, 300.0
    for _ in range(64):
        middle = (low + high) / 2
        factor = float(maths.exp(np.array([middle]))[0])
        dear = float(distance @ _wanted(problem, floats(factor * distance), alpha)) < whole
        low, high = (low, middle) if dear else (middle, high)
    return floats(price * float(maths.exp(np.array([high]))[0]))


def _bound(problem: Problem, price: FloatColumn, alpha: float) -> float:
    """What no rates pass, by weak duality: the links at their price, and what each pair gains beyond what it pays."""
    distance = prices_of(problem, price)
    rate = _wanted(problem, distance, alpha)
    gain = problem.weight * _power(rate, 1 - alpha) / (1 - alpha) - distance * rate
    return float(problem.capacity @ price) + float(gain.sum())


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
