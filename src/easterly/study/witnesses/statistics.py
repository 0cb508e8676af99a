"""Means of what was simulated, and how sure they are: what comes close together is not counted as if it were apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices
from easterly.predict.intervals import student

BATCHES = 10
"""Stretches of a run, each long against the time in which a queue forgets."""
WARM = 0.1
"""Of the run, at first, that is left out: all queues begin empty."""
SHARES = (0.5, 0.9, 0.99, 0.999)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen at each queue.

    Attributes
    ----------
    packets, waited : (Q,) int
        After the beginning; those that waited at all.
    count, sum_s : (Q, B) int, float [s]
        Packets of each stretch, and their waits.
    at_s : (Q, 4) float [s]
        Quantiles of the wait at `SHARES`; NaN where nothing came.
    most_s : (Q,) float [s]
        Of the whole run.
    """

    packets: IndexColumn
    waited: IndexColumn
    count: IndexColumn
    sum_s: FloatColumn
    at_s: FloatColumn
    most_s: FloatColumn

    @property
    def mean_s(self) -> FloatColumn:
        """(Q,) [s] mean wait; NaN where nothing came."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return floats(self.sum_s.sum(axis=1) / self.packets)


def measured(row: IntColumn, from_s: FloatColumn, wait_s: FloatColumn, rows: int, lasts_s: float) -> Measured:
    """Waits by queue and by stretch of the run.

    Parameters
    ----------
    row : (P,) int
    from_s, wait_s : (P,) float [s]
    rows : int
    lasts_s : float [s]

    Returns
    -------
    Measured
    """
    most_s = np.full(rows, np.nan)
    np.fmax.at(most_s, row, wait_s)
    counts = (from_s >= WARM * lasts_s) & (from_s <= lasts_s)
    own, wait = row[counts].astype(np.int64), wait_s[counts]
    batch = np.minimum(((from_s[counts] / lasts_s - WARM) / (1 - WARM) * BATCHES).astype(np.int64), BATCHES - 1)
    key, size = own * BATCHES + batch, rows * BATCHES
    order = np.lexsort((wait, own))
    packets = np.bincount(own, minlength=rows)
    begin = np.cumsum(packets) - packets
    at = np.full((rows, len(SHARES)), np.nan)
    some = packets > 0
    for k, share in enumerate(SHARES):
        at[some, k] = wait[order][(begin + np.ceil(share * packets).astype(np.int64) - 1)[some]]
    return Measured(
        indices(packets), indices(np.bincount(own, wait > 0, rows)),
        indices(np.bincount(key, minlength=size).reshape(rows, BATCHES)),
        floats(np.bincount(key, wait, size).reshape(rows, BATCHES)), floats(at), floats(most_s),
    )  # fmt: skip


def half_width(count: IndexColumn, sum_s: FloatColumn, level: float) -> Floats:
    """(Q,) [s] half of the interval that holds the mean wait with probability `level`.

    Stretches are one sample each, and the mean is a ratio of two sums (Cochran 1977, 6.3; Student 1908).

    Parameters
    ----------
    count, sum_s : (Q, B) int, float [s]
    level : float [1]

    Examples
    --------
    >>> half_width(np.array([[10, 10, 10]]), np.array([[9.0, 10.0, 11.0]]), 0.95).round(4)
    array([0.2484])
    """
    batches = count.shape[1]
    packets = count.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rest = sum_s - sum_s.sum(axis=1, keepdims=True) / packets[:, None] * count
        spread = np.sqrt(batches / (batches - 1) * (rest**2).sum(axis=1)) / packets
    made: Floats = np.where(packets > 0, student(batches - 1, level) * spread, np.inf)
    return made
