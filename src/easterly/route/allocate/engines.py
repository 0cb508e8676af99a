"""Which engine answers, and its answer in one shape."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from easterly._kernel import allocate, flow, graph
from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.model.allocation import Warm
from easterly.route.allocate import engine, first_order
from easterly.route.allocate.forest import paths_of_trees
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.repeats import distinct, repeated
from easterly.route.allocate.result import Columns

PAIRS, LINKS = 100_000, 1_000
"""Size up to which paths are priced one by one; beyond, trees are sooner near the optimum."""
EXACT_PAIRS, EXACT_LINKS = 800_000, 3_000
"""The same where the exact optimum is wanted: what the trees come near to only slowly."""
TREES_KNOW = ("throughput", "concurrent", "cost")
EXACT, FAST = 1e-6, 1e-2
WHOLE, FITS = 1e-6, 1e-9
"""What a rate may lack of an amount that is granted, and the level of amounts that fit of 1."""
TRIES, FINEST = 6, 1e-13
BEYOND = 1024.0
"""Level up to which a sweep follows pairs that grow in step: far above 1, which is a bound where they are scaled."""


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

    @property
    def target(self) -> float:
        """Relative distance of value and bound that is wanted."""
        return {"exact": EXACT, "gap": self.gap, "fast": FAST}[self.mode]


@dataclass(frozen=True, slots=True)
class Found:
    """An engine's answer, in units of the problem."""

    columns: Columns
    pair_rate: FloatColumn
    price: FloatColumn
    value: float
    bound: float
    phi: float
    phi_bound: float
    status: str
    method: str
    warm: Warm | None = None


def engine_for(problem: Problem, goal: Goal, wish: Wish) -> str:
    """Name of the engine that answers: ``paths`` or ``trees``.

    Parameters
    ----------
    problem : Problem
    goal : Goal
    wish : Wish
        ``auto`` chooses by size, and trees only for what they can do.

    Returns
    -------
    str
    """
    if wish.engine != "auto":
        return wish.engine
    pairs, links = (EXACT_PAIRS, EXACT_LINKS) if wish.mode == "exact" else (PAIRS, LINKS)
    large = problem.pairs > pairs or problem.links > links
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
    name = engine_for(problem, goal, wish)
    found = _capped(problem, goal, _TOOLS[name](problem, goal, wish))
    if goal.kind == "cost" and not granted(problem, found) and found.status != "infeasible":
        found = _completed(problem, wish, found)
    if name != "paths" or wish.engine != "auto" or wish.mode == "fast" or near(problem, goal, wish, found):
        return found
    others = [_by_paths] if found.warm is not None else []
    if goal.kind == "concurrent" and goal.base is None and problem.pairs <= PAIRS:
        others.append(_by_sweep)
    elif goal.kind in TREES_KNOW and goal.base is None:
        others.append(_by_trees)
    for other in others:
        found = _better(problem, goal, found, other(problem, goal, replace(wish, warm=found.warm)))
        if near(problem, goal, wish, found):
            break
    return found


def near(problem: Problem, goal: Goal, wish: Wish, found: Found) -> bool:
    """Whether an answer is as near to its bound as was wished.

    Parameters
    ----------
    problem : Problem
    goal : Goal
    wish : Wish
    found : Found

    Returns
    -------
    bool
    """
    if found.status == "infeasible":
        return True
    if not (np.isfinite(found.value) and np.isfinite(found.bound)):
        return False
    size = max(abs(found.value), abs(found.bound))
    if goal.kind == "utility":  # as in the engine: a mean rate moves by the step of its utility over this
        size = float(problem.weight.sum()) if goal.alpha == 1 else size * min(1.0, abs(1 - goal.alpha))
    return abs(found.bound - found.value) <= 2 * max(wish.gap if wish.mode == "gap" else EXACT, 1e-9) * size


def _capped(problem: Problem, goal: Goal, found: Found) -> Found:
    """With the bound of prices that are 0, where that is the best: no more can be carried than is asked for."""
    everything = float(np.add.reduce(problem.weight * problem.amount))
    if goal.kind != "throughput" or found.bound <= everything:
        return found
    return replace(found, bound=max(everything, found.value), price=floats(np.zeros(problem.links)))


