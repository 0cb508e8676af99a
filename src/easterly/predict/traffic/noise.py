"""Noise with long memory: fractional Gaussian noise, and the motion that it adds up to."""

from __future__ import annotations

import numpy as np

from easterly._kernel import traffic
from easterly.base.columns import FloatColumn, floats, frozen
from easterly.predict.traffic import checks


def noise_covariance(hurst: float, lags: int) -> FloatColumn:
    """Covariance of fractional Gaussian noise at lags 0, 1, ..., each value of variance 1.

    r(k) = (|k + 1|^2H - 2 |k|^2H + |k - 1|^2H) / 2 (Mandelbrot & Van Ness 1968); it falls like H (2H - 1) k^(2H - 2),
    so that for H > 1/2 its sum is infinite: long memory.

    Parameters
    ----------
    hurst : float
        Between 0 and 1.
    lags : int

    Returns
    -------
    (lags,) float

    Raises
    ------
    ValueError
        An exponent out of range.

    Examples
    --------
    >>> noise_covariance(0.8, 4).round(6).tolist()
    [1.0, 0.515717, 0.36834, 0.310964]
    """
    made: FloatColumn = frozen(traffic.noise_covariance(checks.exponent(hurst), checks.length(lags)))
    return made


def fractional_noise(hurst: float, count: int, seed: int = 1, *, rows: int = 1) -> FloatColumn:
    """Fractional Gaussian noise of mean 0 and variance 1: exact samples (Davies & Harte 1987).

    The covariance, mirrored, is a circulant matrix, which the Fourier transform diagonalises; none of its eigenvalues
    is negative (Craigmile 2003). So normal numbers, weighted by their roots and transformed, have that covariance to
    the last bit that doubles hold, in O(N log N).

    Parameters
    ----------
    hurst : float
        Between 0 and 1.
    count : int
        Values of a row.
    seed : int
    rows : int
        Independent samples; row i does not depend on how many there are.

    Returns
    -------
    (count,) float, or (rows, count) float where rows > 1

    Raises
    ------
    ValueError
        An exponent out of range, or too many values.

    Examples
    --------
    >>> made = fractional_noise(0.8, 1 << 14)
    >>> round(float((made[1:] * made[:-1]).mean()), 1)
    0.5
    """
    checks.length(rows * checks.length(count))
    names = np.array([checks.name(seed, f"noise {i}") for i in range(rows)], np.uint64)
    made = traffic.noise(checks.exponent(hurst), count, names)
    return floats(made if rows > 1 else made[0])


def fractional_motion(hurst: float, count: int, seed: int = 1) -> FloatColumn:
    """Fractional Brownian motion at 1, 2, ..., `count`: sums of `fractional_noise`, of variance t^2H.

    Parameters
    ----------
    hurst : float
    count : int
    seed : int

    Returns
    -------
    (count,) float

    Raises
    ------
    ValueError
        As `fractional_noise`.

    Examples
    --------
    >>> fractional_motion(0.8, 1000).shape
    (1000,)
    """
    return floats(np.cumsum(fractional_noise(hurst, count, seed)))
