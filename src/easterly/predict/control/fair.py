"""Fair rates by maximal utility: the optimum that congestion control looks for, with a certificate.

Link l of a routing matrix has capacity c_l, flow f weight w_f; R_lf is how much of flow f crosses link l. Mo and
Walrand (2000) maximise the sum of w x^(1 - alpha) / (1 - alpha), w log x at alpha = 1: nearly the total rate for a
small alpha, proportional fairness for 1, the least total time of transfers ("minimum potential delay") for 2, max-min
in the limit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import flow as kernel
from easterly.base.columns import FloatColumn, IntColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import exp, log, numbers, power

LEAST_ALPHA, MOST_ALPHA = 0.05, 32.0
"""At 0 the largest total is no single allocation; beyond 32 max-min is nearer than prices can tell."""
SURE = 1e-6
"""Largest gap and residual that is handed out."""
STEPS, LEAST, MOST_TURN = 500, 1e-13, 2.0


@dataclass(frozen=True, slots=True)
class Allocation:
    """Rates of flows and prices of links, with what proves them."""

    alpha: Annotated[float, Unit("1"), Doc("Kind of fairness: 1 proportional, 2 potential delay, inf max-min.")]
    unit_bps: Annotated[
        float, Unit("bit/s"), Doc("Largest capacity: rates are in units of it in utilities and prices.")
    ]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(F,) rate of each flow.")]
    price: Annotated[FloatColumn, Doc("(L,) multiplier: utility for more capacity; of max-min, 1 where a link binds.")]
    load: Annotated[FloatColumn, Unit("1"), Doc("(L,) load of each link over its capacity.")]
    utility: Annotated[float, Doc("Of the rates; for max-min the least rate over its weight.")]
    gap: Annotated[
        float, Unit("1"), Doc("Factor, less 1, by which all rates had to grow to gain what could be gained.")
    ]
    kkt: Annotated[float, Unit("1"), Doc("Largest relative violation of a condition of Karush, Kuhn and Tucker.")]
    steps: Annotated[int, Doc("Steps of the solver.")]


def alpha_fair(
    routes: ArrayLike, capacity_bps: ArrayLike, alpha: float = 1.0, *, weight: ArrayLike = 1.0
) -> Allocation:
    """Rates of maximal alpha-fair utility (Mo and Walrand 2000; Kelly, Maulloo and Tan 1998 for alpha = 1).

    A primal-dual interior point method; the answer carries its own proof: rates that fit, and prices whose dual value
    D(p) = sum of max_x (U(x) - x q) + sum of c p, q the price of a flow's path, bounds the utility of all rates that
    fit.

    Parameters
    ----------
    routes : (L, F) array_like
        Part of each flow that crosses each link; 1 for a single path.
    capacity_bps : (L,) array_like [bit/s]
    alpha : float
        From 0.05 to 32, or infinite.
    weight : array_like
        One for all flows, or one each.

    Returns
    -------
    Allocation

    Raises
    ------
    ValueError
        Shapes that do not fit, numbers that are no capacities, a flow that crosses no link; utilities beyond floating
        point.

    Examples
    --------
    Two links in a row, one flow over both and one over each: the long one gets 1 / (1 + 2^(1/alpha)).

    >>> lot = [[1, 1, 0], [1, 0, 1]]
    >>> [float(alpha_fair(lot, [1, 1], a).rate_bps[0].round(5)) for a in (1, 2, math.inf)]
    [0.33333, 0.41421, 0.5]
    """
    table, capacity, shares = _checked(routes, capacity_bps, weight)
    if not LEAST_ALPHA <= alpha <= MOST_ALPHA and alpha != math.inf:
        raise ValueError(
            f"alpha is {alpha:g}: it must be from {LEAST_ALPHA:g}, which nearly maximises the total (0 itself has many "
            f"answers), to {MOST_ALPHA:g}, or inf for max-min fairness"
        )
    scale, most = float(capacity.max()), float(shares.max())
    solve = max_min if alpha == math.inf else _interior
    with np.errstate(all="ignore"):  # what leaves the range is refused as a whole
        found = solve(table, capacity / scale, shares / most, float(alpha))
    if not (found.gap < SURE and found.kkt < SURE and np.isfinite(found.utility)):
        raise ValueError(
            f"utilities of alpha {alpha:g} span more than floating point holds on these capacities and weights: take a "
            "smaller alpha, or inf for max-min fairness"
        )
    times = 1.0 if alpha == math.inf else most
    return replace(
        found, unit_bps=scale, rate_bps=floats(found.rate_bps * scale), price=floats(found.price * times),
        utility=found.utility / most if alpha == math.inf else found.utility * most,
    )  # fmt: skip


def _checked(routes: ArrayLike, capacity_bps: ArrayLike, weight: ArrayLike) -> tuple[FloatColumn, ...]:
    table = np.asarray(routes, np.float64)
    if table.ndim != 2 or table.size == 0:
        raise ValueError("routes must be a table with a row for each link and a column for each flow")
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("routes hold parts of flows: numbers from 0 on")
    alone = np.flatnonzero(table.sum(axis=0) == 0)
    if len(alone):
        raise ValueError(f"flow {alone[0] + 1} crosses no link: nothing bounds its rate; leave it out")
    capacity = numbers("capacity_bps", capacity_bps, table.shape[0])
    return table, capacity, numbers("weight", weight, table.shape[1])


def _interior(table: FloatColumn, capacity: FloatColumn, weight: FloatColumn, alpha: float) -> Allocation:
    """Newton's method on logarithms: log w - alpha log x = log q, and log p + log slack = log mu, mu shrinking.

    There a power law is a straight line, and prices that span a hundred powers of ten are as good as others.
    """
    rate, binds = _filled(table, capacity, weight)
    x = 0.5 * rate
    slope = weight * power(x, -alpha)
    mu = capacity * _least(table, slope)
    p = 2 * mu / capacity
    for f, link in enumerate(binds):
        p[link] = max(p[link], slope[f] / table[link, f])
    slack, taken, part = capacity - table @ x, 0, 1.0
    while taken < STEPS and _loose(table, capacity, slack, p) > LEAST:
        taken += 1
        q, down, short = p @ table, table * x, (capacity - table @ x) / slack - 1
        apart = log(weight) - alpha * log(x) - log(q)
        near = log(part * mu) - log(p * slack)
        system = np.eye(len(p)) + (down / (alpha * q)) @ (table.T * p) / slack[:, None]
        du = np.linalg.solve(system, near - short + (down @ apart) / alpha / slack)
        dy = (apart - (p * du) @ table / q) / alpha
        ds = near - du
        step = min(1.0, MOST_TURN / float(np.abs(np.concatenate([du, dy, ds])).max()))
        x, p, slack = x * exp(step * dy), p * exp(step * du), slack * exp(step * ds)
        if step > 0.9 and max(float(np.abs(each).max()) for each in (apart, near)) < 3:
            part *= 0.1
    return _certified(table, capacity, alpha, weight, x, p, taken)


def _least(table: FloatColumn, price: FloatColumn) -> FloatColumn:
    """Least price of a flow's path, by link that such flows cross."""
    least = np.where(table > 0, price, np.inf).min(axis=1)
    return np.where(np.isfinite(least), least, float(price.max()))


