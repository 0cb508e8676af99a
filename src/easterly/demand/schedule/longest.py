"""When events could happen at the earliest: the answer without contention."""

from __future__ import annotations

import numpy as np

from easterly._kernel import dag
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.model.schedule import EventKind, Schedule, Timeline


def critical_path(schedule: Schedule, rate_bps: float | FloatColumn) -> Timeline:
    """Earliest start and finish of every event, if each message has a rate of its own.

    The forward pass of the critical path method (Kelley & Walker 1959): messages do not slow each other down, and only
    predecessors, latencies and own times count. No simulation can be faster.

    Parameters
    ----------
    schedule : Schedule
    rate_bps : float or (E,) float [bit/s]
        Rate of messages on the network; of all, or of each event.

    Returns
    -------
    Timeline

    Raises
    ------
    ValueError
        If a rate is not above 0.
    """
    rates = np.broadcast_to(np.asarray(rate_bps, dtype=np.float64), len(schedule))
    sends = schedule.kind == EventKind.SEND
    if not (rates[sends] > 0).all():
        raise ValueError("a message without a rate never ends")
    transfer_s = np.divide(schedule.size_B * 8, rates, out=np.zeros(len(schedule)), where=sends)
    takes_s = np.where(sends, transfer_s, schedule.duration_s)
    start_s, finish_s = dag.earliest(
        schedule.pred_ptr, schedule.pred_idx, schedule.earliest_s, schedule.delay_s, takes_s
    )
    return Timeline(floats(start_s), floats(finish_s))


def critical_events(schedule: Schedule, timeline: Timeline) -> IntColumn:
    """Events that the end waits for, first to last: one longest way through the schedule.

    Parameters
    ----------
    schedule : Schedule
    timeline : Timeline
        Of this schedule.
    """
    if not len(schedule):
        return ints([])
    path = [int(np.argmax(timeline.finish_s))]
    while True:
        before = schedule.pred_idx[schedule.pred_ptr[path[-1]] : schedule.pred_ptr[path[-1] + 1]]
        if not len(before) or timeline.start_s[path[-1]] <= schedule.earliest_s[path[-1]]:
            return ints(path[::-1])
        path.append(int(before[np.argmax(timeline.finish_s[before])]))
