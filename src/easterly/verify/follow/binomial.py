"""What counting proves about a share: the binomial law, exactly."""

from __future__ import annotations

import math

import numpy as np

from easterly.verify.follow.elementary import exp, ln

CHUNK = 4096
MOST = 10**12
"""Samples: beyond, floating-point numbers do not tell neighbours apart."""


def at_most(misses: int, samples: int, share: float) -> float:
    """Probability of no more than so many misses among independent samples, each a miss with a probability.

    The largest term by the saddle point (Loader 2000, Fast and accurate computation of binomial probabilities), the
    others by the ratio of neighbours.

    Parameters
    ----------
    misses, samples : int
    share : float [1]
        Probability of a miss.

    Raises
    ------
    ValueError
        Not 0 <= misses <= samples, no sample or too many, or a share that is none.

    Examples
    --------
    >>> round(at_most(1, 3, 0.5), 15)
    0.5
    """
    _countable(misses, samples)
    if not 0 <= share <= 1:
        raise ValueError(f"share is {share:g}: it must be from 0 to 1")
    if misses == samples or share == 0:
        return 1.0
    if share == 1:
        return 0.0
    if misses > samples * share:  # the shorter tail
        return max(0.0, 1.0 - _below(samples - misses - 1, samples, 1 - share))
    return min(1.0, _below(misses, samples, share))


def _countable(misses: int, samples: int) -> None:
    if not 1 <= samples <= MOST:
        raise ValueError(f"samples is {samples:,}: it must be from 1 to {MOST:,}")
    if not 0 <= misses <= samples:
        raise ValueError(f"misses is {misses:,} of {samples:,} samples: it must be from 0 to all of them")


def _below(k: int, n: int, p: float) -> float:
    """P(X <= k) for k below the mean: from the largest term downwards."""
    top, odds, parts = _term(k, n, p), (1 - p) / p, [1.0]
    last, high = 1.0, k
    while high > 0 and last > 0:
        i = np.arange(high, max(high - CHUNK, 0), -1, dtype=np.float64)
        terms = last * np.cumprod(i / (n - i + 1) * odds)
        parts.append(float(np.cumsum(terms)[-1]))  # one after the other: the same bits everywhere
        last, high = float(terms[-1]), high - len(i)
        if last < 1e-18:
            break
    return top * math.fsum(parts)


def _term(k: int, n: int, p: float) -> float:
    """P(X = k), without the cancellation that factorials bring."""
    if k == 0:
        return exp(n * _log1m(p))
    if k == n:
        return exp(n * ln(p))
    power = _beyond_stirling(n) - _beyond_stirling(k) - _beyond_stirling(n - k)
    power -= _deviance(k, n * p) + _deviance(n - k, n * (1 - p))
    return exp(power) * math.sqrt(n / (2 * math.pi * k * (n - k)))


def _beyond_stirling(n: int) -> float:
    """Logarithm of n! less Stirling's formula (Abramowitz & Stegun 1964, 6.1.41)."""
    if n < 16:
        return math.fsum(ln(i) for i in range(1, n + 1)) - (0.5 * ln(2 * math.pi * n) + n * ln(n) - n)
    nn = float(n) * n
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / nn) / nn) / nn) / nn) / n


def _deviance(x: float, mean: float) -> float:
    """``x ln(x / mean) + mean - x``, by its series where the two are close (Loader 2000)."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * ln(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    made, term, j = (x - mean) * v, 2 * x * v, 1
    while True:
        term *= v * v
        more = made + term / (2 * j + 1)
        if more == made:
            return made
        made, j = more, j + 1


def proven_share(samples: int, misses: int, level: float = 0.95) -> float:
    """Share of all that is met at least, by what was seen in independent samples.

    The lower end of the one-sided interval of Clopper and Pearson (1934): with a smaller share, so few misses would be
    seen with a probability of at most ``1 - level``.

    Parameters
    ----------
    samples, misses : int
        What was counted, and how much of it missed.
    level : float [1]
        Confidence.

    Raises
    ------
    ValueError
        Not 0 <= misses <= samples, no sample or too many, or a level that is none.

    Examples
    --------
    >>> round(proven_share(2995, 0), 4), round(proven_share(1000, 50), 4)
    (0.999, 0.9371)
    """
    _countable(misses, samples)
    doubt = _doubt(level)
    if misses == samples:
        return 0.0
    if misses == 0:
        return exp(ln(doubt) / samples)
    low, high = misses / samples, 1.0
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return 1 - high
        low, high = (middle, high) if at_most(misses, samples, middle) > doubt else (low, middle)


def fewest_samples(share: float, misses: int = 0, level: float = 0.95) -> int:
    """Fewest independent samples, of which so many missed, that prove a share.

    Parameters
    ----------
    share : float [1]
        To be proven, 0.999 for one miss in a thousand.
    misses : int
    level : float [1]

    Raises
    ------
    ValueError
        A share or a level that is not between 0 and 1, misses below 0, or more samples than can be told apart.

    Examples
    --------
    >>> fewest_samples(0.999), fewest_samples(0.999, 1), fewest_samples(0.95)
    (2995, 4742, 59)
    """
    doubt = _doubt(level)
    if not 0 < share < 1:
        raise ValueError(f"share is {share:g}: nothing but all of it proves it where it is not between 0 and 1")
    if misses < 0:
        raise ValueError(f"misses is {misses:,}: it must be 0 or more")
    low, high = misses, misses + 1
    while high <= MOST and at_most(misses, high, 1 - share) > doubt:
        low, high = high, 2 * high
    if high > MOST:
        raise ValueError(f"share is {share:g}: more than {MOST:,} samples would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if at_most(misses, middle, 1 - share) > doubt else (low, middle)
    return high


def _doubt(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level is {level:g}: a confidence lies between 0 and 1")
    return 1 - level


def _log1m(p: float) -> float:
    """``ln(1 - p)``, exact for small p (Kahan's correction of the argument that is rounded)."""
    q = 1 - p
    return -p if q == 1 else ln(q) * (-p / (q - 1))
