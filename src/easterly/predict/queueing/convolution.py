"""Closed networks of one class by normalising constants (Buzen 1973), stations with any number of servers."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing.columns import exp, log, positive, whole

MOST = 5_000
LEAST = -340.0
"""Logarithm of weights that count: products of two of them are still normal numbers."""


def buzen(demand: ArrayLike, population: int, servers: ArrayLike = 1, think: float = 0.0) -> Stations:
    """Closed network of one class, exact by convolution of the stations' weights (Buzen 1973).

    Station i with n customers weighs D^n / (b(1) ... b(n)), b(k) = min(k, servers). Weights are taken in units of
    the highest possible throughput, so that no population overflows.

    Parameters
    ----------
    demand : (N,) array_like
        Service that a customer takes at each station per round.
    population : int
        Customers.
    servers : (N,) array_like of int
    think : float
        Time that a customer spends elsewhere per round.

    Returns
    -------
    Stations
        By station, per round.

    Examples
    --------
    >>> buzen([1.0, 2.0], 3).entering.round(6)
    array([0.466667, 0.466667])
    """
    service = np.atleast_1d(positive("demand", demand, zero=True))
    n = int(whole("population", np.atleast_1d(np.asarray(population, np.float64)))[0])
    number = whole("servers", np.broadcast_to(np.asarray(servers, np.float64), service.shape))
    if n > MOST:
        raise ValueError(
            f"population is {n:,}: convolution takes up to {MOST:,}; more is a fluid, bound by max(demand)"
        )
    away = float(positive("think", think, zero=True))
    if away + service.sum() == 0:
        raise ValueError("no service and no think time: customers go round infinitely fast")
    # In units of the highest throughput that there could be, the likely states are those of the largest weight.
    most = min(n / (away + service.sum()), float(np.min(number / np.maximum(service, 1e-300))))
    count = np.arange(1, n + 1)
    rows = [_weights(d * most, np.minimum(count, c)) for d, c in zip(service, number, strict=True)]
    others = _weights(away * most, count)
    whole_network = others
    for row in rows:
        whole_network = _convolve(whole_network, row)
    rate = whole_network[-2] / whole_network[-1] * most
    return _noun(service, number, float(rate), [_marginal(rows, others, i, n) for i in range(len(rows))])


def _weights(demand: float, speed: NDArray[np.int64]) -> FloatColumn:
    """1, D / b(1), D^2 / (b(1) b(2)), ..., over the largest of them."""
    if demand == 0:
        return np.concatenate(([1.0], np.zeros(speed.size)))
    logs = np.concatenate(([0.0], np.cumsum(log(demand / speed))))
    logs -= logs.max()
    return np.where(logs > LEAST, exp(np.maximum(logs, LEAST)), 0.0)


def _convolve(one: FloatColumn, other: FloatColumn) -> FloatColumn:
    """The first terms of the product, scaled by a power of two that no ratio feels."""
    made: FloatColumn = np.convolve(one, other)[: one.size]
    return np.ldexp(made, -int(np.frexp(made.max())[1]))


def _marginal(rows: list[FloatColumn], others: FloatColumn, i: int, n: int) -> FloatColumn:
    """P(k customers at station i), from the network without it."""
    rest = others
    for j, row in enumerate(rows):
        if j != i:
            rest = _convolve(rest, row)
    made = rows[i] * rest[::-1]
    law: FloatColumn = made / made.sum()
    return law


def _noun(service: FloatColumn, servers: NDArray[np.int64], rate: float, laws: list[FloatColumn]) -> Stations:
    count = np.arange(laws[0].size)
    L = np.array([law @ count for law in laws])
    Lq = np.array([law @ np.maximum(count - c, 0) for law, c in zip(laws, servers, strict=True)])
    each = np.full(service.shape, rate)
    W, Wq = L / rate, Lq / rate
    return Stations(
        "closed network, convolution (Buzen)",
        ErrorClass.EXACT,
        entering=each,
        rho=rate * service / servers,
        P_wait=np.full(service.shape, np.nan),
        L=L,
        Lq=Lq,
        W=W,
        Wq=Wq,
        P_loss=np.zeros(service.shape),
    )
