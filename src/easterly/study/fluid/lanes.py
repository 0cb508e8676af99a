"""Messages of a schedule that begin and end together, side by side between two hosts, as one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, ints
from easterly.model.network import Network
from easterly.model.schedule import EventKind, Schedule

MANY = 200_000
"""Messages beyond which those that go side by side are one."""

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lanes:
    """Events as activities: which of them are one.

    Attributes
    ----------
    activity : (E,) int
        Activity of each event; activities are numbered as their first events are.
    first : (A,) int
        First event of each activity.
    """

    activity: IntColumn
    first: IntColumn

    @property
    def merged(self) -> int:
        """Events that were put to others."""
        return len(self.activity) - len(self.first)


def lanes_of(schedule: Schedule, network: Network, *, many: int = MANY) -> Lanes:
    """Messages side by side as one where there are many: same sender and receiver, size, and what waits for what.

    The ranks of a tensor-parallel group each send their part by their own interfaces, from one host to another, and
    everybody waits for the last of them. As one activity they go at the rate of the slowest: what waits for them does
    not see a difference; others do, as far as lanes would have been done at different times.

    Parameters
    ----------
    schedule : Schedule
    network : Network
    many : int
        Messages up to which each is an activity of its own.
    """
    everyone = np.arange(len(schedule))
    sends = np.flatnonzero(schedule.kind == EventKind.SEND)
    if len(sends) <= many:
        return Lanes(ints(everyone), ints(everyone))
    keys = _alike(schedule, network, sends)
    order = np.lexsort((sends, *keys[::-1]))
    new = np.ones(len(sends), dtype=np.bool_)
    new[1:] = np.any([column[order][1:] != column[order][:-1] for column in keys], axis=0)
    head = np.empty(len(sends), dtype=np.int64)
    head[order] = sends[order][np.maximum.accumulate(np.where(new, np.arange(len(sends)), 0))]
    first_of = everyone.copy()
    first_of[sends] = head
    first = np.flatnonzero(first_of == everyone)
    return Lanes(ints(np.searchsorted(first, first_of)), ints(first))


def _alike(schedule: Schedule, network: Network, sends: NDArray[np.intp]) -> list[NDArray[np.generic]]:
    """Columns in which messages agree that are one."""
    host = network.node_host
    before = np.diff(schedule.pred_ptr)
    event = np.repeat(np.arange(len(schedule)), before)
    after = np.bincount(schedule.pred_idx, minlength=len(schedule))
    first_before, first_after = np.full((2, len(schedule)), -1)
    first_before[event[::-1]] = schedule.pred_idx[::-1]
    first_after[schedule.pred_idx[::-1]] = event[::-1]
    columns = [
        first_before, first_after, schedule.purpose, host[schedule.src], host[schedule.dst], before, after,
        schedule.size_B, schedule.delay_s, schedule.earliest_s,
    ]  # fmt: skip
    # What sends by no host's interface, or waits for nothing, is left alone.
    alone = (host[schedule.src] < 0) | (host[schedule.dst] < 0) | (before == 0)
    return [np.where(alone, np.arange(len(schedule)), -1)[sends], *(column[sends] for column in columns)]
