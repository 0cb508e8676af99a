"""Bandwidth functions: max-min fairness in the fair share, each demand along a curve of its own.

As in BwE (Kumar et al. 2015, SIGCOMM), but over all paths, which are chosen with the rates.
"""

from __future__ import annotations

import numpy as np

from easterly.base.columns import floats
from easterly.route.allocate.engines import Wish
from easterly.route.allocate.max_min import filled
from easterly.route.allocate.problem import Posed, csr, within_reach
from easterly.route.allocate.result import Outcome


def solve(posed: Posed, wish: Wish) -> Outcome:
    """Rates of the greatest fair share, class after class; a demand without a curve has the line of its weight.

    A curve that reaches beyond the rate of its demand is cut there. Shares are those of the curves: on a line, the rate
    in bit/s over the weight.

    Parameters
    ----------
    posed : Posed
        Not merged.
    wish : Wish
        Nothing of it matters.

    Returns
    -------
    Outcome
        As of max-min.
    """
    rows = [_points(posed, k, d) for k, d in enumerate(_demand_of(posed))]
    share = np.concatenate([r[0] for r in rows]) if rows else np.zeros(0)
    rate = np.concatenate([r[1] for r in rows]) if rows else np.zeros(0)
    scale = float(share.max(initial=0.0)) or 1.0
    return filled(posed, csr(np.array([len(r[0]) for r in rows], dtype=np.int64)), floats(share / scale), floats(rate))


def _demand_of(posed: Posed) -> list[int]:
    """The demand behind each row: there is one."""
    held = np.flatnonzero(posed.row >= 0)
    order = np.empty(len(held), dtype=np.int64)
    order[posed.row[held]] = held
    return [int(d) for d in order]


def _points(posed: Posed, row: int, demand: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of a row: shares, and rates in units of the problem, up to the demand's rate."""
    curves, wanted = posed.demands.curves, posed.demands.rate_bps[demand]
    first, last = (0, 0) if curves is None else curves.ptr[demand : demand + 2].tolist()
    if first == last or curves is None:
        amount = within_reach(posed.problem)[row]
        return np.array([amount * posed.unit_bps / posed.problem.weight[row]]), np.array([amount])
    share, rate = curves.share[first:last], curves.rate_bps[first:last]
    if rate[-1] > wanted:
        end = int(np.searchsorted(rate, wanted, side="left"))
        before = (0.0, 0.0) if end == 0 else (share[end - 1], rate[end - 1])
        at = before[0] + (wanted - before[1]) * (share[end] - before[0]) / (rate[end] - before[1])
        share, rate = np.append(share[:end], at), np.append(rate[:end], wanted)
    return share, rate / posed.unit_bps
