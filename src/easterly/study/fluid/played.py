"""A run of activities: when each begins and ends, what holds it up, and what links carry meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel.fluid import Fluid
from easterly.base.columns import FloatColumn, IntColumn, floats, indices, ints
from easterly.model.routing import Paths
from easterly.study.fluid.outages import Changes
from easterly.study.fluid.posed import Posed

Progress = Callable[[float, int, int], bool]
"""Is told of the simulated time [s], the activities that are open, the events so far; False stops."""

AT_ONCE = 100_000
"""Events between two looks at whether somebody waits no longer."""
INTERVALS, CELLS = 256, 8_000_000
"""Intervals of the course of links at most, and numbers in it."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of activities and links.

    Attributes
    ----------
    sends_s, done_s : (A,) float [s]
        When each began to send (or to be over), and when it was; infinite where it never was.
    bottleneck : (A,) int
        Link that held it back for most of its time; -1 for none.
    holds : (A,) int
        Link that holds back what still sends at the end; -2 for all else.
    time_s : (T,) float [s]
        Ends of intervals.
    carried_bit : (T, L) float [bit]
        In each.
    complete : bool
        Nobody broke it off.
    """

    sends_s: FloatColumn
    done_s: FloatColumn
    bottleneck: IntColumn
    holds: IntColumn
    time_s: FloatColumn
    carried_bit: FloatColumn
    complete: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """How activities share links.

    Attributes
    ----------
    weight : (A,) float [1]
    rank : (A,) int
        Those of a lower one go first.
    """

    weight: FloatColumn
    rank: IntColumn


def play(
    posed: Posed, standing: Standing, capacity_bps: FloatColumn, changes: Changes, until_s: float,
    progress: Progress | None = None,
) -> Played:  # fmt: skip
    """Let activities run until nothing is left to happen.

    Parameters
    ----------
    posed : Posed
    standing : Standing
    capacity_bps : (L,) float [bit/s]
    changes : Changes
    until_s : float [s]
        How long it may take, roughly: the course of links has intervals for that.
    progress : callable, optional

    Returns
    -------
    Played
    """
    made = _fluid(posed, standing, capacity_bps)
    _tell(made, changes)
    most = int(np.clip(CELLS // max(len(capacity_bps), 1), 16, INTERVALS))
    course = _Course(most, until_s / most)
    complete, going = True, True
    while going and complete:
        before = made.events
        going = made.run(course.next_s, AT_ONCE)
        if made.events - before < AT_ONCE:  # nothing more happens before the end of the interval
            course.add(made.links()["carried_B"] * 8)
        complete = progress is None or progress(made.now_s, made.open, made.events)
    found = made.activities()
    time_s, carried = course.intervals(made.now_s)
    return Played(
        floats(found["sends_s"]), floats(found["done_s"]), ints(found["bottleneck"]), ints(found["holds"]), time_s,
        carried, complete or not going,
    )  # fmt: skip


class _Course:
    """What links carried by the ends of intervals, which are twice as long when there are too many."""

    def __init__(self, most: int, every_s: float) -> None:
        self.most, self.every_s = most, every_s
        self.next_s = every_s
        self._upto: list[NDArray[np.float64]] = []

    def add(self, carried: NDArray[np.float64]) -> None:
        self._upto.append(np.asarray(carried))
        if len(self._upto) >= self.most:
            self._upto = self._upto[1::2]
            self.every_s *= 2
        self.next_s = (len(self._upto) + 1) * self.every_s

    def intervals(self, end_s: float) -> tuple[FloatColumn, FloatColumn]:
        """Ends of the intervals, the last at the end of the run, and what was carried in each."""
        ends = np.minimum(np.arange(1, len(self._upto) + 1) * self.every_s, max(end_s, 1e-12))
        upto = np.stack(self._upto) if self._upto else np.zeros((0, 0))
        return floats(ends), floats(np.diff(upto, axis=0, prepend=np.zeros((1, upto.shape[1]))))


def _fluid(posed: Posed, standing: Standing, capacity_bps: FloatColumn) -> Fluid:
    paths = posed.paths
    order = np.argsort(posed.pred_idx, kind="stable")
    event = np.repeat(np.arange(len(posed)), np.diff(posed.pred_ptr))
    followers = np.searchsorted(posed.pred_idx[order], np.arange(len(posed) + 1))
    return Fluid(
        capacity_bps, paths.ptr, paths.link, paths.share, floats(posed.size_bit / 8), posed.delay_s, posed.earliest_s,
        standing.weight, standing.rank, posed.cap_bps, indices(followers), ints(event[order]),
    )  # fmt: skip


def _tell(made: Fluid, changes: Changes) -> None:
    if not changes.capacities and not changes.reroutes:
        return
    ways = [paths for _, _, paths in changes.reroutes] or [Paths(indices([0]), ints([]), floats([]))]
    starts = np.cumsum([0, *(paths.ptr[-1] for paths in ways)])
    made.changes(
        floats(np.concatenate([np.zeros(0), *(np.full(len(rows), at) for at, rows, _ in changes.capacities)])),
        ints(np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, rows, _ in changes.capacities)])),
        floats(np.concatenate([np.zeros(0), *(bps for _, _, bps in changes.capacities)])),
        floats(np.concatenate([np.zeros(0), *(np.full(len(rows), at) for at, rows, _ in changes.reroutes)])),
        ints(np.concatenate([np.zeros(0, dtype=np.int64), *(rows for _, rows, _ in changes.reroutes)])),
        indices(np.concatenate([[0], *(p.ptr[1:] + at for p, at in zip(ways, starts.tolist(), strict=False))])),
        ints(np.concatenate([paths.link for paths in ways])), floats(np.concatenate([paths.share for paths in ways])),
    )  # fmt: skip
