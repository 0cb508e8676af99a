"""Steps as flows: what was asked, the runs, and the answer as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from easterly.app import terminal
from easterly.app.clock import clock, moment_s
from easterly.app.pacing import paced
from easterly.app.predicting.document import RANGE, REASON, records
from easterly.app.predicting.page import named
from easterly.app.values import number, numbers, reference
from easterly.base.columns import FloatColumn, floats
from easterly.base.counts import counted
from easterly.base.findings import Finding
from easterly.base.units import SHARE, TIME, QuantityError, parse
from easterly.predict.packet import interval

if TYPE_CHECKING:
    from easterly.model.fluid_prediction import FluidPrediction
    from easterly.model.outcome import Prediction
    from easterly.study.fluid import Outage, Wishes

BUSIEST = 20
EVENTS_EACH = 3
"""Events of an activity, about."""
FORMS = {
    "--fail": "WHAT@TIME or WHAT@TIME..TIME, such as train-spine-1@2s..4s",
    "--degrade": "LINK=LOSS, such as train-leaf-0>train-spine-1=0.01%",
    "--straggler": "HOST=FACTOR, such as train-host-3=1.2",
}  # fmt: skip


def wishes(asked: dict[str, Any], form: str) -> Wishes:
    """What is asked of a run of the first seed."""
    from easterly.study import fluid

    usual = fluid.Wishes()
    return fluid.Wishes(
        jobs=tuple(asked["jobs"]), steps=asked["steps"] or 1, jitter=asked["jitter"] or 0.0,
        stragglers={host: _quantity("--straggler", factor, None, form)
                    for host, factor in (_named("--straggler", text, "=", form) for text in asked["stragglers"])},
        outages=tuple(_outage(text, form) for text in asked["fails"]),
        degraded={link: _quantity("--degrade", loss, SHARE, form)
                  for link, loss in (_named("--degrade", text, "=", form) for text in asked["degraded"])},
        detect_s=_time(asked["detect"], usual.detect_s, "--detect", form),
        reroute_s=_time(asked["reroute"], usual.reroute_s, "--reroute", form),
        routing=asked["routing"] or usual.routing, seed=usual.seed if asked["seed"] is None else asked["seed"],
        allocation=asked["allocation"] or "", requests=asked["requests"], saves=asked["saves"],
        at_s=None if asked["at"] is None else _moment_s(asked["at"], form),
    )  # fmt: skip


def _outage(text: str, form: str) -> Outage:
    from easterly.study.fluid import Outage

    what, when = _named("--fail", text, "@", form)
    start, _, end = when.partition("..")
    until_s = _quantity("--fail", end, TIME, form) if end else float("inf")
    return Outage(what, _quantity("--fail", start, TIME, form), until_s)


def _named(option: str, text: str, mark: str, form: str) -> tuple[str, str]:
    name, found, value = text.rpartition(mark)
    if not found or not name or not value:
        terminal.misused(f"{option}: {text!r} is not {FORMS[option]}", form)
    return name, value


def _quantity(option: str, text: str, kind: Any, form: str) -> float:
    try:
        return float(text) if kind is not TIME and "%" not in text else float(parse(text, kind))
    except (QuantityError, ValueError) as error:
        terminal.misused(f"{option}: {text!r} is not {FORMS[option]}: {error}", form)


def _time(text: str | None, usual: float, option: str, form: str) -> float:
    if text is None:
        return usual
    try:
        return float(parse(text, TIME))
    except QuantityError as error:
        terminal.misused(f"{option}: {error}; write it like 50ms", form)


def _moment_s(text: str, form: str) -> float:
    try:
        return moment_s(text)
    except ValueError as error:
        terminal.misused(f"--at: {error}", form)


Alone = dict[str, tuple[float, float | None]]
"""By job, the mean step [s] without all others, and beside what its tenant sends only; none where it has no tenant."""


def runs(nouns: Any, asked: dict[str, Any], form: str) -> tuple[list[FluidPrediction], Alone]:
    """One run for each seed, and the same without neighbours where that is asked for."""
    first, made = wishes(asked, form), []
    for seed in range(first.seed, first.seed + (asked["count"] or 1)):
        made.append(_run(nouns, replace(first, seed=seed), f"flows, seed {seed}", form))
        if not made[-1].complete or made[-1].stuck:
            return made, {}
    return made, _alone(nouns, first, made, form) if asked["alone"] else {}


def _alone(nouns: Any, first: Wishes, made: Sequence[FluidPrediction], form: str) -> Alone:
    """Every job without all else, then the jobs of every tenant beside what it sends itself."""
    tenant, work = {name: nouns.site.jobs[name].tenant for name in made[0].job.tolist()}, nouns.demands.value.work
    lonely = replace(first, others=False)
    by_job = {name: _mean_s(nouns, replace(lonely, jobs=(name,)), len(made), form)[name] for name in tenant}
    by_tenant: dict[str, float] = {}
    for each in sorted({str(owner) for owner in tenant.values() if owner}):
        own = tuple(name for name, owner in tenant.items() if owner == each)
        alone = len(own) == np.count_nonzero(work.tenant == each) == 1
        beside = replace(first, jobs=own, tenants=(each,))
        by_tenant |= {own[0]: by_job[own[0]]} if alone else _mean_s(nouns, beside, len(made), form)
    return {name: (took_s, by_tenant.get(name)) for name, took_s in by_job.items()}


def _mean_s(nouns: Any, wanted: Wishes, seeds: int, form: str) -> dict[str, float]:
    """Mean step [s] of each of some jobs, over seeds."""
    named = ", ".join(wanted.jobs)
    own = [
        _run(nouns, replace(wanted, seed=seed), f"{named} alone, seed {seed}", form)
        for seed in range(wanted.seed, wanted.seed + seeds)
    ]
    return {name: float(np.mean([steps_s(each, row).mean() for each in own])) for row, name in enumerate(wanted.jobs)}


def _run(nouns: Any, wanted: Wishes, what: str, form: str) -> FluidPrediction:
    from easterly.study import fluid

    prepared = fluid.prepare(nouns, wanted)
    with paced(what, EVENTS_EACH * len(prepared.schedule), quiet=form == "json", unit="events") as progress:
        return fluid.simulate_site(prepared, progress)


def steps_s(made: FluidPrediction, job: int) -> FloatColumn:
    """(K,) time of each step that a job has [s]."""
    return floats(made.step_s[job][~np.isnan(made.step_s[job])])


def document(
    every: Sequence[FluidPrediction], bounds: Prediction, wanted: Wishes, alone: Alone, tenant: Mapping[str, str | None]
) -> dict[str, Any]:
    """Step times by simulation of flows, with those from rates beside them; all but step times is of the first seed."""
    made = every[0]
    rows = {str(name): row for row, name in enumerate(bounds.job)}
    jobs = [
        {**_job(every, bounds, rows[str(name)], row, alone), "tenant": tenant[str(name)]}
        for row, name in enumerate(made.job)
    ]
    return {
        "method": "fluid", "steps": wanted.steps, "seed": wanted.seed, "seeds": len(every), "routing": wanted.routing,
        "allocation": wanted.allocation or None,
        "complete": all(each.complete for each in every),
        "stuck": next((each.stuck for each in every if each.stuck), None),
        "activities": made.activities, "merged": made.merged,
        "unsettled": sum(each.unsettled for each in every),
        "at": None if np.isnan(made.at_s) else clock(made.at_s),
        "at_given": wanted.at_s is not None,
        "jobs": jobs, "tenants": [_tenant(row, jobs) for row in records(made.tenants)],
        "checkpoints": [{**row, "job": str(made.job[row["job"]])} for row in records(made.saves)],
        "requests": records(made.requests), "at_mean": made.at_mean.tolist(),
        "rates": records(made.rates),
        "phases": records(made.phases), "sizes": records(made.slowdowns), "links": _links(made),
        "left_out": made.left_out.tolist(), "in_vain": _in_vain(made, wanted),
    }  # fmt: skip


def _in_vain(made: FluidPrediction, wanted: Wishes) -> list[str]:
    """Options that changed nothing, and why."""
    told = []
    if wanted.requests and not len(made.requests) and not len(made.at_mean):
        told.append("--requests: no service sends any")
    if wanted.saves is not None and not len(made.saves):
        told.append(f"--checkpoint: no job that writes checkpoints gets through {wanted.saves:,} steps and goes on")
    if wanted.at_s is not None and np.isnan(made.at_s):
        told.append("--at: nothing here has a profile or a time of day")
    return told


def _job(every: Sequence[FluidPrediction], bounds: Prediction, row: int, job: int, alone: Alone) -> dict[str, Any]:
    made = every[0]
    each_s = [steps_s(each, job) for each in every]
    all_s = np.concatenate(each_s)
    ended = bool(np.isfinite(all_s).all())
    if not every[-1].complete:  # what was done by then is worth something
        all_s = all_s[np.isfinite(all_s)]
    over = interval(floats([took_s.mean() for took_s in each_s])) if ended else None
    name = str(made.job[job])
    without = alone.get(name, (float("nan"), None))
    found = {
        "name": name, "compute_s": number(bounds.compute_s[row]), "simulated_s": _spread(all_s),
        "half_s": None if over is None else number(over.half), "steps_s": numbers(each_s[0]),
        "begins_s": number(made.begins_s[job]), "ends_s": numbers(made.end_s[job][: len(each_s[0])]),
        "exposed_s": number(made.exposed_s[job]),
        "step_s": {key: number(getattr(bounds, f"step_{key}_s")[row]) for key in RANGE},
        "bottleneck": reference(bounds.bottleneck[row]),
        "alone_s": number(without[0]), "tenant_s": None if without[1] is None else number(without[1]),
        "waits": [{key: each[key] for key in REASON} for each in records(made.waits) if each["job"] == job],
        "held_up": [_without_job(each) for each in records(made.reasons) if each["job"] == job],
        "straggler": next((_without_job(each) for each in records(made.stragglers) if each["job"] == job), None),
    }  # fmt: skip
    return {**found, "because": because(found)}


def _tenant(row: dict[str, Any], jobs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What a tenant had of a link, and by how much the others make its steps longer: in the mean, and the worst job."""
    own = [job for job in jobs if job["tenant"] == row["tenant"] and job["tenant_s"] is not None]
    longer = {job["name"]: job["simulated_s"]["mean"] / job["tenant_s"] - 1 for job in own}
    worst = max(longer, key=lambda name: longer[name], default=None)
    return {
        **row, "longer": number(float(np.mean(list(longer.values())))) if longer else None, "worst": worst,
        "worst_longer": None if worst is None else number(longer[worst]),
    }  # fmt: skip


