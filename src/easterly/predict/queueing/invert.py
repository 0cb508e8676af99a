"""The formulas the other way round: servers, load or speed for a target on a mean or on a percentile."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.predict.queueing.columns import arrivals, positive, spread, whole
from easterly.predict.queueing.general import mg1


class Aim(IntEnum):
    """What a target is set for, at an M/M/c."""

    WAIT = 0
    """Mean wait."""
    WAIT_BEYOND = 1
    """Share of customers that wait longer than `at`."""
    WAITING = 2
    """Share of customers that wait."""
    LOSS = 3
    """Share that is lost where nobody can wait (Erlang's loss)."""
    TIME = 4
    """Mean time in the system."""
    TIME_BEYOND = 5
    """Share of customers that are in the system longer than `at`."""


def fewest_servers(
    aim: Aim, arrival: ArrayLike, service: ArrayLike, target: ArrayLike, at: ArrayLike = 0.0
) -> NDArray[np.int64]:
    """Fewest servers of an M/M/c that keep an aim within its target: the recursion, stopped where it holds.

    Parameters
    ----------
    aim : Aim
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    target : array_like
        A time for means, a share for the others: ``Aim.TIME_BEYOND`` with 0.01 and ``at`` 2 is a 99th percentile of 2.
    at : array_like
        Time of a percentile.

    Returns
    -------
    array of int
        0 where no number of servers will do, as service alone takes too long.

    Examples
    --------
    >>> int(fewest_servers(Aim.WAITING, 16, 1, 0.3)), int(fewest_servers(Aim.TIME, 16, 1, 0.9))
    (20, 0)
    """
    shape, (rate, each, goal, time) = spread(arrivals(arrival), positive("service", service), target, at)
    return queue.fewest_servers(int(aim), rate, 1 / each, goal, time).reshape(shape)


def most_load(aim: Aim, service: ArrayLike, servers: ArrayLike, target: ArrayLike, at: ArrayLike = 0.0) -> FloatColumn:
    """Largest arrival rate at which an M/M/c keeps an aim within its target, by bisection.

    Parameters
    ----------
    aim : Aim
    service : array_like
        Mean time of a service.
    servers : array_like of int
    target, at : array_like
        As for `fewest_servers`.

    Returns
    -------
    array
        0 where even an idle station misses the target.

    Examples
    --------
    >>> f"{most_load(Aim.TIME, 1, 1, 4):.6f}"
    '0.750000'
    """
    shape, (each, number, goal, time) = spread(positive("service", service), servers, target, at)
    return queue.most_load(int(aim), 1 / each, whole("servers", number), goal, time).reshape(shape)


def measured(aim: Aim, arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, at: ArrayLike = 0.0) -> FloatColumn:
    """What an aim measures at an M/M/c.

    Parameters
    ----------
    aim : Aim
    arrival, service : array_like
    servers : array_like of int
    at : array_like
        Time of a percentile.

    Returns
    -------
    array

    Examples
    --------
    >>> f"{measured(Aim.WAITING, 16, 1, 20):.6f}"
    '0.256078'
    """
    shape, (rate, each, number, time) = spread(arrivals(arrival), positive("service", service), servers, at)
    return queue.measure(int(aim), rate, 1 / each, whole("servers", number), time).reshape(shape)


def slowest_service(arrival: ArrayLike, scv: ArrayLike, time: ArrayLike) -> FloatColumn:
    """Longest mean service with which an M/G/1 keeps its mean time in the system: the least capacity of a link.

    From W = s + lambda s^2 (1 + cs2) / (2 (1 - lambda s)) = t, a quadratic in s. For packets of mean size x, the
    capacity is x over this.

    Parameters
    ----------
    arrival : array_like
    scv : array_like
        Squared coefficient of variation of service.
    time : array_like
        Mean time in the system that is allowed.

    Returns
    -------
    array

    Examples
    --------
    >>> float(slowest_service(0.5, 1, 2.0))
    1.0
    """
    rate, vary = arrivals(arrival), positive("scv", scv, zero=True)
    limit = positive("time", time)
    half = 1 + rate * limit
    made: FloatColumn = 2 * limit / (half + np.sqrt(half * half - 2 * rate * limit * (1 - vary)))
    return made


def slowest_service_beyond(arrival: ArrayLike, scv: ArrayLike, wait: ArrayLike, level: float) -> FloatColumn:
    """Longest mean service with which a quantile of the wait at an M/G/1 stays within a limit, by bisection.

    Parameters
    ----------
    arrival, scv : array_like
    wait : array_like
        Wait that a share of 1 - level may exceed.
    level : float

    Returns
    -------
    array
        Up to 1 / arrival.

    Examples
    --------
    >>> f"{slowest_service_beyond(0.5, 1, 4.605170, 0.99):.4f}"
    '0.7730'
    """
    shape, (rate, vary, limit) = spread(positive("arrival", arrival), positive("scv", scv, zero=True),
                                        positive("wait", wait))  # fmt: skip

    def good(each: FloatColumn) -> NDArray[np.bool_]:
        made: NDArray[np.bool_] = mg1(rate, each, vary, levels=(level,)).Wq_at[0] <= limit
        return made

    return bisect(good, np.zeros(rate.size), 1 / rate).reshape(shape)


def bisect(good: Callable[[FloatColumn], NDArray[np.bool_]], low: FloatColumn, high: FloatColumn) -> FloatColumn:
    """Largest value at which something holds, row by row, where it holds from `low` up to some point below `high`.

    Examples
    --------
    >>> bisect(lambda x: x * x <= 2, np.zeros(1), np.full(1, 2.0)).round(6)
    array([1.414214])
    """
    for _ in range(56):
        middle = (low + high) / 2
        fine = good(np.maximum(middle, np.finfo(float).tiny))
        low, high = np.where(fine, middle, low), np.where(fine, high, middle)
    return low
