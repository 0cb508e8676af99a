"""Stations whose arrivals are no Poisson process, by two moments of arrivals and service.

None of these is *the* GI/G/c: two moments do not fix the mean wait, and laws of equal moments differ. Each formula
carries its name and its class of error.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.model.stations import Band, ErrorClass, Stations
from easterly.predict.queueing.bands import one_server, servers_band
from easterly.predict.queueing.columns import exp, from_wait, positive, power, spread, whole

Factor = Callable[[FloatColumn, FloatColumn, FloatColumn, FloatColumn], FloatColumn]
"""Of the wait of an M/M/c, by load, servers and both squared coefficients of variation."""
Moments = tuple[FloatColumn, FloatColumn, FloatColumn, FloatColumn, FloatColumn]


def _given(arrival: ArrayLike, service: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike) -> Moments:
    rate, each, ca, cs = np.broadcast_arrays(
        positive("arrival", arrival), positive("service", service), positive("arrival_scv", arrival_scv, zero=True),
        positive("service_scv", service_scv, zero=True),
    )  # fmt: skip
    return rate, each, ca, cs, rate * each


def _one(method: str, error: ErrorClass, of: Moments, wait: FloatColumn) -> Stations:
    rate, each, ca, cs, rho = of
    known = None if error is ErrorClass.UPPER else one_server(rate, each, ca, cs)
    return from_wait(method, rate, each, np.where(rho < 1, wait, np.inf), rho=rho, error=error, known=known)


def _idle(rho: FloatColumn) -> FloatColumn:
    return np.where(rho < 1, 1 - rho, np.nan)


def kingman_bound(arrival: ArrayLike, service: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike) -> Stations:
    """GI/G/1, upper bound of the mean wait: (ca2 + rho^2 cs2) / (2 lambda (1 - rho)) (Kingman 1962).

    Holds for every law of arrivals and service, and is tight as rho tends to 1.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    arrival_scv, service_scv : array_like
        Squared coefficients of variation of the times between arrivals and of service.

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(kingman_bound(0.5, 1, 1, 1).Wq)
    2.5
    """
    of = rate, _, ca, cs, rho = _given(arrival, service, arrival_scv, service_scv)
    return _one("Kingman's bound", ErrorClass.UPPER, of, (ca + rho**2 * cs) / (2 * rate * _idle(rho)))


def kingman(arrival: ArrayLike, service: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike) -> Stations:
    """GI/G/1 in heavy traffic: E[S] rho / (1 - rho) (ca2 + cs2) / 2 (Kingman 1961). Exact at M/G/1.

    Parameters
    ----------
    arrival, service, arrival_scv, service_scv : array_like
        As for `kingman_bound`.

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(kingman(0.5, 1, 1, 0).Wq)
    0.5
    """
    of = _, each, ca, cs, rho = _given(arrival, service, arrival_scv, service_scv)
    return _one("Kingman", ErrorClass.HEAVY_TRAFFIC, of, each * rho / _idle(rho) * (ca + cs) / 2)


def marchal(arrival: ArrayLike, service: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike) -> Stations:
    """GI/G/1: Kingman's bound, scaled so that M/G/1 is exact (Marchal 1976).

    Parameters
    ----------
    arrival, service, arrival_scv, service_scv : array_like
        As for `kingman_bound`.

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(marchal(0.5, 1, 1, 0).Wq)
    0.5
    """
    of = rate, _, ca, cs, rho = _given(arrival, service, arrival_scv, service_scv)
    scaled = rho**2 * (1 + cs) / (1 + rho**2 * cs)
    return _one("Marchal", ErrorClass.TWO_MOMENT, of, scaled * (ca + rho**2 * cs) / (2 * rate * _idle(rho)))


def klb(arrival: ArrayLike, service: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike) -> Stations:
    """GI/G/1 by Kraemer and Langenbach-Belz (1976): Kingman's formula with a factor below heavy traffic.

    The factor is exp(-2 (1 - rho) (1 - ca2)^2 / (3 rho (ca2 + cs2))) for ca2 < 1, and
    exp(-(1 - rho) (ca2 - 1) / (ca2 + 4 cs2)) from 1 on.

    Parameters
    ----------
    arrival, service, arrival_scv, service_scv : array_like
        As for `kingman_bound`.

    Returns
    -------
    Stations

    Examples
    --------
    >>> f"{klb(0.5, 1, 4, 1).Wq:.6f}"
    '2.072573'
    """
    of = _, each, ca, cs, rho = _given(arrival, service, arrival_scv, service_scv)
    with np.errstate(all="ignore"):
        low = -2 * (1 - rho) * (1 - ca) ** 2 / (3 * rho * (ca + cs))
        high = -(1 - rho) * (ca - 1) / (ca + 4 * cs)
        factor = np.where(ca + cs > 0, exp(np.where(ca < 1, low, high)), 0.0)
    return _one(
        "Kraemer and Langenbach-Belz", ErrorClass.TWO_MOMENT, of, each * rho / _idle(rho) * (ca + cs) / 2 * factor
    )


def dm1(arrival: ArrayLike, service: ArrayLike) -> Stations:
    """D/M/1, exact: Wq = E[S] x / (1 - x), x the least root of x = exp(-(1 - x) / rho) (Kendall 1953).

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time, at fixed intervals; mean of exponential services.

    Returns
    -------
    Stations

    Examples
    --------
    >>> f"{dm1(0.5, 1).Wq:.6f}"
    '0.255001'
    """
    rate, each = np.broadcast_arrays(positive("arrival", arrival), positive("service", service))
    rho = rate * each
    load = np.where(rho < 1, rho, 0.5)
    low, high = np.zeros(load.shape), 1 - 1e-3 * (1 - load)
    for _ in range(80):  # exp(-(1 - x) / rho) - x falls through 0 at the root and rises again only at 1
        middle = (low + high) / 2
        above = exp(-(1 - middle) / load) > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    wait = np.where(rho < 1, each * high / (1 - high), np.inf)
    return from_wait("D/M/1", rate, each, wait, rho=rho, P_wait=np.where(rho < 1, high, 1.0))


def allen_cunneen(
    arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike
) -> Stations:
    """GI/G/c: the wait of the M/M/c times (ca2 + cs2) / 2, with Erlang's C (Allen 1990). Exact at M/M/c and M/G/1.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    servers : array_like of int
    arrival_scv, service_scv : array_like
        Squared coefficients of variation.

    Returns
    -------
    Stations

    Examples
    --------
    >>> f"{allen_cunneen(16, 1, 20, 2, 0.5).Wq:.4f}"
    '0.0800'
    """
    return _several("Allen-Cunneen", ErrorClass.HEAVY_TRAFFIC, arrival, service, servers, arrival_scv, service_scv,
                    lambda rho, c, ca, cs: (ca + cs) / 2)  # fmt: skip


def whitt(
    arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike
) -> Stations:
    """GI/G/c by Whitt (1993): Allen and Cunneen's, corrected for the number of servers and for light traffic.

    Parameters
    ----------
    arrival, service, servers, arrival_scv, service_scv : array_like
        As for `allen_cunneen`.

    Returns
    -------
    Stations

    Examples
    --------
    >>> f"{whitt(16, 1, 20, 2, 0.5).Wq:.4f}"
    '0.0890'
    """
    return _several("Whitt 1993", ErrorClass.TWO_MOMENT, arrival, service, servers, arrival_scv, service_scv, _whitt)


def _phases(rho: FloatColumn, c: FloatColumn) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """Corrections for M/D/c, D/M/c and between (Whitt 1993, 2.14 to 2.18; Cosmetatos 1975)."""
    gamma = np.minimum(0.24, (1 - rho) * (c - 1) * (np.sqrt(4 + 5 * c) - 2) / (16 * c * rho))
    one, three = 1 + gamma, (1 - 4 * gamma) * exp(-2 * (1 - rho) / (3 * rho))
    return one, three, np.minimum(1, (one + three) / 2)


def _whitt(rho: FloatColumn, c: FloatColumn, ca: FloatColumn, cs: FloatColumn) -> FloatColumn:
    one, three, four = _phases(rho, c)
    both = (ca + cs) / 2
    between = np.where(both >= 1, 1.0, power(four, 2 * (1 - np.minimum(both, 1))))
    with np.errstate(all="ignore"):
        more = (4 * (ca - cs) * one + cs * between) / (4 * ca - 3 * cs)
        less = ((cs - ca) * three + (cs + 3 * ca) * between) / (2 * (ca + cs))
    return np.where(both == 0, 0.0, np.where(ca > cs, more, less) * both)


def kimura(
    arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, arrival_scv: ArrayLike, service_scv: ArrayLike
) -> Stations:
    """GI/G/c by Kimura (1986): harmonic interpolation between M/M/c, M/D/c and D/M/c; variations up to 1.

    Wq = (ca2 + cs2) / ((1 - ca2) / W(D/M/c) + (1 - cs2) / W(M/D/c) + 2 (ca2 + cs2 - 1) / W(M/M/c)), M/D/c and D/M/c
    by Cosmetatos.

    Parameters
    ----------
    arrival, service, servers, arrival_scv, service_scv : array_like
        As for `allen_cunneen`.

    Returns
    -------
    Stations

    Raises
    ------
    ValueError
        A variation above 1, for which the interpolation was not made.

    Examples
    --------
    >>> f"{kimura(16, 1, 20, 1, 0).Wq:.4f}"
    '0.0359'
    """
    if np.any(np.asarray(arrival_scv) > 1) or np.any(np.asarray(service_scv) > 1):
        raise ValueError("Kimura's interpolation holds for squared coefficients of variation up to 1: take `whitt`")
    return _several("Kimura", ErrorClass.TWO_MOMENT, arrival, service, servers, arrival_scv, service_scv, _kimura)


def _kimura(rho: FloatColumn, c: FloatColumn, ca: FloatColumn, cs: FloatColumn) -> FloatColumn:
    one, three, _ = _phases(rho, c)
    with np.errstate(all="ignore"):
        inverse = np.where(ca == 1, 0.0, 2 * (1 - ca) / three) + 2 * (1 - cs) / one + 2 * (ca + cs - 1)
        return np.where((three > 0) | (ca == 1), (ca + cs) / inverse, 0.0)


def _several(
    method: str, error: ErrorClass, arrival: ArrayLike, service: ArrayLike, servers: ArrayLike,
    arrival_scv: ArrayLike, service_scv: ArrayLike, factor: Factor,
) -> Stations:  # fmt: skip
    shape, (rate, each, number, ca, cs) = spread(
        positive("arrival", arrival), positive("service", service), servers,
        positive("arrival_scv", arrival_scv, zero=True), positive("service_scv", service_scv, zero=True),
    )  # fmt: skip
    answer = queue.mmc(rate, 1 / each, whole("servers", number))
    rho = answer[0]
    load = np.where(rho < 1, rho, 0.5)
    exponential = np.where(np.isfinite(answer[3]), answer[3], 0.0)
    wait = np.where(rho < 1, exponential * factor(load, number, ca, cs), np.inf)
    known = servers_band(rate, each, number, ca, cs)
    rate, each, wait, rho, low, high = (x.reshape(shape) for x in (rate, each, wait, rho, known.low, known.high))
    return from_wait(method, rate, each, wait, rho=rho, error=error, known=Band(low, high, known.source))