def _loose(table: FloatColumn, capacity: FloatColumn, slack: FloatColumn, p: FloatColumn) -> float:
    """How far a link is from being either full or free, by its own measure, at worst."""
    return float(np.minimum(slack / capacity, p / _least(table, p @ table)).max())


def _certified(
    table: FloatColumn, capacity: FloatColumn, alpha: float, weight: FloatColumn, x: FloatColumn, p: FloatColumn,
    steps: int,
) -> Allocation:  # fmt: skip
    """Rates made to fit, and how far they and the prices are from being a proof of each other."""
    x = x / max(1.0, float((table @ x / capacity).max()))
    q, slope = p @ table, weight * power(x, -alpha)
    y = power(weight / q, 1 / alpha)
    terms = weight * (_utility(y, alpha) - _utility(x, alpha)) - q * y
    gap = max(0.0, (float(terms.sum()) + float(p @ capacity)) / float(slope @ x))
    stationary = float(np.abs(slope / q - 1).max())
    unused = _loose(table, capacity, capacity - table @ x, p)
    utility = float(weight @ _utility(x, alpha))
    load = floats(table @ x / capacity)
    return Allocation(alpha, 1.0, floats(x), floats(p), load, utility, gap, max(stationary, unused), steps)


def _utility(x: FloatColumn, alpha: float) -> FloatColumn:
    return log(x) if alpha == 1 else power(x, 1 - alpha) / (1 - alpha)


def max_min(table: FloatColumn, capacity: FloatColumn, weight: FloatColumn, alpha: float = math.inf) -> Allocation:
    """Weighted max-min by filling (Bertsekas and Gallager 1992, 6.5.2): all grow alike, until a link of theirs is full.

    It is the lexicographic optimum, not merely the largest least rate. Proof: every flow crosses a full link on which
    no flow has more for its weight; `kkt` is how far that is missed.

    Parameters
    ----------
    table : (L, F) array
    capacity : (L,) array [bit/s]
    weight : (F,) array
    alpha : float
        Infinite.

    Returns
    -------
    Allocation
    """
    rate, binds = _filled(table, capacity, weight)
    load, level = table @ rate / capacity, rate / weight
    missed = 0.0
    for f in range(len(rate)):
        own = np.flatnonzero(table[:, f])
        most = np.array([level[table[one] > 0].max() for one in own])
        missed = max(missed, float(np.maximum(1 - load[own], most / level[f] - 1).min()))
    price = np.zeros(len(capacity))
    price[binds[binds >= 0]] = 1.0
    return Allocation(math.inf, 1.0, floats(rate), floats(price), floats(load), float(level.min()), missed, missed, 1)


def _filled(table: FloatColumn, capacity: FloatColumn, weight: FloatColumn) -> tuple[FloatColumn, IntColumn]:
    """Max-min rates, and the link that binds each."""
    crossed = [np.flatnonzero(table[:, f]) for f in range(table.shape[1])]
    ptr = np.concatenate([[0], np.cumsum([len(part) for part in crossed])]).astype(np.int64)
    part = np.concatenate([table[own, f] for f, own in enumerate(crossed)])
    return kernel.max_min_rates(ptr, np.concatenate(crossed).astype(np.int32), part, capacity, weight)
