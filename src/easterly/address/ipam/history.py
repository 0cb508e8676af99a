"""Use over time, and when a pool will be full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import delete, select

from easterly.address.ipam import schema
from easterly.address.ipam.connect import reading, writing
from easterly.address.ipam.store import Store
from easterly.address.ipam.write import insert
from easterly.base.columns import FloatColumn, floats, frozen

_U, _P = schema.usage.c, schema.pool.c
MOST = 400
"""Points that a forecast looks at: the slopes of all their pairs are computed."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Use of a pool over time.

    Attributes
    ----------
    at_s : (N,) float [s]
        Since 1970, growing.
    used : (N,) float
        Addresses that were not free.
    """

    at_s: FloatColumn
    used: FloatColumn


def record(store: Store, *, every_s: float = 3600.0, keep_s: float = 400 * 86400.0) -> int:
    """Note the use of every pool, once in each interval; forget what is too old.

    Parameters
    ----------
    store : Store
    every_s : float
        Length of an interval; a second call in it replaces the first.
    keep_s : float
        Age beyond which notes are forgotten.

    Returns
    -------
    int
        Number of pools.

    Raises
    ------
    ValueError
        For an interval below a millisecond.
    """
    step_ms = round(every_s * 1000)
    if step_ms < 1:
        raise ValueError(f"notes every {every_s:g} s: an interval is at least 0.001 s")
    at_ms = store.now_ms() // step_ms * step_ms
    with writing(store.engine) as connection:
        rows = [(row.id, at_ms, row.used, row.count) for row in connection.execute(select(_P.id, _P.used, _P.count))]
        connection.execute(delete(schema.usage).where(_U.at_ms == at_ms))
        connection.execute(delete(schema.usage).where(_U.at_ms < at_ms - round(keep_s * 1000)))
        insert(connection, schema.usage, rows)
    return len(rows)


def usage(store: Store, pool: int) -> Usage:
    """What was noted of a pool."""
    with reading(store.engine) as connection:
        rows = connection.execute(select(_U.at_ms, _U.used).where(_U.pool == pool).order_by(_U.at_ms)).all()
    return Usage(floats([row[0] / 1000 for row in rows]), floats([float(row[1]) for row in rows]))


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a pool will be full, if it goes on as it did.

    Attributes
    ----------
    rate_per_s : float
        Addresses more each second; below zero where it shrinks.
    full_s : float
        Seconds since 1970; infinite where it does not grow.
    earliest_s, latest_s : float
        The same for the upper and the lower end of the confidence interval of the rate.
    """

    rate_per_s: float
    full_s: float
    earliest_s: float
    latest_s: float


def forecast(noted: Usage, size: float, *, z: float = 1.959964) -> Forecast | None:
    """Extrapolate the use of a pool.

    The rate is the median of the slopes of all pairs of points (Theil 1950, Sen 1968), which one burst or one
    wrong point in five does not move; its confidence interval is that of Sen (1968), from Kendall's statistic:
    the slopes of rank (K -+ C) / 2, C = z sqrt(n (n - 1) (2 n + 5) / 18).

    Parameters
    ----------
    noted : Usage
    size : float
        Addresses of the pool.
    z : float
        Quantile of the normal distribution: 1.96 for 95 %.

    Returns
    -------
    Forecast or None
        None with fewer than three points.

    Examples
    --------
    >>> day_s = 86400.0
    >>> found = forecast(Usage(floats([0, day_s, 2 * day_s, 3 * day_s]), floats([10, 20, 30, 40])), 100)
    >>> found.full_s / day_s
    9.0
    """
    if len(noted.at_s) < 3:
        return None
    pick = np.unique(np.linspace(0, len(noted.at_s) - 1, min(MOST, len(noted.at_s))).round().astype(np.int64))
    at, used = noted.at_s[pick], noted.used[pick]
    first, second = np.triu_indices(len(at), 1)
    slopes = frozen(np.sort((used[second] - used[first]) / (at[second] - at[first])))
    n, pairs = len(at), len(slopes)
    spread = z * (n * (n - 1) * (2 * n + 5) / 18) ** 0.5
    low = slopes[max(0, int((pairs - spread) / 2))]
    high = slopes[min(pairs - 1, int(np.ceil((pairs + spread) / 2)))]
    rate = float(np.median(slopes))
    now, left = float(at[-1]), size - float(used[-1])
    return Forecast(rate, _when(now, left, rate), _when(now, left, float(high)), _when(now, left, float(low)))


def _when(now_s: float, left: float, rate_per_s: float) -> float:
    if left <= 0:
        return now_s
    return now_s + left / rate_per_s if rate_per_s > 0 else float("inf")
