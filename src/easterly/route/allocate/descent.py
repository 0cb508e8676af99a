"""How the barrier falls: rounds of one task, until value and bound are near enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, floats
from easterly.route.allocate.barrier import Task
from easterly.route.allocate.forest import Forest

Progress = Callable[[int, float, float], object]
"""Told the round, the value and the bound whenever both are known."""

FIRST = 0.5
"""Level of the barrier in the first round."""

FALL = 0.93
"""Factor on the level from round to round: falling faster ends sooner, and further from the optimum."""

CHECK = 8
"""Rounds between two bounds, and between two sums of loads."""

ROUNDS = 3000
"""Rounds at most, if nothing else is asked for."""

REST = 0.3
"""Least level of the barrier over the gap asked for: flows settle there."""

LATE = 1.5
"""Gap over level from which on flows are late, and the level falls half as fast."""

BEHIND = 4.0
"""Gap over level from which on the level waits for them, but not for long."""

PATIENCE = 2
"""Checks for which the level waits."""

WEARY = 8
"""Checks at rest after which the level is raised again, to fall half as fast from there."""

AGAIN = 10.0
"""Level that it is raised to, over the gap that is left."""

FACTORS = (256.0, 64.0, 16.0, 4.0, 1.0)
"""How far ahead flows are extrapolated, in steps of `CHECK` rounds."""

LARGE = 100_000_000
"""Flows on links towards destinations beyond which there is no memory for extrapolation."""


def distance(value: float, bound: float) -> float:
    """Of value and bound, over the larger of both; 0 where they are the same, infinite where there is no bound."""
    if value == bound:
        return 0.0
    if not np.isfinite(bound):
        return float("inf")
    return abs(bound - value) / max(abs(bound), abs(value))


@dataclass(slots=True)
class Descent:
    """How far the level has fallen, and what is known."""

    gap: float
    rounds: int
    threads: int
    progress: Progress | None
    enough: float = float("inf")
    """Value beyond which nothing more is asked for."""
    level: float = FIRST
    pace: float = FALL
    """Factor on the level where flows keep up with it."""
    fall: float = FALL
    """Factor on the level now."""
    made: int = 0
    waited: int = 0
    rested: int = 0
    bound: float = float("nan")
    price: FloatColumn = field(default_factory=lambda: floats([]))
    before: Forest | None = None
    """Flows at the last check, where they were behind then."""
    best: Forest | None = None
    """The best flows of those that were left, when the level was raised again."""
    best_value: float = float("nan")

    def run(self, task: Task) -> None:
        """Rounds until value and bound are near enough, or there are no more rounds."""
        if task.idle():
            self.bound, self.price = task.value(), floats(np.zeros(len(task.forest.load)))
            return
        while self.made < self.rounds:
            task.round(self.level, self.made, self.threads)
            self.made += 1
            if self.made % CHECK == 0 or self.made == self.rounds or task.idle():
                behind = self.check(task)
                if self.near(task):
                    break
                self.steer(task, behind / self.level)
            self.level = max(self.level * self.fall, REST * self.gap)
        self.keep(task)

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

    def steer(self, task: Task, ratio: float) -> None:
        """Let the level fall as fast as the flows can follow."""
        resting = self.level <= REST * self.gap
        self.rested += resting
        if self.rested > WEARY:
            self.raise_again(task)
            return
        wait = ratio > BEHIND and self.waited < PATIENCE
        self.waited = self.waited + 1 if wait else 0
        self.fall = 1.0 if wait else self.pace if ratio < LATE else self.pace**0.5
        if ratio > BEHIND or resting:
            if self.before is not None and task.forest.flow.size <= LARGE:
                leap(task, self.before)
            self.before = task.forest.copy()
        else:
            self.before = None

    def raise_again(self, task: Task) -> None:
        """Go back to where there is room to move, and come down more slowly."""
        self.keep(task)
        self.best = self.best.copy() if self.best is task.forest else self.best
        self.level = min(FIRST, AGAIN * distance(self.best_value, self.bound))
        self.pace = self.fall = self.pace**0.5
        self.rested, self.before = 0, None

    def keep(self, task: Task) -> None:
        """Remember what is reached, if it is better than what was."""
        value = task.value()
        if self.best is None or task.better(value, self.best_value):
            self.best, self.best_value = task.forest, value


def leap(task: Task, before: Forest) -> None:
    """Extrapolate from flows of before over those of now, as far as that makes less of the potential.

    Where tight links couple pairs, a round gets no further than the room that the barrier leaves, again and again in
    the same direction: so go on as the last rounds went (pattern moves: Hooke & Jeeves 1961, J. ACM 8:2).
    """
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
