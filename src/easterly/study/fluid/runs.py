"""Runs of a site, and what they come to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, bools, floats, ints, texts
from easterly.model.fluid import FluidRun
from easterly.model.fluid_prediction import FluidPrediction, FluidTenants
from easterly.model.packet_prediction import PacketWaits
from easterly.model.schedule import EventKind
from easterly.predict.fluid.simulate import Progress
from easterly.study.fluid.answered import rates_of, requests_of
from easterly.study.fluid.effort import durations_s
from easterly.study.fluid.meters import Meters, metered, meters_of
from easterly.study.fluid.outages import changes
from easterly.study.fluid.played import course_of, play
from easterly.study.fluid.posed import Posed, pose
from easterly.study.fluid.reasons import reasons_of, stragglers_of
from easterly.study.fluid.received import tenants_of
from easterly.study.fluid.saved import saves_of
from easterly.study.fluid.site import Prepared
from easterly.study.fluid.standing import slowest_s, standing_of, with_losses
from easterly.study.fluid.waited import answers_of
from easterly.study.naming import links_of
from easterly.study.packets import results
from easterly.study.packets.results import Times
from easterly.study.packets.transports import transports_of
from easterly.study.packets.waits import BUBBLE, COMPUTE, waits


def simulate_site(prepared: Prepared, progress: Progress | None = None) -> FluidPrediction:
    """Step times of the jobs of a site by simulation of flows.

    Parameters
    ----------
    prepared : Prepared
    progress : callable, optional
        Is told of the simulated time, what is open, and events so far; False ends the run, which is not complete then.

    Returns
    -------
    FluidPrediction

    Raises
    ------
    ValueError
        Names in the wishes that are none, or a pair of interfaces without a way.
    """
    nouns = prepared.nouns
    network, plan = nouns.network.value, nouns.qos.value
    posed = with_losses(pose(prepared), prepared, transports_of(plan, {}))
    _served(prepared, posed)
    meters = meters_of(plan, network, posed.traffic_class[posed.sends.activity])
    held = metered(posed, changes(prepared, posed), meters, network.links.capacity_bps)
    standing, names = standing_of(posed, plan, nouns.demands.value.work), _names(prepared, meters)
    played = play(held[0], standing, held[2], held[1], progress)
    alone_s = floats(posed.size_bit * slowest_s(posed, network.links.capacity_bps))
    tenants = tenants_of(held[0], standing.shares, plan, played, _late_s(played, alone_s), held[2], names)
    return _concluded(prepared, posed, played, names, alone_s, tenants)


def _names(prepared: Prepared, meters: Meters) -> list[str]:
    """Links by their ports, then meters."""
    network, classes = prepared.nouns.network.value, prepared.nouns.qos.value.traffic_class
    links = network.link_ids.tolist()
    told = zip(meters.traffic_class.tolist(), meters.link.tolist(), strict=True)
    return [*links, *(f"policer of {classes[c]} on {links[link]}" for c, link in told)]


def _served(prepared: Prepared, posed: Posed) -> None:
    """Refuse messages without a way."""
    lost = np.flatnonzero((np.diff(posed.paths.ptr) == 0)[posed.sends.activity])
    if len(lost):
        name, sends = prepared.nouns.network.value.nodes.name, posed.sends
        raise ValueError(f"there is no path from {name[sends.src[lost[0]]]} to {name[sends.dst[lost[0]]]}")


def _late_s(played: FluidRun, alone_s: FloatColumn) -> FloatColumn:
    """(A,) [s] time of each activity beyond its time alone; 0 of those that never end."""
    took_s = np.zeros(len(alone_s))
    np.subtract(played.done_s, played.sends_s, out=took_s, where=np.isfinite(played.done_s))
    return floats(np.maximum(took_s - alone_s, 0.0))


def _concluded(
    prepared: Prepared, posed: Posed, played: FluidRun, names: list[str], alone_s: FloatColumn, tenants: FluidTenants
) -> FluidPrediction:
    nouns, made, wishes = prepared.nouns, prepared.schedule, prepared.wishes
    network = nouns.network.value
    of = posed.lanes.activity
    sends = (made.kind == EventKind.SEND) & (np.diff(posed.paths.ptr)[of] > 0)
    times = Times(
        floats(played.sends_s[of]), floats(played.done_s[of]), floats(np.where(sends, alone_s[of], 0.0)),
        floats(np.where(sends, made.size_B, 0.0)),
    )  # fmt: skip
    takes_s = durations_s(made, network, jitter=wishes.jitter, stragglers=wishes.stragglers, seed=wishes.seed)
    end_s = _ends(prepared, times)
    step_s = _lasts(end_s, prepared.begins_s)
    found = _waits(prepared, times)
    last_s = float(np.nanmax(end_s, initial=0.0))
    course = course_of(posed, played, network.links.capacity_bps, last_s)
    slow = np.sort(times.slowdown[np.isfinite(times.slowdown)])
    return FluidPrediction(
        texts(prepared.jobs), prepared.begins_s, floats(step_s), floats(end_s),
        floats(_exposed(found, step_s)), found, reasons_of(prepared, posed, played, alone_s, names),
        tenants, stragglers_of(prepared, takes_s),
        saves_of(prepared, times.done_s, floats(step_s), floats(end_s)), requests_of(prepared, times),
        rates_of(prepared, posed, played.done_s),
        results.phases(made, times, prepared.owner, texts(nouns.demands.value.classes), network.nodes.name),
        results.spans(made, times), results.slowdowns(times),
        floats(slow[np.round(np.linspace(0, len(slow) - 1, 101)).astype(int)] if len(slow) else np.ones(0)),
        texts(links_of(nouns)), course.busy, course.time_s, course.hottest, course.used, prepared.at_s,
        prepared.left_out, prepared.at_mean, _stuck(prepared, posed, played, names), len(posed), posed.lanes.merged,
        played.status != "stopped", answers_of(prepared, times, last_s),
        played.unsettled,
    )  # fmt: skip


def _ends(prepared: Prepared, times: Times) -> NDArray[np.float64]:
    """(J, K) [s] when each step of each job ended: its last event; NaN where a job has no such step."""
    made, count = prepared.schedule, len(prepared.jobs)
    own = np.flatnonzero(made.job < count)
    last = np.zeros((count, int(prepared.steps.max())))
    np.maximum.at(last, (made.job[own], made.step[own]), times.done_s[own])
    absent = np.arange(last.shape[1]) >= prepared.steps[:, None]
    return np.where(absent, np.nan, np.maximum.accumulate(last, axis=1))


def _lasts(end_s: NDArray[np.float64], begins_s: FloatColumn) -> NDArray[np.float64]:
    """(J, K) [s] time of each step; infinite from one that never ends on, NaN where there is none."""
    before = np.concatenate([begins_s[:, None], end_s[:, :-1]], axis=1)
    made = np.where(np.isnan(end_s), np.nan, np.inf)
    np.subtract(end_s, before, out=made, where=np.isfinite(end_s))
    return made


def _waits(prepared: Prepared, times: Times) -> PacketWaits:
    """What steps wait for, over all of them."""
    rows = []
    for job in range(len(prepared.jobs)):
        took = waits(prepared.schedule, floats(times.done_s - prepared.begins_s[job]), job)
        total_s = sum(took.values())
        order = sorted(took.items(), key=lambda each: (-each[1], each[0]))
        rows += [(job, *key, each_s / total_s) for key, each_s in order]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return PacketWaits(
        ints(columns[0]), texts(columns[1]), texts(columns[2]), texts(columns[3]), bools(columns[4]), floats(columns[5])
    )


def _exposed(found: PacketWaits, step_s: NDArray[np.float64]) -> NDArray[np.float64]:
    """(J,) [s] of a mean step, in which what computes waits for messages."""
    waiting = ~np.isin(found.axis, (COMPUTE, BUBBLE))
    share = np.bincount(found.job[waiting], found.share[waiting], len(step_s))
    mean_s = np.nanmean(step_s, axis=1)
    made = np.full(len(step_s), np.nan)
    np.multiply(share, mean_s, out=made, where=np.isfinite(mean_s))
    return made


def _stuck(prepared: Prepared, posed: Posed, played: FluidRun, names: list[str]) -> str:
    """Why a job does not end: a message that stands still, and the link that holds it; empty where all end."""
    jobs = prepared.schedule.job < len(prepared.jobs)
    if played.status != "stuck" or np.isfinite(played.done_s[posed.lanes.activity[jobs]]).all():
        return ""
    still = np.flatnonzero(np.isfinite(played.sends_s) & np.isinf(played.done_s))
    name, sends = prepared.nouns.network.value.nodes.name, posed.sends
    for activity in still.tolist():
        for row in np.flatnonzero(sends.activity == activity)[:1].tolist():
            ends = f"what {name[sends.src[row]]} sends to {name[sends.dst[row]]} stands still"
            link = int(played.bottleneck_link[activity])
            at = f": {names[link]} carries nothing, and there is no way around it" if link >= 0 else ""
            return ends + at
    return "some events wait for others that never happen"
