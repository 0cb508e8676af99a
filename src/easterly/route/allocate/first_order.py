"""Rates of millions of pairs on graphs of thousands of nodes: flows kept by destination, certified by prices.

No path is listed. The flow towards each destination is a row of rates on links; a logarithmic barrier keeps links
below their capacities; every round visits each destination once and shifts flow to its shortest paths under the
prices of the barrier (`easterly._kernel.allocate.tree_sweep`). The level of the barrier falls from round to round,
and its prices bound the optimum over all paths by weak duality: near the least of the barrier at a level, value and
bound are that level apart, relatively.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.model.allocation import Trees
from easterly.route.allocate.barrier import Concurrent, Cost, Task, Throughput
from easterly.route.allocate.forest import Forest, trees_of
from easterly.route.allocate.posed import Goal, Problem

Progress = Callable[[int, float, float], None]
"""Told the round, the value and the bound whenever both are known."""

FIRST = 0.5
"""Level of the barrier in the first round."""

FALL = 0.93
"""Factor on the level from round to round: falling faster ends sooner, and further from the optimum."""

CHECK = 8
"""Rounds between two bounds, and between two sums of loads."""

ROUNDS = 3000
"""Rounds at most, if nothing else is asked for."""

REST = 0.6
"""Least level of the barrier over the gap asked for: flows settle there."""

BEHIND = 2.5
"""Gap over level from which on flows are behind the barrier, which waits for them."""

FACTORS = (256.0, 64.0, 16.0, 4.0, 1.0)
"""How far ahead flows are extrapolated, in steps of `CHECK` rounds."""

LARGE = 100_000_000
"""Flows on links towards destinations beyond which there is no memory for extrapolation."""

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


def distance(value: float, bound: float) -> float:
    """Of value and bound, over the larger of both; 0 where they are the same, infinite where there is no bound."""
    if value == bound:
        return 0.0
    if not np.isfinite(bound):
        return float("inf")
    return abs(bound - value) / max(abs(bound), abs(value))


@dataclass(slots=True)
class Descent:
    """How far the level has fallen, and the best that is known."""

    gap: float
    rounds: int
    threads: int
    progress: Progress | None
    level: float = FIRST
    made: int = 0
    bound: float = float("nan")
    price: FloatColumn = field(default_factory=lambda: floats([]))
    before: Forest | None = None
    enough: float = float("inf")
    """Value beyond which nothing more is asked for."""

    def run(self, task: Task) -> None:
        """Rounds until value and bound are near enough, or there are no more rounds."""
        if task.idle():
            self.bound, self.price = task.value(), floats(np.zeros(len(task.forest.load)))
            return
        while self.made < self.rounds:
            task.round(self.level, self.made, self.threads)
            self.made += 1
            if self.made % CHECK == 0 or self.made == self.rounds:
                behind = self.check(task)
                if self.near(task):
                    break
                self.settle(task, behind > BEHIND * self.level)
            if self.before is None:
                self.level = max(self.level * FALL, REST * self.gap)

    def near(self, task: Task) -> bool:
        """Whether value and bound are as near as was asked, or the value is enough."""
        value = task.value()
        return distance(value, self.bound) <= self.gap or value > self.enough

    def check(self, task: Task) -> float:
        """A bound under the prices of now; gives how far it is from what is reached now."""
        task.forest.add_up()
        bound, price = task.prove(self.threads)
        if np.isnan(self.bound) or task.better(self.bound, bound):
            self.bound, self.price = bound, price
        if self.progress is not None:
            self.progress(self.made, task.value(), self.bound)
        return distance(task.value(), bound)

    def settle(self, task: Task, behind: bool) -> None:
        """Keep the level while flows are behind it, and help them.

        Where tight links couple pairs, a round gets no further than the room that the barrier leaves, again and again
        in the same direction: so go on as the last rounds went, as far as that is better (pattern moves: Hooke &
        Jeeves 1961, J. ACM 8:2).
        """
        if not behind and self.level > REST * self.gap:
            self.before = None
            return
        if self.before is not None and task.forest.flow.size <= LARGE:
            leap(task, self.before)
        self.before = task.forest.copy()


def leap(task: Task, before: Forest) -> None:
    """Extrapolate from flows of before over those of now, as far as that makes less of the potential."""
    now = task.forest
    least = task.potential(now)
    for factor in FACTORS:
        flow = np.maximum(0.0, now.flow + factor * (now.flow - before.flow))
        rate = np.clip(now.rate + factor * (now.rate - before.rate), 0.0, task.most())
        ahead = Forest(now.graph, flow, rate, now.load.copy())
        ahead.load[:] = kernel.tree_tidy(*ahead.graph, rate, flow)
        if task.potential(ahead) < least:
            task.forest = ahead
            return


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
