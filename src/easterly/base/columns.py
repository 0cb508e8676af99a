"""Columns: read-only numpy arrays, the storage of every computed noun."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatColumn = NDArray[np.float64]
IntColumn = NDArray[np.int32]
IndexColumn = NDArray[np.int64]
BoolColumn = NDArray[np.bool_]
TextColumn = NDArray[np.str_]

Dtype = type[np.float64] | type[np.int32] | type[np.int64] | type[np.bool_] | type[np.str_]


def column(values: ArrayLike | Sequence[Any], dtype: Dtype) -> NDArray[Any]:
    """Make a read-only, contiguous array of one dtype.

    Parameters
    ----------
    values : array_like
        Anything numpy can turn into an array. Copied only when its type or layout demands it,
        or when the array is still writeable.
    dtype : numpy dtype class

    Returns
    -------
    (N,) array, not writeable
    """
    array = np.ascontiguousarray(values, dtype=dtype)
    if array.flags.writeable:
        array = array.copy() if array is values else array
        array.flags.writeable = False
    return array


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, read-only from here on: for one that nobody else holds, such as an answer of the kernel.

    Parameters
    ----------
    array : (N,) array, contiguous

    Returns
    -------
    (N,) array, not writeable
        Not a copy.
    """
    array.flags.writeable = False
    return array


def floats(values: ArrayLike) -> FloatColumn:
    """Read-only float64 column."""
    return column(values, np.float64)


def ints(values: ArrayLike) -> IntColumn:
    """Read-only int32 column."""
    return column(values, np.int32)


def indices(values: ArrayLike) -> IndexColumn:
    """Read-only int64 column, for CSR pointers and counts."""
    return column(values, np.int64)


def bools(values: ArrayLike) -> BoolColumn:
    """Read-only boolean column."""
    return column(values, np.bool_)


def texts(values: ArrayLike | Sequence[str]) -> TextColumn:
    """Read-only text column (fixed width, as wide as its longest value)."""
    return column(values, np.str_)


def significant(values: ArrayLike, digits: int = 6) -> FloatColumn:
    """Numbers rounded to so many significant digits, so that order does not hang on how far a search went.

    >>> significant(floats([0.12345678, 0.0, -4.9999999e9, np.inf])).tolist()
    [0.123457, 0.0, -5000000000.0, inf]
    """
    return floats([float(f"{value:.{digits - 1}e}") for value in np.asarray(values, dtype=np.float64).tolist()])


def ratio(numerator: FloatColumn, denominator: FloatColumn) -> FloatColumn:
    """Elementwise quotient; 0/0 is NaN and x/0 is infinite, both without a warning."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return floats(np.asarray(numerator) / np.asarray(denominator))