def _without_job(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != "job"}


def _spread(took_s: Any) -> dict[str, float | None]:
    """Times of steps, of all seeds: mean, least, median, 95th percentile, most."""
    names = ("mean", "least", "median", "p95", "most")
    if not len(took_s):
        return dict.fromkeys(names)
    values = np.sort(took_s)
    at = [values[max(int(np.ceil(share * len(values) - 1e-9)), 1) - 1] for share in (0.5, 0.95)]
    return dict(zip(names, numbers([values.mean(), values[0], *at, values[-1]]), strict=True))


def _links(made: FluidPrediction) -> list[dict[str, Any]]:
    order = np.argsort(-made.busy, kind="stable")[:BUSIEST]
    return [{"link": str(made.link[at]), "busy": number(made.busy[at])} for at in order.tolist() if made.busy[at] > 0]


def because(job: dict[str, Any]) -> str:
    """What binds, in a sentence or two."""
    mean_s = job["simulated_s"]["mean"]
    if mean_s is None:
        return "no step of it has ended"
    parts = {axis: sum(w["share"] for w in job["waits"] if w["axis"] == axis) for axis in ("compute", "bubble")}
    told = [f"{parts['compute']:.1%} computing"] if job["waits"] else ["broken off"]
    told += [f"{parts['bubble']:.1%} waiting for others that compute"] if parts["bubble"] > 0.0005 else []
    waits = [w for w in job["waits"] if w["axis"] not in parts]
    if (job["exposed_s"] or 0.0) > 0.0005 * mean_s:
        most = waits[0]
        told.append(f"{job['exposed_s'] / mean_s:.1%} exposed communication, most of it {named(most)}")
    said = [", ".join(told)]
    late = job["straggler"]
    if late is not None:
        said.append(f"{late['host']} computes {late['factor']:.3g} times as long as its peers")
    if job["held_up"] and (job["exposed_s"] or 0.0) > 0.0005 * mean_s:
        said.append(held_up(job["held_up"][0]))
    return "; ".join(said)


SAID = {
    "incast": "senders meet before it", "collision": "hashing gives it more than its share", "failed": "it was down",
    "shared": "it is shared with {with_whom}", "full": "it is full", "policed": "no more is let in",
}  # fmt: skip


def held_up(row: dict[str, Any]) -> str:
    """Why a link holds messages up.

    >>> held_up({"kind": "incast", "link": "leaf>host:nic0", "with_whom": "", "messages": 3, "worst": 3.0})
    'leaf>host:nic0 holds up 3 messages, up to 3x: senders meet before it'
    """
    why = SAID[row["kind"]].format(**row)
    count = counted(row["messages"], "message")
    return f"{row['link']} holds up {count}, up to {row['worst']:.3g}x: {why}"


def findings(found: dict[str, Any]) -> list[Finding]:
    """A job that never ends."""
    if found["stuck"] is None:
        return []
    names = ", ".join(job["name"] for job in found["jobs"] if job["simulated_s"]["mean"] is None)
    hint = "repair it within the run (--fail WHAT@TIME..TIME), or give what it cuts off another way"
    return [Finding("E712", "", f"{names} never ends: {found['stuck']}", hint)]
