"""Pairs of numbers that belong together: which event waits for which, and where ranks enter and leave."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Amounts = NDArray[np.float64]
Pairs = tuple[Numbers, Numbers]

NONE = np.empty(0, dtype=np.int64)
NO_PAIRS: Pairs = (NONE, NONE)


def pairs(left: NDArray[np.signedinteger[Any]], right: NDArray[np.signedinteger[Any]]) -> Pairs:
    """Pairs of two arrays that broadcast against each other; those with a -1 are left out."""
    a, b = np.broadcast_arrays(np.asarray(left, dtype=np.int64), np.asarray(right, dtype=np.int64))
    a, b = a.ravel(), b.ravel()
    keep = (a >= 0) & (b >= 0)
    return a[keep], b[keep]


def joined(*parts: Pairs) -> Pairs:
    """Several lists of pairs as one."""
    return np.concatenate([NONE, *(a for a, _ in parts)]), np.concatenate([NONE, *(b for _, b in parts)])


def shifted(both: Pairs, left: int, right: int) -> Pairs:
    """Pairs with something added to each side."""
    return both[0] + left, both[1] + right


def through(left: Pairs, right: Pairs) -> Pairs:
    """Every pair (a, c) with (a, k) among the first and (k, c) among the second.

    >>> through((np.array([7, 8]), np.array([0, 1])), (np.array([1, 1]), np.array([4, 5])))
    (array([8, 8]), array([4, 5]))
    """
    order = np.argsort(right[0], kind="stable")
    keys, values = right[0][order], right[1][order]
    first = np.searchsorted(keys, left[1], side="left")
    count = np.searchsorted(keys, left[1], side="right") - first
    ends = np.cumsum(count)
    within = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - count, count)
    return np.repeat(left[0], count), values[np.repeat(first, count) + within]


def unique(both: Pairs) -> Pairs:
    """Each pair once, in rising order."""
    if len(both[0]) == 0:
        return NO_PAIRS
    width = int(both[1].max()) + 1
    keys = distinct(both[0] * width + both[1])
    return keys // width, keys % width


def distinct(keys: Numbers) -> Numbers:
    """Each number once, in rising order; sorted, which is many times quicker here than hashing (`np.unique`)."""
    keys = np.sort(keys)
    return keys[np.diff(keys, prepend=keys[:1] - 1) > 0]
