"""Intents that set an upper limit: step time, utilisation, oversubscription."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, floats, ratio
from easterly.base.units import TIME, format_short
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.outcome import Method, Ref, Status, Verdict
from easterly.model.spec.intent import Intent
from easterly.verify.evidence import Case, Evidence, Undecided

SLACK = 1 + 1e-9
"""Rounding that a limit forgives: a link that is exactly full meets a limit of 100 %."""


def step_time(evidence: Evidence, intent: Intent) -> Verdict:
    """Step time of a job, in the worst case of the intent's conditions.

    PASS when even the high end (no overlap, hashing at its 95th percentile) meets the limit, FAIL when
    even the low end (full overlap, even split) misses it, UNPROVEN between.
    """
    if intent.job is None or intent.step_time is None:
        raise Undecided("no job is named")
    limit = intent.step_time.max
    worst = _worst_step(evidence.under(intent), intent.job, limit)
    low, high = _step(worst, intent.job)
    if math.isinf(high):
        return Verdict(intent.name, Status.FAIL, None, Ref("failure", worst.name), Method.MEAN,
                       f"{intent.job} has no path when {worst.name} fails")  # fmt: skip
    status = Status.PASS if high <= limit * SLACK else Status.FAIL if low > limit * SLACK else Status.UNPROVEN
    value = low if status is Status.FAIL else high
    row = worst.prediction.job.tolist().index(intent.job)
    because = (
        f"step {format_short(low, TIME)}..{format_short(high, TIME)}, limit {format_short(limit, TIME)}{_when(worst)}"
    )
    return Verdict(intent.name, status, margin(value, limit), worst.prediction.bottleneck[row], Method.MEAN, because)


def _worst_step(cases: Sequence[Case], job: str, limit: float) -> Case:
    """The case with the greatest high end; but one whose low end misses the limit, which proves a FAIL, if any does."""
    low = max(cases, key=lambda case: _step(case, job)[0])
    return low if _step(low, job)[0] > limit * SLACK else max(cases, key=lambda case: _step(case, job)[1])


def _step(case: Case, job: str) -> tuple[float, float]:
    if job in case.stranded:
        return math.inf, math.inf
    rows = case.prediction.job.tolist()
    if job not in rows:
        raise Undecided(f"job {job} has no prediction")
    row = rows.index(job)
    return float(case.prediction.step_low_s[row]), float(case.prediction.step_high_s[row])


def utilisation(evidence: Evidence, intent: Intent) -> Verdict:
    """Mean load over capacity of the busiest fabric link, in the worst case of the conditions."""
    if intent.utilisation is None:
        raise Undecided("no limit is given")
    limit = intent.utilisation.max
    links = _links_of(evidence.network, intent.fabric)
    if not links.any():
        raise Undecided("the fabric has no links between switches")
    worst, value, link = None, -1.0, -1
    for case in evidence.under(intent):
        lost = _concerned(evidence, case, intent.fabric)
        if lost:
            return _stranded(intent, case, lost)
        use = np.where(links & case.alive, _utilisation(evidence, case, intent.traffic_class), -1.0)
        if use.max() > value:
            worst, value, link = case, float(use.max()), int(use.argmax())
    assert worst is not None
    status = Status.PASS if value <= limit * SLACK else Status.FAIL
    because = f"busiest link at {value:.1%} of its capacity on average, limit {limit:.1%}{_when(worst)}"
    binds = Ref("link", str(evidence.network.link_ids[link]))
    return Verdict(intent.name, status, margin(value, limit), binds, Method.MEAN, because)


def _concerned(evidence: Evidence, case: Case, fabric: str | None) -> list[str]:
    """Who has no path, of those that run on the intent's fabric."""
    at = dict(zip(evidence.work.name.tolist(), evidence.work.fabric.tolist(), strict=True))
    return [name for name in case.stranded if fabric is None or at.get(name) == fabric]


