"""Rates of millions of pairs on graphs of thousands of nodes: flows kept by destination, certified by prices.

No path is listed. The flow towards each destination is a row of rates on links; a logarithmic barrier keeps links
below their capacities; every round visits each destination once and shifts flow to its shortest paths under the
prices of the barrier (`easterly._kernel.allocate.tree_sweep`). The level of the barrier falls from round to round,
and its prices bound the optimum over all paths by weak duality: near the least of the barrier at a level, value and
bound are that level apart, relatively.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Trees
from easterly.route.allocate.barrier import Concurrent, Cost, Task, Throughput
from easterly.route.allocate.descent import ROUNDS, Descent, Progress, distance
from easterly.route.allocate.forest import trees_of
from easterly.route.allocate.posed import Goal, Problem

OPTIMAL = 1e-6
"""Gap that is called optimal."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rates on trees, feasible on every link, and what the prices prove."""

    value: Annotated[float, Unit("1"), Doc("Worth, phi or cost that was reached.")]
    bound: Annotated[float, Unit("1"), Doc("No rates do better; NaN where nothing is proven.")]
    status: Annotated[str, Doc("optimal, feasible, infeasible or unproven.")]
    phi: Annotated[float, Unit("1"), Doc("Common factor of ``concurrent``; otherwise NaN.")]
    pair_rate: Annotated[FloatColumn, Unit("1"), Doc("(K,) rate of each pair.")]
    load: Annotated[FloatColumn, Unit("1"), Doc("(L,) load of each link.")]
    price: Annotated[FloatColumn, Unit("1"), Doc("(L,) what one more unit of capacity is worth; gives `bound`.")]
    trees: Annotated[Trees, Doc("Flow towards each destination.")]
    iterations: Annotated[int, Unit("1"), Doc("Rounds that were made.")]

    @property
    def gap(self) -> float:
        """Distance of value and bound over the larger of both; infinite where there is no bound."""
        return distance(self.value, self.bound)


def solve(
    problem: Problem,
    goal: Goal | None = None,
    *,
    gap: float = 1e-2,
    iterations: int | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Answer:
    """Route pairs over all paths by a barrier on the links, destination by destination.

    Time is one search of shortest paths per destination and round, memory one number per destination and link. Work
    is bounded by rounds and never by the clock, so that equal problems give equal bits with any number of threads.
    Between rounds Python may be interrupted.

    Parameters
    ----------
    problem : Problem
    goal : Goal, optional
        ``throughput``, ``concurrent``, or ``cost``; without a base.
    gap : float
        Distance of value and bound at which to stop, over the larger of both.
    iterations : int, optional
        Rounds at most; `ROUNDS` if absent.
    threads : int
        For searching trees and bounds.
    progress : callable, optional
        Called with the round, the value and the bound.

    Returns
    -------
    Answer
        ``optimal`` up to a gap of 1e-6, else ``feasible``; for ``cost`` also ``infeasible`` with a proof, or
        ``unproven`` where the rounds ended without an allocation.

    Raises
    ------
    ValueError
        For another kind of goal, or a base.

    Examples
    --------
    >>> from easterly.base.columns import bools, ints
    >>> one, two = floats([1.0, 1.0]), floats([1.0, 2.0])
    >>> line = Problem(3, ints([0, 1]), ints([1, 2]), two, 0 * two, bools([True] * 3), ints([0, 1]), ints([2, 2]),
    ...                3 * one, one)
    >>> answer = solve(line, gap=1e-4)
    >>> answer.status, round(answer.value, 3), round(answer.bound, 3)
    ('feasible', 2.0, 2.0)
    """
    goal = goal or Goal()
    growth = problem.amount if goal.growth is None else goal.growth
    if goal.base is not None and np.any(goal.base > 0.0):
        raise ValueError("the first-order engine knows no base: ask the exact one")
    descent = Descent(gap, ROUNDS if iterations is None else iterations, threads, progress)
    if goal.kind == "throughput":
        return finish(descent, Throughput.of(problem))
    if goal.kind == "concurrent":
        return finish(descent, Concurrent.of(problem, growth))
    if goal.kind == "cost":
        return cheapest(descent, problem)
    raise ValueError(f"the first-order engine knows no goal {goal.kind!r}: ask the exact one")


def cheapest(descent: Descent, problem: Problem) -> Answer:
    """Route everything below the capacities, then at least cost."""
    ample = Concurrent.of(problem, problem.amount)
    descent.enough = 1.0
    descent.run(ample)
    if not ample.phi() > 1.0:
        status = "infeasible" if descent.bound < 1.0 - OPTIMAL else "unproven"
        return answer(descent, ample, status)
    onward = Descent(descent.gap, descent.rounds, descent.threads, descent.progress, made=descent.made)
    return finish(onward, Cost.of(ample))


def finish(descent: Descent, task: Task) -> Answer:
    """Descend, and make the best flows exact."""
    descent.run(task)
    return answer(descent, task, "")


def answer(descent: Descent, task: Task, status: str) -> Answer:
    """Exact flows, their value, and the best bound."""
    if descent.best is not None:
        task.forest = descent.best
    task.land()
    value, bound = task.value(), descent.bound
    if not status:
        status = "optimal" if distance(value, bound) <= OPTIMAL else "feasible"
    forest = task.forest
    return Answer(
        value=value,
        bound=bound,
        status=status,
        phi=task.phi(),
        pair_rate=floats(forest.rate),
        load=floats(forest.load),
        price=descent.price,
        trees=trees_of(forest),
        iterations=descent.made,
    )
