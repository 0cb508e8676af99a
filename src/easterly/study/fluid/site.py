"""A site as flows that share links: steps of its jobs, and all else that is sent meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, TextColumn, floats, ints, texts
from easterly.base.units import TIME, format_short
from easterly.demand import schedule
from easterly.demand.schedule import Aside, Saves
from easterly.demand.schedule.requests import of_requests
from easterly.model.demand import DemandSet
from easterly.model.schedule import Schedule
from easterly.model.spec.site import Site
from easterly.study.fluid.asked import asked_of, without_asked
from easterly.study.fluid.beside import CHECKPOINT, DATA, aside_of, least_s, sent, set_aside, stands_s, without_saves
from easterly.study.fluid.checks import check, jobs_of
from easterly.study.fluid.paces import Steady, busiest_s, present, steady_of, varying
from easterly.study.fluid.wishes import Wishes
from easterly.study.nouns import Nouns

SPARE = 1.25
"""How much longer than steps take at most others go on sending."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What all runs have in common.

    Attributes
    ----------
    nouns : Nouns
    wishes : Wishes
    jobs : list of str
    begins_s : (J,) float [s]
        When each job begins.
    steps : (J,) int
        Steps of each job.
    schedule : Schedule
        Job j of it is job j of the jobs; behind them what others send at intervals.
    owner : (P,) str
        Job, service or traffic of each purpose of the schedule.
    saves : list of Saves or None
        Checkpoints of each job.
    reach : (P,) float [1]
        Share of the line rate that transfers of each purpose reach.
    least_s : (P,) float [s]
        Time that each transfer of a purpose takes at least.
    at_s : float [s]
        Moment of the week at which the run begins; NaN where nothing varies over time.
    until_s : float [s]
        How long others send.
    steady : Steady
        What others send at a rate.
    asked : (K,) int
        Purposes of what is sent for requests one by one.
    at_mean : (K,) str
        Services whose requests are too many for that.
    left_out : (K,) str
        What is sent less often, and is not simulated.
    """

    nouns: Nouns
    wishes: Wishes
    jobs: list[str]
    begins_s: FloatColumn
    steps: IntColumn
    schedule: Schedule
    owner: TextColumn
    saves: list[Saves | None]
    reach: FloatColumn
    least_s: FloatColumn
    at_s: float
    until_s: float
    steady: Steady
    asked: IntColumn
    at_mean: TextColumn
    left_out: TextColumn


def prepare(nouns: Nouns, wishes: Wishes) -> Prepared:
    """Steps of the jobs of a site as one graph, with what others send at intervals meanwhile.

    Parameters
    ----------
    nouns : Nouns
    wishes : Wishes

    Returns
    -------
    Prepared

    Raises
    ------
    FindingsError
        What `demand.schedule.of_job` finds: E665 a step with too many events.
    ValueError
        A job, a host or a routing that is none, or a number out of its range.
    """
    jobs = jobs_of(nouns, wishes)
    check(nouns, wishes)
    site, network, hosts = nouns.site, nouns.network.value, nouns.placement.value.hosts
    own = [_own(nouns, name, wishes) for name in jobs]
    steps = [schedule.of_job(site, network, each.name, hosts, steps=each.steps, aside=each.aside) for each in own]
    demands, until_s = nouns.demands.value, _until_s(nouns, own, wishes)
    at_s, listened = _at_s(site, demands, wishes), without_saves(heard(demands, wishes), jobs)
    asked, many = asked_of(nouns, listened, at_s, until_s) if wishes.requests and wishes.others else ([], [])
    listened = without_asked(listened, asked)
    if wishes.others:
        there = {str(name): present(site, str(name), until_s) for name in demands.work.name}
        steps.append(schedule.of_rates(network, _at_intervals(listened), until_s, seed=wishes.seed, present=there))
        steps.append(of_requests(demands, asked, seed=wishes.seed))
    begins_s = [each.begins_s for each in own]
    made = set_aside(schedule.together(steps, [*begins_s, 0.0, 0.0][: len(steps)]), len(jobs))
    owner = [name for name, step in zip(jobs, steps, strict=False) for _ in range(len(step.purposes))]
    owner += [str(demands.work.name[row]) for step in steps[len(jobs) :] for row in step.purposes.job.tolist()]
    one_by_one = len(owner) - sum(len(each.ways) for each in asked)
    steady = steady_of(site, listened, at_s, until_s if wishes.others else 0.0)
    return Prepared(
        nouns, wishes, jobs, floats(begins_s), ints([each.steps for each in own]), made, texts(owner),
        [each.aside.saves for each in own], _reach(demands, made, owner, wishes), least_s(nouns, made, owner), at_s,
        until_s, steady, ints(np.arange(one_by_one, len(owner))), texts(many),
        _left_out(demands, steady, until_s, own, wishes),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Own:
    """A job in a run."""

    name: str
    begins_s: float
    steps: int
    aside: Aside


def _own(nouns: Nouns, name: str, wishes: Wishes) -> _Own:
    job = nouns.site.jobs[name]
    steps = min(wishes.steps, job.steps or wishes.steps)
    return _Own(name, job.begins, steps, aside_of(nouns, name, steps, wishes))


def events_of(nouns: Nouns, jobs: Sequence[str] = ()) -> int:
    """Events that one step of these jobs has, with its data, or of all; 0 where no job has hosts."""
    site, network, hosts = nouns.site, nouns.network.value, nouns.placement.value.hosts
    names = [name for name in site.jobs if name in hosts and (not jobs or name in jobs)]
    demands = nouns.demands.value
    return sum(
        schedule.size_of(schedule.step_of(site, network, name, hosts)) + len(sent(demands, name, DATA).src)
        for name in names
    )


def _until_s(nouns: Nouns, own: Sequence[_Own], wishes: Wishes) -> float:
    """How long all steps take at most [s]: nothing hidden, as slow as the slowest host, standing still at times."""
    bounds = nouns.prediction.value
    high_s = dict(zip(bounds.job.tolist(), bounds.step_high_s.tolist(), strict=True))
    slowest = max([1.0, *wishes.stragglers.values()]) * (1 + wishes.jitter)
    still_s = sum(wishes.detect_s + wishes.reroute_s for _ in wishes.outages) * 2
    ends_s = [
        each.begins_s + each.steps * high_s[each.name] * slowest + stands_s(each.aside, each.steps, high_s[each.name])
        for each in own
        if np.isfinite(high_s[each.name])
    ]
    return float(SPARE * (max([0.0, *ends_s]) + still_s))


def _at_s(site: Site, demands: DemandSet, wishes: Wishes) -> float:
    """Moment of the week at which the run begins [s]; NaN where nothing varies, or others do not send."""
    if not (wishes.others and varying(site)):
        return float("nan")
    return busiest_s(site, demands) if wishes.at_s is None else wishes.at_s


def heard(demands: DemandSet, wishes: Wishes) -> DemandSet:
    """What goes on beside the jobs: of some tenants, where wishes name them."""
    if not wishes.tenants:
        return demands
    flows, work = demands.flows, demands.work
    names = work.name[np.isin(work.tenant, wishes.tenants)]
    sends = np.isin(demands.phases.owner[flows.phase], names)
    rate_bps, size_B = (floats(np.where(sends, column, 0.0)) for column in (flows.rate_bps, flows.size_B))
    return replace(demands, flows=replace(flows, rate_bps=rate_bps, size_B=size_B))


def _at_intervals(demands: DemandSet) -> DemandSet:
    """What is not sent at a steady rate."""
    return replace(demands, flows=replace(demands.flows, rate_bps=floats(np.zeros(len(demands.flows)))))


def _reach(demands: DemandSet, made: Schedule, owner: Sequence[str], wishes: Wishes) -> FloatColumn:
    """(P,) share of the line rate that transfers of each purpose reach; 1 where nobody says."""
    if wishes.line_rate:
        return floats(np.ones(len(made.purposes)))
    phases, why = demands.phases, made.purposes
    names = zip(phases.owner, phases.axis, phases.stage, phases.collective, strict=True)
    known = dict(zip(names, phases.network_reach.tolist(), strict=True))
    rows = zip(owner, why.axis, why.stage, why.collective, strict=True)
    return floats([known.get(row, 1.0) for row in rows])


def _owners(demands: DemandSet, steady: Steady) -> list[str]:
    """Who sends at a rate."""
    return [str(name) for name in np.unique(demands.phases.owner[demands.flows.phase[steady.flow]])]


def _left_out(demands: DemandSet, steady: Steady, until_s: float, own: Sequence[_Own], wishes: Wishes) -> TextColumn:
    """What is sent less often than is simulated; what is spread over a window goes on all the time."""
    phases, names = demands.phases, [each.name for each in own]
    saved = (phases.stage == CHECKPOINT) & np.isin(phases.owner, names)
    never = np.isin(phases.owner, [each.name for each in own if each.aside.saves is None])
    seldom = wishes.others & (phases.every_s >= until_s) & ~np.isin(phases.owner, _owners(demands, steady))
    rows = np.flatnonzero(np.where(saved, never, seldom))
    return texts([f"{phases.owner[r]} {phases.axis[r]}, every {format_short(phases.every_s[r], TIME)}" for r in rows])
