"""The objectives: each poses one goal or several to an engine, and says what came of it in the caller's units."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, significant
from easterly.route.allocate import priorities
from easterly.route.allocate.engines import Found, Wish, granted, prices_of, run
from easterly.route.allocate.posed import Goal, Problem
from easterly.route.allocate.problem import Posed, quantised, within_reach
from easterly.route.allocate.result import NO_COLUMNS, Outcome

BEYOND = 1024.0
"""Multiple of its demand up to which the last class may grow."""
NAMED, LITTLE = 3, 1e-3
"""Links and demands that are named where demands do not fit, and the part of the greatest below which none is."""
SWEPT = 1e-8
"""What a sweep may err by, relatively."""


def nothing(posed: Posed, unit: str, reason: str = "") -> Outcome:
    """The outcome where no pair has anything to send that could get anywhere.

    Parameters
    ----------
    posed : Posed
    unit : str
    reason : str

    Returns
    -------
    Outcome
    """
    return Outcome(NO_COLUMNS, 0.0, 0.0, unit, floats(np.zeros(len(posed.link))), "nothing to do", "optimal", reason)


def max_throughput(posed: Posed, wish: Wish) -> Outcome:
    """The most of the sum of weights times rates, class after class.

    Parameters
    ----------
    posed : Posed
        Merged by weight.
    wish : Wish

    Returns
    -------
    Outcome
        Value and bound in bit/s.
    """
    own = float(np.sort(posed.own_bps * posed.demands.weight).sum())
    if not posed.problem.pairs:
        return replace(nothing(posed, "bit/s"), value=own, bound=own)
    scale = float(posed.problem.weight.max())
    problem = replace(
        posed.problem, amount=within_reach(posed.problem), weight=quantised(posed.problem.weight / scale),
        cost=floats(np.zeros(posed.problem.links)),
    )  # fmt: skip
    staged = priorities.staged(problem, posed.priority, Goal("throughput"), wish)
    last, unit = staged.last, posed.unit_bps * scale
    value = sum(staged.values) * unit + own
    bound = sum(staged.bounds) * unit + own
    return Outcome(
        last.columns, value, max(bound, value), "bit/s", floats(last.price * scale), last.method,
        reason=staged.reason, warm=last.warm,
    )  # fmt: skip


def max_concurrent(posed: Posed, wish: Wish) -> Outcome:
    """The greatest fraction that every demand with a path can have at once, class after class.

    A class that has others below it takes all it asks for at most; the last takes what there is, beyond its demand
    too. The value is the least fraction of all classes.

    Parameters
    ----------
    posed : Posed
    wish : Wish

    Returns
    -------
    Outcome
    """
    if not posed.problem.pairs:
        return nothing(posed, "1")
    _limited(posed)
    first, *rest = priorities.classes(posed.priority)
    own = posed.priority == first
    found, fraction, per_bps = _concurrent(posed, own, wish)
    value, bound = fraction * found.phi, fraction * found.bound
    if rest:
        value, bound = min(value, 1.0), min(bound, 1.0)
    granted = np.where(own, value * posed.problem.amount, 0.0)
    columns, dual = priorities.trimmed(found, floats(granted)), floats(found.price * per_bps)
    for level in rest:
        own = posed.priority == level
        most = 1.0 if level != rest[-1] else BEYOND
        columns, rate, part = priorities.refilled(
            posed.problem, granted > 0, floats(granted), own, floats(most * posed.problem.amount)
        )
        part *= most
        granted = np.where(own, part * posed.problem.amount, granted)
        columns = priorities.trimmed(replace(found, columns=columns, pair_rate=rate), floats(np.minimum(granted, rate)))
        if part < value:
            value, bound, dual = part, part * (1 + SWEPT), floats(np.zeros(posed.problem.links))
    return Outcome(columns, value, max(value, bound), "1", dual, found.method, warm=found.warm)


def _growth(posed: Posed, own: NDArray[np.bool_]) -> tuple[FloatColumn, float]:
    """Amounts scaled so that the greatest fraction is about 1, and the fraction of the demand that 1 stands for."""
    amount = np.where(own, posed.problem.amount, 0.0)
    fraction = float(posed.problem.capacity.sum() / np.sort(amount * posed.hops).sum())
    return quantised(amount * fraction), fraction


def _concurrent(posed: Posed, own: NDArray[np.bool_], wish: Wish) -> tuple[Found, float, float]:
    """The answer for some rows, the fraction of the demand that a phi of 1 is, and a unit of price per bit/s."""
    growth, fraction = _growth(posed, own)
    found = priorities.run_rows(posed.problem, own, Goal("concurrent", growth=floats(growth[own])), wish)
    return found, fraction, fraction / posed.unit_bps


def min_max_utilisation(posed: Posed, wish: Wish) -> Outcome:
    """Every demand in full, on the paths that leave the fullest link least full, above its capacity if need be.

    Parameters
    ----------
    posed : Posed
    wish : Wish

    Returns
    -------
    Outcome
        The value is the reciprocal of the greatest concurrent fraction.
    """
    if not posed.problem.pairs:
        return nothing(posed, "1")
    _limited(posed)
    everyone = np.ones(posed.problem.pairs, dtype=np.bool_)
    found, fraction, per_bps = _concurrent(posed, everyone, wish)
    columns = priorities.trimmed(found, posed.problem.amount)
    load = np.bincount(columns.link, np.repeat(columns.rate, np.diff(columns.ptr)), posed.problem.links)
    value = float((load / posed.problem.capacity).max())
    bound = min(1 / (fraction * found.bound), value)
    reason = "" if value <= 1 + 1e-9 else f"the demands do not fit: only {1 / value:.6g} of each does"
    return Outcome(
        columns, value, bound, "1", floats(found.price * per_bps * value**2), found.method, reason=reason,
        exceed=True, warm=found.warm,
    )  # fmt: skip


def min_cost(posed: Posed, wish: Wish, unit: str) -> Outcome:
    """Every demand in full at the least sum of cost times load.

    Parameters
    ----------
    posed : Posed
    wish : Wish
    unit : str
        Unit of the value: of cost times bit/s.

    Returns
    -------
    Outcome
        ``infeasible`` where the demands do not fit: then every demand gets the greatest common fraction, and the
        reason names the links that are full and the demands that need them. The duals are then those of the fraction.
    """
    if not posed.problem.pairs:
        return nothing(posed, unit)
    _limited(posed)
    problem, scale = _costs(posed)
    found = run(problem, Goal("cost"), wish) if _may_fit(posed) else None
    if found is None or found.status == "infeasible" or not granted(problem, found):
        return _does_not_fit(posed, wish, unit)
    each = posed.unit_bps * scale
    return Outcome(
        priorities.trimmed(found, problem.amount), found.value * each, min(found.bound, found.value) * each, unit,
        floats(found.price * scale), found.method, warm=found.warm,
    )  # fmt: skip


def _costs(posed: Posed) -> tuple[Problem, float]:
    """The problem with costs of the order of 1, and what 1 stands for."""
    scale = float(posed.problem.cost.max(initial=0.0)) or 1.0
    return replace(posed.problem, cost=quantised(posed.problem.cost / scale)), scale


def _may_fit(posed: Posed) -> bool:
    """Whether what leaves each source and reaches each destination may pass: what need not be solved to be seen."""
    problem = posed.problem
    for ends, links in ((problem.pair_src, problem.src), (problem.pair_dst, problem.dst)):
        wanted = np.bincount(ends, problem.amount, problem.nodes)
        if (wanted > np.bincount(links, problem.capacity, problem.nodes) * (1 + 1e-9)).any():
            return False
    return True


def _does_not_fit(posed: Posed, wish: Wish, unit: str) -> Outcome:
    one = replace(posed, priority=np.zeros_like(posed.priority))
    part = max_concurrent(one, replace(wish, warm=None))
    if part.bound >= 1:
        part = max_concurrent(one, replace(wish, warm=None, mode="exact", engine="auto"))
    if part.bound >= 1:
        return replace(
            part, value=math.inf, bound=0.0, unit=unit, status="unproven",
            reason=f"neither shown to fit nor not to: {part.value:.6g} of each demand has room together",
        )  # fmt: skip
    reason = "; ".join([
        f"the demands do not fit: {part.value:.6g} of each has room together, and more than {part.bound:.6g} has not",
        *_in_the_way(posed, part), *_ends_in_the_way(posed),
    ])  # fmt: skip
    return replace(
        part, value=math.inf, bound=math.inf, unit="1", status="infeasible", reason=reason
    )  # fmt: skip


def _in_the_way(posed: Posed, part: Outcome) -> list[str]:
    """Links that are full at the greatest common fraction, and the demands that cannot go round them.

    The prices prove the bound: the sum of capacity times price, over that of demand times the price of its cheapest
    path. The greatest parts of both sums are to blame.
    """
    problem, names = posed.problem, posed.names
    room = part.dual * problem.capacity
    links = _greatest(room)
    need = prices_of(problem, part.dual) * problem.amount
    rows = _greatest(need)
    if not len(links) or not len(rows):
        return []
    link = ", ".join(names.link[posed.link[links]].tolist())
    ends = zip(names.node[problem.pair_src[rows]].tolist(), names.node[problem.pair_dst[rows]].tolist(), strict=True)
    pair = ", ".join(f"{a} to {b}" for a, b in ends)
    return [f"links {link} bind most, and {pair} need{'s' if len(rows) == 1 else ''} them most"]


def _greatest(values: FloatColumn) -> NDArray[np.intp]:
    """The greatest few, in the order of their rows where they are equal; without those that are next to nothing."""
    told = significant(values)
    first = np.argsort(-told, kind="stable")[:NAMED]
    return np.compress(told[first] > LITTLE * told.max(initial=0.0), first)


def _ends_in_the_way(posed: Posed) -> list[str]:
    """The node that lacks most links of its own for what it shall send or receive, if there is one."""
    problem, said = posed.problem, []
    for word, ends, links in (("send", problem.pair_src, problem.src), ("receive", problem.pair_dst, problem.dst)):
        wanted = np.bincount(ends, problem.amount, problem.nodes)
        with np.errstate(divide="ignore", invalid="ignore"):
            times = np.where(wanted > 0, wanted / np.bincount(links, problem.capacity, problem.nodes), 0.0)
        node = int(np.argmax(significant(times)))
        if times[node] > 1 + 1e-9:
            said.append(f"{posed.names.node[node]} shall {word} {times[node]:.4g} times what its links carry")
    return said


def alpha_fair(posed: Posed, wish: Wish) -> Outcome:
    """The most of the alpha-fair utility (Mo & Walrand 2000), class after class.

    The value is the rate that all would have if all had the same and the utility were this: a power mean.

    Parameters
    ----------
    posed : Posed
        Merged where weight and rate are equal.
    wish : Wish

    Returns
    -------
    Outcome
        In bit/s.
    """
    from easterly.route.allocate.alpha_fair import solve

    return solve(posed, wish)


def _limited(posed: Posed) -> None:
    endless = np.flatnonzero(np.isinf(posed.demands.rate_bps) & (posed.row >= 0))
    if len(endless):
        raise ValueError(
            f"demands.rate_bps[{endless[0]}] is infinite: this objective grants a part of every demand, so each "
            "needs a rate; max-throughput, max-min and alpha-fair take demands without limit"
        )


def max_min(posed: Posed, wish: Wish) -> Outcome:
    """Weighted max-min fairness over all paths, each demand up to its rate; see `easterly.route.allocate.max_min`.

    Parameters
    ----------
    posed : Posed
        Not merged.
    wish : Wish

    Returns
    -------
    Outcome
        Value in bit/s: all rates together.
    """
    from easterly.route.allocate.max_min import solve

    return solve(posed, wish)


def bandwidth_functions(posed: Posed, wish: Wish) -> Outcome:
    """Max-min fairness in the fair share, each demand by its curve; see `easterly.route.allocate.bandwidth`.

    Parameters
    ----------
    posed : Posed
        Not merged.
    wish : Wish

    Returns
    -------
    Outcome
        Value in bit/s: all rates together.
    """
    from easterly.route.allocate.bandwidth import solve

    return solve(posed, wish)


def min_cost_max_flow(posed: Posed, wish: Wish, unit: str) -> Outcome:
    """The most flow, and of all ways to carry it the cheapest.

    Parameters
    ----------
    posed : Posed
    wish : Wish
    unit : str
        Of the cost, which the reason tells.

    Returns
    -------
    Outcome
        Value in bit/s: the flow.
    """
    own = float(np.sort(posed.own_bps).sum())
    if not posed.problem.pairs:
        return replace(nothing(posed, "bit/s"), value=own, bound=own)
    problem, scale = _costs(posed)
    problem = replace(problem, amount=within_reach(problem), weight=floats(np.ones(problem.pairs)))
    each = posed.unit_bps * scale
    if len(priorities.classes(posed.priority)) > 1:
        flow = replace(posed, problem=replace(problem, cost=posed.problem.cost), own_bps=np.zeros_like(posed.own_bps))
        most = max_throughput(flow, wish)
        most = replace(most, value=most.value + own, bound=most.bound + own)
        rate = np.bincount(most.columns.row, most.columns.rate, problem.pairs) * (1 - 1e-9)
        rows = rate > 0
        found = priorities.run_rows(replace(problem, amount=floats(rate)), rows, Goal("cost"), wish)
        if found.status == "infeasible":
            return most
        return replace(most, columns=priorities.trimmed(found, floats(rate)), reason=_bill(found, each, unit))
    found = run(problem, Goal("cost-max-flow"), wish)
    value, bound = found.phi * posed.unit_bps + own, found.phi_bound * posed.unit_bps + own
    return Outcome(
        found.columns, value, max(value, bound), "bit/s", floats(found.price), found.method,
        reason=_bill(found, each, unit), warm=found.warm,
    )  # fmt: skip


def _bill(found: Found, each: float, unit: str) -> str:
    return f"costs {found.value * each:.6g} {unit}; as much flow cannot cost less than {found.bound * each:.6g} {unit}"
