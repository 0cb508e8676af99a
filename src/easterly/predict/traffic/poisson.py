"""Poisson arrivals: nothing remembers anything."""

from __future__ import annotations

import numpy as np

from easterly._kernel import random, traffic
from easterly.base.columns import FloatColumn, IndexColumn, floats, frozen
from easterly.predict.queueing.columns import log
from easterly.predict.traffic import checks


def poisson_counts(rate_hz: float, interval_s: float, count: int, seed: int = 1) -> IndexColumn:
    """Arrivals in each of `count` intervals: independent, of mean and variance rate times interval.

    Value i depends on the seed and on i alone, so that a longer draw begins as a shorter one.

    Parameters
    ----------
    rate_hz : float [1/s]
    interval_s : float [s]
    count : int
    seed : int

    Returns
    -------
    (count,) int

    Raises
    ------
    ValueError
        Numbers out of range.

    Examples
    --------
    >>> poisson_counts(1000, 0.01, 5).tolist()
    [7, 7, 14, 10, 11]
    """
    mean = checks.at_least("rate", rate_hz) * checks.above("interval", interval_s)
    means = np.full(checks.length(count), checks.at_least("mean count", mean, most=1e15))
    made: IndexColumn = frozen(traffic.poisson_counts(means, checks.name(seed, "poisson")))
    return made


def poisson_times(rate_hz: float, duration_s: float, seed: int = 1) -> FloatColumn:
    """Instants of arrivals until `duration_s`: gaps between them are exponential.

    Parameters
    ----------
    rate_hz : float [1/s]
    duration_s : float [s]
    seed : int

    Returns
    -------
    (N,) float [s]
        Rising.

    Raises
    ------
    ValueError
        Numbers out of range, or more than 2^24 arrivals to be expected.

    Examples
    --------
    >>> poisson_times(10, 0.3).round(4).tolist()
    [0.0086, 0.1021, 0.1055, 0.1147, 0.1329, 0.1511, 0.185]
    """
    mean = checks.above("rate", rate_hz) * checks.above("duration", duration_s)
    checks.affordable(mean * checks.MOST_EVENTS / checks.MOST_VALUES, "arrivals")
    named = np.array([checks.name(seed, "poisson times")], np.uint64)
    count = int(mean + 6 * mean**0.5 + 16)
    while True:
        times = np.cumsum(-log(1.0 - random.uniform(named, count)[0])) / rate_hz
        if times[-1] > duration_s:
            return floats(times[times <= duration_s])
        count *= 2
