"""One server that serves by size: shortest remaining time first, and least attained service first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing.columns import from_wait, positive
from easterly.predict.queueing.service import Service


def mg1_srpt(arrival: ArrayLike, service: Service) -> Stations:
    """M/G/1, shortest remaining processing time first: the least mean time of any order (Schrage & Miller 1966).

    W = integral of lambda (m2(x) + x^2 P(S > x)) / (2 (1 - rho(x))^2) dF(x) + integral of P(S > t) / (1 - rho(t)) dt,
    m2 and rho of sizes up to x alone.

    Parameters
    ----------
    arrival : array_like
        Customers per unit of time.
    service : Service
        Distribution of sizes, with a density.

    Returns
    -------
    Stations
        ``Wq`` is the time beyond service alone.

    Examples
    --------
    >>> from easterly.predict.queueing.service import Exponential
    >>> f"{mg1_srpt(0.5, Exponential(1.0)).W:.6f}"
    '1.425373'
    """
    x, weight = service.nodes()
    density, beyond = service.density(x) * weight, service.beyond(x)
    work, square = service.partial(1, x), service.partial(2, x) + x * x * beyond
    rate = positive("arrival", arrival, zero=True)

    def mean(one: float) -> float:
        free = 1 - one * work
        return float(one * (square / (2 * free**2) * density).sum() + (weight * beyond / free).sum())

    return _by_size("M/G/1 shortest remaining processing time", rate, service, mean)


def mg1_fb(arrival: ArrayLike, service: Service) -> Stations:
    """M/G/1, least attained service first (foreground-background, LAS): needs no sizes (Schrage 1967).

    W(x) = lambda E[min(S, x)^2] / (2 (1 - rho_x)^2) + x / (1 - rho_x), rho_x = lambda E[min(S, x)].

    Parameters
    ----------
    arrival : array_like
        Customers per unit of time.
    service : Service
        Distribution of sizes, with a density.

    Returns
    -------
    Stations
        ``Wq`` is the time beyond service alone.

    Examples
    --------
    >>> from easterly.predict.queueing.service import Exponential
    >>> f"{mg1_fb(0.5, Exponential(1.0)).W:.6f}"  # without memory: as shared equally
    '2.000000'
    """
    x, weight = service.nodes()
    density, beyond = service.density(x) * weight, service.beyond(x)
    work, square = service.partial(1, x) + x * beyond, service.partial(2, x) + x * x * beyond
    rate = positive("arrival", arrival, zero=True)

    def mean(one: float) -> float:
        free = 1 - one * work
        return float(((one * square / (2 * free**2) + x / free) * density).sum())

    return _by_size("M/G/1 least attained service (foreground-background)", rate, service, mean)


def _by_size(method: str, rate: FloatColumn, service: Service, mean: Callable[[float], float]) -> Stations:
    """The noun, one integral for each rate."""
    rho = rate * service.mean
    times = np.array([mean(float(one)) if one * service.mean < 1 else np.inf for one in rate.ravel()])
    wait = np.maximum(times.reshape(rate.shape) - service.mean, 0.0)
    return from_wait(method, rate, service.mean, wait, rho=rho, P_wait=np.nan)