def _stranded(intent: Intent, case: Case, lost: list[str]) -> Verdict:
    who = ", ".join(lost)
    because = f"{who} has no path when {case.name} fails"
    return Verdict(intent.name, Status.FAIL, None, Ref("failure", case.name), Method.MEAN, because)


def _links_of(network: Network, fabric: str | None) -> BoolColumn:
    keep: BoolColumn = network.links.kind == LinkKind.FABRIC
    if fabric is not None:
        keep = keep & (network.nodes.fabric[network.links.src] == fabric)
    return keep


def _utilisation(evidence: Evidence, case: Case, traffic_class: str | None) -> FloatColumn:
    loads = case.loads.load_bps
    if traffic_class is not None:
        if traffic_class not in evidence.classes:
            raise Undecided(f"nothing is sent in class {traffic_class}")
        loads = loads[[evidence.classes.index(traffic_class)]]
    return ratio(np.add.reduce(loads, axis=0), case.loads.capacity_bps)


def oversubscription(evidence: Evidence, intent: Intent) -> Verdict:
    """Worst ratio of down to up capacity over the switches of a fabric, with what has failed taken out.

    Every switch that faces hosts or a tier below counts: capacity of its links downwards over that of
    its links upwards. Border routers and the links to them do not, as in the bill. Exact: a count, not a prediction.
    """
    if intent.oversubscription is None:
        raise Undecided("no limit is given")
    limit = intent.oversubscription.max
    fabrics = [intent.fabric] if intent.fabric is not None else sorted(evidence.site.fabrics)
    found = [
        (*worst_ratio(evidence.network, case.alive, f), f, case) for case in evidence.under(intent) for f in fabrics
    ]
    value, node, fabric, case = max(found, key=lambda row: row[0])
    if value < 0:
        raise Undecided(f"fabric {fabric} has one tier: nothing is oversubscribed or not")
    name = str(evidence.network.nodes.name[node])
    if math.isinf(value):
        return Verdict(intent.name, Status.FAIL, None, Ref("switch", name), Method.BOUND,
                       f"{name} has no uplink left{_when(case)}")  # fmt: skip
    status = Status.PASS if value <= limit * SLACK else Status.FAIL
    because = f"{value:.4g}:1 at {name} in {fabric}, limit {limit:.4g}:1{_when(case)}"
    return Verdict(intent.name, status, margin(value, limit), Ref("switch", name), Method.BOUND, because)


def worst_ratio(network: Network, alive: BoolColumn, fabric: str) -> tuple[float, int]:
    """Worst down over up capacity among the switches of a fabric, and the switch; -1 if none has uplinks.

    Switches that are wholly down are left out; a switch below the top tier whose uplinks are all down
    is infinitely oversubscribed.
    """
    nodes, links = network.nodes, network.links
    inner = (nodes.role[links.src] != "border") & (nodes.role[links.dst] != "border")
    built = inner & (nodes.tier[links.dst] > nodes.tier[links.src]) & (links.kind == LinkKind.FABRIC)
    up = alive & built
    down = alive & inner & (nodes.tier[links.dst] < nodes.tier[links.src]) & (links.kind != LinkKind.WAN)
    size = len(nodes)
    up_bps = floats(np.bincount(links.src[up], links.capacity_bps[up], size))
    down_bps = floats(np.bincount(links.src[down], links.capacity_bps[down], size))
    has_up = np.bincount(links.src[built], minlength=size) > 0
    rows = np.flatnonzero((nodes.fabric == fabric) & (nodes.kind == NodeKind.SWITCH) & has_up & (down_bps > 0))
    if not len(rows):
        return -1.0, -1
    values = ratio(down_bps[rows], up_bps[rows])
    best = int(values.argmax())
    return float(values[best]), int(rows[best])


def margin(value: float, limit: float) -> float | None:
    """Relative distance to an upper limit, positive when met; None where the limit is zero.

    >>> margin(24.0, 30.0)
    0.2
    """
    return (limit - value) / limit if limit > 0 else None


def _when(case: Case) -> str:
    return "" if case.name == "nothing" else f", worst with {case.name} down"
