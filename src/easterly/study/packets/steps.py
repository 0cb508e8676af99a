"""One step of each job as a graph of events: as the site describes it, or from traces of a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from easterly.base.columns import ints
from easterly.demand import schedule
from easterly.model.schedule import Schedule
from easterly.study.nouns import Nouns
from easterly.study.packets.wishes import Wishes
from easterly.study.traces import read_chakra, replay_s


def step_of(nouns: Nouns, name: str, wishes: Wishes) -> Schedule:
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
        return schedule.of_job(nouns.site, network, name, hosts, steps=wishes.steps)
    read, _ = read_chakra(wishes.replays[name], network, hosts[name])
    return _as_sent_by(nouns, name, read)


def longest_s(nouns: Nouns, name: str, step: Schedule, wishes: Wishes) -> float:
    """How long a job takes at most [s]: its steps with nothing hidden; traces in half of the time that each link gives.

    Rates say nothing of traces. What others send beside them begins within this time.
    """
    if name in wishes.replays:
        return 2 * replay_s(step, nouns.network.value)
    bounds = nouns.prediction.value
    slowest_s = bounds.step_high_s[(bounds.job == name) & np.isfinite(bounds.step_high_s)]
    return wishes.steps * float(slowest_s.max(initial=0.0))


def _as_sent_by(nouns: Nouns, name: str, read: Schedule) -> Schedule:
    """Traces in the class and over the connections of a job: they know neither."""
    job, why = nouns.site.jobs[name], read.purposes
    number = sorted(nouns.site.classes).index(job.traffic_class)
    connections = job.library.qps or job.connections
    return replace(read, purposes=replace(
        why, traffic_class=ints([number] * len(why)), connections=ints([connections] * len(why)),
    ))  # fmt: skip