def granted(problem: Problem, found: Found) -> bool:
    """Whether every pair has the amount it asks for.

    Parameters
    ----------
    problem : Problem
    found : Found

    Returns
    -------
    bool
    """
    return bool((found.pair_rate >= problem.amount * (1 - WHOLE)).all())


def _better(problem: Problem, goal: Goal, one: Found, other: Found) -> Found:
    """The better value with the better bound and its prices; a cost at which not all is granted is none."""
    sign = -1.0 if goal.kind == "cost" else 1.0
    if other.status in ("infeasible", "unproven"):
        return one
    values = [math.inf if goal.kind == "cost" and not granted(problem, f) else f.value for f in (one, other)]
    best = other if not sign * values[0] >= sign * values[1] else one
    proof = other if not sign * one.bound <= sign * other.bound else one
    return replace(best, bound=proof.bound, phi_bound=proof.phi_bound, price=proof.price, warm=one.warm)


def _completed(problem: Problem, wish: Wish, short: Found) -> Found:
    """A cost at which every amount is granted, where an engine's answer falls short of some.

    First flow is paid for so well that all of it is worth its cost. What is missing then is mixed in from rates that
    have room to spare: the most that all can have in step, which also tells whether the amounts fit at all.
    """
    goal = Goal("cost")
    found = _better(problem, goal, short, _by_worth(problem, wish))
    if granted(problem, found) or problem.pairs > PAIRS:
        return found
    ample = _by_sweep(problem, Goal("concurrent"), wish)
    if ample.phi < 1 - FITS:
        return replace(ample, status="infeasible", value=math.inf, bound=math.inf)
    return _mixed(problem, found, ample)


def _mixed(problem: Problem, short: Found, ample: Found) -> Found:
    """The least part of ample rates, and the rest of those that fall short, that grants every amount."""
    lack = float((1 - short.pair_rate / problem.amount).max())
    part = min(1.0, lack / max(ample.phi - 1 + lack, lack))
    one, two = short.columns, ample.columns
    row = np.concatenate([one.row, two.row])
    rate = np.concatenate([one.rate * (1 - part), two.rate * part])
    order = np.argsort(row, kind="stable")
    ptr = np.concatenate([one.ptr, one.ptr[-1] + two.ptr[1:]])
    counts = np.diff(ptr)[order]
    starts = np.concatenate([[0], np.cumsum(counts)])
    link = np.concatenate([one.link, two.link])[
        np.arange(starts[-1]) + np.repeat(ptr[:-1][order] - starts[:-1], counts)
    ]
    row, rate = row[order], rate[order]
    rate = rate * np.minimum(problem.amount / np.bincount(row, rate, problem.pairs), 1.0)[row]
    return _costing(problem, Columns(ints(row), indices(starts), ints(link), floats(rate)), short)


def _costing(problem: Problem, columns: Columns, found: Found) -> Found:
    """Other paths with the bound of an answer."""
    load = allocate.path_loads(problem.links, columns.ptr, columns.link, columns.rate)
    rate = np.bincount(columns.row, columns.rate, problem.pairs)
    value = float(problem.cost @ load)
    return replace(
        found, columns=columns, pair_rate=floats(rate), value=value,
        bound=min(found.bound, value), status="feasible",
    )  # fmt: skip


def _by_worth(problem: Problem, wish: Wish) -> Found:
    """Least cost as the most of worth less cost: no rates grant all at less than their worth less the bound."""
    worth = 2.0 * float(problem.cost.sum()) / max(1.0, problem.links**0.5) + float(problem.cost.max(initial=0.0))
    worth = worth or 1.0
    wanted, gap = float(np.sort(problem.amount).sum()), wish.target
    aim, best = gap / 8, None
    for _ in range(TRIES):
        paid = replace(problem, weight=floats(np.full(problem.pairs, worth)))
        got = _by_paths(paid, Goal("throughput"), replace(wish, mode="gap", gap=aim, warm=None))
        floor = max(worth * wanted - got.bound, 0.0)
        found = _costing(problem, got.columns, replace(got, bound=floor))
        found = replace(found, bound=floor)
        best = found if best is None else _better(problem, Goal("cost"), best, found)
        whole = granted(problem, found)
        if whole and best.value - best.bound <= gap * best.value:
            break
        aim = max(gap * 0.25 * best.value / (worth * wanted), FINEST) if whole else max(aim / 64, FINEST)
        worth *= 1.0 if whole else 4.0
    assert best is not None
    return best


