"""Poisson arrivals whose rate follows a Markov chain: bursts with a memory that fades exponentially."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import traffic
from easterly.base.columns import FloatColumn, IndexColumn, floats, frozen
from easterly.base.schema import Doc, Unit
from easterly.predict.traffic import checks


@dataclass(frozen=True, slots=True)
class Mmpp:
    """Markov-modulated Poisson process: in state i, arrivals come at rate i.

    Examples
    --------
    >>> process = mmpp([[0, 1], [3, 0]], [100, 900])
    >>> process.law.tolist(), process.mean_hz
    ([0.75, 0.25], 300.0)
    """

    generator_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Rates of changing from row to column; rows add up to 0.")]
    rate_hz: Annotated[FloatColumn, Unit("1/s"), Doc("Arrivals in each state.")]
    reasons: Annotated[tuple[str, ...], Doc("What a fit could not keep.")] = ()

    @property
    def law(self) -> FloatColumn:
        """(N,) share of time in each state (Grassmann, Taksar & Heyman 1985)."""
        made: FloatColumn = frozen(traffic.stationary(self.generator_hz))
        return made

    @property
    def mean_hz(self) -> float:
        """Arrivals per second."""
        return float((self.law * self.rate_hz).sum())


def mmpp(generator_hz: ArrayLike, rate_hz: ArrayLike) -> Mmpp:
    """A process of N states.

    Parameters
    ----------
    generator_hz : (N, N) array_like [1/s]
        Row i holds the rates of changing from state i to each other one; the diagonal is not read.
    rate_hz : (N,) array_like [1/s]
        Arrivals in each state.

    Returns
    -------
    Mmpp

    Raises
    ------
    ValueError
        Shapes that do not fit, negative rates, states that cannot be reached from each other, no arrivals at all.

    Examples
    --------
    >>> mmpp([[0, 1], [0, 0]], [1, 2])
    Traceback (most recent call last):
    ...
    ValueError: generator leaves some state that it never comes back to: no stationary law
    """
    q, rate = np.array(generator_hz, np.float64, ndmin=2), np.array(rate_hz, np.float64, ndmin=1)
    if q.ndim != 2 or q.shape != (len(rate), len(rate)) or rate.ndim != 1:
        raise ValueError(f"a generator of shape {q.shape} for {rate.size} rates: it needs as many rows and columns")
    if not (np.isfinite(rate) & (rate >= 0) & (rate <= 1e15)).all() or not rate.any():
        raise ValueError("rates of arrivals must be numbers from 0 to 1e15, at least one of them above 0")
    np.fill_diagonal(q, 0.0)
    if not (np.isfinite(q) & (q >= 0) & (q <= 1e15)).all():
        raise ValueError("rates of changing between states must be numbers from 0 to 1e15")
    np.fill_diagonal(q, -_row_sums(q))
    traffic.stationary(q)
    return Mmpp(floats(q), floats(rate))


def _row_sums(table: FloatColumn) -> FloatColumn:
    """Sums from left to right, whatever the width of vectors."""
    return np.asarray(np.cumsum(table, axis=1)[:, -1])


def mmpp_dispersion(process: Mmpp, window_s: ArrayLike) -> FloatColumn:
    """Variance over mean of the number of arrivals in a window (index of dispersion of counts).

    Given the course of the rate, arrivals are Poisson: Var N = E N + Var(integral of the rate). With the deviation
    matrix D = (1 law - Q)^-1 - 1 law the latter is 2 law R (t D - D^2 (1 - e^(Qt))) R 1 (Fischer & Meier-Hellstern
    1993); at short windows, where that cancels, the integral is doubled up from Taylor's series instead.

    Parameters
    ----------
    process : Mmpp
    window_s : array_like [s]
        ``inf`` for the limit.

    Returns
    -------
    array
        1 for windows of length 0, and at every window where all rates are the same.

    Raises
    ------
    ValueError
        A negative window.

    Examples
    --------
    >>> mmpp_dispersion(mmpp([[0, 1], [3, 0]], [100, 900]), [0.001, 1, np.inf]).round(3).tolist()
    [1.399, 151.916, 201.0]
    """
    window = np.asarray(window_s, np.float64)
    finite = np.isfinite(window)
    if not (window >= 0).all():
        raise ValueError("windows must be times from 0 on")
    asked = np.ascontiguousarray(np.where(finite & (window > 0), window, 1.0).reshape(-1))
    variance, long_run = traffic.variances(process.generator_hz, process.rate_hz, asked)
    over = np.where(finite, (variance / asked).reshape(window.shape), long_run) / process.mean_hz
    return np.asarray(1.0 + np.where(window > 0, over, 0.0))


def mmpp_counts(process: Mmpp, interval_s: float, count: int, seed: int = 1) -> IndexColumn:
    """Arrivals in each of `count` intervals of the stationary process.

    Parameters
    ----------
    process : Mmpp
    interval_s : float [s]
    count : int
    seed : int

    Returns
    -------
    (count,) int

    Raises
    ------
    ValueError
        Numbers out of range.

    Examples
    --------
    >>> mmpp_counts(mmpp([[0, 1], [3, 0]], [100, 900]), 0.1, 8).tolist()
    [10, 12, 12, 9, 13, 12, 17, 7]
    """
    checks.above("interval", interval_s)
    changes = float((-np.diag(process.generator_hz) * process.law).sum()) * interval_s * checks.length(count)
    checks.affordable(changes, "changes of state")
    mean = traffic.modulated(process.generator_hz, process.rate_hz, interval_s, count, checks.name(seed, "mmpp states"))
    made: IndexColumn = frozen(traffic.poisson_counts(mean, checks.name(seed, "mmpp counts")))
    return made
