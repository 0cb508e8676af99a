"""Links for aggregates with long memory: Norros's formula, and its inversions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.queueing.columns import exp, log, power
from easterly.predict.traffic import checks
from easterly.predict.traffic.hurst import hurst
from easterly.predict.traffic.noise import fractional_noise
from easterly.predict.traffic.onoff import OnOff

SCOPE = "for WAN and inference aggregates; training traffic is periodic and in step, not fBm: bound jobs by envelopes"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Traffic as fractional Brownian motion: A(t) = m t + sqrt(a m) Z(t), Var Z(t) = t^2H (Norros 1994).

    Raises
    ------
    ValueError
        Numbers out of range.

    Examples
    --------
    >>> lan = Aggregate(mean_bps=2.279e6, variance_bit=262.8e3, hurst=0.76)
    >>> round(lan.deviation_bps(1.0))
    773900
    """

    mean_bps: Annotated[float, Unit("bit/s"), Doc("Mean rate, m.")]
    variance_bit: Annotated[float, Unit("bit s^(1-2H)"), Doc("Variance of bits in a second, over the mean rate: a.")]
    hurst: Annotated[float, Unit("1"), Doc("Hurst exponent.")]

    def __post_init__(self) -> None:
        checks.above("mean rate", self.mean_bps, most=1e21)
        checks.above("variance", self.variance_bit, most=1e30)
        checks.exponent(self.hurst)

    def deviation_bps(self, window_s: float) -> float:
        """Standard deviation of the rate over windows of this length."""
        spread = self.variance_bit * self.mean_bps * float(power(window_s, 2 * self.hurst - 2))
        return float(np.sqrt(spread))


def aggregate(mean_bps: float, deviation_bps: float, window_s: float, hurst: float) -> Aggregate:
    """The aggregate whose rate over windows of `window_s` has this mean and standard deviation.

    Parameters
    ----------
    mean_bps, deviation_bps : float [bit/s]
    window_s : float [s]
    hurst : float

    Returns
    -------
    Aggregate

    Raises
    ------
    ValueError
        Numbers out of range.

    Examples
    --------
    >>> wan = aggregate(40e9, 4e9, 0.1, 0.8)
    >>> round(wan.deviation_bps(0.1)), round(wan.deviation_bps(10) / 1e9, 2)
    (4000000000, 1.59)
    """
    checks.above("mean rate", mean_bps, most=1e21)
    checks.above("deviation", deviation_bps, most=1e21)
    grown = float(power(checks.above("window", window_s), 2 - 2 * checks.exponent(hurst)))
    return Aggregate(mean_bps, deviation_bps**2 / mean_bps * grown, hurst)


def measured_aggregate(volumes_B: ArrayLike, interval_s: float) -> Aggregate:
    """The aggregate that was measured: mean and variance of volumes by interval, and `hurst` of them.

    Parameters
    ----------
    volumes_B : (T,) array_like [B]
        Bytes in each interval.
    interval_s : float [s]

    Returns
    -------
    Aggregate

    Raises
    ------
    ValueError
        As `hurst`; an exponent outside 0 to 1.

    Examples
    --------
    >>> wan = aggregate(40e9, 4e9, 0.1, 0.8)
    >>> seen = measured_aggregate(aggregate_volumes(wan, 0.1, 1 << 14), 0.1)
    >>> round(seen.mean_bps / 1e9, 1), round(seen.hurst, 2)
    (39.4, 0.83)
    """
    rate = checks.series(volumes_B, 256, "an aggregate") * 8 / checks.above("interval", interval_s)
    mean = float(np.cumsum(rate)[-1]) / len(rate)
    spread = float(np.cumsum((rate - mean) ** 2)[-1]) / (len(rate) - 1)
    return aggregate(mean, spread**0.5, interval_s, hurst(rate).hurst)


def on_off_aggregate(source: OnOff) -> Aggregate:
    """The aggregate that many heavy-tailed on/off sources become over windows that are long beside their times.

    The time that one source is on in a window t has a variance that grows like v t^(3 - alpha), with
    v = 2 off^2 least^alpha / ((on + off)^3 (alpha - 1)(2 - alpha)(3 - alpha)) for Pareto times on of shape alpha from
    `least` on, and the same with on and off exchanged for times off; the heavier tail decides, and two tails of one
    shape add (Taqqu, Willinger & Sherman 1997).

    Parameters
    ----------
    source : OnOff
        With a shape below 2.

    Returns
    -------
    Aggregate

    Raises
    ------
    ValueError
        Sources without a heavy tail: they have no long memory; use `Bursts`.

    Examples
    --------
    >>> made = on_off_aggregate(OnOff(peak_bps=1e9, on_s=0.05, off_s=0.15, on_shape=1.4, sources=40))
    >>> made.mean_bps / 1e9, round(made.hurst, 3), round(made.deviation_bps(10) / 1e9, 3)
    (10.0, 0.8, 0.78)
    """
    shape = min(source.on_shape, source.off_shape)
    if not shape < 2:
        raise ValueError(
            "on and off times have a variance (no Pareto shape below 2): the sum forgets, and has no Hurst exponent "
            "but 1/2; take its effective bandwidth instead"
        )
    grows = 0.0
    for own, own_s, other_s in (
        (source.on_shape, source.on_s, source.off_s),
        (source.off_shape, source.off_s, source.on_s),
    ):
        if own == shape:
            grows += 2 * other_s**2 * float(power(own_s * (shape - 1) / shape, shape))
    grows /= (source.on_s + source.off_s) ** 3 * (shape - 1) * (2 - shape) * (3 - shape)
    variance = source.sources * source.peak_bps**2 * grows
    return Aggregate(source.mean_bps, variance / source.mean_bps, source.hurst)


