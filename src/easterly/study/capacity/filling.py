"""The month in which loads reach what they may: the first whole month, then halving within it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats

Rows = NDArray[np.intp]
Excess = Callable[[Rows, FloatColumn], FloatColumn]
HALVINGS = 50
ROUNDING = 1e-9
MOST = 200_000
"""Months of all things that are worked out at once."""


def first_month(excess: Excess, count: int, months: int) -> FloatColumn:
    """When each of some things is full, in months from now; infinite where it is not within the horizon.

    Parameters
    ----------
    excess : callable
        Of rows and a month for each: load over what it may be, less one; full from more than 0 on.
    count : int
        Things.
    months : int
        Horizon.

    Examples
    --------
    40 that grows by half every year is 90 after two years:

    >>> round(float(first_month(lambda rows, month: floats(40 * 1.5 ** (month / 12) / 90 - 1), 1, 36)[0]), 6)
    24.0
    """
    found = np.full(count, np.inf)
    for part in np.array_split(np.arange(count), count * (months + 1) // MOST + 1):
        every = np.tile(np.arange(months + 1.0), len(part))
        over = (excess(np.repeat(part, months + 1), floats(every)) > ROUNDING).reshape(len(part), months + 1)
        full, month = over.any(axis=1), over.argmax(axis=1)
        found[part[full & (month == 0)]] = 0.0
        later = full & (month > 0)
        if later.any():
            found[part[later]] = _within(excess, part[later], month[later])
    return floats(found)


def _within(excess: Excess, rows: Rows, month: Rows) -> FloatColumn:
    """Between the month before and this one."""
    low, high = month - 1.0, month.astype(np.float64)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        over = excess(rows, floats(middle)) > 0
        low, high = np.where(over, low, middle), np.where(over, middle, high)
    return floats(high)
