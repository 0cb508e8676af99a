"""Rates over all paths: an interior point on path columns, priced by shortest paths, with a bound over every path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, frozen, indices, ints
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Warm
from easterly.route.allocate.listed import some_of
from easterly.route.allocate.posed import Goal, Problem

Mode = Literal["exact", "gap", "fast"]
Status = Literal["optimal", "feasible", "infeasible"]
Progress = Callable[[int, float, float], object]

KINDS = {"throughput": 0, "concurrent": 1, "cost": 2, "utility": 3}
EXACT = 1e-7  # where the exact mode stops; 1e-6 is what it promises
PROVEN = 1e-6
FAST_STEPS = 12
MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """Rates of paths that keep every capacity, and a bound that no others can pass.

    `value` and `bound` are in the sense of the goal: the bound is above the value, but below it for ``cost`` and
    ``cost-max-flow``, whose value is the cost. `phi` is the level of ``concurrent`` and the flow of ``cost-max-flow``.
    Where amounts do not fit (``infeasible``), rates are the largest common part `phi` of them, and the prices prove it.
    """

    path_pair: Annotated[IntColumn, Doc("(C,) pair of each path, ascending.")]
    path_ptr: Annotated[IndexColumn, Doc("(C+1,) CSR pointer into `path_link`.")]
    path_link: Annotated[IntColumn, Doc("Links of each path, in order.")]
    path_rate: Annotated[FloatColumn, Unit("1"), Doc("(C,) rate of each path, above 0.")]
    price: Annotated[
        FloatColumn, Unit("1"), Doc("(L,) value of one more unit of capacity; flow, of ``cost-max-flow``.")
    ]
    pair_price: Annotated[
        FloatColumn,
        Unit("1"),
        Doc(
            "(K,) value of one more unit of the amount; of kinds whose "
            "totals are prescribed, the price of one unit of flow."
        ),
    ]
    value: Annotated[float, Unit("1"), Doc("Value of the goal at these rates.")]
    bound: Annotated[float, Unit("1"), Doc("No rates have a better value.")]
    status: Annotated[Status, Doc("``optimal`` within 1e-6, ``feasible``, or ``infeasible``.")]
    phi: Annotated[float, Unit("1"), Doc("Level of prescribed totals.")]
    rounds: Annotated[int, Unit("1"), Doc("Rounds of pricing.")]
    iterations: Annotated[int, Unit("1"), Doc("Steps of the interior point.")]
    warm: Annotated[Warm, Doc("Where the next solve may start.")]
    phi_bound: Annotated[float, Unit("1"), Doc("No flow is greater; of ``cost-max-flow``.")] = np.inf

    @property
    def gap(self) -> float:
        """Distance of value and bound over the larger of both; 0 where they agree."""
        if self.value == self.bound:
            return 0.0
        distance = abs(self.bound - self.value) / max(abs(self.bound), abs(self.value))
        return float(distance) if np.isfinite(distance) else np.inf


def solve(
    problem: Problem,
    goal: Goal,
    *,
    mode: Mode = "gap",
    gap: float = 1e-3,
    warm: Warm | None = None,
    progress: Progress | None = None,
) -> Answer:
    """Optimise rates over all paths.

    Parameters
    ----------
    problem : Problem
        In canonical form.
    goal : Goal
    mode : {"exact", "gap", "fast"}
        Proven to 1e-6; proven to `gap`; or a fixed amount of work with whatever gap it proves.
    gap : float
        Relative distance of value and bound at which to stop.
    warm : Warm, optional
        Of a similar problem on the same links; paths that are none here are left out.
    progress : callable, optional
        Called with (steps, value, bound) now and then.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If arrays do not fit or numbers are out of their range.
    """
    stop = EXACT if mode == "exact" else 1e-12 if mode == "fast" else gap
    steps = FAST_STEPS if mode == "fast" else MOST_STEPS
    if goal.kind == "cost-max-flow":
        return _cheapest_flow(problem, stop, steps, warm, progress)
    if goal.kind == "cost":
        return _cheapest(problem, stop, steps, warm, progress)
    return _once(problem, goal, stop, steps, warm, progress)


def _once(
    problem: Problem,
    goal: Goal,
    gap: float,
    steps: int,
    warm: Warm | None,
    progress: Progress | None,
    target: float = np.nan,
) -> Answer:
    """One call of the kernel."""
    if goal.kind == "utility" and goal.alpha == 0.0:
        goal = Goal("throughput")
    none = np.zeros(0)
    base = growth = none
    if goal.kind == "concurrent":
        base = np.zeros(problem.pairs) if goal.base is None else np.ascontiguousarray(goal.base, np.float64)
        growth = problem.amount if goal.growth is None else np.ascontiguousarray(goal.growth, np.float64)
    start = _start(problem, warm)
    got = kernel.solve(
        problem.nodes,
        problem.src,
        problem.dst,
        problem.capacity,
        problem.cost if goal.kind != "concurrent" else np.zeros(problem.links),
        problem.transit,
        problem.pair_src,
        problem.pair_dst,
        problem.amount,
        problem.weight,
        KINDS[goal.kind],
        goal.alpha,
        base,
        growth,
        gap,
        steps,
        target,
        *start,
        progress,
    )
    return _answer(problem, goal, growth, got)


def _answer(problem: Problem, goal: Goal, growth: FloatColumn, got: tuple) -> Answer:  # type: ignore[type-arg]
    """The kernel's answer in the sense of the goal."""
    columns, (value, bound, phi, _, _, rounds, steps, early, heat) = map(frozen, got[:6]), got[6:]
    pair, ptr, link, rate, price, distance = columns
    pair_price = distance
    if goal.kind in ("throughput", "utility") and (goal.kind == "throughput" or goal.alpha == 0.0):
        pair_price = np.maximum(problem.weight - distance, 0.0)
    if goal.kind == "concurrent" and problem.pairs:
        worth = float(growth @ distance)
        price, pair_price = (price / worth, distance / worth) if worth > 0.0 else (price, distance)
    if goal.kind == "cost":
        value, bound = -value, max(-bound, 0.0)
    answer = Answer(
        pair,
        ptr,
        link,
        rate,
        floats(price),
        floats(pair_price),
        value,
        bound,
        "feasible",
        phi,
        rounds,
        steps,
        Warm(
            frozen(problem.pair_src[pair]),
            frozen(problem.pair_dst[pair]),
            ptr,
            link,
            floats(price),
            frozen(_shares(problem, goal, pair, rate)),
            frozen(early) if len(early) == problem.links else None,
            heat,
        ),
    )
    return replace(answer, status="optimal") if answer.gap <= PROVEN else answer