def aggregate_volumes(source: Aggregate, interval_s: float, count: int, seed: int = 1) -> FloatColumn:
    """Bytes in each interval: fractional Gaussian noise of the mean and deviation that the aggregate has there.

    Parameters
    ----------
    source : Aggregate
    interval_s : float [s]
    count : int
    seed : int

    Returns
    -------
    (count,) float [B]
        Below 0 where the deviation is no small part of the mean: a normal law has no end.

    Raises
    ------
    ValueError
        Numbers out of range.

    Examples
    --------
    >>> aggregate_volumes(aggregate(8e9, 8e7, 1e-3, 0.8), 1e-3, 1000).round(-6).max()
    np.float64(1000000.0)
    """
    deviation = source.deviation_bps(checks.above("interval", interval_s))
    return floats((source.mean_bps + deviation * fractional_noise(source.hurst, count, seed)) * (interval_s / 8))


def _kappa(hurst: float) -> float:
    """H^H (1 - H)^(1 - H)."""
    return float(power(hurst, hurst) * power(1 - hurst, 1 - hurst))


def norros_overflow(source: Aggregate, capacity_bps: ArrayLike, buffer_B: ArrayLike) -> FloatColumn:
    """P(queue > buffer) at a link of this capacity: exp(-(C - m)^2H x^(2 - 2H) / (2 kappa^2 a m)) (Norros 1994).

    A Weibull tail: for H > 1/2 buffer helps little and capacity much. The exponent is exact in the limit of small
    probabilities (Duffield & O'Connell 1995); what stands before it is taken for 1.

    Parameters
    ----------
    source : Aggregate
    capacity_bps : array_like [bit/s]
    buffer_B : array_like [B]

    Returns
    -------
    array
        1 where the capacity is at most the mean.

    Raises
    ------
    ValueError
        Negative numbers.

    Examples
    --------
    >>> wan = aggregate(40e9, 4e9, 0.1, 0.8)
    >>> norros_overflow(wan, [45e9, 50e9, 55e9], 125e6).round(6).tolist()
    [0.060541, 0.000203, 0.0]
    """
    C, x = np.broadcast_arrays(np.asarray(capacity_bps, np.float64), 8 * np.asarray(buffer_B, np.float64))
    if not ((C >= 0) & (x >= 0) & (C <= 1e21) & (x <= 1e21)).all():
        raise ValueError("capacities and buffers must be numbers from 0 to 1e21")
    H, spread = source.hurst, source.variance_bit * source.mean_bps
    spare = np.maximum(C - source.mean_bps, 0.0)
    return np.asarray(exp(-power(spare, 2 * H) * power(x, 2 - 2 * H) / (2 * _kappa(H) ** 2 * spread)))


def norros_capacity(source: Aggregate, buffer_B: float, loss: float) -> float:
    """Capacity at which the queue exceeds the buffer with probability `loss` (Norros 1994).

    C = m + (kappa sqrt(-2 ln loss))^(1/H) a^(1/2H) x^(-(1 - H)/H) m^(1/2H).

    Parameters
    ----------
    source : Aggregate
    buffer_B : float [B]
    loss : float

    Returns
    -------
    float [bit/s]

    Raises
    ------
    ValueError
        A buffer of 0, for which no capacity suffices; a loss that is no probability.

    Examples
    --------
    >>> round(norros_capacity(aggregate(40e9, 4e9, 0.1, 0.8), 125e6, 1e-6) / 1e9, 2)
    53.55
    """
    x, H = 8 * checks.above("buffer", buffer_B, most=1e20), source.hurst
    strict = _kappa(H) ** 2 * -2 * float(log(checks.share("loss", loss)))
    spare = float(power(strict * source.variance_bit * source.mean_bps * power(x, 2 * H - 2), 1 / (2 * H)))
    return source.mean_bps + spare


def norros_buffer(source: Aggregate, capacity_bps: float, loss: float) -> float:
    """Buffer that the queue exceeds with probability `loss` at this capacity.

    Parameters
    ----------
    source : Aggregate
    capacity_bps : float [bit/s]
    loss : float

    Returns
    -------
    float [B]

    Raises
    ------
    ValueError
        A capacity that is not above the mean; a loss that is no probability.

    Examples
    --------
    >>> round(norros_buffer(aggregate(40e9, 4e9, 0.1, 0.8), 50e9, 1e-6) / 1e6, 1)
    420.8
    """
    spare = checks.above("capacity", capacity_bps, most=1e21) - source.mean_bps
    if not spare > 0:
        raise ValueError(
            f"a capacity of {capacity_bps:g} bit/s is not above the mean of {source.mean_bps:g} bit/s: no buffer holds "
            "what grows without end"
        )
    H = source.hurst
    strict = _kappa(H) ** 2 * -2 * float(log(checks.share("loss", loss))) * source.variance_bit * source.mean_bps
    return float(power(strict * power(spare, -2 * H), 1 / (2 - 2 * H))) / 8
