"""A site as a simulation of packets: steps of its jobs, and all else that is sent meanwhile, over links and queues."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.base.columns import TextColumn, texts
from easterly.base.findings import did_you_mean
from easterly.demand import schedule
from easterly.model.packets import Transport
from easterly.model.port_queues import PacketQueues
from easterly.model.schedule import Schedule
from easterly.predict.packet import conversation, expected_hops, plan_queues
from easterly.study.nouns import Nouns
from easterly.study.packets.paths import Posed, pose
from easterly.study.packets.steps import longest_s, step_of
from easterly.study.packets.transports import transports_of
from easterly.study.packets.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs have in common.

    Attributes
    ----------
    nouns : Nouns
    jobs : list of str
    until_s : float [s]
        How long others send: the time that the jobs take at most.
    schedule : Schedule
        Their steps, job j of it being ``jobs[j]``, and what others send meanwhile.
    owner : (P,) str
        Job, service or traffic of each purpose of the schedule.
    transports : list of Transport
        By class.
    queues : PacketQueues
    wishes : Wishes
    """

    nouns: Nouns
    jobs: list[str]
    until_s: float
    schedule: Schedule
    owner: TextColumn
    transports: list[Transport]
    queues: PacketQueues
    wishes: Wishes


@dataclass(frozen=True, slots=True)
class Runs:
    """What will be simulated.

    Attributes
    ----------
    posed : list of Posed
        The largest part first.
    hops : int
        Packet-hops of all of them, where nothing is sent again.
    """

    posed: list[Posed]
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
        A job, a class or a transport that is none; several steps of traces.
    """
    site, hosts, network = nouns.site, nouns.placement.value.hosts, nouns.network.value
    jobs = list(wishes.jobs) or [name for name in site.jobs if name in hosts]
    missing = [name for name in (*jobs, *wishes.replays) if name not in hosts or name not in site.jobs]
    if missing or not jobs:
        raise ValueError(_nothing(missing, list(site.jobs)))
    if wishes.replays and wishes.steps != 1:
        raise ValueError(f"{wishes.steps} steps are asked for: traces are replayed once")
    steps = [step_of(nouns, name, wishes) for name in jobs]
    demands = nouns.demands.value
    until_s = max(longest_s(nouns, name, step, wishes) for name, step in zip(jobs, steps, strict=True))
    others = schedule.of_rates(network, demands, until_s, seed=wishes.seed)
    owner = [name for name, step in zip(jobs, steps, strict=True) for _ in range(len(step.purposes))]
    plan = nouns.qos.value
    return Prepared(
        nouns, jobs, until_s, schedule.together([*steps, others]),
        texts([*owner, *demands.work.name[others.purposes.job]]),
        transports_of(plan, wishes.transports), plan_queues(network, plan), wishes,
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
        whole = _pose(prepared, 1.0)
        part = min(1.0, prepared.wishes.hops / max(_hops(prepared, whole), 1))
    posed = [_pose(prepared, each) for each in parts(part)]
    return Runs(posed, sum(_hops(prepared, each) for each in posed))


def _pose(prepared: Prepared, part: float) -> Posed:
    nouns, wishes = prepared.nouns, prepared.wishes
    talk = conversation(prepared.schedule, part=part)
    return pose(talk, part, nouns.network.value, nouns.policy.value, prepared.queues, wishes.routing, nouns.site.seed)


def _hops(prepared: Prepared, posed: Posed) -> int:
    return expected_hops(posed.flows, prepared.transports, posed.talk.messages)
