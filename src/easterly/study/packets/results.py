"""What runs of a site say of its jobs, their exchanges, its classes and tenants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices, ints, texts
from easterly.model.packet_prediction import PacketGroups, PacketPhases, PacketSpans
from easterly.model.packet_records import SizeSlowdowns
from easterly.model.packets import PacketOutcome, Transport
from easterly.model.schedule import Schedule
from easterly.predict.packet import Conversation, by_size
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


@dataclass(frozen=True, slots=True)
class Times:
    """When each event of a schedule was under way.

    Attributes
    ----------
    begun_s, done_s : (E,) float [s]
        Infinite where it never was.
    alone_s : (E,) float [s]
        Time of each message on an empty network; 0 for what sends nothing.
    size_B : (E,) float [B]
        Data.
    """

    begun_s: FloatColumn
    done_s: FloatColumn
    alone_s: FloatColumn
    size_B: FloatColumn

    @property
    def slowdown(self) -> FloatColumn:
        """(E,) time of each message over its time alone; NaN for what sends nothing."""
        with np.errstate(invalid="ignore", divide="ignore"):
            took = np.where(np.isinf(self.done_s), np.inf, (self.done_s - self.begun_s) / self.alone_s)
        return floats(np.where(self.alone_s > 0, took, np.nan))


def times_of(run: Run) -> Times:
    """Times of events of a run; parts of a message are one."""
    assert run.outcome.begun_s is not None
    assert run.outcome.done_s is not None
    first = np.concatenate([[0], run.talk.last[:-1] + 1])
    size_B = np.bincount(run.talk.event, run.talk.messages.size_B, len(run.alone_s))
    return Times(
        floats(run.outcome.begun_s[first]), floats(run.outcome.done_s[run.talk.last]), run.alone_s, floats(size_B)
    )


def step_times(schedule: Schedule, run: Run, jobs: int, steps: int) -> FloatColumn:
    """(J,) [s] mean step time of each job: until its last event is done."""
    assert run.outcome.done_s is not None
    last = np.zeros(jobs + 1)  # the last row: of everything that is no job
    np.maximum.at(last, schedule.job, run.outcome.done_s[run.talk.last])
    return floats(last[:jobs] / steps)


@dataclass(frozen=True, slots=True)
class Estimate:
    """Times of all of every message from times of parts of it.

    Attributes
    ----------
    large_s, small_s : (J,) float [s]
        ``T(1)`` on the line through the two largest parts, and through the two smallest; NaN where there is none.
    fixed_s : (J,) float [s]
        What does not shrink with the part: the line of the largest at 0.
    """

    large_s: FloatColumn
    small_s: FloatColumn
    fixed_s: FloatColumn


def estimate(parts: Sequence[float], times: Sequence[FloatColumn]) -> Estimate:
    """Times of the whole from times of parts of it, the largest first.

    Parameters
    ----------
    parts : sequence of float [1]
        One or three; where a run was broken off, those before it.
    times : sequence of (J,) float [s]
    """
    none = np.full(len(times[0]), np.nan)
    if len(parts) == 1:
        found = floats(times[0] / parts[0])
        return Estimate(found, found if parts[0] == 1.0 else floats(none), floats(np.zeros(len(found))))
    with np.errstate(invalid="ignore"):  # infinite where a job never ended
        slopes = [(a - b) / (p - q) for p, q, a, b in zip(parts, parts[1:], times, times[1:], strict=False)]
        ends = [time + slope * (1 - part) for part, time, slope in zip(parts, times, slopes, strict=False)]
        fixed = times[0] - slopes[0] * parts[0]
    stuck = ~np.isfinite(times[0])
    small = ends[1] if len(ends) > 1 else none
    return Estimate(
        *(floats(np.where(stuck, end, each)) for end, each in ((np.inf, ends[0]), (np.inf, small), (0.0, fixed)))
    )


def all_passes(
    total: FloatColumn, passes: Sequence[FloatColumn], found: Sequence[Estimate]
) -> tuple[FloatColumn, FloatColumn, FloatColumn]:
    """Times of steps with all their passes, from those of longer and shorter beginnings, the longest first.

    Parameters
    ----------
    total : (J,) float [1]
        Passes of a step of each job.
    passes : sequence of (J,) float [1]
        Those that were laid out.
    found : sequence of Estimate
        Of each beginning.

    Returns
    -------
    (J,) [s]
        On the line through the two longest beginnings, where they are less than all.
    (J,) [s]
        How unsure that is: how far the line through the two shortest is from it, and the line through the estimates of
        the smallest parts; infinite where there is no such line.
    (J,) [s]
        What does not shrink with messages.
    """
    large = [each.large_s for each in found]
    step_s = _line(total, passes, large)
    with np.errstate(invalid="ignore"):
        apart = np.abs(step_s - _line(total, passes, [each.small_s for each in found]))
        if len(found) > 1:
            apart = apart + np.abs(step_s - _line(total, passes[1:], large[1:]))
        elif (passes[0] < total).any():
            apart = np.where(passes[0] < total, np.inf, apart)
    stuck = ~np.isfinite(step_s)
    unsure = np.where(stuck, 0.0, np.where(np.isnan(apart), np.inf, apart))
    return step_s, floats(unsure), floats(np.where(stuck, 0.0, _line(total, passes, [each.fixed_s for each in found])))


def _line(total: FloatColumn, passes: Sequence[FloatColumn], values: Sequence[FloatColumn]) -> FloatColumn:
    """Values at `total` on the line through the two longest beginnings; the first itself where they do not differ."""
    if len(passes) < 2:
        return values[0]
    apart = passes[0] - passes[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        along = values[0] + (values[0] - values[1]) * (total - passes[0]) / apart
    return floats(np.where(apart > 0, np.where(np.isfinite(values[0]), along, values[0]), values[0]))


def phases(
    schedule: Schedule, times: Times, owner: TextColumn, classes: TextColumn, nodes: TextColumn
) -> PacketPhases:  # fmt: skip
    """What each purpose exchanged, and how much longer its messages took than alone."""
    begun_s, done_s, size_B = times.begun_s, times.done_s, times.size_B
    sent, slowdown = np.flatnonzero(times.alone_s > 0), times.slowdown
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


def slowdowns(times: Times) -> SizeSlowdowns:
    """Time of messages over their time alone, by their size as simulated."""
    sent = times.alone_s > 0
    return by_size(floats(times.size_B[sent]), floats(times.slowdown[sent]))


def spans(schedule: Schedule, times: Times) -> PacketSpans:
    """When messages of each purpose were under way; gaps shorter than a five-hundredth of the run are closed."""
    begun_s, done_s = times.begun_s, times.done_s
    _, which = np.unique(schedule.purpose[times.alone_s > 0], return_inverse=True)
    which = which[np.isfinite(done_s[times.alone_s > 0])]
    sent = np.flatnonzero((times.alone_s > 0) & np.isfinite(done_s))
    begun_s, done_s = begun_s[sent], done_s[sent]
    close_s = float(done_s.max(initial=0.0)) / 500
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
