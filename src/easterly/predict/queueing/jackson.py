"""Open networks of stations without memory (Jackson 1957): each station as if it were alone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing.columns import positive
from easterly.predict.queueing.markov import mmc

STATE = (
    "routing that looks at queues (join the shortest, least loaded, power of two choices) is not Jackson's: numbers "
    "at stations are then not independent and no product form holds; simulate it, or give fixed probabilities"
)


def probabilities(routing: Any, stations: int) -> FloatColumn:
    """Routing as a matrix: row i holds the probabilities of going on from i to each station; what lacks to 1 leaves.

    Raises
    ------
    ValueError
        Routing that depends on the state, negative entries, rows above 1, or no way out.
    """
    if callable(routing) or isinstance(routing, str):
        raise ValueError(STATE)
    matrix = np.asarray(routing, np.float64)
    if matrix.shape != (stations, stations):
        raise ValueError(f"routing of shape {matrix.shape}: {stations} stations need {stations} rows of {stations}")
    if not (np.isfinite(matrix) & (matrix >= 0)).all():
        raise ValueError("routing has entries that are no probabilities")
    total = matrix.sum(axis=1)
    if (total > 1 + 1e-9).any():
        worst = int(np.argmax(total))
        raise ValueError(f"row {worst + 1} of routing adds up to {total[worst]:g}: probabilities add up to 1 at most")
    return matrix


def traffic(external: FloatColumn, matrix: FloatColumn) -> FloatColumn:
    """Rates through each station: the solution of lambda = external + lambda P.

    Raises
    ------
    ValueError
        Customers that come in and never leave.
    """
    leaves = 1 - matrix.sum(axis=1)
    reach = leaves > 1e-12  # stations with a way out, found backwards
    for _ in range(len(leaves)):
        reach = reach | (matrix[:, reach] > 0).any(axis=1)
    fed = external > 0
    for _ in range(len(leaves)):
        fed = fed | (matrix[fed] > 0).any(axis=0)
    stuck = np.flatnonzero(fed & ~reach)
    if stuck.size:
        raise ValueError(
            f"what comes to station {stuck[0] + 1} never leaves the network: no route out of it has an end"
        )
    rate = np.zeros(len(external))
    if fed.any():
        part = np.eye(int(fed.sum())) - matrix[np.ix_(fed, fed)]
        rate[fed] = np.maximum(np.linalg.solve(part.T, external[fed]), 0.0)
    return rate


def jackson(external: ArrayLike, service: ArrayLike, routing: Any, servers: ArrayLike = 1) -> Stations:
    """Open network of M/M/c stations with fixed routing probabilities: exact (Jackson 1957).

    Poisson arrivals from outside, exponential service, first come first served; where a customer goes next depends on
    nothing but where it is.

    Parameters
    ----------
    external : (N,) array_like
        Arrivals from outside per unit of time.
    service : (N,) array_like
        Mean time of a service.
    routing : (N, N) array_like
        Probabilities of going on; what lacks to 1 in a row leaves the network.
    servers : (N,) array_like of int

    Returns
    -------
    Stations
        By station; `total` sums up the network.

    Raises
    ------
    ValueError
        Routing that looks at the queues, with the reason.

    Examples
    --------
    >>> onward = [[0, .5, .3, .2, 0], [0, 0, .4, 0, .6], [.1, 0, 0, .5, .4], [0, .2, 0, 0, .3], [.1, 0, 0, 0, 0]]
    >>> made = jackson([1.0, 0.2, 0, 0, 0], 1 / np.array([2, 1.5, 1.2, 1.4, 2.2]), onward)
    >>> made.L.round(6)
    array([1.414937, 1.51721 , 1.465013, 0.730441, 0.84104 ])
    """
    outside = np.atleast_1d(positive("external", external, zero=True))
    each = np.broadcast_to(positive("service", service), outside.shape)
    rate = traffic(outside, probabilities(routing, outside.size))
    return mmc(rate, each, np.broadcast_to(servers, outside.shape), method="open Jackson network")


def total(made: Stations, external: ArrayLike) -> Stations:
    """A network as one station: numbers added up, times from entry to exit by Little's law.

    Parameters
    ----------
    made : Stations
        By station.
    external : (N,) array_like
        Arrivals from outside.

    Returns
    -------
    Stations
        ``W`` is the mean time from entering the network until leaving it.
    """
    rate = np.asarray(float(np.sum(external)))
    number, queue = np.asarray(made.L.sum()), np.asarray(made.Lq.sum())
    with np.errstate(all="ignore"):
        W, Wq = (np.asarray(np.where(rate > 0, x / rate, 0.0)) for x in (number, queue))
    return Stations(made.method, made.error, entering=rate, rho=np.asarray(made.rho.max()), P_wait=np.asarray(np.nan),
                    L=number, Lq=queue, W=W, Wq=Wq, P_loss=np.zeros(()), reasons=made.reasons)  # fmt: skip
