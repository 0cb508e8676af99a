"""Queues: how long requests wait, and how many sequences a replica decodes at once."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c, from Erlang's loss formula: ``C = B / (1 - rho (1 - B))`` (Erlang 1917).

    Parameters
    ----------
    servers : int
    load : float
        Arrival rate times mean service time, in erlangs.

    Returns
    -------
    float
        1 where the load is `servers` or more.

    Examples
    --------
    >>> erlang_c(1, 0.8), round(erlang_c(2, 1.0), 6)
    (0.8, 0.333333)
    """
    if load >= servers:
        return 1.0
    lost = 1.0
    for server in range(1, servers + 1):
        lost = load * lost / (server + load * lost)
    return lost / (1 - load / servers * (1 - lost))


@dataclass(frozen=True, slots=True)
class Wait:
    """How long requests wait: with probability `chance` an exponential time of mean ``mean_s / chance``, else not.

    Attributes
    ----------
    chance : float
    mean_s : float [s]
        Over all requests; infinite where the queue grows without end.
    """

    chance: float
    mean_s: float

    def exceeds(self, time_s: FloatColumn) -> FloatColumn:
        """Probability of waiting longer than each time; 1 for negative ones."""
        if not math.isfinite(self.mean_s):
            return floats(np.ones(len(time_s)))
        if self.mean_s == 0:
            return floats(np.where(time_s < 0, 1.0, 0.0))
        tail = self.chance * maths.exp(floats(-np.maximum(time_s, 0.0) * (self.chance / self.mean_s)))
        return floats(np.where(time_s < 0, 1.0, tail))


def waiting(servers: int, rate_hz: float, mean_s: float, service_scv: float, arrival_scv: float = 1.0) -> Wait:
    """Wait in G/G/c by Allen and Cunneen: that of M/M/c times ``(Ca^2 + Cs^2) / 2``.

    ``Wq = C(c, a) / (c mu - lambda) * (Ca^2 + Cs^2) / 2`` (Allen 1990, *Probability, Statistics, and Queueing
    Theory*, 5.2.3). Exact for M/M/c, and for M/G/1, where it is the formula of Pollaczek and Khinchine. The wait of
    those who wait is taken to be exponential, which is exact for M/M/c and the limit of heavy traffic for all
    (Kingman 1962). One queue before all servers; requests are not lost, and wait in the order of arrival.

    Parameters
    ----------
    servers : int
    rate_hz : float [1/s]
        Arrivals.
    mean_s : float [s]
        Mean service time.
    service_scv, arrival_scv : float
        Squared coefficients of variation of service times, and of times between arrivals.

    Returns
    -------
    Wait
        Infinite where the load is as much as the servers or more.
    """
    load = rate_hz * mean_s
    if load >= servers:
        return Wait(1.0, math.inf)
    chance = erlang_c(servers, load)
    spread = (arrival_scv + service_scv) / 2
    return Wait(chance, chance * mean_s / (servers - load) * spread) if load else Wait(0.0, 0.0)


def quantile_s(wait: Wait, service_s: FloatColumn, weight: FloatColumn, quantile: float) -> float:
    """Quantile of the wait plus an independent service time.

    Parameters
    ----------
    wait : Wait
    service_s : (N,) float [s]
    weight : (N,) float
        Probability of each service time; they add up to 1.
    quantile : float

    Returns
    -------
    float [s]
        Infinite where the wait is, or a service time.
    """
    if not math.isfinite(wait.mean_s) or not math.isfinite(float(service_s.max())):
        return math.inf
    low, high = 0.0, 2 * float(service_s.max()) + wait.mean_s + 1e-9
    while _above(wait, service_s, weight, high) > 1 - quantile:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        if _above(wait, service_s, weight, middle) > 1 - quantile:
            low = middle
        else:
            high = middle
    return high


def _above(wait: Wait, service_s: FloatColumn, weight: FloatColumn, time_s: float) -> float:
    return math.fsum(weight * wait.exceeds(floats(time_s - service_s)))


@dataclass(frozen=True, slots=True)
class Population:
    """How many sequences a replica has, in the long run.

    Attributes
    ----------
    share : (N,) float
        Probability of 0, 1, 2, ... sequences, those that wait for a place included; empty if it grows without end.
    tail : float
        Probability of N or more.
    mean : float
        Mean number; infinite if it grows without end.
    """

    share: FloatColumn
    tail: float
    mean: float

    @property
    def stable(self) -> bool:
        """Whether the number stays finite."""
        return math.isfinite(self.mean)


def population(offered: float, rate: FloatColumn) -> Population:
    """Sequences in a replica that works on all of them at once, at a speed that depends on their number.

    The stationary distribution of a symmetric queue, ``p(n) = p(n-1) * offered / rate(n)``: it holds for any
    distribution of the length of answers (insensitivity; Kelly 1979, *Reversibility and Stochastic Networks*, 3.3).
    With ``rate(n) = n / t`` it is the Poisson distribution of mean ``offered * t``: Little's law. More than the last
    of `rate` wait, and are served at its speed; for these the answers' length is taken to be exponential.

    Parameters
    ----------
    offered : float [1/s]
        Tokens that are asked of the replica.
    rate : (N,) float [1/s]
        Tokens that 1, 2, ... N sequences together get.

    Returns
    -------
    Population
    """
    ratio = offered / rate
    last = float(ratio[-1])
    if last >= 1:
        return Population(floats([]), 1.0, math.inf)
    logs = np.cumsum(np.append(0.0, maths.log(floats(np.maximum(ratio, 1e-300)))))
    weight = maths.exp(floats(logs - logs.max()))
    beyond = float(weight[-1]) * last / (1 - last)
    total = math.fsum(weight) + beyond
    share = floats(weight / total)
    tail = beyond / total
    mean = math.fsum(share * np.arange(len(share))) + tail * (len(share) - 1 + 1 / (1 - last))
    return Population(share, tail, mean)


def seen(found: Population, quantile: float) -> int:
    """Sequences in the replica during the step of a token that `quantile` of all tokens do not exceed.

    The tokens that are made while there are n sequences are as many as there is time with n - 1 of them:
    ``p(n) rate(n) = offered * p(n-1)``.

    Returns
    -------
    int
        At least 1, and at most the last of the rates that `population` was given.
    """
    reached = np.cumsum(found.share)
    return min(int(np.searchsorted(reached, quantile)) + 1, max(1, len(found.share) - 1))


def poisson_quantile(mean: float, quantile: float) -> int:
    """Smallest number that a Poisson variable of this mean does not exceed with probability `quantile`."""
    term = float(maths.exp(floats([-mean]))[0])
    reached, number = term, 0
    while reached < quantile and term > 0 and number < 10_000:
        number += 1
        term *= mean / number
        reached += term
    return number
