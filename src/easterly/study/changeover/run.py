"""The study: from one site file to another, step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from easterly.base.findings import Finding, FindingsError
from easterly.study.changeover.search import State, best
from easterly.study.changeover.states import Load, States
from easterly.study.changeover.steps import Step, apply, steps
from easterly.study.nouns import Nouns

BUDGET = 400
"""Steps from states that are looked at beyond the greedy order."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One step of the order.

    Attributes
    ----------
    step : Step
    during : Load
        While it is made; of utilisation 0 where nothing is down meanwhile.
    after : Load
    steps_s : mapping of str to float [s]
        Expected step of each job when it is made.
    data : dict
        The site file then, in plain values.
    """

    step: Step
    during: Load
    after: Load
    steps_s: dict[str, float]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Changeover:
    """An order of steps, and what it is worth.

    Attributes
    ----------
    before : Load
    taken : tuple of Taken
    worst : float [1]
        Highest utilisation on the way, both ends included.
    bound : float [1]
        No order has a lower one; the same where the order is proven to be best.
    as_written : float [1]
        The worst of the order in which the steps stand in the files.
    looked_at : int
        Steps from states.
    steps_s : mapping of str to float [s]
        Expected step of each job before.
    data : dict
        The first site file, in plain values.
    """

    before: Load
    taken: tuple[Taken, ...]
    worst: float
    bound: float
    as_written: float
    looked_at: int
    steps_s: dict[str, float]
    data: dict[str, Any]


def changeover(
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    budget: int = BUDGET,
    notify: Callable[[int, int], None] | None = None,
) -> Changeover:
    """Order the differences of two site files so that the fullest link on the way is least full.

    Parameters
    ----------
    before, after : dict
        Plain values of the files.
    budget : int
        Steps from states that are looked at beyond the greedy order; with more the bound is tighter.
    notify : callable, optional
        Told how many were looked at, and of how many at most.

    Returns
    -------
    Changeover

    Raises
    ------
    FindingsError
        One of the files has errors, or no order of steps avoids sites that have (E721).
    """
    walk = _Walk(before, steps(before, after), budget, notify)
    walk.states.nouns(before), walk.states.nouns(after)
    start = walk.load(frozenset())
    order = best(len(walk.steps), walk.cost, start.utilisation, budget)
    if not np.isfinite(order.worst):
        raise FindingsError([_impossible(walk, proven=not np.isfinite(order.bound))])
    taken, made = [], frozenset[int]()
    for row in order.steps:
        during = walk.during(made, row)
        made |= {row}
        taken.append(Taken(walk.steps[row], during, walk.load(made), walk.steps_s(made), walk.data(made)))
    return Changeover(
        start, tuple(taken), order.worst, order.bound, walk.along(range(len(walk.steps)), start.utilisation),
        order.states, walk.steps_s(frozenset()), before,
    )  # fmt: skip


class _Walk:
    """States by the steps that were made, and what they carry, each worked out once."""

    def __init__(
        self, before: dict[str, Any], given: list[Step], budget: int, notify: Callable[[int, int], None] | None
    ) -> None:
        self.before, self.steps, self.states = before, given, States()
        self._notify, self._asked = notify, 0
        self._most = budget + len(given) * (len(given) + 1) // 2
        self._rest: dict[State, tuple[Load, Nouns | None]] = {}

    def data(self, made: State) -> dict[str, Any]:
        data = self.before
        for row in sorted(made):
            data = apply(data, self.steps[row].patch)
        return data

    def _at(self, made: State) -> tuple[Load, Nouns | None]:
        if made not in self._rest:
            self._rest[made] = self.states.rest(self.data(made))
        return self._rest[made]

    def load(self, made: State) -> Load:
        return self._at(made)[0]

    def steps_s(self, made: State) -> dict[str, float]:
        nouns = self._at(made)[1]
        assert nouns is not None
        found = nouns.prediction.value
        return dict(zip(found.job.tolist(), found.step_expected_s.tolist(), strict=True))

    def during(self, made: State, row: int) -> Load:
        before, after = self._at(made)[1], self._at(made | {row})[1]
        return Load(np.inf) if before is None or after is None else self.states.during(before, after)

    def cost(self, made: State, row: int) -> float:
        self._asked += 1
        if self._notify is not None:
            self._notify(self._asked, self._most)
        return max(self.load(made | {row}).utilisation, self.during(made, row).utilisation)

    def along(self, order: Any, start: float) -> float:
        worst, made = start, frozenset[int]()
        for row in order:
            worst = max(worst, self.cost(made, row))
            made |= {row}
        return worst


def _impossible(walk: _Walk, *, proven: bool) -> Finding:
    """What is wrong with the first step that is wrong by itself."""
    said = f"no order of the {len(walk.steps):,} steps keeps every site between them sound"
    if not proven:
        said = (
            f"among the orders of {len(walk.steps):,} steps that were tried, none keeps every site between them sound"
        )
    for row, step in enumerate(walk.steps):
        why = walk.load(frozenset({row})).why or walk.during(frozenset(), row).why
        if why:
            said += f": after {step.name} alone, {why}"
            break
    hint = "write a file in between, and change over to it and from it"
    return Finding("E721", "", said, hint if proven else f"allow more with --states, or {hint}")
