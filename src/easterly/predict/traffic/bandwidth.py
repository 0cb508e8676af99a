"""Effective bandwidths: what a source of traffic asks of a link, between its mean and its peak (Kelly 1996)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Protocol

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import traffic
from easterly.base.columns import BoolColumn, FloatColumn
from easterly.base.schema import Doc, Unit
from easterly.predict.queueing.columns import exp, log, power, spread
from easterly.predict.traffic import checks
from easterly.predict.traffic.mmpp import Mmpp
from easterly.predict.traffic.norros import Aggregate
from easterly.predict.traffic.onoff import OnOff

NO_LIMIT = (
    "has no effective bandwidth over long times: its memory has no end, or it is known by a bound over each window"
)


class Source(Protocol):
    """Stationary traffic with independent copies."""

    @property
    def mean_bps(self) -> float:
        """Mean rate."""

    @property
    def peak_bps(self) -> float:
        """Highest rate; infinite where data arrives at once."""

    @property
    def scales_s(self) -> tuple[float, ...]:
        """Times in which it changes."""

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """Natural logarithm of E exp(s X), X the bytes of a window t; infinite where there is none."""

    def growth(self, s: FloatColumn) -> FloatColumn:
        """Its growth per second over long windows.

        Raises
        ------
        ValueError
            A source for which it does not exist.
        """


@dataclass(frozen=True, slots=True)
class Constant:
    """The same rate at all times."""

    mean_bps: Annotated[float, Unit("bit/s"), Doc("Rate.")]
    scales_s = ()

    def __post_init__(self) -> None:
        checks.above("rate", self.mean_bps, most=1e21)

    @property
    def peak_bps(self) -> float:
        """The rate."""
        return self.mean_bps

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """S X, as X is known."""
        return s * t * (self.mean_bps / 8)

    def growth(self, s: FloatColumn) -> FloatColumn:
        """S times the rate."""
        return s * (self.mean_bps / 8)


@dataclass(frozen=True, slots=True)
class Batches:
    """Poisson arrivals of batches: packets, answers, whole transfers. Fixed sizes, or exponential ones."""

    rate_hz: Annotated[float, Unit("1/s"), Doc("Batches per second.")]
    size_B: Annotated[float, Unit("B"), Doc("Mean size of a batch.")]
    exponential: Annotated[bool, Doc("Whether sizes are exponential.")] = False
    peak_bps = math.inf

    def __post_init__(self) -> None:
        checks.above("rate", self.rate_hz)
        checks.above("size", self.size_B)

    @property
    def mean_bps(self) -> float:
        """Batches per second times their size."""
        return 8 * self.rate_hz * self.size_B

    @property
    def scales_s(self) -> tuple[float, ...]:
        """The gap between batches."""
        return (1 / self.rate_hz,)

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """Rate times t (E exp(s batch) - 1)."""
        return self.growth(s) * t

    def growth(self, s: FloatColumn) -> FloatColumn:
        """As over any window: arrivals are independent."""
        x = s * self.size_B
        if not self.exponential:
            return np.asarray(self.rate_hz * (exp(x) - 1))
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(np.where(x < 1, self.rate_hz * x / (1 - x), np.inf))


@dataclass(frozen=True, slots=True)
class Bursts:
    """A source that is on and off for exponential times, as a fluid (Anick, Mitra & Sondhi 1982)."""

    peak_bps: Annotated[float, Unit("bit/s"), Doc("Rate while it is on.")]
    on_s: Annotated[float, Unit("s"), Doc("Mean time on.")]
    off_s: Annotated[float, Unit("s"), Doc("Mean time off.")]

    def __post_init__(self) -> None:
        OnOff(self.peak_bps, self.on_s, self.off_s)

    @property
    def mean_bps(self) -> float:
        """Peak times the share of time on."""
        return self.peak_bps * self.on_s / (self.on_s + self.off_s)

    @property
    def scales_s(self) -> tuple[float, ...]:
        """Times on and off."""
        return (self.on_s, self.off_s)

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """The exponential of a 2 x 2 matrix, by its two eigenvalues."""
        first, second = self._eigenvalues(s)
        apart = first - second
        share = (s * (self.mean_bps / 8) - second) / apart
        return np.asarray(first * t + log(share + (1 - share) * exp(-apart * t)))

    def growth(self, s: FloatColumn) -> FloatColumn:
        """The larger eigenvalue: (h s - b - a + sqrt((h s - b + a)^2 + 4 a b)) / 2, a off to on, b on to off."""
        return self._eigenvalues(s)[0]

    def _eigenvalues(self, s: FloatColumn) -> tuple[FloatColumn, FloatColumn]:
        """Of generator plus s rates, the larger first; neither as a difference of numbers that are nearly the same."""
        up, down, drive = 1 / self.off_s, 1 / self.on_s, s * (self.peak_bps / 8)
        middle = drive - down - up
        root = np.sqrt((drive - down + up) ** 2 + 4 * up * down)
        far = np.where(middle > 0, middle + root, middle - root) / 2
        near = -up * drive / far
        return np.where(middle > 0, far, near), np.where(middle > 0, near, far)


@dataclass(frozen=True, slots=True)
class Modulated:
    """Packets of one size whose rate follows a Markov chain."""

    process: Annotated[Mmpp, Doc("Arrivals of packets.")]
    size_B: Annotated[float, Unit("B"), Doc("Size of a packet.")]
    peak_bps = math.inf

    def __post_init__(self) -> None:
        checks.above("size", self.size_B)

    @property
    def mean_bps(self) -> float:
        """Packets per second times their size."""
        return 8 * self.process.mean_hz * self.size_B

    @property
    def scales_s(self) -> tuple[float, ...]:
        """Times in the states, and the gap between packets."""
        out = -np.diag(self.process.generator_hz)
        return (1 / self.process.mean_hz, *(1 / x for x in out.tolist() if x > 0))

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """Of the matrix Q + (exp(s size) - 1) rates."""
        drive, fine = self._drive(s)
        q, rate = self.process.generator_hz, self.process.rate_hz
        flat = np.ascontiguousarray(np.broadcast_to(t, s.shape))
        return np.where(fine, traffic.log_moments(q, rate, drive, flat), np.inf)

    def growth(self, s: FloatColumn) -> FloatColumn:
        """The largest eigenvalue of that matrix; its upper bound, which differs in the last digits."""
        drive, fine = self._drive(s)
        return np.where(fine, traffic.growths(self.process.generator_hz, self.process.rate_hz, drive)[1], np.inf)

    def _drive(self, s: FloatColumn) -> tuple[FloatColumn, BoolColumn]:
        """Beyond e^100 packets nothing is decided any more."""
        x = s * self.size_B
        return np.ascontiguousarray(exp(np.minimum(x, 100.0)) - 1), x <= 100.0


@dataclass(frozen=True, slots=True)
class Gaussian:
    """Fractional Brownian traffic."""

    aggregate: Annotated[Aggregate, Doc("Mean, variance and Hurst exponent.")]
    peak_bps = math.inf
    scales_s = ()

    @property
    def mean_bps(self) -> float:
        """Mean rate."""
        return self.aggregate.mean_bps

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """S mean + s^2 / 2 variance."""
        one = self.aggregate
        variance = one.variance_bit * one.mean_bps * power(t, 2 * one.hurst) / 64
        return np.asarray(s * t * (one.mean_bps / 8) + s * s / 2 * variance)

    def growth(self, s: FloatColumn) -> FloatColumn:
        """Finite up to H = 1/2."""
        one = self.aggregate
        if one.hurst != 0.5:
            raise ValueError(f"fractional Brownian traffic of H = {one.hurst:g} {NO_LIMIT}")
        return self.log_moment(s, np.ones_like(s))


@dataclass(frozen=True, slots=True)
class Periodic:
    """The same bytes at once in every period, at a phase that nobody knows: a job by itself.

    Jobs, or ranks of a job, that are in step are *one* such source with the sum of their bytes: copies would have
    phases of their own.
    """

    period_s: Annotated[float, Unit("s"), Doc("Time between two bursts.")]
    size_B: Annotated[float, Unit("B"), Doc("Bytes of a burst.")]
    peak_bps = math.inf

    def __post_init__(self) -> None:
        checks.above("period", self.period_s)
        checks.above("size", self.size_B)

    @property
    def mean_bps(self) -> float:
        """Bytes over the period."""
        return 8 * self.size_B / self.period_s

    @property
    def scales_s(self) -> tuple[float, ...]:
        """The period."""
        return (self.period_s,)

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """Whole periods for sure, and one burst more with the probability of what is left of t."""
        whole = np.floor(t / self.period_s)
        return np.asarray(s * self.size_B * whole + _either(t / self.period_s - whole, s * self.size_B))

    def growth(self, s: FloatColumn) -> FloatColumn:
        """Over long times, the mean."""
        return np.asarray(s * (self.mean_bps / 8))


@dataclass(frozen=True, slots=True)
class Policed:
    """Whatever a token bucket lets through: the worst stationary source within its envelope (Kelly 1996, 3.9)."""

    burst_B: Annotated[float, Unit("B"), Doc("Bucket.")]
    rate_bps: Annotated[float, Unit("bit/s"), Doc("Rate at which it fills.")]
    peak_bps: Annotated[float, Unit("bit/s"), Doc("Rate of the port behind it.")] = math.inf

    def __post_init__(self) -> None:
        checks.above("bucket", self.burst_B)
        checks.above("rate", self.rate_bps, most=1e21)
        if not self.peak_bps >= self.rate_bps:
            raise ValueError(f"a peak of {self.peak_bps:g} bit/s is below the rate of {self.rate_bps:g} bit/s")

    @property
    def mean_bps(self) -> float:
        """At most the rate of the bucket."""
        return self.rate_bps

    @property
    def scales_s(self) -> tuple[float, ...]:
        """The time in which it fills."""
        return (8 * self.burst_B / self.rate_bps,)

    def log_moment(self, s: FloatColumn, t: FloatColumn) -> FloatColumn:
        """All that the envelope admits, or nothing, at the mean rate: no other law has a greater moment."""
        most = self.burst_B + t * (self.rate_bps / 8)
        if math.isfinite(self.peak_bps):
            most = np.minimum(most, t * (self.peak_bps / 8))
        return _either(np.minimum(t * (self.rate_bps / 8) / most, 1.0), s * most)

    def growth(self, s: FloatColumn) -> FloatColumn:
        """Over long times, the mean."""
        return np.asarray(s * (self.rate_bps / 8))


def _either(share: FloatColumn, x: FloatColumn) -> FloatColumn:
    """The logarithm of 1 - p + p e^x, for large x too."""
    inside = share + (1 - share) * exp(-x)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(share > 0, x + log(np.where(share > 0, inside, 1.0)), 0.0))


def effective_bandwidth(source: Source, s_per_B: ArrayLike, t_s: ArrayLike = math.inf) -> FloatColumn:
    """Effective bandwidth ln E exp(s X(t)) / (s t): from the mean, at s = 0, to the most that a window holds.

    It rises with s, what the link thinks of rare bursts, and adds up over independent sources (Kelly 1996). Over long
    windows it is the largest eigenvalue of a matrix for Markov sources (Elwalid & Mitra 1993; Kesidis, Walrand & Chang
    1993).

    Parameters
    ----------
    source : Source
    s_per_B : array_like [1/B]
        Above 0.
    t_s : array_like [s]
        Windows above 0, or infinite.

    Returns
    -------
    array [bit/s]

    Raises
    ------
    ValueError
        Numbers out of range; long windows for a source that has no limit there.

    Examples
    --------
    >>> one = Bursts(peak_bps=1e9, on_s=1e-3, off_s=9e-3)
    >>> effective_bandwidth(one, [1e-9, 1e-5, 1e-3], 1e-2).round(-6).tolist()
    [100000000.0, 314000000.0, 990000000.0]
    >>> effective_bandwidth(one, [1e-9, 1e-5, 1e-3]).round(-6).tolist()
    [100000000.0, 359000000.0, 992000000.0]
    """
    shape, (s, t) = spread(s_per_B, t_s)
    if not ((s > 0) & (s < 1e30) & (t > 0)).all():
        raise ValueError("space and time must be numbers above 0")
    long = np.isinf(t)
    made = np.empty(len(s))
    if long.any():
        made[long] = source.growth(np.ascontiguousarray(s[long])) / s[long]
    if not long.all():
        part = ~long
        x, y = np.ascontiguousarray(s[part]), np.ascontiguousarray(t[part])
        made[part] = source.log_moment(x, y) / (x * y)
    return np.asarray(8 * made.reshape(shape))
