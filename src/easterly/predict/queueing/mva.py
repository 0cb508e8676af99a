"""Closed networks by mean values: exact (Reiser & Lavenberg 1980), Schweitzer (1979), Linearizer (Chandy & Neuse 1982).

Arguments are by class and station: `demand[r, i]` is the mean service that a customer of class r takes at station i in
one round, visits times time of a visit. Stations are first come first served with one exponential rate for all classes,
shared, or last come first served with interruption (BCMP); `delay` stations serve everyone at once.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing.columns import positive

MOST_STATES = 2_000_000
TOLERANCE = 1e-10


def _checked(
    demand: ArrayLike, population: ArrayLike, think: ArrayLike
) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    service = np.atleast_2d(positive("demand", demand, zero=True))
    people = np.atleast_1d(positive("population", population, zero=True))
    idle = np.broadcast_to(positive("think", think, zero=True), people.shape)
    if service.ndim != 2 or people.shape != service.shape[:1]:
        raise ValueError(f"demand has {service.shape[0]} classes and population {people.size}: give one number a class")
    if (people != np.floor(people)).any():
        raise ValueError(f"population is {people[people != np.floor(people)][0]:g}: customers are whole")
    if ((service.sum(axis=1) + idle == 0) & (people > 0)).any():
        raise ValueError("a class without any service nor think time goes round infinitely fast")
    return service, people, idle


def exact(demand: ArrayLike, population: ArrayLike, think: ArrayLike = 0.0) -> Stations:
    """Closed network, exact mean value analysis over all populations up to the one given (Reiser & Lavenberg 1980).

    W[r, i](n) = D[r, i] (1 + L[i](n - 1 of r)); X[r] = n[r] / (Z[r] + sum W[r]); L[r, i] = X[r] W[r, i].

    Parameters
    ----------
    demand : (R, N) array_like
        Service that a customer of class r takes at station i per round.
    population : (R,) array_like of int
        Customers of each class.
    think : (R,) array_like
        Time that a customer spends elsewhere per round, without waiting.

    Returns
    -------
    Stations
        (R, N), per round; ``entering`` is the throughput of the class.

    Raises
    ------
    ValueError
        More than two million populations to go through: take `linearizer`.

    Examples
    --------
    >>> exact([[1.0, 1.0]], [2]).entering
    array([[0.66666667, 0.66666667]])
    """
    service, people, idle = _checked(demand, population, think)
    sizes = people.astype(np.int64) + 1
    if float(np.prod(sizes.astype(float))) * service.shape[1] > MOST_STATES:
        raise ValueError(f"{np.prod(sizes.astype(float)):.3g} populations to go through: take the linearizer")
    number = np.zeros((*sizes, service.shape[1]))  # mean number at each station, by population
    time, rate = np.zeros_like(service), np.zeros(len(people))
    for at in product(*(range(s) for s in sizes)):
        for r, n in enumerate(at):
            if n:
                fewer = (*at[:r], n - 1, *at[r + 1 :])
                time[r] = service[r] * (1 + number[fewer])
                rate[r] = n / (idle[r] + time[r].sum())
            else:
                time[r], rate[r] = service[r], 0.0
        number[at] = rate @ time
    return _noun("closed network, exact mean value analysis", ErrorClass.EXACT, service, rate, time)


def schweitzer(demand: ArrayLike, population: ArrayLike, think: ArrayLike = 0.0) -> Stations:
    """Closed network by a fixed point: one customer less leaves the other proportions as they are (Schweitzer 1979).

    Parameters
    ----------
    demand, population, think : array_like
        As for `exact`.

    Returns
    -------
    Stations
        Errors of some percent at small populations; exact in the limit of large ones.

    Examples
    --------
    >>> schweitzer([[1.0, 1.0]], [2]).entering.round(6)
    array([[0.666667, 0.666667]])
    """
    service, people, idle = _checked(demand, population, think)
    number = _start(service, people)
    none = np.zeros((len(people), *service.shape))
    number, rate, time = _core(service, people, idle, number, none)
    return _noun("closed network, Schweitzer", ErrorClass.ITERATIVE, service, rate, time)


def linearizer(demand: ArrayLike, population: ArrayLike, think: ArrayLike = 0.0) -> Stations:
    """Closed network by fixed points at the population and at one customer less of each class (Chandy & Neuse 1982).

    Parameters
    ----------
    demand, population, think : array_like
        As for `exact`.

    Returns
    -------
    Stations
        Errors mostly below a percent, and so utilisation may come out above 1 by as little.

    Examples
    --------
    >>> linearizer([[1.0, 1.0]], [2]).entering.round(6)
    array([[0.666667, 0.666667]])
    """
    service, people, idle = _checked(demand, population, think)
    classes = len(people)
    change = np.zeros((classes, *service.shape))  # change[j, r, i]: of the share of r at i when one of class j leaves
    number = _start(service, people)
    less = [_start(service, _without(people, j)) for j in range(classes)]
    for _ in range(3):
        number, rate, time = _core(service, people, idle, number, change)
        for j in range(classes):
            if people[j]:
                less[j], _, _ = _core(service, _without(people, j), idle, less[j], change)
        share = _shares(number, people)
        for j in range(classes):
            if people[j]:
                fewer = _without(people, j)
                change[j] = np.where(fewer[:, None] > 0, _shares(less[j], fewer) - share, 0.0)
    number, rate, time = _core(service, people, idle, number, change)
    return _noun("closed network, Linearizer", ErrorClass.ITERATIVE, service, rate, time)


def _without(people: FloatColumn, j: int) -> FloatColumn:
    made = people.copy()
    made[j] -= 1
    return made


def _start(service: FloatColumn, people: FloatColumn) -> FloatColumn:
    used = service > 0
    made: FloatColumn = people[:, None] * used / np.maximum(used.sum(axis=1, keepdims=True), 1)
    return made


def _shares(number: FloatColumn, people: FloatColumn) -> FloatColumn:
    return np.divide(number, people[:, None], out=np.zeros_like(number), where=people[:, None] > 0)


def _core(
    service: FloatColumn, people: FloatColumn, idle: FloatColumn, number: FloatColumn, change: FloatColumn
) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """The fixed point for given changes of shares: numbers, throughputs, times."""
    for _ in range(100_000):
        share = _shares(number, people)
        time = np.empty_like(service)
        for r in range(len(people)):
            fewer = np.maximum(_without(people, r), 0)
            time[r] = service[r] * (1 + np.maximum((fewer[:, None] * (share + change[r])).sum(axis=0), 0))
        rate = people / (idle + time.sum(axis=1))
        fresh = rate[:, None] * time
        done = np.abs(fresh - number).max() <= TOLERANCE * max(float(people.sum()), 1.0)
        number = fresh
        if done:
            break
    return number, rate, time


def _noun(method: str, error: ErrorClass, service: FloatColumn, rate: FloatColumn, time: FloatColumn) -> Stations:
    each = np.repeat(rate[:, None], service.shape[1], axis=1)
    busy = np.repeat((rate @ service)[None, :], len(rate), axis=0)
    return Stations(method, error, entering=each, rho=busy, P_wait=np.full(service.shape, np.nan), L=each * time,
                    Lq=each * (time - service), W=time, Wq=time - service, P_loss=np.zeros(service.shape))  # fmt: skip