def _shares(problem: Problem, goal: Goal, pair: IntColumn, rate: FloatColumn) -> FloatColumn:
    """Part of the amount that each path carries; of the pair's total where totals are prescribed."""
    levels = goal.kind == "concurrent"
    whole = floats(np.bincount(pair, rate, problem.pairs)) if levels else problem.amount
    return rate / whole[pair]


def _start(
    problem: Problem, warm: Warm | None
) -> tuple[IntColumn, IndexColumn, IntColumn, FloatColumn, FloatColumn, FloatColumn, float]:
    """Paths, their shares and prices of `warm` that mean something here, in the order of the kernel."""
    if warm is None or problem.pairs == 0 or len(warm.price) != problem.links:
        return ints([]), indices([0]), ints([]), floats([]), floats([]), floats([]), 1.0
    key = problem.pair_dst.astype(np.int64) * problem.nodes + problem.pair_src
    wanted = warm.dst.astype(np.int64) * problem.nodes + warm.src
    at = np.minimum(np.searchsorted(key, wanted), problem.pairs - 1)
    known = key[at] == wanted
    if not known.all():
        at, warm = at[known], some_of(warm, np.flatnonzero(known))
    share, early = (floats([]) if part is None else part for part in (warm.share, warm.early))
    return ints(at), warm.link_ptr, warm.link_idx, warm.price, share, early, warm.heat


def _cheapest(problem: Problem, gap: float, steps: int, warm: Warm | None, progress: Progress | None) -> Answer:
    """Least cost of granting every amount, once it is known that they fit."""
    fits = _once(problem, Goal("concurrent"), min(gap, 1e-3), MOST_STEPS, warm, progress, target=1.0)
    if problem.pairs and fits.bound < 1.0:
        return replace(fits, status="infeasible", value=np.inf, bound=np.inf)
    return _once(problem, Goal("cost"), gap, steps, warm, progress)


def _cheapest_flow(problem: Problem, gap: float, steps: int, warm: Warm | None, progress: Progress | None) -> Answer:
    """The most flow, and the least cost at which that much can flow.

    Prices are those of the most flow. For the cost, flow is worth `worth` a unit, more than the dearest path. What any
    rates with at least the flow F cost follows from the bound D of that problem: cost >= worth F - D. Where the flow
    falls short of the most, it was worth too little.
    """
    free = replace(problem, cost=np.zeros(problem.links), weight=np.ones(problem.pairs))
    most = _once(free, Goal("throughput"), gap, steps, warm, progress)
    worth = 2.0 * float(problem.cost.sum()) / max(1.0, problem.links**0.5) + float(problem.cost.max(initial=0.0))
    if worth == 0.0:
        return replace(most, value=0.0, bound=0.0, phi=most.value, phi_bound=most.bound)
    flow = 0.0
    for _ in range(6):
        paid = replace(problem, weight=np.full(problem.pairs, worth))
        got = _once(paid, Goal("throughput"), gap * 0.1, steps, warm, progress)
        flow = float(got.path_rate.sum())
        if flow >= most.value * (1.0 - max(gap, 1e-9)):
            break
        worth *= 8.0
    cost = worth * flow - got.value
    bound = max(worth * flow - got.bound, 0.0)
    answer = replace(
        got, value=cost, bound=bound, phi=flow, phi_bound=most.bound, status="feasible", price=most.price
    )  # fmt: skip
    return replace(answer, status="optimal") if answer.gap <= PROVEN else answer
