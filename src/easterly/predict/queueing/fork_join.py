"""Barriers: work that goes on only when the last of its parts has finished."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn
from easterly.model.stations import ErrorClass, Stations
from easterly.predict.queueing.columns import OVERLOADED, positive, spread, whole

MOST = 10**7


def harmonic(parts: ArrayLike) -> FloatColumn:
    """1 + 1/2 + ... + 1/n: the mean of the longest of n exponential times of mean 1.

    Examples
    --------
    >>> harmonic([1, 2, 4]).round(6)
    array([1.      , 1.5     , 2.083333])
    """
    shape, (values,) = spread(parts)
    number = whole("parts", values)
    if (number > MOST).any():
        raise ValueError(f"parts is {number.max():,}: at most {MOST:,}")
    sums = np.concatenate(([0.0], np.cumsum(1 / np.arange(1, int(number.max(initial=1)) + 1))))
    return sums[number].reshape(shape)


def longest_bound(parts: ArrayLike, mean: ArrayLike, scv: ArrayLike) -> FloatColumn:
    """Upper bound of the mean of the longest of n times of any law: m + s (n - 1) / sqrt(2 n - 1).

    Holds for independent times of equal law (Gumbel 1954; Hartley & David 1954).

    Parameters
    ----------
    parts, mean, scv : array_like
        Number of times, their mean and squared coefficient of variation.

    Returns
    -------
    array

    Examples
    --------
    >>> float(longest_bound(5, 1.0, 0.0)), f"{longest_bound(5, 1.0, 1.0):.4f}"
    (1.0, '2.3333')
    """
    shape, (n, m, c) = spread(parts, positive("mean", mean), positive("scv", scv, zero=True))
    whole("parts", n)
    made: FloatColumn = (m * (1 + np.sqrt(c) * (n - 1) / np.sqrt(2 * n - 1))).reshape(shape)
    return made


def fork_join(arrival: ArrayLike, service: ArrayLike, parts: ArrayLike) -> Stations:
    """Fork-join of n M/M/1 stations: each arrival puts one part at each, and leaves with its last part.

    Two parts exactly: W = (12 - rho) / (8 (mu - lambda)) (Flatto & Hahn 1984); more by Nelson and Tantawi (1988),
    W_n = (H_n / H_2 + 4/11 (1 - H_n / H_2) rho) W_2, within 5 % of simulation up to 32 parts.

    Parameters
    ----------
    arrival, service : array_like
        Arrivals per unit of time; mean time of the service of one part.
    parts : array_like of int

    Returns
    -------
    Stations
        Of whole arrivals; ``Wq`` is what is beyond the longest service of n, H_n E[S].

    Examples
    --------
    >>> f"{fork_join(0.5, 1, 2).W:.4f}"
    '2.8750'
    """
    shape, (rate, each, n) = spread(positive("arrival", arrival, zero=True), positive("service", service), parts)
    rho, number = rate * each, whole("parts", n)
    with np.errstate(divide="ignore"):
        alone = np.where(rho < 1, each / np.maximum(1 - rho, 0), np.inf)
    over = harmonic(n) / 1.5
    two = (12 - rho) / 8 * alone
    with np.errstate(invalid="ignore"):
        time = np.where(number == 1, alone, np.where(number == 2, two, (over + 4 / 11 * (1 - over) * rho) * two))
    time = np.where(rho < 1, time, np.inf)
    wait = time - harmonic(n) * each
    with np.errstate(invalid="ignore"):
        L, Lq = (np.where(rate > 0, rate * x, 0.0) for x in (time, wait))
    error = ErrorClass.EXACT if (number <= 2).all() else ErrorClass.FITTED
    entering, rho, L, Lq, W, Wq = (x.reshape(shape) for x in (rate + 0, rho, L, Lq, time, wait))
    return Stations("fork-join (Flatto & Hahn, Nelson & Tantawi)", error, entering=entering, rho=rho,
                    P_wait=np.full(shape, np.nan), L=L, Lq=Lq, W=W, Wq=Wq, P_loss=np.zeros(shape),
                    reasons=(OVERLOADED,) if (rho >= 1).any() else ())  # fmt: skip
