"""One point: a whole site, checked and predicted; a function of plain data, so that any worker can do it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from easterly.base.findings import Finding, FindingsError, Severity
from easterly.base.units import RATE, format_short
from easterly.demand.facts import peak_FLOPs
from easterly.model.network import LinkKind
from easterly.model.outcome import Status, Verdict
from easterly.site import setting
from easterly.study.check import check
from easterly.study.cost import cost
from easterly.study.naming import links_of
from easterly.study.nouns import Nouns
from easterly.study.pipeline import plan
from easterly.study.stages import Recent

MEASURE = f"{__name__}:measure"
HOTTEST = 3
"""Links that are listed."""


@cache
def _stages() -> Recent:
    """What neighbouring points have in common, in the memory of this process."""
    return Recent()


def measure(site: dict[str, Any], watch: list[str], judged: bool = False) -> dict[str, Any]:
    """Check and predict a site.

    Parameters
    ----------
    site : dict
        The site file in plain values.
    watch : list of str
        Paths whose values, in SI units, are wanted.
    judged : bool
        Whether intents are decided too, which takes a whole plan.

    Returns
    -------
    dict
        ``findings``; and where none of them is an error ``watched`` by path, ``metrics`` by name (see
        `easterly.study.whatif.metrics`), ``jobs`` with what each waits for, ``links`` that are fullest, and ``cost``.
    """
    try:
        loaded = setting.changed(site)
        nouns = Nouns(loaded.site, _stages())
        found = (*loaded.notes, *check(loaded.site, nouns))
        if any(f.severity is Severity.ERROR for f in found):
            return {"findings": [_finding(f) for f in found]}
        made = _measured(nouns, watch)
        if judged:
            made["metrics"] |= _judged(plan(loaded.site, nouns=nouns, findings=found).verdicts)
        return {"findings": [_finding(f) for f in found], **made}
    except FindingsError as error:
        return {"findings": [_finding(f) for f in error.findings]}


def _finding(found: Finding) -> dict[str, Any]:
    return {"code": found.code, "severity": found.severity.value, "at": found.at, "message": found.message,
            "hint": found.hint}  # fmt: skip


def _measured(nouns: Nouns, watch: list[str]) -> dict[str, Any]:
    money = cost(nouns.site, nouns.bill.value)
    links = _links(nouns)
    jobs = [_job(nouns, row) for row in range(len(nouns.prediction.value.job))]
    bill = nouns.bill.value
    metrics = {
        "cost": money.total, "switches": sum(bill.switches_by_role.values()), "optics": bill.optics,
        "cables": bill.fabric_links + bill.host_links,
        "oversubscription": max(bill.oversubscription.values(), default=1.0),
        "utilisation": links[0]["utilisation"] if links else 0.0,
        **{f"{name}:{job['name']}": value for job in jobs for name, value in job.pop("metrics").items()},
    }  # fmt: skip
    return {
        "watched": {path: _at(nouns.text, path.split(".")) for path in watch},
        "metrics": metrics, "jobs": jobs, "links": links,
        "cost": {"unit": money.unit, "unpriced": list(money.unpriced), "by_item": money.by_item},
    }  # fmt: skip


def _judged(verdicts: tuple[Verdict, ...]) -> dict[str, float]:
    """How many intents are not met, or not proven, and by how much each is met; a verdict may be without a number."""
    statuses = [verdict.status for verdict in verdicts]
    margins = {f"margin:{one.intent}": one.margin for one in verdicts if one.margin is not None}
    return {"fails": statuses.count(Status.FAIL), "unproven": statuses.count(Status.UNPROVEN), **margins}


def _at(text: Any, path: list[str]) -> float | None:
    """The number that stands at a path, in SI units; None where there is none."""
    for step in path:
        text = text.get(step) if isinstance(text, dict) else None
    return float(text) if isinstance(text, (int, float)) and not isinstance(text, bool) else None


def _job(nouns: Nouns, row: int) -> dict[str, Any]:
    """One job: its metrics, what it waits for, and what limits it."""
    made, demands = nouns.prediction.value, nouns.demands.value
    name, work = str(made.job[row]), demands.work
    at, spec = work.name.tolist().index(name), nouns.site.jobs[name]
    expected, compute = float(made.step_expected_s[row]), float(made.compute_s[row])
    host = nouns.site.hardware.hosts[str(nouns.network.value.hosts.host_type[work.host_idx[work.host_ptr[at]]])]
    memory_B = sum(float(column[at]) for column in (
        work.weights_B, work.gradients_B, work.state_B, work.activations_B, work.workspace_B))  # fmt: skip
    binds = made.bottleneck[row]
    return {
        "name": name, "binds": f"{binds.kind} {binds.id}",
        "metrics": {
            "step": expected, "step_low": float(made.step_low_s[row]), "step_high": float(made.step_high_s[row]),
            "compute": compute, "exposed": expected - compute, "tokens_per_s": float(work.tokens[at]) / expected,
            "mfu": float(work.flop[at]) / (float(work.gpus[at]) * peak_FLOPs(spec, host) * expected),
            "gpus": int(work.gpus[at]), "memory": memory_B,
        },
        "parts": {"compute": compute, **_exposed(nouns, name)},
    }  # fmt: skip


def _exposed(nouns: Nouns, job: str) -> dict[str, float]:
    """What a step waits for, by phase [s]."""
    phases, made = nouns.demands.value.phases, nouns.prediction.value
    found: dict[str, float] = {}
    for p in np.flatnonzero(phases.owner == job).tolist():
        if phases.every_s[p] == 0:
            name = f"{phases.axis[p]} {phases.stage[p]} {phases.collective[p]}"
            found[name] = found.get(name, 0.0) + float(made.phase_exposed_s[p])
    return found


def _links(nouns: Nouns) -> list[dict[str, Any]]:
    """The fullest links between switches, fullest first, by mean load over a step."""
    links, loads = nouns.network.value.links, nouns.loads.value
    rows = np.flatnonzero(links.kind == LinkKind.FABRIC)
    used = loads.load_bps.sum(axis=0)[rows] / loads.capacity_bps[rows]
    names = links_of(nouns) if len(rows) else []
    order = np.argsort(-used, kind="stable")[:HOTTEST].tolist()
    return [
        {"link": names[rows[i]], "utilisation": float(used[i]),
         "capacity": format_short(float(loads.capacity_bps[rows[i]]), RATE)}
        for i in order
    ]  # fmt: skip
