"""Traffic engineering of a plan, in plain values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from easterly.app.values import number, numbers
from easterly.base.columns import ratio
from easterly.model.engineering import Engineering, Trials
from easterly.model.network import LinkKind, Network
from easterly.model.plan import Plan


def engineering(plan: Plan) -> list[dict[str, Any]]:
    """One object per intent that allocates: value and bound, links before and after, failures."""
    return [_engineered(made, plan.network) for made in plan.engineering]


def _engineered(made: Engineering, network: Network) -> dict[str, Any]:
    trials = made.trials
    return {
        "intent": made.intent, "objective": made.objective, "method": made.method, "status": made.status,
        "value": number(made.value), "bound": number(made.bound), "gap": number(made.gap), "unit": made.unit,
        "pairs": made.pairs, "asked_bps": number(made.asked_bps), "served_fraction": number(float(trials.served[0])),
        "max_utilisation": number(float(trials.utilisation[0])),
        "max_utilisation_in_place": number(float(trials.in_place[0])),
        "explanation": list(made.explanation), "links": _links(made, network), "trials": _trials(trials),
    }  # fmt: skip


def _links(made: Engineering, network: Network) -> list[dict[str, Any]]:
    """Links between switches that carry anything, before or after."""
    used = (network.links.kind != LinkKind.HOST) & ((made.before_bps > 0) | (made.load_bps > 0) | (made.dual > 0))
    rows = np.flatnonzero(used)
    capacity = network.links.capacity_bps[rows]
    columns = {
        "capacity_bps": capacity, "before_bps": made.before_bps[rows], "load_bps": made.load_bps[rows],
        "before": ratio(made.before_bps[rows], capacity), "utilisation": ratio(made.load_bps[rows], capacity),
        "dual": made.dual[rows],
    }  # fmt: skip
    values = zip(network.link_ids[rows].tolist(), *(numbers(c.tolist()) for c in columns.values()), strict=True)
    return [dict(zip(("id", *columns), row, strict=True)) for row in values]


def _trials(trials: Trials) -> list[dict[str, Any]]:
    names = [f.name for f in fields(trials) if f.name not in ("name", "status")]
    columns = [numbers(getattr(trials, name).tolist()) for name in names]
    rows = zip(trials.name.tolist(), trials.status.tolist(), *columns, strict=True)
    return [dict(zip(("down", "status", *names), row, strict=True)) for row in rows]
