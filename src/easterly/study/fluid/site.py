"""A site as flows that share links: steps of its jobs, and all else that is sent meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, TextColumn, floats, ints, texts
from easterly.base.findings import did_you_mean
from easterly.base.units import TIME, format_short
from easterly.demand import schedule
from easterly.demand.time.profile import WEEK_s
from easterly.model.demand import DemandSet
from easterly.model.schedule import Schedule
from easterly.model.spec.site import Site
from easterly.study.fluid.paces import Steady, busiest_s, present, steady_of, varying
from easterly.study.fluid.wishes import ROUTINGS, Wishes
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
    reach : (P,) float [1]
        Share of the line rate that transfers of each purpose reach.
    at_s : float [s]
        Moment of the week at which the run begins; NaN where nothing varies over time.
    until_s : float [s]
        How long others send.
    steady : Steady
        What others send at a rate.
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
    reach: FloatColumn
    at_s: float
    until_s: float
    steady: Steady
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
    jobs = _jobs(nouns, wishes)
    _fit(nouns, wishes)
    site, network, hosts = nouns.site, nouns.network.value, nouns.placement.value.hosts
    counts = [min(wishes.steps, site.jobs[name].steps or wishes.steps) for name in jobs]
    begins_s = [site.jobs[name].begins for name in jobs]
    steps = [schedule.of_job(site, network, name, hosts, steps=k) for name, k in zip(jobs, counts, strict=True)]
    demands, until_s = nouns.demands.value, _until_s(nouns, jobs, begins_s, counts, wishes)
    at_s = _at_s(site, demands, wishes)
    listened = heard(demands, wishes)
    if wishes.others:
        there = {str(name): present(site, str(name), until_s) for name in demands.work.name}
        steps.append(schedule.of_rates(network, _at_intervals(listened), until_s, seed=wishes.seed, present=there))
        begins_s = [*begins_s, 0.0]
    made = schedule.together(steps, begins_s)
    owner = [name for name, step in zip(jobs, steps, strict=False) for _ in range(len(step.purposes))]
    if wishes.others:
        owner += demands.work.name[steps[-1].purposes.job].tolist()
    steady = steady_of(site, listened, at_s, until_s if wishes.others else 0.0)
    return Prepared(
        nouns, wishes, jobs, floats(begins_s[: len(jobs)]), ints(counts), made, texts(owner),
        _reach(demands, made, owner, wishes), at_s, until_s, steady,
         _left_out(demands, steady, until_s, wishes),
    )  # fmt: skip


def events_of(nouns: Nouns, jobs: Sequence[str] = ()) -> int:
    """Events that one step of these jobs has, or of all; 0 where no job has hosts."""
    site, network, hosts = nouns.site, nouns.network.value, nouns.placement.value.hosts
    names = [name for name in site.jobs if name in hosts and (not jobs or name in jobs)]
    return sum(schedule.size_of(schedule.step_of(site, network, name, hosts)) for name in names)


def _jobs(nouns: Nouns, wishes: Wishes) -> list[str]:
    hosts, known = nouns.placement.value.hosts, list(nouns.site.jobs)
    jobs = list(wishes.jobs) or [name for name in known if name in hosts]
    missing = [name for name in jobs if name not in hosts or name not in known]
    if missing:
        raise ValueError(f"no job that has hosts is called {missing[0]!r}: {did_you_mean(missing[0], known)}")
    if not jobs:
        raise ValueError("there is no job whose steps could be simulated: give the site a job with hosts")
    return jobs


def _fit(nouns: Nouns, wishes: Wishes) -> None:
    """Refuse wishes that make no sense."""
    names = nouns.network.value.hosts.name.tolist()
    for host, factor in wishes.stragglers.items():
        if host not in names:
            raise ValueError(f"no host is called {host!r}: {did_you_mean(host, names)}")
        if not (np.isfinite(factor) and factor > 0):
            raise ValueError(f"host {host!r} computes {factor:g} times as long: give a number above 0")
    for name, work in {**nouns.site.services, **nouns.site.traffic}.items():
        if work.until is not None and work.until <= work.begins:
            raise ValueError(f"{name!r} begins at {work.begins:g} s and stops at {work.until:g} s: let it stop later")
    if wishes.at_s is not None and not 0 <= wishes.at_s < WEEK_s:
        raise ValueError(f"a week has no moment {wishes.at_s:g} s: give a time from 0 to below {WEEK_s:g} s")
    if wishes.routing not in ROUTINGS:
        raise ValueError(f"no routing is called {wishes.routing!r}; there are {', '.join(ROUTINGS)}")
    if wishes.steps < 1 or not 0 <= wishes.jitter <= 2:
        raise ValueError("a simulation needs at least one step, and a variation of compute from 0 to 2")
    if not (wishes.detect_s >= 0 and wishes.reroute_s >= 0):
        raise ValueError("a failure is noticed, and routed around, after 0 s at the earliest")


def _until_s(
    nouns: Nouns, jobs: Sequence[str], begins_s: Sequence[float], steps: Sequence[int], wishes: Wishes
) -> float:
    """How long all steps take at most [s]: nothing hidden, as slow as the slowest host, standing still at times."""
    bounds = nouns.prediction.value
    high_s = dict(zip(bounds.job.tolist(), bounds.step_high_s.tolist(), strict=True))
    rows = zip(jobs, begins_s, steps, strict=True)
    slowest = max([1.0, *wishes.stragglers.values()]) * (1 + wishes.jitter)
    still_s = sum(wishes.detect_s + wishes.reroute_s for _ in wishes.outages) * 2
    own_s = [from_s + count * high_s[name] * slowest for name, from_s, count in rows if np.isfinite(high_s[name])]
    return float(SPARE * (max([0.0, *own_s]) + still_s))


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


def _left_out(demands: DemandSet, steady: Steady, until_s: float, wishes: Wishes) -> TextColumn:
    """What has an interval that is longer than the time in which others send, and is not spread over a window."""
    phases = demands.phases
    rows = np.flatnonzero(
        wishes.others & (phases.every_s >= until_s) & ~np.isin(phases.owner, _owners(demands, steady))
    )
    return texts([f"{phases.owner[r]} {phases.axis[r]}, every {format_short(phases.every_s[r], TIME)}" for r in rows])
