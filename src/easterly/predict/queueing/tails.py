"""Service times without a second moment: which orders of service keep waits finite, and how their tails fall."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import Stations
from easterly.predict.queueing.columns import power
from easterly.predict.queueing.general import mg1, mg1_ps
from easterly.predict.queueing.service import Pareto


def fifo(arrival: ArrayLike, service: Pareto) -> Stations:
    """Heavy-tailed service, first come first served: infinite mean waits up to alpha = 2, whatever the load.

    Stability asks for rho < 1 alone, and so does a finite share of idle time; the mean wait needs E[S^2].

    Parameters
    ----------
    arrival : array_like
    service : Pareto

    Returns
    -------
    Stations
        With the reason where a mean is infinite.

    Examples
    --------
    >>> at = fifo(0.1, Pareto.of_mean(1.5, 1.0))
    >>> float(at.Wq), float(at.rho), at.reasons[0][:20]
    (inf, 0.1, 'E[S^2] is infinite: ')
    """
    return mg1(arrival, service)


def shared(arrival: ArrayLike, service: Pareto) -> Stations:
    """The same customers on a server that is shared equally: finite means, as only E[S] counts.

    Parameters
    ----------
    arrival : array_like
    service : Pareto

    Returns
    -------
    Stations

    Examples
    --------
    >>> float(shared(0.5, Pareto.of_mean(1.5, 1.0)).W)
    2.0
    """
    return mg1_ps(arrival, service.mean)


def fifo_beyond(arrival: float, service: Pareto, wait: ArrayLike) -> FloatColumn:
    """P(Wq > t) for large t, first come first served: rho / (1 - rho) P(residual service > t).

    Exact in the limit for service with a subexponential residual (Pakes 1975; Veraverbeke 1977); below the truth
    before, and the more so the higher the load.

    Parameters
    ----------
    arrival : float
    service : Pareto
    wait : array_like

    Returns
    -------
    array

    Examples
    --------
    >>> fifo_beyond(0.5, Pareto.of_mean(1.5, 1.0), [100.0, 400.0]).round(6)
    array([0.03849 , 0.019245])
    """
    rho = _load(arrival, service)
    t = np.maximum(np.asarray(wait, np.float64), service.low)
    residual = power(service.low / t, service.alpha - 1) / service.alpha
    return rho / (1 - rho) * residual


def shared_beyond(arrival: float, service: Pareto, time: ArrayLike) -> FloatColumn:
    """P(T > t) for large t on a server that is shared: P(S > (1 - rho) t), one power lighter (Zwart & Boxma 2000).

    Parameters
    ----------
    arrival : float
    service : Pareto
    time : array_like

    Returns
    -------
    array

    Examples
    --------
    >>> shared_beyond(0.5, Pareto.of_mean(1.5, 1.0), [100.0, 400.0]).round(6)
    array([5.44e-04, 6.80e-05])
    """
    return service.beyond((1 - _load(arrival, service)) * np.asarray(time, np.float64))


def _load(arrival: float, service: Pareto) -> float:
    rho = arrival * service.mean
    if not 0 <= rho < 1:
        raise ValueError(f"a load of {rho:g} leaves no stationary wait: it must be below 1")
    return rho
