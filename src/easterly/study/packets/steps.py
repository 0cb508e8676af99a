"""One step of each job as a graph of events: as the site describes it, or from traces of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import ints
from easterly.demand import schedule
from easterly.demand.schedule import Extent
from easterly.demand.training import Step
from easterly.model.schedule import Schedule
from easterly.study.nouns import Nouns
from easterly.study.packets.wishes import HOPS_OF_EVENT, Wishes
from easterly.study.traces import read_chakra, replay_s


@dataclass(frozen=True, slots=True)
class Length:
    """How much of a step is laid out, of how much; traces are always whole."""

    laid_out: Extent
    whole: Extent


TOGETHER = 1 + 1 / 2 + 1 / 4
"""Events of three beginnings of a step over those of the longest: they take no longer than all of it might."""
TRACES = Length(Extent(1, 1), Extent(1, 1))


def extents(nouns: Nouns, jobs: Sequence[str], wishes: Wishes) -> list[list[Length]]:
    """How much of the steps of all jobs is laid out: all, or as much as the wishes allow, a half and a quarter of that.

    A job has a part of the events that is its part of them all. Beside traces, which cannot be cut, all is laid out.

    Raises
    ------
    ValueError
        The wishes are strict, and even the shortest steps are too long for them.
    """
    if wishes.replays:
        return [[TRACES if name in wishes.replays else _all(_step(nouns, name)) for name in jobs]]
    steps = [_step(nouns, name) for name in jobs]
    sizes = [schedule.size_of(step, steps=wishes.steps) for step in steps]
    limit = min(wishes.events, schedule.LIMIT)
    if sum(sizes) <= limit:
        return [[_all(step) for step in steps]]
    limit = int(limit / TOGETHER)
    every = [
        schedule.extents_within(step, limit * size // sum(sizes), steps=wishes.steps)
        for step, size in zip(steps, sizes, strict=True)
    ]
    if wishes.strict:
        left = sum(
            schedule.size_of(step, steps=wishes.steps, extent=own[0]) for step, own in zip(steps, every, strict=True)
        )
        _assert_room(wishes, sum(sizes), left, limit)
    return [
        [Length(own[min(number, len(own) - 1)], schedule.whole(step)) for own, step in zip(every, steps, strict=True)]
        for number in range(max(len(own) for own in every))
    ]


def _assert_room(wishes: Wishes, events: int, left: int, limit: int) -> None:
    """Refuse what is still far more than the wishes have room for."""
    if left > 2 * limit:
        raise ValueError(
            f"its steps have {events:,} events, and in {wishes.hops:,} packet-hops there is room for {limit:,}: "
            f"ask for {HOPS_OF_EVENT * left:,} packet-hops"
        )


def _step(nouns: Nouns, name: str) -> Step:
    return schedule.step_of(nouns.site, nouns.network.value, name, nouns.placement.value.hosts)


def _all(step: Step) -> Length:
    return Length(schedule.whole(step), schedule.whole(step))


def step_of(nouns: Nouns, name: str, wishes: Wishes, length: Length) -> Schedule:
    """Steps of a job, or the traces that are replayed on its hosts instead.

    Raises
    ------
    FindingsError
        What `demand.schedule.of_job` or `study.traces.read_chakra` find.
    OSError
        Traces that cannot be read.
    """
    hosts, network = nouns.placement.value.hosts, nouns.network.value
    if name not in wishes.replays:
        return schedule.of_job(nouns.site, network, name, hosts, steps=wishes.steps, extent=length.laid_out)
    read, _ = read_chakra(wishes.replays[name], network, hosts[name])
    return _as_sent_by(nouns, name, read)


def longest_s(nouns: Nouns, name: str, step: Schedule, length: Length, wishes: Wishes) -> float:
    """How long a job takes at most [s]: its steps with nothing hidden; traces in half of the time that each link gives.

    A step with fewer passes takes its part of that, and the time that fills its stages. Rates say nothing of traces.
    What others send beside them begins within this time.
    """
    if name in wishes.replays:
        return 2 * replay_s(step, nouns.network.value)
    bounds = nouns.prediction.value
    slowest_s = bounds.step_high_s[(bounds.job == name) & np.isfinite(bounds.step_high_s)]
    fills = nouns.site.jobs[name].parallel.pp - 1
    part = (length.laid_out.passes + fills) / (length.whole.passes + fills)
    return wishes.steps * float(slowest_s.max(initial=0.0)) * part


def _as_sent_by(nouns: Nouns, name: str, read: Schedule) -> Schedule:
    """Traces in the class and over the connections of a job: they know neither."""
    job, why = nouns.site.jobs[name], read.purposes
    number = sorted(nouns.site.classes).index(job.traffic_class)
    connections = job.library.qps or job.connections
    return replace(read, purposes=replace(
        why, traffic_class=ints([number] * len(why)), connections=ints([connections] * len(why)),
    ))  # fmt: skip
