"""Whole numbers in: parameters and columns, refused with the reason where they are none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

TICKS_PER_S = 10**9
"""Times are in nanoseconds."""
UNITS_PER_B = 8 * TICKS_PER_S
"""Credit is counted in bits times nanoseconds: a byte is that much of it."""
LARGEST = 2**63 - 1


def whole(name: str, value: Any, least: int = 0) -> int:
    """A whole number that fits 64 bits; a float will do if it is whole.

    Raises
    ------
    ValueError
        Anything else.

    >>> whole("rate_bps", 1e9)
    1000000000
    """
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None or isinstance(value, str) or number != value:
        raise ValueError(f"{name} is {value!r}, not a whole number: round it, or choose a smaller unit")
    if not least <= number <= LARGEST:
        raise ValueError(f"{name} is {number}, not within {least}..2^63-1")
    return number


def whole_column(name: str, values: ArrayLike) -> NDArray[np.int64]:
    """Column of whole numbers, not copied where it is one already.

    Raises
    ------
    ValueError
        Numbers with a fraction or beyond 64 bits, or more than one dimension. Floats are refused even where they are
        whole: a time in nanoseconds is beyond what they hold exactly after 104 days.
    """
    made = np.asarray(values)
    if made.size == 0 and made.ndim == 1:
        return np.zeros(0, dtype=np.int64)
    if made.ndim != 1:
        raise ValueError(f"{name} has {made.ndim} dimensions, not one: hand over one number per packet")
    if made.dtype.kind == "u" and made.max() > LARGEST:
        raise ValueError(f"{name} goes up to {made.max()}, beyond 2^63-1")
    if made.dtype.kind not in "iu":
        raise ValueError(f"{name} holds numbers of type {made.dtype}, not whole ones within 64 bits: round them first")
    return np.ascontiguousarray(made, dtype=np.int64)


def row_column(name: str, values: ArrayLike, limit: int) -> NDArray[np.int32]:
    """Column of row numbers below a limit.

    Raises
    ------
    ValueError
        What `whole_column` refuses, and rows that are not there.
    """
    made = whole_column(name, values)
    wrong = np.flatnonzero((made < 0) | (made >= limit))
    if len(wrong):
        raise ValueError(f"{name}[{wrong[0]}] is {made[wrong[0]]}, not within 0..{limit - 1}")
    return made.astype(np.int32)


def total(values: NDArray[np.int64]) -> int:
    """Exact sum, of any size.

    >>> total(np.array([2**62] * 4)) == 2**64
    True
    """
    return (int((values >> 32).sum()) << 32) + int((values & 0xFFFFFFFF).sum())
