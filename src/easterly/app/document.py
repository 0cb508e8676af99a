"""The plan as one JSON document: stable keys, floats rounded to nine significant digits."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from easterly.app.engineering import engineering
from easterly.app.jobs import jobs
from easterly.app.numbers import addresses
from easterly.app.predicting import document as predicting
from easterly.app.qos import document as qos
from easterly.app.services import services, sides, traffic
from easterly.app.standing import standing
from easterly.app.values import number, numbers, reference
from easterly.app.waiting import waiting
from easterly.base.columns import ratio
from easterly.base.findings import Finding
from easterly.model.outcome import Bill, Verdict
from easterly.model.plan import Plan
from easterly.study.traffic import stranded

SCHEMA = 1


def document(plan: Plan) -> dict[str, Any]:
    """Everything that a plan says, in plain values.

    Keys are stable: other tools read them. Unknown values are null, never absent.

    Parameters
    ----------
    plan : Plan

    Returns
    -------
    dict
    """
    return {
        "schema": SCHEMA,
        "site": site(plan),
        "bill": bill(plan.bill),
        "address": addresses(plan.site, plan.network, plan.address),
        "jobs": jobs(plan),
        "services": services(plan),
        "traffic": traffic(plan),
        "directions": sides(plan),
        "links": links(plan),
        "hashing": hashing(plan),
        "engineering": engineering(plan),
        "unserved": list(stranded(plan.network, plan.demands, plan.routing)),
        "classes": qos.classes(plan.qos),
        "queues": queues(plan),
        "qos": qos.rest(plan.qos),
        "packets": predicting.witness(plan.packets, plan.prediction, plan.qos),
        "waiting": waiting(plan.waiting),
        **standing(plan),
        "verdicts": [verdict(v) for v in plan.verdicts],
        "findings": [finding(f) for f in plan.findings],
        "artifacts": [{"path": a.path, "sha256": a.sha256} for a in plan.configs.artifacts],
        "provenance": plan.provenance,
    }


def queues(plan: Plan) -> list[dict[str, Any]]:
    """The queues of the plan, and how long each became in the part that was simulated."""
    longest_B = predicting.longest_B(plan.packets, plan.qos)
    return [{**row, "simulated_B": found} for row, found in zip(qos.queues(plan.qos), longest_B, strict=True)]


def dump(value: Any) -> str:
    """JSON text that people and ``diff`` can read: one key of an object, one row of a table per line."""
    return _dump(value, "") + "\n"


def _dump(value: Any, indent: str) -> str:
    inner = indent + " "
    if isinstance(value, dict) and value and any(isinstance(v, (dict, list)) for v in value.values()):
        rows = [f"{inner}{_compact(key)}: {_dump(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{indent}}}"
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(inner + _compact(row) for row in value) + f"\n{indent}]"
    return _compact(value)


_compact = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def finding(found: Finding) -> dict[str, Any]:
    """A finding as an object."""
    return {
        "code": found.code, "severity": found.severity.value, "at": found.at, "line": found.line,
        "column": found.column, "message": found.message, "hint": found.hint,
    }  # fmt: skip


def verdict(made: Verdict) -> dict[str, Any]:
    """A verdict as an object."""
    return {
        "intent": made.intent, "status": made.status.value,
        "margin": None if made.margin is None else number(made.margin),
        "binds": reference(made.binds), "method": made.method.value if made.method else None, "because": made.because,
    }  # fmt: skip


def site(plan: Plan) -> dict[str, Any]:
    """Name and sizes."""
    network = plan.network
    return {
        "name": plan.site.name,
        "fabrics": {name: fabric.blueprint for name, fabric in sorted(plan.site.fabrics.items())},
        "hosts": len(network.hosts),
        "gpus": int(np.add.reduce(network.hosts.gpus, dtype=np.int64)),
        "tenants": sorted(plan.site.tenants),
    }


def bill(made: Bill) -> dict[str, Any]:
    """The bill of materials."""
    return {
        "switches": {
            "total": sum(made.switches_by_role.values()),
            "by_role": dict(sorted(made.switches_by_role.items())),
        },
        "fabric_links": made.fabric_links,
        "host_links": made.host_links,
        "wan_links": made.wan_links,
        "optics": made.optics,
        "oversubscription": {k: number(v) for k, v in sorted(made.oversubscription.items())},
        "oversubscription_one_failed": {k: number(v) for k, v in sorted(made.oversubscription_failed.items())},
        "binding_tier": dict(sorted(made.binding_tier.items())),
        "lines": [{"item": r.item, "what": r.what, "detail": r.detail, "count": r.count} for r in made.lines],
    }  # fmt: skip


def links(plan: Plan) -> list[dict[str, Any]]:
    """One row per direction of every cable."""
    loads = plan.loads
    total = np.add.reduce(loads.load_bps, axis=0) if len(loads.load_bps) else np.zeros(len(loads.capacity_bps))
    columns = (
        plan.network.link_ids.tolist(), numbers(loads.capacity_bps.tolist()), numbers(total.tolist()),
        numbers(ratio(total, loads.capacity_bps).tolist()), numbers(loads.peak_bps.tolist()),
    )  # fmt: skip
    keys = ("id", "capacity_bps", "load_bps", "utilisation", "peak_bps")
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def hashing(plan: Plan) -> list[dict[str, Any]]:
    """How unevenly hashing fills links, per phase, against an even split of every flow.

    ``mean`` and ``p95`` are the time of the busiest link of all over that of an even split; ``uplink`` is
    the load of the busiest link between switches over its capacity, while the phase lasts.
    """
    spread, phases, ids = plan.routing.spread, plan.demands.phases, plan.network.link_ids
    rows = [p for p in range(len(phases)) if spread.even_link[p] >= 0 and spread.even_s[p] > 0]
    return [
        {
            "owner": str(phases.owner[p]), "axis": str(phases.axis[p]), "stage": str(phases.stage[p]),
            "collective": str(phases.collective[p]), "mean": number(float(spread.mean_s[p] / spread.even_s[p])),
            "p95": number(float(spread.p95_s[p] / spread.even_s[p])),
            "uplink": _uplink(plan, p),
            "even_link": str(ids[spread.even_link[p]]), "p95_link": str(ids[spread.p95_link[p]]), "draws": spread.draws,
        }
        for p in rows
    ]  # fmt: skip


def _uplink(plan: Plan, phase: int) -> dict[str, Any] | None:
    """Load over capacity of the busiest uplink while a phase lasts; null where no flow leaves its switch."""
    uplinks = plan.routing.uplinks
    if uplinks is None or uplinks.p95_link[phase] < 0 or uplinks.even_s[phase] <= 0:
        return None
    lasts = (
        1.0
        if plan.demands.flows.rate_bps[plan.demands.flows.phase == phase].any()
        else float(plan.routing.spread.even_s[phase])
    )
    loads = {"even": uplinks.even_s, "mean": uplinks.mean_s, "p95": uplinks.p95_s}
    return {
        **{name: number(float(seconds[phase]) / lasts) for name, seconds in loads.items()},
        "link": str(plan.network.link_ids[uplinks.p95_link[phase]]),
    }
