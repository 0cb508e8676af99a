"""Kelly's controls: rates, or prices, that move until they are the optimum, and how much delay they stand on the way.

Primal (Kelly, Maulloo and Tan 1998): x' = kappa (w - x^alpha q), links answer loads with prices p(y) = (y / c)^B. It
rests at the optimum with these prices as soft capacities, the nearer to the hard one the larger B. Dual (Low and
Lapsley 1999): p' = gamma (y - c), not below 0, and x = (w / q)^(1 / alpha): it rests at the optimum itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import control
from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.fair import Allocation, alpha_fair
from easterly.predict.control.loops import PI
from easterly.predict.control.reals import exp, log, number, numbers, power

MOST_WORK = 400_000_000


@dataclass(frozen=True, slots=True)
class Course:
    """How a control went, beside where it should go. Rates are parts of the largest capacity."""

    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) instants.")]
    rate: Annotated[FloatColumn, Unit("1"), Doc("(T, F) rates over the largest capacity.")]
    rest: Annotated[FloatColumn, Unit("1"), Doc("(F,) where the control itself rests.")]
    optimum: Annotated[Allocation, Doc("What maximises utility within the capacities.")]
    factor: Annotated[FloatColumn, Unit("1"), Doc("(F,) loop gain times round trip of each flow: stable below pi / 2.")]
    sure: Annotated[bool, Doc("Whether each is below pi / 2: then it comes to rest, from nearby.")]

    @property
    def apart(self) -> float:
        """Largest relative distance of the last rates from the optimum."""
        best = self.optimum.rate_bps / self.optimum.unit_bps
        return float(np.abs(self.rate[-1] / best - 1).max())

    @property
    def swing(self) -> float:
        """Width of the largest swing of a rate in the last quarter, over the rate."""
        tail = self.rate[3 * len(self.rate) // 4 :]
        return float(((tail.max(axis=0) - tail.min(axis=0)) / self.rest).max())


def limit(gain: float, price: float, slope: float, rate: float) -> float:
    """Longest round trip that one flow at one link stands: pi / (2 kappa (p + x p')).

    About rest, x' = kappa (w - x(t - tau) p(x(t - tau))) is s + kappa (p + x p') e^(-s tau) = 0 (Johari and Tan 2001;
    Vinnicombe 2000).

    Parameters
    ----------
    gain : float
        Kappa.
    price, slope : float
        Of the link: p, and p' by rate.
    rate : float

    Returns
    -------
    float [s]

    Examples
    --------
    >>> f"{limit(1.0, 0.5, 2.0, 0.5):.6f}"
    '1.047198'
    """
    return PI / (
        2 * number("gain", gain) * (number("price", price) + number("rate", rate) * number("slope", slope, zero=True))
    )


def primal(
    routes: ArrayLike, capacity_bps: ArrayLike, rtt_s: ArrayLike, *, gain: float, weight: ArrayLike = 1.0,
    alpha: float = 1.0, steep: float = 20.0, until_s: float, points: int = 600,
) -> Course:  # fmt: skip
    """The primal control from half the fair rates on, with its round trips.

    For alpha 1 each flow with kappa (q + sum of y p' over its links) tau below pi / 2 is enough for all of them to
    come to rest (Johari and Tan 2001 for equal round trips, Massoulie 2002 and Vinnicombe 2002 for any); for one flow
    it is exact.

    Parameters
    ----------
    routes : (L, F) array_like
    capacity_bps : (L,) array_like [bit/s]
    rtt_s : (F,) array_like [s]
    gain : float [1/s]
        Kappa of each flow, with rates as parts of the largest capacity.
    weight : (F,) array_like
    alpha : float
    steep : float
        B of the prices.
    until_s : float [s]
    points : int

    Returns
    -------
    Course

    Examples
    --------
    >>> lot = [[1, 1, 0], [1, 0, 1]]
    >>> made = primal(lot, 1e9, 0.1, gain=0.1, until_s=200.0, steep=50.0)
    >>> made.sure, made.rate[-1].round(2)
    (True, array([0.34, 0.67, 0.67]))
    """
    best, net, tau = _network(routes, capacity_bps, rtt_s, weight, alpha)
    table, capacity, shares = net
    kappa, b = number("gain", gain), number("steep", steep, most=1e4)
    step, steps, every = _steps(tau, until_s, points, table.size * table.shape[1])
    first = np.ascontiguousarray(best.rate_bps / best.unit_bps / 2)
    rows = control.primal(table, capacity, shares, tau, np.full(len(tau), kappa), alpha, b, first, step, steps, every)
    with np.errstate(all="ignore"):  # what leaves the range is refused as a whole
        x = _soft(table, capacity, shares, alpha, b, best.rate_bps / best.unit_bps)
        price = power(table @ x / capacity, b)
        factor = floats(kappa * power(x, alpha - 1) * ((alpha + b) * (price @ table)) * tau)
    if not np.isfinite(factor).all():
        raise ValueError(f"alpha {alpha:g} and prices of power {b:g} leave floating point here: take smaller ones")
    sure = bool((factor < PI / 2).all())
    return Course(_times(rows, step * every), floats(rows), floats(x), best, factor, sure)


def dual(
    routes: ArrayLike, capacity_bps: ArrayLike, rtt_s: ArrayLike, *, gain: float, weight: ArrayLike = 1.0,
    alpha: float = 1.0, until_s: float, points: int = 600,
) -> Course:  # fmt: skip
    """The dual control from half again the right prices on, with its round trips.

    About rest, a price moves flows by x / (alpha q): gamma times the sum over the links of a flow of what all flows
    there move, times its round trip, below pi / 2, is what one flow at one link stands exactly.

    Parameters
    ----------
    routes, capacity_bps, rtt_s, gain, weight, alpha, until_s, points
        As in `primal`; the gain is gamma of each price.

    Returns
    -------
    Course

    Examples
    --------
    >>> made = dual([[1, 1, 0], [1, 0, 1]], 1e9, 0.1, gain=0.5, until_s=200.0)
    >>> made.apart < 1e-6, made.rate[-1].round(6)
    (True, array([0.333333, 0.666667, 0.666667]))
    """
    best, net, tau = _network(routes, capacity_bps, rtt_s, weight, alpha)
    table, capacity, shares = net
    gamma = number("gain", gain)
    step, steps, every = _steps(tau, until_s, points, table.size)
    first = np.ascontiguousarray(best.price * 1.5)
    most = 100.0 * float(capacity.max())
    rows = control.dual(table, capacity, shares, tau, alpha, gamma, most, first, step, steps, every)
    rate = np.minimum(power(shares / np.maximum(rows @ table, 1e-300), 1 / alpha), most)
    moved = table @ (best.rate_bps / best.unit_bps / (alpha * (best.price @ table)))
    factor = floats(gamma * (moved @ table) * tau)
    x = floats(best.rate_bps / best.unit_bps)
    return Course(_times(rows, step * every), floats(rate), x, best, factor, bool((factor < PI / 2).all()))


def _soft(
    table: FloatColumn, capacity: FloatColumn, weight: FloatColumn, alpha: float, steep: float, x: FloatColumn
) -> FloatColumn:
    """Rates at which w = x^alpha q with soft prices, by Newton's method on logarithms."""
    for _ in range(300):
        load = table @ x
        price = power(load / capacity, steep)
        q = price @ table
        apart = log(weight) - alpha * log(x) - log(q)
        bend = alpha * np.eye(len(x)) + (table.T * (steep * price / load)) @ (table * x) / q[:, None]
        change = np.linalg.solve(bend, apart)
        x = x * exp(change * min(1.0, 0.5 / max(float(np.abs(change).max()), 1e-300)))
        if float(np.abs(apart).max()) < 1e-12:
            break
    return x


def _network(
    routes: ArrayLike, capacity_bps: ArrayLike, rtt_s: ArrayLike, weight: ArrayLike, alpha: float
) -> tuple[Allocation, tuple[FloatColumn, FloatColumn, FloatColumn], FloatColumn]:
    best = alpha_fair(routes, capacity_bps, alpha, weight=weight)
    if not np.isfinite(alpha):
        raise ValueError("alpha is infinite: controls need a utility; take at most 32")
    table = np.ascontiguousarray(routes, np.float64)
    capacity = numbers("capacity_bps", capacity_bps, table.shape[0]) / best.unit_bps
    tau = numbers("rtt_s", rtt_s, table.shape[1])
    return best, (table, np.ascontiguousarray(capacity), numbers("weight", weight, table.shape[1])), tau


def _steps(tau: FloatColumn, until_s: float, points: int, work: int) -> tuple[float, int, int]:
    """A twentieth of the shortest round trip, as far as that is affordable."""
    step = float(tau.min()) / 20
    steps = round(number("until_s", until_s) / step)
    if steps < 1:
        raise ValueError(
            f"{until_s:g} s are less than a twentieth of the shortest round trip: follow it for at least {step:g} s"
        )
    if steps * max(work, 20) > MOST_WORK:
        raise ValueError(
            f"{until_s:g} s are {steps:,} steps of a twentieth of the shortest round trip, on a network that allows "
            f"{MOST_WORK // max(work, 20):,}: follow it for less long"
        )
    return step, steps, max(1, steps // points)


def _times(rows: FloatColumn, every_s: float) -> FloatColumn:
    return floats(np.arange(len(rows)) * every_s)
