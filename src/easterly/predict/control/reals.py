"""Checks of numbers, and elementary functions of numbers and of arrays with the same bits on every machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import maths
from easterly.base.columns import FloatColumn

NEAR, TERMS = 0.02, 9
"""Of series for small arguments: the first term left out is below 1e-16 of the sum."""


def power(base: ArrayLike, exponent: ArrayLike) -> FloatColumn:
    """Each entry to the power of another.

    >>> power([4.0, 8.0], [0.5, 1 / 3]).round(12)
    array([2., 2.])
    """
    x, y = np.broadcast_arrays(np.asarray(base, np.float64), np.asarray(exponent, np.float64))
    made = maths.pow(np.ascontiguousarray(x).reshape(-1), np.ascontiguousarray(y).reshape(-1))
    return np.asarray(made.reshape(x.shape))


def log(values: ArrayLike) -> FloatColumn:
    """Natural logarithm of each entry."""
    array = np.asarray(values, np.float64)
    return np.asarray(maths.log(np.ascontiguousarray(array).reshape(-1)).reshape(array.shape))


def exp(values: ArrayLike) -> FloatColumn:
    """E to the power of each entry."""
    array = np.asarray(values, np.float64)
    return np.asarray(maths.exp(np.ascontiguousarray(array).reshape(-1)).reshape(array.shape))


def pow1(base: float, exponent: float) -> float:
    """One number to the power of another."""
    return float(power(base, exponent))


def number(name: str, value: float, *, zero: bool = False, most: float = 1e30) -> float:
    """A number above 0 (from 0 on with `zero`), refused otherwise.

    >>> number("rtt_s", -1)
    Traceback (most recent call last):
    ...
    ValueError: rtt_s is -1: it must be a number above 0 and at most 1e+30
    """
    made = float(value)
    if not ((made > 0 or (zero and made == 0)) and made <= most):
        raise ValueError(
            f"{name} is {made:g}: it must be a number {'from 0 on' if zero else 'above 0'} and at most {most:g}"
        )
    return made


def share(name: str, value: float, *, zero: bool = False) -> float:
    """A part of 1: below 1, and above 0 (or at least 0 with `zero`)."""
    made = float(value)
    if not ((made > 0 or (zero and made == 0)) and made < 1):
        raise ValueError(f"{name} is {made:g}: it must be {'from 0 on' if zero else 'above 0'} and below 1")
    return made


def numbers(name: str, values: ArrayLike, count: int | None = None, *, zero: bool = False) -> FloatColumn:
    """A row of numbers, each as `number` has it; one number stands for `count` of them."""
    array = np.atleast_1d(np.asarray(values, np.float64))
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions: give a row of numbers")
    if count is not None and len(array) == 1:
        array = np.repeat(array, count)
    if count is not None and len(array) != count:
        raise ValueError(f"{name} has {len(array)} numbers: give one, or {count}")
    for value in array:
        number(name, float(value), zero=zero)
    return array


def log1p(x: float) -> float:
    """log(1 + x) without loss near 0, where 1 + x has lost what matters of x.

    >>> log1p(1e-18)
    1e-18
    """
    if abs(x) > NEAR:
        return float(log(1 + x))
    return x * sum((-x) ** k / (k + 1) for k in reversed(range(TERMS)))


def expm1(x: float) -> float:
    """exp(x) - 1 without loss near 0.

    >>> expm1(-1e-18)
    -1e-18
    """
    if abs(x) > NEAR:
        return float(exp(x)) - 1
    made = 1.0
    for k in range(TERMS, 1, -1):
        made = 1 + x * made / k
    return x * made