def _by_sweep(problem: Problem, goal: Goal, wish: Wish) -> Found:
    """The first level of a max-min sweep in which all grow in step: exact, whatever came before."""
    growth = problem.amount if goal.growth is None else goal.growth
    count = problem.pairs
    row, ptr, link, rate, _, _, _, _, price, _ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, problem.pair_src,
        problem.pair_dst, indices(np.arange(count + 1)), floats(np.full(count, BEYOND)), floats(growth * BEYOND),
        ints(np.zeros(count)),
    )  # fmt: skip
    columns = Columns(ints(row), indices(ptr), ints(link), floats(rate))
    got = np.bincount(columns.row, columns.rate, count)
    phi = float((got / growth).min())
    columns = Columns(columns.row, columns.ptr, columns.link, floats(rate * (phi * growth / got)[columns.row]))
    paid = float(growth @ prices_of(problem, floats(price[0])))
    bound = float(problem.capacity @ price[0]) / paid
    return Found(
        columns, floats(phi * growth), floats(price[0] / paid), phi, max(bound, phi), phi,
        max(bound, phi), "feasible", "parametric simplex sweep",
    )  # fmt: skip


def prices_of(problem: Problem, price: FloatColumn) -> FloatColumn:
    """Price of a cheapest path of each pair.

    Parameters
    ----------
    problem : Problem
    price : (L,) float

    Returns
    -------
    (K,) float
    """
    sources, index = np.unique(problem.pair_src, return_inverse=True)
    table = graph.distances(
        problem.nodes, problem.src, problem.dst, price, problem.transit, bools(np.ones(problem.links)), ints(sources)
    )  # fmt: skip
    return floats(table[index, problem.pair_dst])


def _by_paths(problem: Problem, goal: Goal, wish: Wish) -> Found:
    twin = distinct(problem) if repeated(problem).any() else None
    if twin is not None:
        asked, goal = twin.problem, twin.goal(goal)
    else:
        asked = problem
    start = wish.warm if twin is None else None
    made = engine.solve(asked, goal, mode=wish.mode, gap=wish.gap, warm=start, progress=wish.progress)
    columns = Columns(made.path_pair, made.path_ptr, made.path_link, made.path_rate)
    price = made.price
    warm = made.warm if np.isfinite(made.warm.price).all() else None
    if twin is not None:
        columns, price = twin.columns(columns), twin.price(price)
        warm = None if warm is None else twin.warm(warm)
    rate = np.bincount(columns.row, columns.rate, problem.pairs)
    return Found(
        columns, floats(rate), price, float(made.value), float(made.bound),
        float(made.phi), float(made.phi_bound), str(made.status), "column generation", warm,
    )  # fmt: skip


def _by_trees(problem: Problem, goal: Goal, wish: Wish) -> Found:
    made = first_order.solve(problem, goal, gap=wish.target, threads=wish.threads, progress=wish.progress)
    listed = paths_of_trees(problem, made.pair_rate, made.trees)
    columns = Columns(ints(listed.pair), listed.ptr, listed.link, listed.rate)
    bound = made.bound if np.isfinite(made.bound) else float("inf") * (-1 if goal.kind == "cost" else 1)
    return Found(
        columns, made.pair_rate, made.price, float(made.value), bound, float(made.phi), bound, made.status,
        "first-order method over destination trees",
    )  # fmt: skip


_TOOLS: dict[str, Callable[[Problem, Goal, Wish], Found]] = {"paths": _by_paths, "trees": _by_trees}
ENGINES = ("auto", *_TOOLS)
