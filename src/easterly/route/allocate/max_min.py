"""Max-min fairness over all paths: nobody can have more but at the cost of one who has no more by weight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import flow
from easterly.base.columns import FloatColumn, IndexColumn, floats, indices, ints
from easterly.route.allocate import objectives
from easterly.route.allocate.engines import Wish, prices_of
from easterly.route.allocate.posed import Problem
from easterly.route.allocate.problem import Posed, within_reach
from easterly.route.allocate.result import Columns, Outcome

METHOD = "parametric simplex sweep"
FULL = 1e-7


def solve(posed: Posed, wish: Wish) -> Outcome:
    """Weighted max-min fair rates, each demand up to its rate, class after class.

    The sorted vector of rates over weights is the greatest in lexicographic order (Bertsekas & Gallager 1992, 6.5.2,
    over all paths instead of given ones). Exact in every mode.

    Parameters
    ----------
    posed : Posed
        Not merged.
    wish : Wish
        Nothing of it matters.

    Returns
    -------
    Outcome
        Value in bit/s: all rates together; the bound is what they would be were every level as high as its prices
        allow. The duals tell how much the share of those that a link holds back grows with its capacity.
    """
    amount = within_reach(posed.problem)
    count = posed.problem.pairs
    return filled(posed, indices(np.arange(count + 1)), floats(amount / posed.problem.weight), floats(amount))


def filled(posed: Posed, ptr: IndexColumn, share: FloatColumn, rate: FloatColumn) -> Outcome:
    """Fill rows along their curves.

    Parameters
    ----------
    posed : Posed
    ptr : (K+1,) int64
        Points of each row.
    share, rate : (P,) float
        In units of the problem.

    Returns
    -------
    Outcome
    """
    problem = posed.problem
    own = float(np.sort(posed.own_bps).sum())
    if not problem.pairs:
        nothing = objectives.nothing(posed, "bit/s")
        return Outcome(nothing.columns, own, own, "bit/s", nothing.dual, nothing.method, "optimal")
    stage = ints(np.unique(posed.priority, return_inverse=True)[1])
    row, path_ptr, link, path_rate, _, level, _, _, price, _ = flow.max_min_paths(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.transit, problem.pair_src,
        problem.pair_dst, ptr, share, rate, stage,
    )  # fmt: skip
    columns = Columns(ints(row), indices(path_ptr), ints(link), floats(path_rate))
    got = floats(np.bincount(columns.row, columns.rate, problem.pairs))
    top = rate[ptr[1:] - 1]
    proven = not ((level < 0) & (got < top * (1 - FULL))).any()
    excess = _excess(problem, got, level, price) * posed.unit_bps if proven else np.inf
    value = float(np.sort(got).sum()) * posed.unit_bps + own
    dual = _duals(problem, level, price)
    reason = "" if proven else "the sweep lost its way among equal levels: what it had reached is granted, unproven"
    return Outcome(columns, value, value + excess, "bit/s", dual, METHOD, reason=reason)


def _duals(problem: Problem, level: NDArray[np.int32], price: NDArray[np.float64]) -> FloatColumn:
    """(L,) what the share of those that a link holds back gains with it; of several levels, the first that it holds."""
    dual = np.zeros(problem.links)
    for v in reversed(range(len(price))):
        held = level == v
        paid = float((prices_of(problem, floats(price[v])) * problem.weight)[held].sum())
        if paid > 0:
            dual = np.where(price[v] > 0, price[v] / paid, dual)
    return floats(dual)


def _excess(problem: Problem, got: FloatColumn, level: NDArray[np.int32], price: NDArray[np.float64]) -> float:
    """What all rates together lack, were every level as high as its prices allow with all others as they are."""
    lacking = 0.0
    for v in range(len(price)):
        held = level == v
        paid = prices_of(problem, floats(price[v]))
        room, own = float(problem.capacity @ price[v] - paid @ got), float(paid[held] @ got[held])
        lacking += max(room, 0.0) / own * float(got[held].sum()) if own > 0 else 0.0
    return lacking
