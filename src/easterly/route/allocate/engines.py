"""Which engine answers, and its answer in one shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from easterly.base.columns import FloatColumn, floats, indices, ints
from easterly.model.allocation import Trees, Warm
from easterly.route.allocate import engine
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.repeats import distinct, repeated
from easterly.route.allocate.result import NO_COLUMNS, Columns

PATHS_UP_TO = 800_000
"""Pairs up to which paths are listed; beyond, the first-order engine works on trees towards the destinations."""
LINKS_UP_TO = 3_000
"""Links up to which a dense matrix over those that bind is factorised in bearable time."""
TREES_KNOW = ("throughput", "concurrent")


@dataclass(frozen=True, slots=True)
class Wish:
    """How an answer is wanted."""

    mode: engine.Mode = "gap"
    gap: float = 1e-3
    engine: str = "auto"
    threads: int = 1
    progress: Callable[..., Any] | None = None
    warm: Warm | None = None  # of the links of the problem
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """An engine's answer, in units of the problem."""

    columns: Columns
    pair_rate: FloatColumn
    load: FloatColumn
    price: FloatColumn
    value: float
    bound: float
    phi: float
    phi_bound: float
    status: str
    method: str
    warm: Warm | None = None
    trees: Trees | None = None


def engine_for(problem: Problem, goal: Goal, engine: str) -> str:
    """Name of the engine that answers: ``paths`` or ``trees``.

    Parameters
    ----------
    problem : Problem
    goal : Goal
    engine : str
        ``auto`` chooses by size, and trees only for what they can do.

    Returns
    -------
    str
    """
    if engine != "auto":
        return engine
    large = problem.pairs > PATHS_UP_TO or problem.links > LINKS_UP_TO
    return "trees" if large and goal.kind in TREES_KNOW and goal.base is None else "paths"


def run(problem: Problem, goal: Goal, wish: Wish) -> Found:
    """Have an engine answer.

    Parameters
    ----------
    problem : Problem
        With at least one pair.
    goal : Goal
    wish : Wish

    Returns
    -------
    Found
    """
    return _TOOLS[engine_for(problem, goal, wish.engine)](problem, goal, wish)


def _by_paths(problem: Problem, goal: Goal, wish: Wish) -> Found:
    twin = distinct(problem) if repeated(problem).any() else None
    if twin is not None:
        asked, goal = twin.problem, twin.goal(goal)
    else:
        asked = problem
    start = wish.warm if twin is None else None
    made = engine.solve(asked, goal, mode=wish.mode, gap=wish.gap, warm=start, progress=wish.progress)
    columns = Columns(ints(made.path_pair), indices(made.path_ptr), ints(made.path_link), floats(made.path_rate))
    price, warm = made.price, made.warm
    if twin is not None:
        columns, price, warm = twin.columns(columns), twin.price(price), twin.warm(warm)
    rate = np.bincount(columns.row, columns.rate, problem.pairs)
    load = np.bincount(columns.link, np.repeat(columns.rate, np.diff(columns.ptr)), problem.links)
    return Found(
        columns, floats(rate), floats(load), floats(price), float(made.value), float(made.bound),
        float(made.phi), float(made.phi_bound), str(made.status), "column generation", warm,
    )  # fmt: skip


def _by_trees(problem: Problem, goal: Goal, wish: Wish) -> Found:
    first_order = import_module("easterly.route.allocate.first_order")

    made = first_order.solve(problem, goal, gap=wish.gap, threads=wish.threads, progress=wish.progress)
    return Found(
        NO_COLUMNS, floats(made.pair_rate), floats(made.load), floats(made.price), float(made.value),
        float(made.bound), float(made.phi), float(made.bound), str(made.status),
        "first-order method over destination trees", None, made.trees,
    )  # fmt: skip


_TOOLS: dict[str, Callable[[Problem, Goal, Wish], Found]] = {"paths": _by_paths, "trees": _by_trees}
ENGINES = ("auto", *_TOOLS)
