"""What a step waits for: of the time of what computes, how much it does, and what holds it up in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, bools, floats, ints, texts
from easterly.model.packet_prediction import PacketWaits
from easterly.model.schedule import EventKind, Schedule
from easterly.study.packets.results import Run

COMPUTE, BUBBLE = "compute", "bubble"
Reason = tuple[str, str, str, bool]
"""Axis, stage, collective, and whether it stays inside hosts."""


@dataclass(frozen=True, slots=True)
class _Course:
    """When events began, and for the sake of which one they did not before; -1 where there is none."""

    schedule: Schedule
    began_s: NDArray[np.float64]
    done_s: NDArray[np.float64]
    behind: NDArray[np.int64]


def waits_of(schedule: Schedule, runs: Sequence[Run], jobs: int) -> PacketWaits:
    """What the steps of jobs wait for.

    Parameters
    ----------
    schedule : Schedule
    runs : sequence of Run
        Of parts of it, the largest first: the whole is on the line through the two largest, reason by reason, as its
        time is.
    jobs : int
        Jobs of the schedule.

    Returns
    -------
    PacketWaits
    """
    ended = [run for run in runs if run.outcome.complete][:2]
    courses = [_course(schedule, _done_s(run)) for run in ended]
    rows = []
    for job in range(jobs):
        took = [_took(course, job) for course in courses]
        if took and took[0]:
            rows += [(job, *key, share) for key, share in _shares(took, [run.part for run in ended])]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return PacketWaits(
        ints(columns[0]), texts(columns[1]), texts(columns[2]), texts(columns[3]), bools(columns[4]), floats(columns[5])
    )


def _done_s(run: Run) -> FloatColumn:
    """(E,) [s] when each event was done."""
    assert run.outcome.done_s is not None
    return floats(run.outcome.done_s[run.talk.last])


def waits(schedule: Schedule, done_s: FloatColumn, job: int) -> dict[Reason, float]:
    """What the steps of a job wait for in one run, on average over what computes.

    Each stream computes, or is idle until its next event begins (after its last one, until the job is done). That event
    began when the last of its predecessors was done; the idle time in which this one was under way is due to it, and
    what is left to the predecessor that it waited for in turn. So all reasons together are the time of the step.

    Parameters
    ----------
    schedule : Schedule
    done_s : (E,) float [s]
        When each event was done.
    job : int
        As `schedule.purposes.job` counts.

    Returns
    -------
    dict
        [s] by reason; empty where the job has no events, or has not ended.
    """
    return _took(_course(schedule, done_s), job)


def _shares(took: Sequence[Mapping[Reason, float]], parts: Sequence[float]) -> list[tuple[Reason, float]]:
    """Shares of the whole, the largest first, from times of the largest part and of a smaller one."""
    whole_s = dict(took[0])
    if len(took) > 1 and took[1]:
        for key in {**took[0], **took[1]}:
            large_s, small_s = took[0].get(key, 0.0), took[1].get(key, 0.0)
            whole_s[key] = max(large_s + (large_s - small_s) / (parts[0] - parts[1]) * (1 - parts[0]), 0.0)
    total_s = sum(whole_s.values())
    order = sorted(whole_s.items(), key=lambda each: (-each[1], each[0]))
    return [(key, each_s / total_s) for key, each_s in order if each_s > 0]


def _course(schedule: Schedule, done_s: FloatColumn) -> _Course:
    count = np.diff(schedule.pred_ptr)
    event = np.repeat(np.arange(len(schedule)), count)
    order = np.lexsort((done_s[schedule.pred_idx], event))
    behind = np.full(len(schedule), -1, dtype=np.int64)
    some = count > 0
    behind[some] = schedule.pred_idx[order][schedule.pred_ptr[1:][some] - 1]
    began_s = np.where(some, done_s[behind], 0.0)
    return _Course(schedule, began_s, np.asarray(done_s), behind)


def _took(course: _Course, job: int) -> dict[Reason, float]:
    """[s] by reason."""
    schedule, done_s = course.schedule, course.done_s
    own = np.flatnonzero(schedule.job == job)
    if not len(own) or not np.isfinite(done_s[own]).all() or not done_s[own].max() > 0:
        return {}
    last = int(own[np.argmax(done_s[own])])
    works = own[(schedule.kind[own] == EventKind.COMPUTE) & (schedule.stream[own] >= 0)]
    works = works[np.lexsort((done_s[works], course.began_s[works], schedule.stream[works]))]
    stream = schedule.stream[works]
    new = np.concatenate([[True], stream[1:] != stream[:-1]])[: len(works)]
    ends = np.concatenate([done_s[works][np.roll(new, -1)], np.zeros(0 if len(works) else 1)])
    # Idle until each event begins, and from the last one of each stream to the end.
    cursor = np.concatenate([course.behind[works], np.full(len(ends), last)])
    low_s = np.concatenate([np.where(new, 0.0, np.roll(done_s[works], 1)), ends])
    took: dict[Reason, float] = defaultdict(float)
    took[COMPUTE, "", "", False] = float((done_s[works] - course.began_s[works]).sum())
    _trace(course, cursor, low_s, took)
    return {key: each_s / len(ends) for key, each_s in took.items() if each_s > 0}


def _trace(course: _Course, cursor: NDArray[np.int64], low_s: NDArray[np.float64], took: dict[Reason, float]) -> None:
    """Add what idle times are due to, each from the event that ends it backwards to where it began."""
    schedule = course.schedule
    while True:
        idle = cursor >= 0
        idle[idle] = course.done_s[cursor[idle]] > low_s[idle]
        cursor, low_s = cursor[idle], low_s[idle]
        if not len(cursor):
            return
        part_s = course.done_s[cursor] - np.maximum(course.began_s[cursor], low_s)
        keys = np.stack([schedule.kind[cursor], schedule.purpose[cursor]], axis=1)
        found, which = np.unique(keys, axis=0, return_inverse=True)
        for (kind, row), each_s in zip(found.tolist(), np.bincount(which.ravel(), part_s).tolist(), strict=True):
            took[_named(schedule, kind, row)] += each_s
        cursor = course.behind[cursor]


def _named(schedule: Schedule, kind: int, row: int) -> Reason:
    of = schedule.purposes
    if kind == EventKind.COMPUTE:
        return BUBBLE, "", "", False
    return str(of.axis[row]), str(of.stage[row]), str(of.collective[row]), kind == EventKind.LOCAL
