"""What runs of a site say of its jobs, their exchanges, its classes and tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices, ints, texts
from easterly.model.packet_prediction import PacketGroups, PacketPhases, PacketSpans
from easterly.model.packets import PacketOutcome, Transport
from easterly.model.schedule import Schedule
from easterly.predict.packet import Conversation
from easterly.predict.packet.statistics import quantile

COUNTED = ("again", "marked", "reordered", "timeouts")


@dataclass(frozen=True, slots=True)
class Run:
    """One simulation of a part of a schedule.

    Attributes
    ----------
    part : float [1]
    talk : Conversation
    outcome : PacketOutcome
    alone_s : (E,) float [s]
        Time of each message of the schedule on an empty network; 0 for what sends nothing.
    """

    part: float
    talk: Conversation
    outcome: PacketOutcome
    alone_s: FloatColumn


def step_times(schedule: Schedule, run: Run, jobs: int, steps: int) -> FloatColumn:
    """(J,) [s] mean step time of each job: until its last event is done."""
    assert run.outcome.done_s is not None
    last = np.zeros(jobs + 1)  # the last row: of everything that is no job
    np.maximum.at(last, schedule.job, run.outcome.done_s[run.talk.last])
    return floats(last[:jobs] / steps)


def whole(parts: Sequence[float], times: Sequence[FloatColumn]) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """Times of the whole from times of parts of it, the largest first, and how sure that is.

    Parameters
    ----------
    parts : sequence of float [1]
        One or three; where a run was broken off, those before it.
    times : sequence of (J,) float [s]

    Returns
    -------
    (J,) [s]
        ``T(1)`` on the line through the two largest parts, where more than one was run.
    (J,) [s]
        How far the line through the two smallest is from that; infinite where there is no second line.
    (J,) [s]
        What does not shrink with the part: the line at 0.
    """
    if len(parts) == 1:
        unsure = np.full(len(times[0]), 0.0 if parts[0] == 1.0 else np.inf)
        return floats(times[0] / parts[0]), floats(unsure), floats(np.zeros(len(times[0])))
    with np.errstate(invalid="ignore"):  # infinite where a job never ended
        slopes = [(a - b) / (p - q) for p, q, a, b in zip(parts, parts[1:], times, times[1:], strict=False)]
        ends = [time + slope * (1 - part) for part, time, slope in zip(parts, times, slopes, strict=False)]
        apart = np.abs(ends[0] - ends[1]) if len(ends) > 1 else np.full(len(times[0]), np.inf)
        fixed = times[0] - slopes[0] * parts[0]
    stuck = ~np.isfinite(times[0])
    found = np.where(stuck, np.inf, ends[0])
    return floats(found), floats(np.where(stuck, 0.0, apart)), floats(np.where(stuck, 0.0, fixed))


def phases(schedule: Schedule, run: Run, owner: TextColumn, classes: TextColumn, nodes: TextColumn) -> PacketPhases:
    """What each purpose exchanged, and how much longer its messages took than alone; parts of a message are one."""
    talk, outcome = run.talk, run.outcome
    assert outcome.begun_s is not None
    assert outcome.done_s is not None
    first = np.concatenate([[0], talk.last[:-1] + 1])
    begun_s, done_s = outcome.begun_s[first], outcome.done_s[talk.last]
    sent = np.flatnonzero(run.alone_s > 0)
    slowdown = np.full(len(schedule), np.nan)
    with np.errstate(invalid="ignore"):
        slowdown[sent] = np.where(np.isinf(done_s[sent]), np.inf, (done_s[sent] - begun_s[sent]) / run.alone_s[sent])
    size_B = np.bincount(talk.event, talk.messages.size_B, len(schedule))
    used, which, counts = np.unique(schedule.purpose[sent], return_inverse=True, return_counts=True)
    groups = np.split(sent[np.argsort(which, kind="stable")], np.cumsum(counts)[:-1]) if len(used) else []
    worst = [int(group[np.argmax(slowdown[group])]) for group in groups]
    of = schedule.purposes
    median, p99, most = (floats([quantile(slowdown[group], q) for group in groups]) for q in (0.5, 0.99, 1.0))
    return PacketPhases(
        texts(owner[used]), texts(of.axis[used]), texts(of.stage[used]), texts(of.collective[used]),
        texts(classes[of.traffic_class[used]]), indices(counts), floats([size_B[group].sum() for group in groups]),
        floats([covered_s(begun_s[group], done_s[group]) for group in groups]), median, p99, most,
        texts(nodes[schedule.src[worst]]), texts(nodes[schedule.dst[worst]]),
    )  # fmt: skip


def spans(schedule: Schedule, run: Run) -> PacketSpans:
    """When messages of each purpose were under way; gaps shorter than a five-hundredth of the run are closed."""
    talk, outcome = run.talk, run.outcome
    assert outcome.begun_s is not None
    assert outcome.done_s is not None
    first = np.concatenate([[0], talk.last[:-1] + 1])
    sent = np.flatnonzero((run.alone_s > 0) & np.isfinite(outcome.done_s[talk.last]))
    begun_s, done_s = outcome.begun_s[first[sent]], outcome.done_s[talk.last[sent]]
    close_s = float(done_s.max(initial=0.0)) / 500
    _, which = np.unique(schedule.purpose[run.alone_s > 0], return_inverse=True)
    which = which[np.isfinite(outcome.done_s[talk.last[run.alone_s > 0]])]
    rows: list[tuple[int, float, float]] = []
    for phase in np.unique(which).tolist():
        own = which == phase
        rows += [(phase, start, end) for start, end in _merged(begun_s[own], done_s[own], close_s)]
    return PacketSpans(ints([r[0] for r in rows]), floats([r[1] for r in rows]), floats([r[2] for r in rows]))


def _merged(
    begin_s: NDArray[np.float64], end_s: NDArray[np.float64], close_s: float
) -> list[tuple[float, float]]:  # fmt: skip
    """Intervals in their order, those that are closer to each other joined."""
    order = np.argsort(begin_s, kind="stable")
    begin, end = begin_s[order], np.maximum.accumulate(end_s[order])
    new = np.concatenate([[True], begin[1:] > end[:-1] + close_s])
    ends = end[np.concatenate([np.flatnonzero(new)[1:] - 1, [len(end) - 1]])]
    return list(zip(begin[new].tolist(), ends.tolist(), strict=True))


def covered_s(begin_s: NDArray[np.float64], end_s: NDArray[np.float64]) -> float:
    """[s] time that intervals cover together; those that never begin cover none.

    >>> covered_s(np.array([0.0, 1.0, 5.0]), np.array([2.0, 3.0, 6.0]))
    4.0
    """
    began = np.isfinite(begin_s)
    order = np.argsort(begin_s[began], kind="stable")
    begin, end = begin_s[began][order], np.maximum.accumulate(end_s[began][order])
    before = np.concatenate([[-np.inf], end])[:-1]
    from_s = np.maximum(begin, before)
    more = end > from_s  # where both are infinite there is no difference
    return float((end[more] - from_s[more]).sum())


def groups(name: TextColumn, run: Run, transports: Sequence[Transport]) -> PacketGroups:
    """Connections by a label of each, such as class or tenant."""
    labels, of = np.unique(name, return_inverse=True)
    messages, traffic_class = run.talk.messages, run.talk.traffic_class
    carried = messages.connection >= 0
    size_B = np.bincount(of[messages.connection[carried]], messages.size_B[carried], len(labels))
    ways = [sorted({transports[c].name for c in np.unique(traffic_class[of == row])}) for row in range(len(labels))]

    def summed(column: IndexColumn) -> IndexColumn:
        return indices([column[of == row].sum() for row in range(len(labels))])

    return PacketGroups(
        texts(labels), texts([", ".join(way) for way in ways]), indices(np.bincount(of, minlength=len(labels))),
        floats(size_B), *(summed(getattr(run.outcome, column)) for column in COUNTED),
    )  # fmt: skip


def purpose_of(schedule: Schedule, talk: Conversation) -> IntColumn:
    """(F,) purpose of each connection: that of its first message."""
    carried = np.flatnonzero(talk.messages.connection >= 0)[::-1]
    made = np.zeros(len(talk.src), dtype=np.int32)
    made[talk.messages.connection[carried]] = schedule.purpose[talk.event[carried]]
    return ints(made)
