"""Strict priority: one class after the other, each with the totals of those above it kept.

A lower class may move the paths of a higher one, never its rates (lexicographic optimum; B4, Jain et al. 2013,
SIGCOMM). What is kept is first made dear: with a weight above its price in the optimum, nothing of it is given away
(an exact penalty). Then it is made sure: what was found is filled in once more, on top of what must be kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow, maths
from easterly.base.columns import FloatColumn, IntColumn, floats, indices, ints
from easterly.route.allocate.engines import Found, Wish, run
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.problem import rows_where
from easterly.route.allocate.result import Columns

KEPT = 1e-5
DEAR = 16.0
TRIES, FINEST = 6, 1e-9


@dataclass(frozen=True, slots=True)
class Staged:
    """The answers of the classes, highest first; paths and rates of all rows are those of the last."""

    values: tuple[float, ...]
    bounds: tuple[float, ...]
    last: Found
    reason: str


def classes(priority: IntColumn) -> list[int]:
    """Classes that there are, the highest first; of at least one row.

    Parameters
    ----------
    priority : (K,) int

    Returns
    -------
    list of int

    Examples
    --------
    >>> classes(ints([2, 0, 2]))
    [0, 2]
    """
    if (priority == priority[0]).all():  # as a rule, and without a sort
        return [int(priority[0])]
    return [int(level) for level in np.unique(priority)]


def run_rows(problem: Problem, rows: NDArray[np.bool_], goal: Goal, wish: Wish) -> Found:
    """Have an engine answer for some of the rows; the answer counts all rows.

    Parameters
    ----------
    problem : Problem
    rows : (K,) bool
    goal : Goal
        Its columns have one entry for each chosen row.
    wish : Wish

    Returns
    -------
    Found
    """
    if rows.all():
        return run(problem, goal, wish)
    found = run(rows_where(problem, rows), goal, wish)
    place = np.flatnonzero(rows)
    columns = found.columns
    rate = np.zeros(problem.pairs)
    rate[place] = found.pair_rate
    whole = Columns(ints(place[columns.row]), columns.ptr, columns.link, columns.rate)
    return replace(found, columns=whole, pair_rate=floats(rate))


def trimmed(found: Found, wanted: FloatColumn) -> Columns:
    """Paths scaled so that each row has what it is to have.

    Parameters
    ----------
    found : Found
    wanted : (K,) float

    Returns
    -------
    Columns
    """
    got = found.pair_rate
    factor = np.where(got > 0, wanted / np.where(got > 0, got, 1.0), 0.0)
    columns = found.columns
    return Columns(columns.row, columns.ptr, columns.link, floats(columns.rate * factor[columns.row]))


def staged(problem: Problem, priority: IntColumn, goal: Goal, wish: Wish) -> Staged:
    """Solve class after class, with what higher classes got kept.

    Parameters
    ----------
    problem : Problem
    priority : (K,) int
        Class of each row; the lowest number first.
    goal : Goal
        Of throughput or utility.
    wish : Wish

    Returns
    -------
    Staged
    """
    first, *rest = classes(priority)
    found = run_rows(problem, priority == first, goal, wish)
    values, bounds, reason = [found.value], [found.bound], ""
    for level in rest:
        own = priority == level
        kept = np.where(own, 0.0, found.pair_rate)
        found, value, bound, short = _below(problem, own, floats(kept), goal, wish)
        if short > KEPT:
            reason = f"classes above {level} lost up to {short:.2g} of a rate to it"
        values.append(value)
        bounds.append(max(value, bound))
    return Staged(tuple(values), tuple(bounds), found, reason)


def _below(
    problem: Problem, own: NDArray[np.bool_], kept: FloatColumn, goal: Goal, wish: Wish
) -> tuple[Found, float, float, float]:
    """One class beside what is kept: its answer, value and bound of the class alone, and what the kept lost."""
    rows = own | (kept > 0)
    above = kept > 0
    dear, nearer = DEAR * float(problem.weight[own].max()), wish
    for _ in range(TRIES):
        weight = np.where(above, dear, problem.weight)
        if goal.kind == "utility":  # so that the marginal utility of the kept is the same for each
            weight = np.where(above, dear * _power(np.where(above, kept, 1.0), goal.alpha), weight)
        amount = np.where(above, kept, problem.amount)
        held = float(_utility(weight[above], kept[above], goal).sum())
        dearer = replace(problem, amount=floats(amount), weight=floats(weight))
        found = run_rows(dearer, rows, goal, nearer)
        value = float(_utility(problem.weight[own], found.pair_rate[own], goal).sum())
        short = float((1 - found.pair_rate[above] / kept[above]).max(initial=0.0))
        wanted = wish.target * max(abs(value), 1e-12)
        if short <= 0.1 and abs(found.bound - held - value) <= wanted:
            break
        if short > 0.1:
            dear *= 4.0
        nearer = replace(wish, mode="gap", gap=_finer(nearer.target, wanted, found))
    columns, rate, _ = refilled(problem, above, kept, own, found.pair_rate)
    short = float((1 - rate[above] / kept[above]).max(initial=0.0))
    value = float(_utility(problem.weight[own], rate[own], goal).sum())
    return replace(found, columns=columns, pair_rate=rate), value, found.bound - held, short


def _finer(gap: float, wanted: float, found: Found) -> float:
    """The next gap to ask for: half of what is wanted of the class alone, as a part of what is kept and it together."""
    return max(min(gap / 8, 0.5 * wanted / max(abs(found.bound), 1e-300)), FINEST)


def refilled(
    problem: Problem, first: NDArray[np.bool_], kept: FloatColumn, then: NDArray[np.bool_], wanted: FloatColumn
) -> tuple[Columns, FloatColumn, float]:
    """Rows that get what is kept for them, and after them others as much of what they want as fits, all in step.

    Parameters
    ----------
    problem : Problem
    first : (K,) bool
        Rows that are served first, with `kept`.
    kept : (K,) float
    then : (K,) bool
        Other rows, that get up to `wanted`.
    wanted : (K,) float

    Returns
    -------
    Columns
    (K,) float
        Rate of each row.
    float
        The fraction of what they want that all the others have; 1 where nothing holds them back.
    """
    amount = np.where(first, kept, np.where(then, wanted, 0.0))
    place = np.flatnonzero(amount > 0)
    some = rows_where(problem, amount > 0)
    row, ptr, link, rate, _, _, share, stage, _, _ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, some.pair_src, some.pair_dst,
        indices(np.arange(len(place) + 1)), floats(np.ones(len(place))), floats(amount[place]), ints(~first[place]),
    )  # fmt: skip
    columns = Columns(ints(place[row]), indices(ptr), ints(link), floats(rate))
    least = float(share[stage == 1].min(initial=1.0))
    return columns, floats(np.bincount(columns.row, columns.rate, problem.pairs)), least


def _utility(weight: FloatColumn, rate: FloatColumn, goal: Goal) -> FloatColumn:
    """What each row adds to the value of the goal."""
    if goal.kind == "throughput":
        return floats(weight * rate)
    if goal.alpha == 1.0:
        return floats(weight * maths.log(np.ascontiguousarray(np.maximum(rate, 1e-300))))
    return floats(weight * _power(np.maximum(rate, 1e-300), 1 - goal.alpha) / (1 - goal.alpha))


def _power(base: NDArray[np.float64], exponent: float) -> FloatColumn:
    return floats(maths.pow(np.ascontiguousarray(base), np.full(len(base), exponent)))
