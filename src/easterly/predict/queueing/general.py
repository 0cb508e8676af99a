"""One server, Poisson arrivals, service of any distribution (Pollaczek 1930, Khinchine 1932; Kleinrock 1975, ch. 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing.columns import arrivals, from_wait, positive, shares, spread, stations
from easterly.predict.queueing.service import Service, scv
from easterly.predict.queueing.waits import EXACT, quantiles_of

SECOND = "E[S^2] is infinite: under first come first served one huge service delays all behind it, at any load"


def mg1(
    arrival: ArrayLike, service: ArrayLike | Service, scv: ArrayLike | None = None, *, third: ArrayLike | None = None,
    levels: Sequence[float] = (),
) -> Stations:  # fmt: skip
    """M/G/1, first come first served: Wq = lambda E[S^2] / (2 (1 - rho)).

    Parameters
    ----------
    arrival : array_like
        Customers per unit of time.
    service : array_like or Service
        Mean time of a service, or its distribution.
    scv : array_like
        Squared coefficient of variation of service, 1 if absent: 0 fixed, 1 exponential, infinite for heavy tails.
    third : array_like, optional
        E[S^3], for quantiles: they are then fitted to three moments.
    levels : sequence of float
        Levels of quantiles of the wait. Exact for exponential and fixed times; else of the distribution that
        ``quantiles`` names, fitted to the moments given.

    Returns
    -------
    Stations
        With an infinite second moment, infinite waits and the reason; the share of time in use stays finite.

    Examples
    --------
    >>> at = mg1(0.5, 1, 0, levels=(0.99,))
    >>> float(at.Wq), at.quantiles
    (0.5, 'exact')
    """
    mean, variation, moment = _moments(service, scv, third)
    shape, (rate, each, spread_of) = spread(
        arrivals(arrival), mean, positive("scv", variation, zero=True, infinite=True)
    )
    answer = queue.mg1(rate, positive("service", each), spread_of)
    reasons = (SECOND,) if spread_of.size and spread_of.max() == np.inf else ()
    wanted = shares(levels)
    if not wanted:
        return stations("M/G/1 (Pollaczek-Khinchine)", shape, answer, reasons=reasons)
    at, how = quantiles_of(rate, each, spread_of, None if moment is None else spread(moment, arrival, mean)[1][0],
                           wanted)  # fmt: skip
    return stations("M/G/1 (Pollaczek-Khinchine)", shape, answer, reasons=reasons, levels=wanted, quantiles=how,
                    Wq_at=at.reshape(-1, *shape))  # fmt: skip


def _moments(
    service: ArrayLike | Service, variation: ArrayLike | None, third: ArrayLike | None
) -> tuple[ArrayLike, ArrayLike, ArrayLike | None]:
    if not hasattr(service, "partial"):
        return service, 1.0 if variation is None else variation, third
    if variation is not None or third is not None:
        raise ValueError("give a distribution of service, or its moments, not both")
    made = cast(Service, service)
    return made.mean, scv(made), made.moment(3)


def md1(arrival: ArrayLike, service: ArrayLike, *, levels: Sequence[float] = ()) -> Stations:
    """M/D/1: all services take the same time; quantiles are exact (Erlang 1909, made stable after Franx 2001).

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; time of a service.
    levels : sequence of float
        Levels of quantiles.

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(md1(0.5, 1).Wq)
    0.5
    """
    shape, (rate, each) = spread(arrivals(arrival), positive("service", service))
    answer = queue.mg1(rate, each, np.zeros(rate.size))
    wanted = shares(levels)
    if not wanted:
        return stations("M/D/1", shape, answer)
    stable = np.minimum(rate * each, np.nextafter(1.0, 0.0))
    rows = [np.where(rate * each < 1, queue.md1_quantile(np.where(rate * each < 1, stable, 0.0),
                                                          np.full(rate.size, 1 - level)) * each, np.inf)
            for level in wanted]  # fmt: skip
    waits = np.stack(rows)
    return stations("M/D/1", shape, answer, levels=wanted, quantiles=EXACT, Wq_at=waits.reshape(-1, *shape),
                    W_at=(waits + each).reshape(-1, *shape))  # fmt: skip


def mg1_ps(arrival: ArrayLike, service: ArrayLike) -> Stations:
    """M/G/1, the server shared equally by all: W = E[S] / (1 - rho), whatever the distribution (Kleinrock 1976, 4.4).

    Finite where first come first served has infinite waits, as only the mean counts. It is a mean and no bound.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service alone.

    Returns
    -------
    Stations
        ``Wq`` is the time beyond service alone; ``P_wait`` the probability of sharing from the start.

    Examples
    --------
    >>> float(mg1_ps(0.5, 1).W)
    2.0
    """
    rate, each = arrivals(arrival), positive("service", service)
    rho = rate * each
    with np.errstate(divide="ignore"):
        wait = np.where(rho < 1, each * rho / np.maximum(1 - rho, 0), np.inf)
    return from_wait("M/G/1 processor sharing", rate, each, wait, rho=rho, P_wait=np.minimum(rho, 1.0))


def ps_time(arrival: ArrayLike, service: ArrayLike, size: ArrayLike) -> FloatColumn:
    """Mean time of one customer at a shared server, by the time that it needs alone: x / (1 - rho).

    Parameters
    ----------
    arrival, service : array_like
        Of all customers.
    size : array_like
        Time that this one needs alone.

    Returns
    -------
    array

    Examples
    --------
    >>> float(ps_time(0.5, 1, 10))
    20.0
    """
    rho = arrivals(arrival) * positive("service", service)
    with np.errstate(divide="ignore"):
        return np.where(rho < 1, positive("size", size) / np.maximum(1 - rho, 0), np.inf)


def mg1_vacations(arrival: ArrayLike, service: ArrayLike, scv: ArrayLike, vacation: ArrayLike,
                  vacation_scv: ArrayLike = 0.0) -> Stations:  # fmt: skip
    """M/G/1 whose server goes away whenever nobody waits, again and again (Fuhrmann & Cooper 1985).

    Wq = lambda E[S^2] / (2 (1 - rho)) + E[V^2] / (2 E[V]): the wait of the M/G/1 and the rest of a vacation.

    Parameters
    ----------
    arrival, service, scv : array_like
        As for `mg1`.
    vacation, vacation_scv : array_like
        Mean time away, and its squared coefficient of variation.

    Returns
    -------
    Stations
        Everyone waits: the server is never idle, it is away.

    Examples
    --------
    >>> float(mg1_vacations(0.5, 1, 1, 2).Wq)
    2.0
    """
    base = mg1(arrival, service, scv)
    away = positive("vacation", vacation) * (1 + positive("vacation_scv", vacation_scv, zero=True, infinite=True)) / 2
    return from_wait("M/G/1 with vacations", base.entering, service, base.Wq + away, rho=base.rho, P_wait=1.0,
                     reasons=base.reasons)  # fmt: skip


def mxg1(batches: ArrayLike, service: ArrayLike, scv: ArrayLike, size: ArrayLike, size_scv: ArrayLike) -> Stations:
    """M^X/G/1: customers come in batches, and are served one by one (Gaver 1959).

    The first of a batch waits as at an M/G/1 whose customers are whole batches; a customer in it waits for
    (E[X^2] - E[X]) / (2 E[X]) services more.

    Parameters
    ----------
    batches : array_like
        Batches per unit of time, at random.
    service, scv : array_like
        Mean time of one service, and its squared coefficient of variation.
    size, size_scv : array_like
        Mean number in a batch, at least 1, and its squared coefficient of variation: 0 for batches of one size,
        1 - 1 / size for geometric ones.

    Returns
    -------
    Stations
        Of customers, not of batches.

    Examples
    --------
    >>> f"{mxg1(0.1, 1, 1, 5, 0).Wq:.4f}"
    '5.0000'
    """
    rate, each, spread_of, number, vary = np.broadcast_arrays(
        positive("batches", batches, zero=True), positive("service", service),
        positive("scv", scv, zero=True, infinite=True), positive("size", size),
        positive("size_scv", size_scv, zero=True, infinite=True),
    )  # fmt: skip
    if (number < 1).any():
        raise ValueError(f"size is {number[number < 1][0]:g}: a batch has at least one customer")
    square = number**2 * (1 + vary)
    rho = rate * number * each
    with np.errstate(divide="ignore", invalid="ignore"):
        first = rate * (number * each**2 * spread_of + square * each**2) / (2 * np.maximum(1 - rho, 0))
        wait = np.where(rho < 1, first + each * (square - number) / (2 * number), np.inf)
    return from_wait("M^X/G/1", rate * number, each, wait, rho=rho)
