"""Draws that are named: by a seed and a text; the same bits on every machine."""

from __future__ import annotations

import numpy as np

from easterly._kernel import maths, random
from easterly.base.columns import FloatColumn, IndexColumn, floats, indices
from easterly.base.seeds import stream


def uniform(seed: int, name: str, count: int) -> FloatColumn:
    """(count,) numbers from 0 to below 1; a longer draw begins as a shorter one.

    >>> bool((uniform(1, "a", 2) == uniform(1, "a", 3)[:2]).all())
    True
    """
    drawn: FloatColumn = floats(random.uniform(np.array([stream(seed, name)], dtype=np.uint64), count)[0])
    return drawn


def exponential(seed: int, name: str, count: int) -> FloatColumn:
    """(count,) numbers of mean 1."""
    return floats(-maths.log(1.0 - uniform(seed, name, count)))


def chosen(seed: int, name: str, weight: FloatColumn, count: int) -> IndexColumn:
    """(count,) rows, each as likely as its weight says."""
    edges = np.cumsum(weight)
    at = np.searchsorted(edges, uniform(seed, name, count) * edges[-1], side="right")
    return indices(np.minimum(at, len(weight) - 1))


def shuffled(seed: int, name: str, count: int) -> IndexColumn:
    """0 to count - 1 in an order of which all are equally likely."""
    return indices(np.argsort(uniform(seed, name, count), kind="stable"))
