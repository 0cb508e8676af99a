"""Schedules as messages on connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, floats, indices, ints
from easterly.base.schema import Doc
from easterly.model.packets import PacketMessages
from easterly.model.schedule import EventKind, Schedule

LEAST_B = 4096
"""A message is spread over no more connections than it has parts of this size."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The connections of a schedule, what they carry, and which message stands for which event."""

    src: Annotated[IntColumn, Doc("(F,) node that each connection comes from.")]
    dst: Annotated[IntColumn, Doc("(F,) node that it goes to.")]
    traffic_class: Annotated[IntColumn, Doc("(F,) class, by the number that the schedule gives it.")]
    number: Annotated[IntColumn, Doc("(F,) connections of one pair and class, from 0.")]
    messages: Annotated[PacketMessages, Doc("Messages and work.")]
    event: Annotated[IntColumn, Doc("(M,) event that each is part of.")]
    last: Annotated[IntColumn, Doc("(E,) message that is done when the event is.")]


def conversation(schedule: Schedule, *, part: float = 1.0) -> Conversation:
    """What a schedule puts on the network, packet by packet.

    A message is split evenly over the connections that its purpose has, each with an entropy of its own; where it is,
    what waits for it waits for all parts.

    Parameters
    ----------
    schedule : Schedule
    part : float [1]
        Part of every message and of every time that no packet takes (work, waits, delays of software); at least a byte
        of each message is left.

    Returns
    -------
    Conversation

    Raises
    ------
    ValueError
        A part that is none.

    Notes
    -----
    Work that takes no network, inside hosts too, takes its time and nothing else.
    """
    if not 0 < part <= 1:
        raise ValueError(f"part is {part}: from just above 0 to 1")
    sends = (schedule.kind == EventKind.SEND) & (schedule.src != schedule.dst)
    size_B = np.maximum(np.round(schedule.size_B * part), 1).astype(np.int64)
    parts = np.where(sends, connections_of(size_B, schedule.connections), 1)
    rows = parts + (parts > 1)  # one more joins them
    first = np.cumsum(rows) - rows
    event, at = np.repeat(np.arange(len(schedule)), rows), _within(rows)
    joins = at == parts[event]
    carries = sends[event] & ~joins
    chunk_B = np.where(carries, _share(size_B[event], parts[event], at), 0)
    begins = ~joins
    duration_s = np.where(begins & ~carries, np.where(sends, 0.0, schedule.duration_s * part)[event], 0.0)
    connection, src, dst, traffic_class, number = _connections(schedule, event, at, carries)
    ptr, idx = _before(schedule, event, joins, first, first + rows - 1)
    messages = PacketMessages(
        connection, indices(chunk_B), floats(np.where(begins, schedule.earliest_s[event] * part, 0.0)),
        floats(np.where(begins, schedule.delay_s[event] * part, 0.0)), floats(duration_s), ptr, idx,
    )  # fmt: skip
    return Conversation(src, dst, traffic_class, number, messages, ints(event), ints(first + rows - 1))


def connections_of(size_B: NDArray[np.int64], most: IntColumn) -> NDArray[np.int64]:
    """(E,) connections that messages are spread over, where they have so many."""
    return np.clip(size_B // LEAST_B, 1, np.maximum(most, 1))


def _within(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... of each count, one behind the other."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)


def _share(size_B: NDArray[np.int64], parts: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sizes of parts that differ by a byte at most."""
    return size_B // parts + (at < size_B % parts)


def _connections(
    schedule: Schedule, event: NDArray[np.int64], at: NDArray[np.int64], carries: NDArray[np.bool_]
) -> tuple[IntColumn, IntColumn, IntColumn, IntColumn, IntColumn]:
    """Connection of each message, -1 for work; ends, class and number of each connection."""
    of = event[carries]
    ends = (schedule.src[of], schedule.dst[of], schedule.traffic_class[of], at[carries])
    columns = tuple(column.astype(np.int64) for column in ends)
    sizes = tuple(1 + int(column.max(initial=0)) for column in columns)
    _, first, which = np.unique(np.ravel_multi_index(columns, sizes), return_index=True, return_inverse=True)
    connection = np.full(len(event), -1, dtype=np.int32)
    connection[carries] = which
    src, dst, traffic_class, number = (ints(column[first]) for column in columns)
    return ints(connection), src, dst, traffic_class, number


def _before(
    schedule: Schedule, event: NDArray[np.int64], joins: NDArray[np.bool_], first: NDArray[np.int64],
    last: NDArray[np.int64],
) -> tuple[NDArray[np.int64], IntColumn]:  # fmt: skip
    """What each message waits for: parts for the events before theirs, joins for the parts."""
    own = last[event] - first[event]
    counts = np.where(joins, own, np.diff(schedule.pred_ptr)[event])
    within = _within(counts)
    joined = np.repeat(joins, counts)
    begin = np.where(joins, first[event], schedule.pred_ptr[:-1][event])
    at = np.repeat(begin, counts) + within
    idx = np.where(joined, at, 0)
    idx[~joined] = last[schedule.pred_idx[at[~joined]]]
    return np.concatenate([[0], np.cumsum(counts)]), ints(idx)
