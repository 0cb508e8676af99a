"""A site as a simulation of packets: steps of its jobs, and all else that is sent meanwhile, over links and queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, TextColumn, floats, texts
from easterly.base.findings import did_you_mean
from easterly.demand import schedule
from easterly.model.packets import Transport
from easterly.model.port_queues import PacketQueues
from easterly.model.schedule import Schedule
from easterly.predict.packet import connections_of, conversation, expected_hops, plan_queues
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import Posed, pose
from easterly.study.packets.steps import Length, extents, longest_s, step_of
from easterly.study.packets.transports import transports_of
from easterly.study.packets.wishes import Wishes

LEAST = 1e-12
"""Part of which every message is a byte."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Steps of the jobs, all passes of them or the first ones, and what others send meanwhile.

    Attributes
    ----------
    passes : (J,) float
        Passes of each job that are laid out.
    until_s : float [s]
        How long others send: the time that the jobs take at most.
    schedule : Schedule
        Job j of it is job j of the jobs.
    owner : (P,) str
        Job, service or traffic of each purpose of the schedule.
    """

    passes: FloatColumn
    until_s: float
    schedule: Schedule
    owner: TextColumn


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs have in common.

    Attributes
    ----------
    nouns : Nouns
    jobs : list of str
    passes : (J,) float
        Passes of a whole step of each job.
    beginnings : list of Beginning
        All of the steps; or where that is too much, as much as can be, a half and a quarter of that.
    transports : list of Transport
        By class.
    queues : PacketQueues
    wishes : Wishes
    """

    nouns: Nouns
    jobs: list[str]
    passes: FloatColumn
    beginnings: list[Beginning]
    transports: list[Transport]
    queues: PacketQueues
    wishes: Wishes

    @property
    def first(self) -> Beginning:
        """As much of the steps as is laid out."""
        return self.beginnings[0]


@dataclass(frozen=True, slots=True)
class Runs:
    """What will be simulated.

    Attributes
    ----------
    posed : list of list of Posed
        By beginning, of each the largest part first.
    hops : int
        Packet-hops of all of them, where nothing is sent again.
    """

    posed: list[list[Posed]]
    hops: int


def parts(part: float) -> list[float]:
    """Parts that are run: where it is not all, a half and a quarter tell what does not shrink."""
    return [1.0] if part == 1.0 else [part, part / 2, part / 4]


def prepare(nouns: Nouns, wishes: Wishes) -> Prepared:
    """Steps of the jobs of a site, and what its services and other traffic send in the time that they take at most.

    Raises
    ------
    FindingsError
        What `demand.schedule.of_job` and `study.traces.read_chakra` find.
    OSError
        Traces that cannot be read.
    ValueError
        A job, a class or a transport that is none; several steps of traces; where the wishes are strict, steps that are
        too long for them.
    """
    site, hosts, plan = nouns.site, nouns.placement.value.hosts, nouns.qos.value
    jobs = list(wishes.jobs) or [name for name in site.jobs if name in hosts]
    missing = [name for name in (*jobs, *wishes.replays) if name not in hosts or name not in site.jobs]
    if missing or not jobs:
        raise ValueError(_nothing(missing, list(site.jobs)))
    if wishes.replays and wishes.steps != 1:
        raise ValueError(f"{wishes.steps} steps are asked for: traces are replayed once")
    transports = transports_of(plan, wishes.transports)
    every = extents(nouns, jobs, wishes)
    return Prepared(
        nouns, jobs, floats([each.whole.passes for each in every[0]]),
        [_beginning(nouns, wishes, jobs, own) for own in every],
        transports, plan_queues(nouns.network.value, plan), wishes,
    )  # fmt: skip


def _beginning(nouns: Nouns, wishes: Wishes, jobs: list[str], own: Sequence[Length]) -> Beginning:
    network, demands = nouns.network.value, nouns.demands.value
    steps = [step_of(nouns, name, wishes, length) for name, length in zip(jobs, own, strict=True)]
    until_s = max(longest_s(nouns, *each, wishes) for each in zip(jobs, steps, own, strict=True))
    others = schedule.of_rates(network, demands, until_s, seed=wishes.seed)
    owner = [name for name, step in zip(jobs, steps, strict=True) for _ in range(len(step.purposes))]
    return Beginning(
        floats([length.laid_out.passes for length in own]), until_s, schedule.together([*steps, others]),
        texts([*owner, *demands.work.name[others.purposes.job]]),
    )  # fmt: skip


def _nothing(missing: list[str], jobs: list[str]) -> str:
    if missing:
        return f"no job that has hosts is called {missing[0]!r}: {did_you_mean(missing[0], jobs)}"
    return "there is no job whose packets could be simulated: give the site a job with hosts"


def runs_of(prepared: Prepared) -> Runs:
    """The part that the wishes allow, and what tells the whole from it.

    Raises
    ------
    ValueError
        A pair without a path.
    """
    part = prepared.wishes.part
    if part is None:
        part = min(1.0, prepared.wishes.hops / max(_whole_hops(prepared), 1))
    posed = [[_pose(prepared, beginning, each) for each in parts(part)] for beginning in prepared.beginnings]
    return Runs(posed, sum(_hops(prepared, each) for own in posed for each in own))


def _whole_hops(prepared: Prepared) -> int:
    """Packet-hops of all of every message; of connections of one pair, all are as long as the first."""
    made = prepared.first.schedule
    probe = _pose(prepared, prepared.first, LEAST)
    own = np.flatnonzero(probe.talk.messages.connection >= 0)
    links = (np.diff(probe.flows.ptr) + np.diff(probe.flows.back_ptr))[probe.talk.messages.connection[own]]
    event = probe.talk.event[own]
    size_B = np.maximum(np.round(made.size_B[event]), 1).astype(np.int64)
    count = connections_of(size_B, made.connections[event])
    room_B = np.array([how.packet_B - how.header_B for how in prepared.transports])[made.traffic_class[event]]
    least, more = size_B // count, size_B % count
    packets = more * -(-(least + 1) // room_B) + (count - more) * -(-least // room_B)
    return int((packets * links).sum())


def _pose(prepared: Prepared, beginning: Beginning, part: float) -> Posed:
    nouns, wishes = prepared.nouns, prepared.wishes
    talk = conversation(beginning.schedule, part=part)
    return pose(talk, part, nouns.network.value, nouns.policy.value, prepared.queues, wishes.routing, nouns.site.seed)


def _hops(prepared: Prepared, posed: Posed) -> int:
    return expected_hops(posed.flows, prepared.transports, posed.talk.messages)
