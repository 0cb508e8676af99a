"""Networks of several classes with a product form (Baskett, Chandy, Muntz & Palacios 1975): open, closed, mixed."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing import mva
from easterly.predict.queueing.columns import OVERLOADED, positive
from easterly.predict.queueing.jackson import probabilities, traffic


def visits(external: ArrayLike, routing: object) -> FloatColumn:
    """Visits to each station per customer of one class, from its routing.

    Parameters
    ----------
    external : (N,) array_like
        Where customers of the class enter: rates or probabilities.
    routing : (N, N) array_like
        Probabilities of going on.

    Returns
    -------
    (N,) array

    Examples
    --------
    >>> visits([1.0, 0.0], [[0.0, 1.0], [0.5, 0.0]])
    array([2., 2.])
    """
    enter = np.atleast_1d(positive("external", external, zero=True))
    made: FloatColumn = traffic(enter, probabilities(routing, enter.size)) / enter.sum()
    return made


def open_classes(arrival: ArrayLike, demand: ArrayLike) -> Stations:
    """Open network of several classes, single servers: L[r, i] = rho[r, i] / (1 - rho[i]) (BCMP 1975).

    Stations are first come first served with one exponential rate for all classes, shared (any service), or last come
    first served with interruption (any service).

    Parameters
    ----------
    arrival : (R,) array_like
        Customers of each class per unit of time.
    demand : (R, N) array_like
        Service that a customer of class r takes at station i in all.

    Returns
    -------
    Stations
        (R, N), times over all visits of a customer.

    Examples
    --------
    >>> open_classes([0.3, 0.2], [[1.0], [1.5]]).L.round(6)
    array([[0.75],
           [0.75]])
    """
    return mixed(arrival, demand, np.zeros((0, np.atleast_2d(np.asarray(demand)).shape[1])), np.zeros(0))


def mixed(
    arrival: ArrayLike, demand: ArrayLike, closed_demand: ArrayLike, population: ArrayLike, think: ArrayLike = 0.0
) -> Stations:
    """Open and closed classes together: open ones take their share of each server, closed ones live on what is left.

    Closed demands grow by 1 / (1 - rho_open); an open customer meets the closed ones of its station,
    W[r, i] = D[r, i] (1 + L_closed[i]) / (1 - rho_open[i]) (Reiser & Kobayashi 1975).

    Parameters
    ----------
    arrival : (R,) array_like
        Rates of open classes.
    demand : (R, N) array_like
        Their service by station.
    closed_demand : (S, N) array_like
        Service of closed classes per round.
    population : (S,) array_like of int
        Customers of closed classes.
    think : (S,) array_like
        Their time elsewhere per round.

    Returns
    -------
    Stations
        (R + S, N): open classes first.

    Examples
    --------
    >>> mixed([0.5], [[1.0]], [[1.0]], [1]).L.round(6)
    array([[2.],
           [1.]])
    """
    service = np.atleast_2d(positive("demand", demand, zero=True))
    rate = np.atleast_1d(positive("arrival", arrival, zero=True))
    if rate.shape != service.shape[:1]:
        raise ValueError(f"demand has {service.shape[0]} classes and there are {rate.size} rates: give one a class")
    used = rate @ service
    stable = used < 1
    free = np.where(stable, 1 - used, np.nan)
    inside, closed = _closed(closed_demand, population, think, free, service.shape[1])
    with np.errstate(invalid="ignore"):
        time = np.where(stable, service * (1 + inside) / free, np.where(service > 0, np.inf, 0.0))
        L = np.where(rate[:, None] > 0, rate[:, None] * time, 0.0)
        Lq = np.where(rate[:, None] > 0, rate[:, None] * (time - service), 0.0)
    busy, blank = np.broadcast_to(np.minimum(used, 1.0), service.shape), np.full(service.shape, np.nan)
    each = np.repeat(rate[:, None], service.shape[1], axis=1)
    columns = [each, busy, blank, L, Lq, time, time - service, np.zeros(service.shape)]
    if closed is not None:
        columns = _beside(columns, closed, closed.W - _raw(closed_demand), closed.rho * free + used)
    entering, rho, P_wait, L, Lq, W, Wq, P_loss = (np.array(column) for column in columns)
    return Stations(
        "product form (BCMP)", ErrorClass.EXACT, entering=entering, rho=rho, P_wait=P_wait, L=L, Lq=Lq, W=W, Wq=Wq,
        P_loss=P_loss, reasons=() if stable.all() else (OVERLOADED,),
    )  # fmt: skip


def _beside(columns: list[FloatColumn], closed: Stations, wait: FloatColumn, busy: FloatColumn) -> list[FloatColumn]:
    """Columns of open classes with those of closed ones behind; all have the load of their station."""
    more = (closed.entering, busy, closed.P_wait, closed.L, closed.entering * wait, closed.W, wait, closed.P_loss)
    both = [np.concatenate(pair) for pair in zip(columns, more, strict=True)]
    both[1] = np.broadcast_to(busy[0], both[1].shape)
    return both


def _raw(demand: ArrayLike) -> FloatColumn:
    return np.atleast_2d(np.asarray(demand, np.float64))


def _closed(
    demand: ArrayLike, population: ArrayLike, think: ArrayLike, free: FloatColumn, stations: int
) -> tuple[FloatColumn, Stations | None]:
    """Closed classes on what open ones leave: mean numbers by station, and the noun."""
    service = _raw(demand)
    if np.size(population) == 0:
        return np.zeros(stations), None
    if np.isnan(free).any():
        raise ValueError("open classes overload a station: closed ones would never be served there")
    made = mva.exact(service / free, population, think)
    return made.L.sum(axis=0), made
