"""Services and other traffic in the document: what they send, and what users notice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from easterly.app.values import number
from easterly.demand.traffic import directions
from easterly.model.plan import Plan
from easterly.model.serving import Services
from easterly.predict.contention import mean_rates
from easterly.predict.loads import low_steps


def services(plan: Plan) -> list[dict[str, Any]]:
    """Every inference service: its rate on the network, its pools, its times."""
    rates = _rates(plan)
    rows = {name: i for i, name in enumerate(plan.services.name.tolist())}
    return [
        {
            **_placed(plan, row, plan.site.services[name]), "rate_bps": number(rates[name]),
            **(_served(plan.services, rows[name]) if name in rows else {}),
        }
        for row, name in enumerate(plan.demands.work.name.tolist())
        if plan.demands.work.kind[row] == "service"
    ]  # fmt: skip


def traffic(plan: Plan) -> list[dict[str, Any]]:
    """Every piece of other traffic: its kind, its mean rate, the numbers that belong to its kind."""
    rates, made = _rates(plan), plan.figures
    return [
        {
            **_placed(plan, row, plan.site.traffic[name]), "kind": plan.site.traffic[name].kind,
            "rate_bps": number(rates[name]),
            "figures": {
                str(made.name[i]): {"value": number(float(made.value[i])), "unit": str(made.unit[i])}
                for i in np.flatnonzero(made.owner == name)
            },
        }
        for row, name in enumerate(plan.demands.work.name.tolist())
        if plan.demands.work.kind[row] == "traffic"
    ]  # fmt: skip


def sides(plan: Plan) -> list[dict[str, Any]]:
    """East-west and north-south traffic by tenant and class, jobs at the low end of their step times."""
    step_s = low_steps(plan.demands, plan.prediction)
    made = directions(plan.network, plan.demands, mean_rates(plan.demands, step_s))
    return [
        {
            "tenant": str(made.tenant[i]) or None, "class": plan.demands.classes[int(made.traffic_class[i])],
            "east_west_bps": number(float(made.east_west_bps[i])),
            "north_south_bps": number(float(made.north_south_bps[i])),
        }
        for i in range(len(made.tenant))
    ]  # fmt: skip


def _rates(plan: Plan) -> Counter[str]:
    """Mean rate by owner: continuous flows, and bursts over their interval."""
    flows, phases = plan.demands.flows, plan.demands.phases
    every_s = phases.every_s[flows.phase]
    burst = np.divide(flows.size_B * 8, every_s, out=np.zeros(len(flows)), where=every_s > 0)
    found: Counter[str] = Counter()
    rates = (flows.rate_bps + burst).tolist()
    for owner, rate in zip(phases.owner[flows.phase].tolist(), rates, strict=True):
        found[owner] += rate
    return found


def _placed(plan: Plan, row: int, spec: Any) -> dict[str, Any]:
    work = plan.demands.work
    return {
        "name": str(work.name[row]), "tenant": spec.tenant, "fabric": str(work.fabric[row]) or None,
        "class": spec.traffic_class, "gpus": int(work.gpus[row]),
        "hosts": int(work.host_ptr[row + 1] - work.host_ptr[row]),
    }  # fmt: skip


def _served(made: Services, row: int) -> dict[str, Any]:
    """What users notice, and how full both pools are."""
    numbers = {
        name: number(float(getattr(made, name)[row]))
        for name in (
            "requests_hz", "capacity_hz", "ttft_mean_s", "ttft_quantile", "ttft_s", "itl_mean_s", "itl_quantile",
            "itl_s", "cache_B", "cache_s", "cache_bps", "prefill_utilisation", "decode_utilisation",
            "users_in_bps", "users_out_bps",
        )
    }  # fmt: skip
    needed = {"prefill": int(made.prefill_needed[row]), "decode": int(made.decode_needed[row])}
    return {
        "mode": str(made.mode[row]), **numbers, "binds": str(made.decode_binds[row]),
        "replicas_needed": {pool: count if count >= 0 else None for pool, count in needed.items()},
    }  # fmt: skip
