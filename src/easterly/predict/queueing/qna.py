"""Open networks with any arrivals and service, station by station from two moments (Whitt 1983, QNA)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing.approximate import klb, whitt
from easterly.predict.queueing.columns import positive, whole
from easterly.predict.queueing.jackson import probabilities, traffic


@dataclass(frozen=True, slots=True)
class Decomposed:
    """A network taken apart: what arrives at each station, and each station by itself."""

    arrival_scv: FloatColumn
    """Squared coefficient of variation of the times between arrivals, by station."""
    stations: Stations


def decompose(
    external: ArrayLike,
    external_scv: ArrayLike,
    service: ArrayLike,
    service_scv: ArrayLike,
    routing: object,
    servers: ArrayLike = 1,
) -> Decomposed:
    """Open network of GI/G/c stations by decomposition: rates, then variations, from linear equations (Whitt 1983).

    Streams are merged by Whitt's weights, split at random, and come out of a station with
    1 + (1 - rho^2) (ca2 - 1) + rho^2 (max(cs2, 0.2) - 1) / sqrt(c). Stations then are Kraemer and Langenbach-Belz's,
    or Whitt's (1993) with several servers. Exact where Jackson's network is; blind to correlation between streams.

    Parameters
    ----------
    external, external_scv : (N,) array_like
        Arrivals from outside per unit of time, and the variation of the times between them.
    service, service_scv : (N,) array_like
        Mean time of a service, and its squared coefficient of variation.
    routing : (N, N) array_like
        Fixed probabilities of going on.
    servers : (N,) array_like of int

    Returns
    -------
    Decomposed

    Examples
    --------
    >>> made = decompose([0.5, 0], [1, 1], [1, 1], [1, 1], [[0, 1], [0, 0]])  # a tandem of M/M/1
    >>> made.stations.L, made.arrival_scv
    (array([1., 1.]), array([1., 1.]))
    """
    outside = np.atleast_1d(positive("external", external, zero=True))
    vary, each, cs, number = (
        np.broadcast_to(np.asarray(x, np.float64), outside.shape) for x in (external_scv, service, service_scv, servers)
    )
    positive("external_scv", vary, zero=True), positive("service_scv", cs, zero=True)
    matrix, count = probabilities(routing, outside.size), np.asarray(whole("servers", np.array(number)), np.float64)
    rate = traffic(outside, matrix)
    rho = rate * positive("service", each) / count
    if (rho >= 1).any():
        worst = int(np.argmax(rho))
        raise ValueError(f"station {worst + 1} has a load of {rho[worst]:.6g}: its queue grows without end")
    ca = _variations(outside, vary, matrix, rate, rho, cs, count)
    return Decomposed(ca, _stations(rate, each, cs, ca, count, rho))


def _variations(
    outside: FloatColumn,
    vary: FloatColumn,
    matrix: FloatColumn,
    rate: FloatColumn,
    rho: FloatColumn,
    cs: FloatColumn,
    count: FloatColumn,
) -> FloatColumn:
    """Whitt 1983, equations 24 to 29: ca2 = a + ca2 b."""
    flow = rate[:, None] * matrix  # from i to j
    safe = np.where(rate > 0, rate, 1.0)
    part, first = flow / safe, outside / safe  # shares of what arrives at j
    together = part**2
    v = 1 / np.maximum((first**2) + together.sum(axis=0), 1e-300)
    w = 1 / (1 + 4 * (1 - rho) ** 2 * (v - 1))
    x = 1 + (np.maximum(cs, 0.2) - 1) / np.sqrt(count)
    out = (1 - matrix) + matrix * (rho**2 * x)[:, None]
    a = 1 + w * ((first * vary - 1) + (part * out).sum(axis=0))
    b = w * part * matrix * (1 - rho**2)[:, None]
    found = np.linalg.solve((np.eye(len(rate)) - b).T, np.where(rate > 0, a, 1.0))
    return np.maximum(found, 0.0)


def _stations(
    rate: FloatColumn, each: FloatColumn, cs: FloatColumn, ca: FloatColumn, count: FloatColumn, rho: FloatColumn
) -> Stations:
    flow = np.where(rate > 0, rate, 1e-300)
    one, several = klb(flow, each, ca, cs).Wq, whitt(flow, each, count, ca, cs).Wq
    wait = np.where(rate > 0, np.where(count == 1, one, several), 0.0)
    return Stations(
        "decomposition (QNA)",
        ErrorClass.TWO_MOMENT,
        entering=rate + 0,
        rho=rho,
        P_wait=np.full(rate.shape, np.nan),
        L=rate * (wait + each),
        Lq=rate * wait,
        W=wait + each,
        Wq=wait,
        P_loss=np.zeros(rate.shape),
    )
