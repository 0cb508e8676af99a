"""One station, classes in order of priority: the last axis of every argument is the class, the highest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import queue
from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing import transforms
from easterly.predict.queueing.columns import OVERLOADED, Shape, positive, shares
from easterly.predict.queueing.markov import mmc
from easterly.predict.queueing.waits import EXACT

Tables = tuple[Shape, FloatColumn, FloatColumn, FloatColumn, FloatColumn]


def _tables(arrival: ArrayLike, service: ArrayLike, scv: ArrayLike) -> Tables:
    """Rates, means, second moments and variations as (N, K) tables."""
    rate, mean, spread = np.broadcast_arrays(
        positive("arrival", arrival, zero=True),
        positive("service", service),
        positive("scv", scv, zero=True, infinite=True),
    )
    if rate.ndim == 0:
        raise ValueError("priorities need classes: give one arrival rate a class, the highest first")
    a, m, s = (np.ascontiguousarray(x.reshape(-1, rate.shape[-1])) for x in (rate, mean, spread))
    return rate.shape, a, m, m * m * (1 + s), s


def non_preemptive(
    arrival: ArrayLike, service: ArrayLike, scv: ArrayLike = 1.0, *, levels: Sequence[float] = ()
) -> Stations:
    """M/G/1 by priority, what was begun is finished (Cobham 1954).

    Wq_k = W0 / ((1 - s_(k-1)) (1 - s_k)), s_k the load of the first k classes, W0 = sum over *all* classes of
    lambda E[S^2] / 2: also the highest class waits for whoever is being served.

    Parameters
    ----------
    arrival, service : (..., K) array_like
        By class, the highest first: customers per unit of time, mean time of a service.
    scv : array_like
        Squared coefficient of variation of service: 1 for exponential, 0 for fixed times.
    levels : sequence of float
        Levels of quantiles, by inverting transforms, for the law that ``quantiles`` names: 8 digits of a probability.

    Returns
    -------
    Stations
        In the shape of the input. A class that is overloaded waits for ever; those above it do not.

    Examples
    --------
    >>> non_preemptive([0.2, 0.3, 0.1], [1, 0.8, 2]).Wq.round(6)
    array([0.99    , 1.767857, 3.928571])
    """
    shape, rate, mean, second, vary = _tables(arrival, service, scv)
    wait = queue.non_preemptive(rate, mean, second)
    busy = np.minimum((rate * mean).sum(axis=1, keepdims=True), 1.0)
    return _classes("M/G/1 non-preemptive (Cobham)", shape, rate, mean, wait, wait + mean,
                    np.broadcast_to(busy, rate.shape),
                    more=_quantiles(shape, rate, mean, vary, levels, preemptive=False))  # fmt: skip


def preemptive_resume(
    arrival: ArrayLike, service: ArrayLike, scv: ArrayLike = 1.0, *, levels: Sequence[float] = ()
) -> Stations:
    """M/G/1 by priority, a higher class interrupts at once, and work is resumed where it stood.

    W_k = E[S_k] / (1 - s_(k-1)) + sum over the first k classes of lambda E[S^2] / (2 (1 - s_(k-1)) (1 - s_k)):
    lower classes are not felt (Kleinrock 1976, Queueing Systems II, 3.4).

    Parameters
    ----------
    arrival, service : (..., K) array_like
        By class, the highest first: customers per unit of time, mean time of a service.
    scv : array_like
        Squared coefficient of variation of service.
    levels : sequence of float
        Levels of quantiles, of the time in the system.

    Returns
    -------
    Stations
        ``Wq`` is all time in the system that is not service, interruptions included.

    Examples
    --------
    >>> preemptive_resume([0.25, 0.25], [1, 1]).W.round(6)
    array([1.333333, 2.666667])
    """
    shape, rate, mean, second, vary = _tables(arrival, service, scv)
    time = queue.preemptive_resume(rate, mean, second)
    busy = np.minimum(np.cumsum(rate * mean, axis=1), 1.0)
    return _classes("M/G/1 preemptive resume", shape, rate, mean, time - mean, time, busy,
                    more=_quantiles(shape, rate, mean, vary, levels, preemptive=True))  # fmt: skip


def _quantiles(shape: Shape, rate: FloatColumn, mean: FloatColumn, scv: FloatColumn, levels: Sequence[float], *,
               preemptive: bool) -> dict[str, Any]:  # fmt: skip
    wanted = shares(levels)
    if not wanted:
        return {}
    wait, time = transforms.table(rate, mean, scv, wanted, preemptive=preemptive)
    return {"levels": wanted, "quantiles": transforms.named(scv), "W_at": time.reshape(-1, *shape),
            "Wq_at": wait.reshape(-1, *shape) if wait.size else wait}  # fmt: skip


def non_preemptive_servers(
    arrival: ArrayLike, service: float, servers: int, *, levels: Sequence[float] = ()
) -> Stations:
    """M/M/c by priority, one service rate for all, what was begun is finished: exact (Cobham 1954).

    Quantiles come from the transform of the wait (Davis 1966): who waits does so as at one server as fast as all of
    them, which inverting tells to 8 digits of a probability. The wait of the highest class is beyond t with the
    probability C exp(-(c mu - lambda_1) t), C Erlang's of waiting.

    Parameters
    ----------
    arrival : (K,) array_like
        By class, the highest first.
    service : float
        Mean time of a service, the same for all classes.
    servers : int
    levels : sequence of float
        Levels of quantiles, of waits and of times in the system.

    Returns
    -------
    Stations
        By class.

    Examples
    --------
    >>> made = non_preemptive_servers([1.0, 0.5], 1, 2, levels=(0.99,))
    >>> made.Wq.round(6), made.Wq_at[0].round(4)
    (array([0.642857, 2.571429]), array([ 4.1633, 20.3806]))
    """
    wanted = shares(levels)
    rate = np.atleast_1d(positive("arrival", arrival, zero=True))
    one = mmc(rate.sum(), service, servers)
    load = np.cumsum(rate) * service / servers
    before = np.concatenate(([0.0], load[:-1]))
    with np.errstate(divide="ignore"):
        first = one.P_wait * service / servers  # where the station is overloaded all servers are always busy
        wait = np.where(load < 1, first / ((1 - before) * np.maximum(1 - load, 0)), np.inf)
    mean, shape = np.full(rate.shape, float(service)), rate.shape
    return _classes("M/M/c non-preemptive (Cobham)", shape, rate + 0, mean, wait, wait + mean,
                    np.full(shape, float(one.rho)), float(one.P_wait),
                    more=_several(rate + 0, float(service), servers, float(one.P_wait), wanted))  # fmt: skip


def _several(
    rate: FloatColumn, service: float, servers: int, P_wait: float, levels: tuple[float, ...]
) -> dict[str, Any]:
    if not levels:
        return {}
    wait, time = transforms.several(rate, service, servers, P_wait, levels)
    return {"levels": levels, "quantiles": EXACT, "Wq_at": wait, "W_at": time}


def preemptive_servers(arrival: ArrayLike, service: float, servers: int, *, levels: Sequence[float] = ()) -> Stations:
    """M/M/c by priority with interruption, one service rate for all: exact, class by class from the load above it.

    The first k classes together are an M/M/c that knows nothing of the others; the difference of two such numbers in
    the system is class k (Buzen & Bondi 1983).

    Parameters
    ----------
    arrival : (K,) array_like
        By class, the highest first.
    service : float
        Mean time of a service, the same for all classes.
    servers : int
    levels : sequence of float
        Levels of quantiles of the time in the system, which are known of the highest class alone: it is an M/M/c.

    Returns
    -------
    Stations
        By class.

    Examples
    --------
    >>> preemptive_servers([0.25, 0.25], 1, 1).W.round(6)  # one server: as `preemptive_resume`
    array([1.333333, 2.666667])
    """
    rate = np.atleast_1d(positive("arrival", arrival))
    total = mmc(np.cumsum(rate), service, servers)
    with np.errstate(invalid="ignore"):
        time = np.diff(total.L, prepend=0.0) / rate
    time = np.where(np.isfinite(total.L), time, np.inf)
    mean, wanted, more = np.full(rate.shape, float(service)), shares(levels), dict[str, Any]()
    if wanted:
        top = np.full((len(wanted), len(rate)), np.nan)
        top[:, 0] = mmc(rate[0], service, servers, levels=wanted).W_at
        more = {"levels": wanted, "W_at": top, "quantiles": "exact for the highest class; no formula for those below"}
    return _classes("M/M/c preemptive resume", rate.shape, rate + 0, mean, time - mean, time, total.rho + 0,
                    more=more)  # fmt: skip


def _classes(
    method: str, shape: Shape, rate: FloatColumn, mean: FloatColumn, wait: FloatColumn, time: FloatColumn,
    busy: FloatColumn, waits: float | None = None, more: dict[str, Any] | None = None,
) -> Stations:  # fmt: skip
    """The noun; a non-preemptive customer waits if it meets a busy server."""
    with np.errstate(invalid="ignore"):
        numbers = (np.where(rate > 0, rate * wait, 0.0), np.where(rate > 0, rate * time, 0.0))
    known = busy if "non" in method and waits is None else np.full(rate.shape, np.nan if waits is None else waits)
    reasons = (OVERLOADED,) if np.isinf(wait).any() else ()
    Lq, L, W, Wq, rho, P_wait = (np.array(x).reshape(shape) for x in (*numbers, time, wait, busy, known))
    return Stations(method, ErrorClass.EXACT, entering=rate.reshape(shape), rho=rho, P_wait=P_wait, L=L, Lq=Lq, W=W,
                    Wq=Wq, P_loss=np.zeros(shape), reasons=reasons, **(more or {}))  # fmt: skip
