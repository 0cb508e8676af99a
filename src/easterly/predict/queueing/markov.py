"""Stations without memory: Poisson arrivals and exponential service, Erlang's formulas.

`arrival` is customers per unit of time, `service` the mean time of one service in the same unit; all arguments
broadcast. The recursions are those of the kernel: sums of positive terms, no factorials, any number of servers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing import bounded
from easterly.predict.queueing.columns import arrivals, log, positive, shares, spread, stations, whole


def mm1(arrival: ArrayLike, service: ArrayLike, *, levels: Sequence[float] = ()) -> Stations:
    """M/M/1, first come first served: L = rho / (1 - rho), W = 1 / (mu - lambda).

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    levels : sequence of float
        Levels of quantiles, such as 0.99.

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(mm1(0.5, 1).W)
    2.0
    """
    return mmc(arrival, service, 1, levels=levels, method="M/M/1")


def mmc(
    arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, *, levels: Sequence[float] = (), method: str = "M/M/c"
) -> Stations:
    """M/M/c, first come first served (Erlang 1917): P(wait) = C(c, a) with a = arrival * service.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    servers : array_like of int
    levels : sequence of float
        Levels of quantiles, such as 0.99: exact, of the wait and of the time in the system.
    method : str
        Name in the answer.

    Returns
    -------
    Stations
        Infinite means, with the reason, where arrival * service >= servers.

    Raises
    ------
    ValueError
        Rates that are no rates, servers that are not whole.

    Examples
    --------
    >>> at = mmc(1.5, 1, 2)
    >>> f"{at.P_wait:.6f} {at.Lq:.6f} {at.W:.6f}"
    '0.642857 1.928571 2.285714'
    """
    shape, (rate, mean, number) = spread(arrivals(arrival), service, servers)
    mu, c = 1 / positive("service", mean), whole("servers", number)
    answer = queue.mmc(rate, mu, c)
    wanted = shares(levels)
    more: dict[str, Any] = {}
    if wanted:
        more = {"levels": wanted, "quantiles": "exact",
                "Wq_at": _waits(answer[1], answer[3], wanted).reshape(-1, *shape),
                "W_at": np.stack([queue.sojourn_quantile(rate, mu, c, np.full(c.size, 1 - level))
                                  for level in wanted]).reshape(-1, *shape)}  # fmt: skip
    return stations(method, shape, answer, **more)


def _waits(P_wait: FloatColumn, Wq: FloatColumn, levels: tuple[float, ...]) -> FloatColumn:
    """Quantiles of a wait that is exponential for those who wait: 0 below 1 - P(wait)."""
    shares = np.subtract(1, levels)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(P_wait > 0, Wq / P_wait, 0.0)
        beyond = np.maximum(log(P_wait / shares), 0.0)
        return np.where(P_wait > shares, each * beyond, 0.0)


def mmck(
    arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, places: ArrayLike, *, levels: Sequence[float] = ()
) -> Stations:
    """M/M/c/K: `places` in all, and who finds them taken is lost. Any load is stable.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time, those that are lost included; mean time of a service.
    servers, places : array_like of int
        Places include the servers; as many of both is Erlang's loss system.
    levels : sequence of float
        Levels of quantiles, of the wait and of the time in the system of those who enter: exact, as mixtures of Erlang
        times; NaN where these have more phases than can be summed.

    Returns
    -------
    Stations
        Means are of those who enter; ``P_loss`` is the share that does not.

    Examples
    --------
    >>> at = mmck(2, 1, 1, 3)
    >>> f"{at.P_loss:.6f} {at.entering:.6f} {at.L:.6f}"
    '0.533333 0.933333 2.266667'
    """
    shape, (rate, mean, number, room) = spread(arrivals(arrival), service, servers, places)
    answer = queue.mmck(rate, 1 / positive("service", mean), whole("servers", number), whole("places", room))
    wanted = shares(levels)
    if not wanted:
        return stations("M/M/c/K", shape, answer)
    rows = [bounded.quantiles(float(a), float(s), int(c), int(k), wanted)
            for a, s, c, k in zip(rate, mean, number, room, strict=True)]  # fmt: skip
    waits, times = (np.stack([row[i] for row in rows], axis=1).reshape(-1, *shape) for i in (0, 1))
    known = bounded.KNOWN if all(row[2] for row in rows) else bounded.UNKNOWN
    return stations("M/M/c/K", shape, answer, levels=wanted, quantiles=known, Wq_at=waits, W_at=times)


def mminf(arrival: ArrayLike, service: ArrayLike) -> Stations:
    """M/G/infinity: nobody waits, and the number in the system is Poisson with mean arrival * service.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service, whatever its distribution.

    Returns
    -------
    Stations
        ``rho`` is 0: of servers without number no share is used.
    """
    shape, (rate, mean) = spread(arrivals(arrival), positive("service", service))
    none = np.zeros_like(rate)
    return stations("M/G/inf", shape, (none, none.copy(), none.copy(), none.copy(), rate * mean, mean + 0, none.copy(),
                                       rate + 0))  # fmt: skip


def erlang_b(servers: ArrayLike, load: ArrayLike) -> FloatColumn:
    """Erlang's loss formula: the share that is lost where nobody can wait, whatever the service times (Erlang 1917).

    Parameters
    ----------
    servers : array_like of int
    load : array_like
        Erlang: arrival * service.

    Returns
    -------
    array
        In the common shape.

    Examples
    --------
    >>> f"{erlang_b(10, 5):.6f}"
    '0.018385'
    """
    shape, (number, offered) = spread(servers, load)
    return queue.erlang_b(whole("servers", number, 0), offered).reshape(shape)


def erlang_c(servers: ArrayLike, load: ArrayLike) -> FloatColumn:
    """Erlang's delay formula: the probability of waiting at an M/M/c; 1 where the load is too much.

    Parameters
    ----------
    servers : array_like of int
    load : array_like
        Erlang: arrival * service.

    Returns
    -------
    array
        In the common shape.

    Examples
    --------
    >>> f"{erlang_c(20, 16):.6f}"
    '0.256078'
    """
    return mmc(load, 1.0, servers).P_wait


def erlang_a(arrival: ArrayLike, service: ArrayLike, servers: ArrayLike, patience: ArrayLike) -> Stations:
    """M/M/c+M: those who wait give up after an exponential time (Palm 1946). Any load is stable.

    Parameters
    ----------
    arrival, service : array_like
        Customers per unit of time; mean time of a service.
    servers : array_like of int
    patience : array_like
        Mean time that one would wait.

    Returns
    -------
    Stations
        Means over all who arrive; ``P_loss`` is the share that gives up.

    Examples
    --------
    >>> at = erlang_a(12, 1, 10, 1)  # patience as long as service: as many in the system as with servers for all
    >>> f"{at.L:.6f} {at.P_loss:.4f}"
    '12.000000 0.2136'
    """
    shape, (rate, mean, number, time) = spread(arrivals(arrival), service, servers, patience)
    answer = queue.erlang_a(rate, 1 / positive("service", mean), whole("servers", number),
                            1 / positive("patience", time))  # fmt: skip
    answer = (*answer[:7], rate + 0)
    return stations("Erlang A (M/M/c+M)", shape, answer)
