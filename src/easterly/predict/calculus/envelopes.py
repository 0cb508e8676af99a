"""Random arrivals by their moment generating functions: E exp(theta A(t)) <= exp(theta (sigma(theta) + rho(theta) t)).

Bytes and seconds; theta in 1/B. rho rises from the mean rate to the peak: the effective bandwidth (Chang 2000,
Performance Guarantees in Communication Networks, chapter 7; Fidler 2006, IWQoS).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import maths
from easterly.base.columns import FloatColumn

Course = Callable[[FloatColumn], FloatColumn]
MOST_EXPONENT = 600.0
"""Of theta times a size: e to the power of it is still finite."""


def _zero(theta: FloatColumn) -> FloatColumn:
    return np.zeros_like(theta)


@dataclass(frozen=True, slots=True)
class Envelope:
    """What one source, or many together, send.

    Attributes
    ----------
    mean_Bps : float [B/s]
    scale_B : float [B]
        Size of what it sends at once: theta is of the order of one over it.
    rho, sigma : function of (N,) theta [1/B]
        [B/s] and [B], for theta within (0, most_theta).
    most_theta : float [1/B]
    parts : int
        Random sources that may depend on each other, each as one factor of Hoelder's inequality; 0 where all is fixed.
    fresh : bool
        Whether what comes from now on is independent of what came, so that no union over the past is needed.
    """

    mean_Bps: float
    scale_B: float
    rho: Course
    sigma: Course = _zero
    most_theta: float = math.inf
    parts: int = 1
    fresh: bool = False


def exp(x: ArrayLike) -> FloatColumn:
    """E to the power of each, the same bits on every machine."""
    made: FloatColumn = maths.exp(np.ascontiguousarray(x, np.float64).reshape(-1)).reshape(np.shape(x))
    return made


def log(x: FloatColumn) -> FloatColumn:
    """Natural logarithm of each, the same bits on every machine."""
    made: FloatColumn = maths.log(np.ascontiguousarray(x, np.float64).reshape(-1)).reshape(np.shape(x))
    return made


def expm1(x: FloatColumn) -> FloatColumn:
    """E to the power of each, less 1: by its series near 0."""
    near = np.clip(x, -0.01, 0.01)
    series = near * (1 + near / 2 * (1 + near / 3 * (1 + near / 4 * (1 + near / 5 * (1 + near / 6)))))
    return np.where(np.abs(x) < 0.01, series, exp(x) - 1)


def packets(rate_Bps: float, size_B: float, *, exponential: bool = False) -> Envelope:
    """Packets at random times (Poisson), all of one size, or of exponential sizes with that mean.

    rho = lambda (E exp(theta L) - 1) / theta.

    Parameters
    ----------
    rate_Bps : float [B/s]
        On average: packets per second times their size.
    size_B : float [B]
    exponential : bool

    Examples
    --------
    >>> [round(float(x), 3) for x in packets(100.0, 10.0).rho(np.array([1e-9, 0.1]))]
    [100.0, 171.828]
    """
    rate, size = _positive(rate_Bps, "rate_Bps"), _positive(size_B, "size_B")
    if exponential:
        return Envelope(rate, size, lambda theta: rate / (1 - theta * size), most_theta=1 / size, fresh=True)
    return Envelope(rate, size, lambda theta: rate * expm1(theta * size) / (theta * size),
                    most_theta=MOST_EXPONENT / size, fresh=True)  # fmt: skip


def on_off(peak_Bps: float, on_s: float, off_s: float) -> Envelope:
    """A source that sends at its peak, or nothing, for exponential times (Markov).

    rho is the largest eigenvalue of Q + theta R over theta; the chain is reversible, so that sigma is 0 from its
    stationary start (Kesidis, Walrand & Chang 1993, IEEE/ACM Transactions on Networking 1:4).

    Parameters
    ----------
    peak_Bps : float [B/s]
    on_s, off_s : float [s]
        Mean times.

    Examples
    --------
    >>> source = on_off(100.0, 1.0, 3.0)
    >>> source.mean_Bps, round(float(source.rho(np.array([1e9]))[0]), 3)
    (25.0, 100.0)
    """
    peak, on, off = _positive(peak_Bps, "peak_Bps"), _positive(on_s, "on_s"), _positive(off_s, "off_s")
    stop, start = 1 / on, 1 / off

    def rho(theta: FloatColumn) -> FloatColumn:
        gain = peak * theta
        half = gain - stop - start
        root = np.sqrt(half * half + 4 * gain * start)  # where half < 0, without cancellation
        return np.where(half < 0, 4 * gain * start / (root - np.minimum(half, 0)), half + root) / (2 * theta)

    return Envelope(peak * on / (on + off), peak * on, rho)


def periodic(size_B: float, interval_s: float) -> Envelope:
    """A burst each interval, of unknown phase (uniform).

    sigma = max over x in [0, 1] of ln(1 + x (e^(theta L) - 1)) / theta - x L: x is how far the next one is.

    Parameters
    ----------
    size_B : float [B]
    interval_s : float [s]

    Examples
    --------
    >>> source = periodic(1000.0, 1e-3)
    >>> source.mean_Bps, [round(float(s)) for s in source.sigma(np.array([1e-6, 0.1]))]
    (1000000.0, [0, 944])
    """
    size, interval = _positive(size_B, "size_B"), _positive(interval_s, "interval_s")

    def sigma(theta: FloatColumn) -> FloatColumn:
        gain = expm1(theta * size)
        x = np.clip(1 / (theta * size) - 1 / gain, 0.0, 1.0)
        return np.maximum(log(1 + x * gain) / theta - x * size, 0.0)

    return Envelope(size / interval, size, lambda theta: np.full_like(theta, size / interval), sigma,
                    MOST_EXPONENT / size)  # fmt: skip


def token_bucket(rate_Bps: float, burst_B: float) -> Envelope:
    """What a token bucket lets through, whatever it is: sigma and rho are burst and rate for every theta.

    Parameters
    ----------
    rate_Bps, burst_B : float [B/s], [B]
    """
    rate, burst = _positive(rate_Bps, "rate_Bps"), _positive(burst_B, "burst_B")
    return Envelope(rate, burst, lambda theta: np.full_like(theta, rate), lambda theta: np.full_like(theta, burst),
                    parts=0)  # fmt: skip


def gaussian(mean_Bps: float, deviation_B: float, within_s: float = 1.0) -> Envelope:
    """Independent increments with normal sizes: rho = m + theta s^2 / 2; an aggregate of many that forget.

    Parameters
    ----------
    mean_Bps : float [B/s]
    deviation_B : float [B]
        Standard deviation of the bytes of any `within_s` seconds.
    within_s : float [s]

    Examples
    --------
    >>> float(gaussian(100.0, 10.0).rho(np.array([0.1]))[0])
    105.0
    """
    mean, spread = _positive(mean_Bps, "mean_Bps"), _positive(deviation_B, "deviation_B")
    variance = spread * spread / _positive(within_s, "within_s")
    return Envelope(mean, variance / mean, lambda theta: mean + theta * variance / 2, fresh=True)


def together(*sources: Envelope, dependent: bool = False) -> Envelope:
    """All sources as one: sums where they are independent, Hoelder's inequality with equal parts where they may not be.

    Parameters
    ----------
    *sources : Envelope
    dependent : bool
        Whether anything is taken for granted about how they depend on each other: if so, theta counts as many times as
        there are random sources.

    Raises
    ------
    ValueError
        No source.

    Examples
    --------
    >>> both = together(packets(100.0, 10.0), packets(50.0, 10.0))
    >>> both.mean_Bps == 150.0, round(float(both.rho(np.array([0.1]))[0]), 3)
    (True, 257.742)
    """
    if not sources:
        raise ValueError("nothing sends: give at least one source")
    times = max(sum(s.parts for s in sources), 1) if dependent else 1

    def total(courses: list[Course]) -> Course:
        return lambda theta: np.sum([course(times * theta) for course in courses], axis=0)

    return Envelope(
        sum(s.mean_Bps for s in sources), max(s.scale_B for s in sources), total([s.rho for s in sources]),
        total([s.sigma for s in sources]), min(s.most_theta for s in sources) / times,
        min(1, sum(s.parts for s in sources)), not dependent and all(s.fresh for s in sources),
    )  # fmt: skip


def many(count: int, source: Envelope) -> Envelope:
    """So many independent sources of one kind.

    Examples
    --------
    >>> many(8, on_off(100.0, 1.0, 3.0)).mean_Bps
    200.0
    """
    if count < 1:
        raise ValueError(f"{count} sources: there must be at least one")
    return Envelope(count * source.mean_Bps, source.scale_B, lambda theta: count * source.rho(theta),
                    lambda theta: count * source.sigma(theta), source.most_theta, source.parts,
                    source.fresh)  # fmt: skip


def _positive(value: float, what: str) -> float:
    if not 0 < value < math.inf:
        raise ValueError(f"{what} is {value:g}: it must be above 0, and finite")
    return float(value)
