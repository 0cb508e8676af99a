"""The Hurst exponent of counts, from the energy of their wavelet details over octaves (Abry & Veitch 1998)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import queue, traffic
from easterly.base.columns import FloatColumn, IndexColumn, floats, frozen
from easterly.base.schema import Doc, Unit
from easterly.predict.queueing.columns import log
from easterly.predict.traffic import checks

LN2 = 0.6931471805599453
SURE = 1.959963984540054
"""Standard deviations on both sides of a mean that hold 95 %."""
LEAST_DETAILS, LEAST_OCTAVES, LEAST_VALUES = 4, 3, 256
FIRST = 3
"""Octaves 1 and 2 still show that samples stand for wavelet coefficients: fits begin here unless told otherwise."""
DOUBTFUL = 0.01


@dataclass(frozen=True, slots=True)
class LogScale:
    """A line through the logarithms of energy over octaves: the log-scale diagram."""

    octave: Annotated[IndexColumn, Unit("1"), Doc("Octaves, from 1 on; octave j looks at 2^j intervals.")]
    details: Annotated[IndexColumn, Unit("1"), Doc("Wavelet details of the octave that no end of the series touches.")]
    energy_log2: Annotated[FloatColumn, Unit("1"), Doc("Logarithm to base 2 of their mean square, bias removed.")]
    deviation: Annotated[FloatColumn, Unit("1"), Doc("Standard deviation of `energy_log2`, for Gaussian details.")]
    first: Annotated[int, Unit("1"), Doc("First octave of the fit; it goes to the last one.")]
    slope: Annotated[float, Unit("1"), Doc("Slope of the line: 2H - 1.")]
    intercept: Annotated[float, Unit("1"), Doc("The line at octave 0.")]
    slope_deviation: Annotated[float, Unit("1"), Doc("Standard deviation of the slope.")]
    goodness: Annotated[float, Unit("1"), Doc("Probability of a misfit as large as this where the line is true.")]
    moments: Annotated[int, Unit("1"), Doc("Vanishing moments: trends of a lower degree do not count.")]

    @property
    def hurst(self) -> float:
        """The Hurst exponent, (slope + 1) / 2."""
        return (self.slope + 1) / 2

    @property
    def deviation_of_hurst(self) -> float:
        """Its standard deviation, for Gaussian values."""
        return self.slope_deviation / 2

    @property
    def low(self) -> float:
        """Lower end of the interval that holds it with 95 %."""
        return self.hurst - SURE * self.deviation_of_hurst

    @property
    def high(self) -> float:
        """Upper end of that interval."""
        return self.hurst + SURE * self.deviation_of_hurst

    @property
    def fits(self) -> bool:
        """Whether a straight line is believable: its misfit would be exceeded in at least 1 % of all cases."""
        return self.goodness >= DOUBTFUL


def hurst(values: ArrayLike, *, first: int | None = None, moments: int = 2) -> LogScale:
    """Estimate the Hurst exponent of a stationary series, such as bytes or packets in each interval.

    The mean square of n_j wavelet details of octave j grows like 2^(j (2H - 1)). For Gaussian details it is nearly a
    gamma variable of shape n_j / 2: its logarithm has the mean psi(n_j / 2) - ln(n_j / 2), which is taken off, and the
    variance psi'(n_j / 2), which weighs it (Veitch & Abry 1999). The line through them has slope 2H - 1.

    Without `first`, the fit begins at the first octave from 3 on at which a line is believable (chi square, 1 %), and
    if there is none where it is least unbelievable: see `LogScale.fits`.

    Parameters
    ----------
    values : (T,) array_like
        At least 256.
    first : int, optional
        First octave of the fit.
    moments : int
        Vanishing moments of Daubechies' wavelet, 1 to 3: polynomials of lower degree, such as a steady growth from 2
        on, change nothing.

    Returns
    -------
    LogScale

    Raises
    ------
    ValueError
        Too few values, constant ones, too few octaves; a series that is a sum and not a rate, as of counters that
        only grow (a slope above 1 for sure); one that is periodic or a difference (a slope below -1 for sure).

    Examples
    --------
    >>> from easterly.predict.traffic import fractional_noise
    >>> made = hurst(fractional_noise(0.8, 1 << 14))
    >>> f"{made.hurst:.3f} {made.low:.3f} {made.high:.3f} from octave {made.first}"
    '0.827 0.803 0.850 from octave 3'
    """
    if moments not in (1, 2, 3):
        raise ValueError(f"{moments} vanishing moments: 1, 2 or 3")
    data = checks.series(values, LEAST_VALUES, "an estimate of the Hurst exponent")
    count, level, deviation = _diagram(data, moments)
    fit = _line(count, level, deviation, first)
    made = LogScale(
        frozen(np.arange(1, len(count) + 1)), frozen(count), floats(level), floats(deviation), *fit, moments
    )
    _refuse(made)
    return made


def _diagram(data: FloatColumn, moments: int) -> tuple[IndexColumn, FloatColumn, FloatColumn]:
    """Details by octave, the logarithm of their energy, and its deviation."""
    size = float(np.abs(data).max())
    count, energy = traffic.octaves(data / size if size > 0 else data, moments, LEAST_DETAILS)
    if not energy.all() or energy.min() < 1e-28:  # what rounding leaves of a polynomial
        raise ValueError("the values are constant, or a straight line: there is nothing that scales")
    mean, variance = traffic.log_gamma(count / 2)
    level = (log(energy) - (mean - log(count / 2))) / LN2 + 2 * float(log(size)) / LN2
    return count, level, np.sqrt(variance) / LN2


def _line(
    count: IndexColumn, level: FloatColumn, deviation: FloatColumn, first: int | None
) -> tuple[int, float, float, float, float]:
    """The fit that was asked for, or the first that is believable."""
    last = len(count) - LEAST_OCTAVES + 1
    start = min(FIRST, last) if first is None else first
    if not 1 <= start <= last:
        raise ValueError(
            f"a fit from octave {start} on: of {len(count)} octaves it can begin at 1 to {last}, as a line needs "
            f"{LEAST_OCTAVES} of them"
        )
    if first is not None:
        return _fit(level, deviation, first)
    tried = [_fit(level, deviation, begin) for begin in range(start, last + 1)]
    fine = [fit for fit in tried if fit[-1] >= DOUBTFUL]
    return fine[0] if fine else max(tried, key=lambda fit: fit[-1])


def _fit(level: FloatColumn, deviation: FloatColumn, first: int) -> tuple[int, float, float, float, float]:
    """First octave, slope, intercept, deviation of the slope, goodness; weighted least squares."""
    x, y, w = np.arange(first, len(level) + 1.0), level[first - 1 :], deviation[first - 1 :] ** -2
    s0, s1, s2 = (_sum(w * x**k) for k in range(3))
    t0, t1 = _sum(w * y), _sum(w * x * y)
    free = s0 * s2 - s1 * s1
    slope, intercept = (s0 * t1 - s1 * t0) / free, (s2 * t0 - s1 * t1) / free
    misfit = _sum(w * (y - intercept - slope * x) ** 2)
    goodness = queue.gamma_tail(np.array([(len(x) - 2) / 2]), np.array([misfit / 2]))[0]
    return first, slope, intercept, (s0 / free) ** 0.5, float(goodness)


def _sum(values: FloatColumn) -> float:
    """The sum, from left to right."""
    return float(np.cumsum(values)[-1])


def _refuse(made: LogScale) -> None:
    """A slope that no stationary series has."""
    if made.low > 1:
        raise ValueError(
            f"the energy grows by 2^{made.slope:.2f} from octave to octave: more than any stationary rate (slope below "
            "1). This is a running total, such as a counter, or a level such as fractional Brownian motion: take the "
            f"differences of neighbours, and expect a Hurst exponent near {(made.slope - 1) / 2:.2f}"
        )
    if made.high < 0:
        raise ValueError(
            f"the energy falls by 2^{-made.slope:.2f} from octave to octave: more regular than traffic at random is. "
            "It is periodic, as training is, and has an envelope instead of a Hurst exponent; or it is a difference: "
            "take the counts themselves"
        )
