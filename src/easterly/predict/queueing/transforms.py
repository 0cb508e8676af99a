"""Quantiles of priority queues, by the transforms of their waits, inverted numerically.

Of one who meets higher classes, every stretch of work is as long as it takes with all that comes in between: s becomes
sigma = s + Lambda (1 - theta(s)), theta the transform of a busy period of the higher classes (Conway, Maxwell & Miller
1967, Theory of Scheduling, chapter 8; Takagi 1991, Queueing Analysis 1, chapter 3). Inverted by sums that Euler's
method speeds up (Abate & Whitt 1995, ORSA Journal on Computing 7): about 8 digits of a probability, fewer where fixed
times give it corners.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn
from easterly.predict.queueing.columns import exp
from easterly.predict.queueing.service import balanced
from easterly.predict.queueing.waits import EXACT, FEWEST_SCV

Complex = NDArray[np.complex128]
Transform = Callable[[Complex], Complex]
BEND = 18.4
"""A: what is folded into the answer is e^-A of it, 1e-8."""
TERMS, CORNERED, AVERAGED = 60, 300, 12
RAREST = 1e-6
"""Share below which a probability would be no more than its error."""
TURN, TURN_REST = 6.283185307179586, 2.4492935982947064e-16


def named(scv: FloatColumn) -> str:
    """How far quantiles can be trusted."""
    if np.isin(scv, (0.0, 1.0)).all():
        return EXACT
    return "exact for mixed Erlang or two exponential times of these two moments; a fit for others"


def exp_of(z: Complex) -> Complex:
    """E to the power of each, of plain operations but for its size."""
    y = z.imag
    y = (y - np.round(y / TURN) * TURN) - np.round(y / TURN) * TURN_REST
    step = 1j * y / 32
    turned = np.ones_like(z)
    for k in range(14, 0, -1):
        turned = 1 + step / k * turned
    for _ in range(5):
        turned = turned * turned
    return np.asarray(exp(z.real) * turned)


def service(mean: float, scv: float) -> Transform:
    """E exp(-s S) of fixed, mixed Erlang, exponential or two exponential times with these moments."""
    if scv == 0:
        return lambda s: exp_of(-s * mean)
    if scv > 1:
        two = balanced(mean, scv)
        return lambda s: np.asarray(sum(w / (1 + s * m) for w, m in zip(two.weights, two.means, strict=True)))
    vary = max(scv, FEWEST_SCV)
    k = max(int(np.ceil(1 / vary - 1e-12)), 1)
    p = 0.0 if k == 1 else (k * vary - max(k * (1 + vary) - k * k * vary, 0.0) ** 0.5) / (1 + vary)
    each = mean / (k - p)
    return lambda s: np.asarray(_whole_power(1 / (1 + s * each), k - 1) * (p + (1 - p) / (1 + s * each)))


def _whole_power(z: Complex, n: int) -> Complex:
    made, square = np.ones_like(z), z
    while n:
        if n & 1:
            made = made * square
        square, n = square * square, n >> 1
    return made


@dataclass(frozen=True, slots=True)
class Class:
    """What one class meets: its own customers, those above it, and those below that may have begun."""

    own: float
    above: float
    below: float
    idle: float
    serves: Transform
    serves_above: Transform
    serves_below: Transform

    def sigma(self, s: Complex) -> Complex:
        """S with what comes from above: the busy period by its fixed point, the only one in the circle where Re s > 0.

        Near full load it contracts slowly: after two steps Aitken's rule is tried, and taken where it stays inside.
        """
        if self.above == 0:
            return s
        theta = np.zeros_like(s)
        for _ in range(1000):
            one = self.serves_above(s + self.above * (1 - theta))
            two = self.serves_above(s + self.above * (1 - one))
            done = float(np.abs(two - one).max()) < 1e-13
            bend = two - 2 * one + theta
            leap = two - (two - one) * (two - one) / np.where(bend == 0, 1.0, bend)
            theta = two if done else np.where((bend != 0) & (np.abs(leap) <= 1), leap, two)
            if done:
                break
        return np.asarray(s + self.above * (1 - theta))

    def wait(self, s: Complex) -> Complex:
        """Until service begins for the first time."""
        z = self.sigma(s)
        over = self.idle * z + self.below * (1 - self.serves_below(z))
        return np.asarray(over / (s - self.own + self.own * self.serves(z)))

    def stay(self, s: Complex) -> Complex:
        """With a service that nobody interrupts."""
        return np.asarray(self.wait(s) * self.serves(s))

    def interrupted(self, s: Complex) -> Complex:
        """With a service that higher classes interrupt."""
        return np.asarray(self.wait(s) * self.serves(self.sigma(s)))


def classes(arrival: FloatColumn, mean: FloatColumn, scv: FloatColumn, *, preemptive: bool) -> list[Class | None]:
    """Each class of one station, the highest first; None where it is overloaded.

    Parameters
    ----------
    arrival, mean, scv : (K,) arrays
    preemptive : bool
        Lower classes are not felt.

    Returns
    -------
    list
    """
    rate, laws = arrival.astype(float).copy(), [service(float(m), float(v)) for m, v in zip(mean, scv, strict=True)]
    load, first = np.cumsum(arrival * mean), int(np.searchsorted(np.cumsum(arrival * mean), 1.0))
    if first < rate.size:  # it gets what is left, and those below it nothing
        rate[first] = (1 - (load[first - 1] if first else 0.0)) / mean[first]
        rate[first + 1 :] = 0.0
    made: list[Class | None] = []
    for k in range(rate.size):
        if k >= first:
            made.append(None)
            continue
        low = 0.0 if preemptive else float(rate[k + 1 :].sum())
        idle = 1 - float(load[k]) if preemptive else (0.0 if first < rate.size else 1 - float(load[-1]))
        made.append(Class(float(rate[k]), float(rate[:k].sum()), low, idle, laws[k], _mixed(rate[:k], laws[:k]),
                          _mixed(rate[k + 1 :], laws[k + 1 :])))  # fmt: skip
    return made


def _mixed(rate: FloatColumn, laws: list[Transform]) -> Transform:
    total = float(rate.sum())
    if total == 0:
        return lambda s: np.ones_like(s)
    return lambda s: np.asarray(sum(r / total * law(s) for r, law in zip(rate, laws, strict=True) if r > 0))


def beyond(transform: Transform, t: float, terms: int = TERMS) -> float:
    """P(T > t) of a time with this transform, t > 0 (Abate & Whitt 1995).

    Parameters
    ----------
    transform : function of (N,) complex
    t : float
    terms : int

    Returns
    -------
    float

    Examples
    --------
    >>> f"{beyond(lambda s: 1 / (1 + s), 2.0):.8f}"
    '0.13533528'
    """
    k = np.arange(terms + AVERAGED + 1)
    s = ((BEND + 2j * np.pi * k) / (2 * t)).astype(np.complex128)
    parts = ((1 - transform(s)) / s).real * np.where(k % 2 == 0, 1.0, -1.0)
    parts[0] /= 2
    sums = np.cumsum(parts)[terms:]
    weights = np.ones(1)
    for _ in range(AVERAGED):
        weights = (np.concatenate((weights, [0.0])) + np.concatenate(([0.0], weights))) / 2
    return float(exp(BEND / 2) / t * (weights @ sums))


def quantile(transform: Transform, share: float, scale: float, terms: int = TERMS) -> float:
    """Least time that is exceeded with this probability at most, of a time that is not 0 more often than that."""
    low, high = 0.0, scale
    for _ in range(200):
        if beyond(transform, high, terms) <= share:
            break
        low, high = high, 2 * high
    while high - low > 1e-8 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if beyond(transform, middle, terms) > share else (low, middle)
    return high


def check(levels: tuple[float, ...]) -> None:
    """Refuse levels whose probabilities are no more than errors of the inversion."""
    if max(levels) > 1 - RAREST * (1 - 1e-9):
        raise ValueError(
            f"a level of {max(levels):.10g} is beyond what inverting a transform tells: ask for up to 0.999999"
        )


def table(
    arrival: FloatColumn, mean: FloatColumn, scv: FloatColumn, levels: tuple[float, ...], *, preemptive: bool
) -> tuple[FloatColumn, FloatColumn]:
    """Quantiles of waits and of times in the system, (levels, N, K), of stations by rows and classes by columns.

    Waits are empty where service is interrupted: what counts there is the time until the end.
    """
    check(levels)
    wait, time = (np.full((len(levels), *arrival.shape), np.inf) for _ in range(2))
    for i in range(arrival.shape[0]):
        if not np.isfinite(scv[i]).all():
            wait[:, i], time[:, i] = np.nan, np.nan
            continue
        terms = CORNERED if (scv[i] == 0).any() else TERMS
        for k, one in enumerate(classes(arrival[i], mean[i], scv[i], preemptive=preemptive)):
            if one is None:
                continue
            stay = one.interrupted if preemptive else one.stay
            for j, level in enumerate(levels):
                time[j, i, k] = quantile(stay, 1 - level, mean[i, k], terms)
                if not preemptive:
                    waits = 1 - level < 1 - one.idle
                    wait[j, i, k] = quantile(one.wait, 1 - level, mean[i, k], terms) if waits else 0.0
    return (np.zeros(0) if preemptive else wait), time


def several(
    arrival: FloatColumn, service: float, servers: int, P_wait: float, levels: tuple[float, ...]
) -> tuple[FloatColumn, FloatColumn]:
    """Quantiles of waits and of times in the system, (levels, K), at several servers of one rate without interruption.

    While all servers are busy, services end as those of one server so many times as fast, and who waits is as if it
    stood there: given that it waits, the wait has the same law (Davis 1966, Operations Research 14; Kella & Yechiali
    1985, Operations Research Letters 4). Only how often that is differs: Erlang's probability instead of the load.
    """
    check(levels)
    fast, exponential = np.full(arrival.shape, service / servers), _exponential(service)
    wait, time = (np.full((len(levels), len(arrival)), np.inf) for _ in range(2))
    for k, one in enumerate(classes(arrival, fast, np.ones(arrival.shape), preemptive=False)):
        if one is None:
            continue
        part = P_wait / (1 - one.idle) if one.idle < 1 else 0.0
        waits = _part(one.wait, part)
        stay = _both(waits, exponential)
        for j, level in enumerate(levels):
            wait[j, k] = quantile(waits, 1 - level, service) if 1 - level < P_wait else 0.0
            time[j, k] = quantile(stay, 1 - level, service)
    return wait, time


def _exponential(mean: float) -> Transform:
    return lambda s: np.asarray(1 / (1 + s * mean))


def _both(one: Transform, two: Transform) -> Transform:
    """Of a sum of independent times."""
    return lambda s: np.asarray(one(s) * two(s))


def _part(transform: Transform, share: float) -> Transform:
    """Of a time that is so only with this probability, and 0 else."""
    return lambda s: np.asarray(1 - share * (1 - transform(s)))
