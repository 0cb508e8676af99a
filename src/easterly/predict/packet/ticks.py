"""Time as the kernel counts it: whole picoseconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PER_S = 10**12
"""Ticks in a second."""
TICK_S = 1e-12
NEVER_PS = 1 << 62
"""No event is as late."""


def ticks(time_s: float) -> int:
    """[ps] nearest to a time.

    >>> ticks(1.5e-6)
    1500000
    """
    return round(time_s * PER_S)


def ticks_of(time_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """[ps] nearest to each time."""
    return np.round(time_s * PER_S).astype(np.int64)
