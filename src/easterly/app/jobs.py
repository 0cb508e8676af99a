"""Jobs in the document: step time and its parts, what is sent where, memory, checkpoints."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.app.values import number, numbers, reference
from easterly.demand.facts import peak_FLOPs
from easterly.demand.mapping.classes import LINK_CLASSES, link_class
from easterly.model.plan import Plan
from easterly.study.demand import stores

DAY_S = 86400.0


def jobs(plan: Plan) -> list[dict[str, Any]]:
    """Step time of each job, with its parts."""
    sent_B = tiers(plan)
    return [_job(plan, row, str(name), sent_B) for row, name in enumerate(plan.prediction.job)]


def tiers(plan: Plan) -> NDArray[np.float64]:
    """(P, C) bytes per step that each phase sends over each class of links, all GPUs together."""
    flows, phases = plan.demands.flows, plan.demands.phases
    count = len(LINK_CLASSES)
    where = link_class(plan.network, flows, stores(plan.site, plan.network, plan.demands.work))
    key = flows.phase.astype(np.int64) * count + where
    total = np.bincount(key, flows.size_B * phases.times[flows.phase], minlength=len(phases) * count)
    return np.asarray(total.reshape(len(phases), count), dtype=np.float64)


def _job(plan: Plan, row: int, name: str, sent_B: NDArray[np.float64]) -> dict[str, Any]:
    made, work = plan.prediction, plan.demands.work
    at = work.name.tolist().index(name)
    spec = plan.site.jobs[name]
    low, expected, high = (float(c[row]) for c in (made.step_low_s, made.step_expected_s, made.step_high_s))
    compute = float(made.compute_s[row])
    rates = {"low": high, "expected": expected, "high": low}
    return {
        "name": name, "tenant": spec.tenant, "fabric": spec.fabric, "class": spec.traffic_class,
        "gpus": int(work.gpus[at]), "hosts": int(work.host_ptr[at + 1] - work.host_ptr[at]),
        "step_s": {"low": number(low), "expected": number(expected), "high": number(high)},
        "compute_s": number(compute), "forward_s": number(float(work.forward_s[at])),
        "backward_s": number(float(work.backward_s[at])), "optimizer_s": number(float(work.optimizer_s[at])),
        "bubble": number(float(work.bubble[at])),
        "comm_s": number(float(made.comm_low_s[row])), "comm_high_s": number(float(made.comm_high_s[row])),
        "exposed_s": number(high - compute), "exposed_expected_s": number(expected - compute),
        "exposed_low_s": number(low - compute),
        "tokens_per_s": {end: number(float(work.tokens[at]) / step) for end, step in rates.items()},
        "mfu": number(_mfu(plan, name, at, expected)), "days": _days(plan, name, at, expected),
        "memory_B": _memory(plan, at), "checkpoint": _checkpoint(plan, at),
        "bottleneck": reference(made.bottleneck[row]), "method": made.method.value,
        "axes": _axes(plan, name, sent_B),
    }  # fmt: skip


def _mfu(plan: Plan, name: str, at: int, step_s: float) -> float:
    """Work by the shape of the model over the peak of all GPUs, at the expected step time."""
    job, work = plan.site.jobs[name], plan.demands.work
    host = plan.site.hardware.hosts[str(plan.network.hosts.host_type[work.host_idx[work.host_ptr[at]]])]
    return float(work.flop[at]) / (float(work.gpus[at]) * peak_FLOPs(job, host) * step_s)


def _days(plan: Plan, name: str, at: int, step_s: float) -> float | None:
    """Days that the whole training takes, failures and checkpoints included; null where its tokens are not known."""
    tokens, work = plan.site.jobs[name].tokens, plan.demands.work
    if tokens is None:
        return None
    return number(tokens / float(work.tokens[at]) * step_s / float(work.goodput[at]) / DAY_S)


def _memory(plan: Plan, at: int) -> dict[str, float | None]:
    """Memory of the fullest GPU, by part."""
    work = plan.demands.work
    columns = {
        "weights": work.weights_B, "gradients": work.gradients_B, "optimizer": work.state_B,
        "activations": work.activations_B, "workspace": work.workspace_B,
    }  # fmt: skip
    parts = {name: float(column[at]) for name, column in columns.items()}
    return {**{name: number(value) for name, value in parts.items()}, "total": number(sum(parts.values()))}


def _checkpoint(plan: Plan, at: int) -> dict[str, float | None] | None:
    work = plan.demands.work
    if work.checkpoint_B[at] == 0:
        return None
    return {
        "size_B": number(float(work.checkpoint_B[at])), "write_s": number(float(work.checkpoint_s[at])),
        "every_s": number(float(work.checkpoint_every_s[at])), "goodput": number(float(work.goodput[at])),
    }  # fmt: skip


def _axes(plan: Plan, owner: str, sent_B: NDArray[np.float64]) -> list[dict[str, Any]]:
    """What a job sends, by axis of parallelism and stage of the step."""
    phases, made = plan.demands.phases, plan.prediction
    names = LINK_CLASSES
    return [
        {
            "axis": str(phases.axis[p]), "stage": str(phases.stage[p]), "collective": str(phases.collective[p]),
            "algorithm": str(phases.algorithm[p]), "times": number(float(phases.times[p])),
            "every_s": number(float(phases.every_s[p])) if phases.every_s[p] else None,
            "message_B": number(float(phases.message_B[p])), "network_B": number(float(sent_B[p].sum())),
            "scaleup_B": number(float(phases.scaleup_B[p] * phases.times[p])),
            "links_B": {name: sent for name, sent in zip(names, numbers(sent_B[p].tolist()), strict=True) if sent},
            "low_s": number(float(made.phase_low_s[p])), "expected_s": number(float(made.phase_expected_s[p])),
            "exposed_s": number(float(made.phase_exposed_s[p])), "high_s": number(float(made.phase_high_s[p])),
        }
        for p in np.flatnonzero(phases.owner == owner)
    ]  # fmt: skip
