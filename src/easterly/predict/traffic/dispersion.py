"""What counts say of the process behind them: dispersion over scales, and the two-state process that has it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, IndexColumn, floats, indices
from easterly.base.schema import Doc, Unit
from easterly.predict.queueing.columns import exp
from easterly.predict.traffic import checks
from easterly.predict.traffic.mmpp import Mmpp, mmpp

LEAST_BLOCKS = 16
DECAYS = 400
SMOOTH = "counts vary no more than Poisson arrivals do: there is no burst to fit; take their mean"


@dataclass(frozen=True, slots=True)
class Dispersion:
    """Index of dispersion over windows of 1, 2, 4, ... intervals."""

    window: Annotated[IndexColumn, Unit("1"), Doc("Intervals in a window.")]
    blocks: Annotated[IndexColumn, Unit("1"), Doc("Windows, side by side, that were counted.")]
    index: Annotated[FloatColumn, Unit("1"), Doc("Variance over mean of counts in a window; 1 for Poisson arrivals.")]


def dispersion(counts: ArrayLike) -> Dispersion:
    """Variance over mean of counts, by the length of the window: flat at 1 for Poisson arrivals, rising with memory.

    It levels off where the memory has an end, and goes on as a power 2H - 1 of the window where it has none.

    Parameters
    ----------
    counts : (T,) array_like
        Counts, one an interval.

    Returns
    -------
    Dispersion

    Raises
    ------
    ValueError
        Fewer than 32 counts, numbers that are not finite, negative ones, or none above 0.

    Examples
    --------
    >>> from easterly.predict.traffic import poisson_counts
    >>> dispersion(poisson_counts(100, 1, 4096)).index[:4].round(2).tolist()
    [0.98, 0.99, 0.99, 0.96]
    """
    left = checks.series(counts, 2 * LEAST_BLOCKS, "a dispersion")
    if left.min() < 0 or not left.any():
        raise ValueError("counts must be from 0 on, and some above 0")
    sizes, blocks, index = [], [], []
    size = 1
    while len(left) >= LEAST_BLOCKS:
        mean = _mean(left)
        sizes.append(size)
        blocks.append(len(left))
        index.append(_mean((left - mean) ** 2) * len(left) / (len(left) - 1) / mean)
        left = left[: len(left) // 2 * 2 : 2] + left[1::2]
        size *= 2
    return Dispersion(indices(sizes), indices(blocks), floats(index))


def fit_mmpp(counts: ArrayLike, interval_s: float) -> Mmpp:
    """Two-state process with the mean, the dispersion over windows, and the third moment of counts (Gusella 1991).

    The rate of two states has an autocovariance v e^(-c t), so that the dispersion of a window t is
    1 + 2 v / (m c) (1 - (1 - e^(-ct)) / (ct)). For each decay c the variance v is fitted in closed form, weighted by
    the number of windows; the best c is taken. The third moment of counts then says how long the higher state lasts:
    of the rate it is k3 = mu3 - 3 Var + 2 m at short windows, corrected for the decay within one.

    Parameters
    ----------
    counts : (T,) array_like
        Arrivals in each interval.
    interval_s : float [s]

    Returns
    -------
    Mmpp
        With a reason where the third moment asked for a rate below 0.

    Raises
    ------
    ValueError
        Too few counts, or counts that vary no more than Poisson arrivals do.

    Examples
    --------
    >>> from easterly.predict.traffic import mmpp_counts
    >>> made = fit_mmpp(mmpp_counts(mmpp([[0, 1], [3, 0]], [100, 900]), 0.05, 1 << 17), 0.05)
    >>> made.rate_hz.round(-1).tolist(), made.generator_hz.round(1).tolist()
    ([100.0, 900.0], [[-1.0, 1.0], [3.0, -3.0]])
    """
    data = checks.series(counts, 8 * LEAST_BLOCKS, "a fit")
    checks.above("interval", interval_s)
    seen = dispersion(data)
    if not seen.index.max() > 1:
        raise ValueError(SMOOTH)
    mean = _mean(data) / interval_s
    decay, variance = _decay(seen, mean, interval_s)
    skew = _skewness(data, mean, interval_s, decay, variance)
    high = 0.5 * (1 - skew / (4 + skew * skew) ** 0.5)
    most = mean * mean / (mean * mean + variance)
    reasons: tuple[str, ...] = ()
    if high > most:
        high = most
        reasons = ("the third moment asks for a rate below 0: the lower state sends nothing instead",)
    apart = (variance / (high * (1 - high))) ** 0.5
    low_hz = max(mean - high * apart, 0.0)
    made = mmpp([[0, decay * high], [decay * (1 - high), 0]], [low_hz, low_hz + apart])
    return Mmpp(made.generator_hz, made.rate_hz, reasons)


def _mean(values: FloatColumn) -> float:
    """The mean, from left to right."""
    return float(np.cumsum(values)[-1]) / len(values)


def _decay(seen: Dispersion, mean_hz: float, interval_s: float) -> tuple[float, float]:
    """Decay and variance of the rate that fit the dispersion best: relative errors, weighted by windows."""
    window = seen.window * interval_s
    weight = seen.blocks / np.maximum(seen.index, 1.0) ** 2
    decays = exp(np.linspace(-7.0, 5.0, DECAYS) * 2.302585092994046) / interval_s / 1e2
    y = decays[:, None] * window
    shape = 2 / (mean_hz * decays[:, None]) * (1 - (1 - exp(-y)) / y)
    excess = seen.index - 1
    v = np.cumsum(weight * shape * excess, axis=1)[:, -1] / np.cumsum(weight * shape**2, axis=1)[:, -1]
    misfit = np.cumsum(weight * (excess - v[:, None] * shape) ** 2, axis=1)[:, -1]
    best = int(np.argmin(np.where(v > 0, misfit, np.inf)))
    if not v[best] > 0:
        raise ValueError(SMOOTH)
    return float(decays[best]), float(v[best])


def _skewness(data: FloatColumn, mean_hz: float, interval_s: float, decay: float, variance: float) -> float:
    """Skewness of the rate, from the third central moment of counts in an interval."""
    y = decay * interval_s
    fade = float(exp(-y))
    spread = 2 * variance / decay**2 * (y - 1 + fade)
    within = 6 / decay**3 * (y - 2 + (y + 2) * fade) if y > 1e-2 else interval_s**3 * (1 - y / 2)
    middle = data - mean_hz * interval_s
    third = _mean(middle**3) - 3 * spread - mean_hz * interval_s
    return float(third / within / variance**1.5)
