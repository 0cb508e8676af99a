"""Weights as entries of tables: WCMP groups reduced to a size, one group or many under one budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import hash as kernel
from easterly.base.columns import FloatColumn, IndexColumn, floats, indices
from easterly.base.schema import Doc, Unit

MOST = 1 << 24
"""Largest table."""
EXACT = 1e-12
"""No more than rounding."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """A group whose weights are numbers of entries."""

    entries: Annotated[IndexColumn, Doc("(M,) entries of each member.")]
    error: Annotated[
        float, Unit("1"), Doc("Oversubscription: most that a member carries, over its share by weight; 1 is exact.")
    ]

    @property
    def size(self) -> int:
        """Entries in all."""
        return int(self.entries.sum())

    @property
    def share(self) -> FloatColumn:
        """(M,) share of the traffic of each member."""
        return floats(self.entries / max(self.size, 1))


def oversubscription(weights: ArrayLike, entries: ArrayLike) -> float:
    """``max_i (n_i / sum n) (sum w / w_i)``: by how much the busiest member carries more than its share.

    Members of weight 0 count as infinitely busy if they have an entry.

    Parameters
    ----------
    weights : (M,) float
    entries : (M,) int

    Returns
    -------
    float
        At least 1; NaN where there is no weight or no entry.

    Examples
    --------
    >>> oversubscription([2, 1], [1, 1])
    1.5
    """
    weight, count = np.asarray(weights, dtype=np.float64), np.asarray(entries, dtype=np.float64)
    if not weight.sum() > 0 or not count.sum() > 0:
        return float("nan")
    used = count > 0
    with np.errstate(divide="ignore"):
        return float(np.max(count[used] / weight[used]) * (weight.sum() / count.sum()))


def reduce_weights(weights: ArrayLike, table: int, *, error: float = 1.0, keep: bool = True) -> Reduced:
    """Entries of each member in a table of a given size, with the least oversubscription.

    ``min_n max_i (n_i / sum n) / (w_i / sum w)`` over whole numbers n with ``sum n <= table``: exact. Of sizes that
    reach the same error the smallest is taken. Zhou et al. 2014 (WCMP, EuroSys, algorithm 1) add entries greedily until
    the error is within a bound; here all sizes are looked at, and the entries of each are optimal, as the next entry
    goes to the member whose entries over weight stay lowest.

    Parameters
    ----------
    weights : (M,) float
        Not negative; a member of weight 0 gets nothing.
    table : int
        Entries that there are, up to 2^24.
    error : float
        Oversubscription that is good enough: the smallest size that reaches it is taken.
    keep : bool
        Every member of weight above 0 keeps an entry; else small ones may go.

    Returns
    -------
    Reduced

    Raises
    ------
    ValueError
        More members than entries (with `keep`), weights that are negative or all 0, sizes out of range.

    Examples
    --------
    >>> fit = reduce_weights([31.7, 20.1, 10.2], 6)
    >>> fit.entries.tolist(), round(fit.error, 3)
    ([3, 2, 1], 1.028)
    """
    weight = _weights(weights)
    sizes, errors = kernel.reduction_curve(weight, _size(table), int(keep))
    if len(sizes) == 0:
        raise ValueError(f"{int((weight > 0).sum())} members need an entry each, and the table has {table}")
    reached = np.flatnonzero(errors <= error)
    row = int(reached[0]) if len(reached) else len(sizes) - 1
    return _at(weight, int(sizes[row]), keep)


def reduce_groups(groups: Sequence[ArrayLike], table: int, *, keep: bool = True) -> tuple[Reduced, ...]:
    """Entries of the members of many groups that share one table, with the least error of the worst group.

    Every group has a staircase of errors over sizes. The least bound under which the groups' smallest sizes fit into
    the table is found exactly (the problem of Zhou et al. 2014, algorithm 2); what is left then goes, step by step, to
    the group with the largest error whose next step still fits.

    Parameters
    ----------
    groups : sequence of (M,) float
        Weights of each group.
    table : int
        Entries for all groups together.
    keep : bool
        As in `reduce_weights`.

    Returns
    -------
    tuple of Reduced
        One per group.

    Raises
    ------
    ValueError
        A table that is too small for all members, weights that are negative or all 0.

    Examples
    --------
    >>> [fit.entries.tolist() for fit in reduce_groups([[3, 1], [5, 2]], 11)]
    [[3, 1], [5, 2]]
    """
    weights = [_weights(group) for group in groups]
    least = [int((w > 0).sum()) if keep else 1 for w in weights]
    if sum(least) > _size(table):
        raise ValueError(f"{len(groups)} groups need {sum(least)} entries, and the table has {table}")
    stairs, rows = _cut(weights, least, table, keep)
    return tuple(_at(w, int(sizes[row]), keep) for w, (sizes, _), row in zip(weights, stairs, rows, strict=True))


Stairs = Sequence[tuple[IndexColumn, FloatColumn]]


def _cut(weights: list[FloatColumn], least: list[int], table: int, keep: bool) -> tuple[Stairs, list[int]]:
    """The staircase of each group and its step.

    Staircases are looked at up to some multiple of an even part of the table first. Where no group stands on the last
    step of one that was cut short, all steps beyond have less error than any that was asked for: the answer is that of
    whole staircases.
    """
    spare, reach = table - sum(least), 4
    while True:
        most = [min(n + spare, n + reach * table // len(weights)) for n in least] if weights else []
        stairs = [kernel.reduction_curve(w, m, int(keep)) for w, m in zip(weights, most, strict=True)]
        rows = _fitting(stairs, table)
        _spend(stairs, rows, table)
        last = [
            row == len(sizes) - 1 and errors[row] > 1 + EXACT for row, (sizes, errors) in zip(rows, stairs, strict=True)
        ]
        if not any(end and m < n + spare for end, m, n in zip(last, most, least, strict=True)):
            return stairs, rows
        reach *= 4


def _fitting(stairs: Stairs, table: int) -> list[int]:
    """The step of each group under the least bound on all errors whose sizes fit."""
    bounds = np.unique(np.concatenate([errors for _, errors in stairs])) if stairs else np.zeros(0)
    low, high = 0, max(len(bounds) - 1, 0)
    while low < high:
        middle = (low + high) // 2
        rows = _rows(stairs, bounds[middle])
        if rows is not None and _sum(stairs, rows) <= table:
            high = middle
        else:
            low = middle + 1
    return (_rows(stairs, bounds[low]) if stairs else []) or []


def _rows(stairs: Stairs, bound: float) -> list[int] | None:
    """First step of each group with no more than that error; None where one cannot reach it."""
    rows = [int(np.searchsorted(-errors, -bound, side="left")) for _, errors in stairs]
    return None if any(row == len(sizes) for row, (sizes, _) in zip(rows, stairs, strict=True)) else rows


def _sum(stairs: Stairs, rows: Sequence[int]) -> int:
    return sum(int(sizes[row]) for row, (sizes, _) in zip(rows, stairs, strict=True))


def _spend(stairs: Stairs, rows: list[int], table: int) -> None:
    """Use what is left for the groups with the largest errors, in place."""
    left, waiting = table - _sum(stairs, rows), set(range(len(rows)))
    while waiting:
        worst = max(waiting, key=lambda g: (stairs[g][1][rows[g]], -g))
        sizes = stairs[worst][0]
        step = int(sizes[rows[worst] + 1] - sizes[rows[worst]]) if rows[worst] + 1 < len(sizes) else left + 1
        if step > left:
            waiting.remove(worst)
            continue
        rows[worst] += 1
        left -= step


def _at(weight: FloatColumn, size: int, keep: bool) -> Reduced:
    entries = kernel.apportion(weight, size, int(keep))
    return Reduced(indices(entries), oversubscription(weight, entries))


def _weights(weights: ArrayLike) -> FloatColumn:
    given = floats(weights)
    if given.ndim != 1 or not np.isfinite(given).all() or (given < 0).any() or not given.sum() > 0:
        raise ValueError("weights must be numbers from 0 on, not all of them 0")
    return given


def _size(table: int) -> int:
    if not 1 <= table <= MOST:
        raise ValueError(f"a table has from 1 to {MOST:,} entries")
    return table
