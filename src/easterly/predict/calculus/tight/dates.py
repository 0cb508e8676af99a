"""Dates at which a linear programme looks at servers, by their depth in a tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Dates:
    """Dates of arrival at a server of some depth.

    Date x of the server behind is when bits leave here that arrived here on date x: first in, first out. For some of
    them there is a date besides, before which all that arrived is served behind the service curve.

    Attributes
    ----------
    count : int
    served : (K,) int
        Dates of leaving for which there is one.
    since : (K,) int
        That date.
    later : (P, 2) int
        Pairs of which the first is never before the second, but those that follow from others.
    ordered : (P, 2) int
        All such pairs.
    """

    count: int
    served: Pairs
    since: Pairs
    later: Pairs
    ordered: Pairs


def chain(depth: int) -> Dates:
    """Dates in a row, and service for the earliest alone: as many as servers behind, and two."""
    count = depth + 2
    each = np.arange(count - 1)
    first, second = np.triu_indices(count, 1)
    return Dates(
        count, np.array([depth]), np.array([depth + 1]), np.stack([each, each + 1], 1), np.stack([first, second], 1)
    )


def doubled(behind: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The order at a server, from that of the server behind: both kinds of dates follow it, and since is before."""
    count = len(behind)
    made = np.zeros((2 * count, 2 * count), dtype=bool)
    made[:count, :count] = made[:count, count:] = made[count:, count:] = behind
    return made


def ordered(order: NDArray[np.bool_]) -> Dates:
    """Dates in an order that is known in part, with service for every date of leaving."""
    count = len(order)
    half = np.arange(count // 2)
    strict = order & ~np.eye(count, dtype=bool)
    proper = strict & ~strict.T  # dates that are both ways round are the same: of those, all pairs count
    follows = (proper.astype(np.int64) @ proper.astype(np.int64)) > 0
    return Dates(count, half, half + count // 2, np.argwhere(strict & ~follows), np.argwhere(strict))
