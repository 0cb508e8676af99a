"""Predictions as JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from easterly.app.values import number, reference
from easterly.base.columns import floats
from easterly.model.outcome import Prediction
from easterly.model.packet_prediction import PacketPrediction, PacketWitness
from easterly.model.qos import QosPlan
from easterly.predict.packet import interval

RANGE = ("low", "expected", "high")
REASON = ("axis", "stage", "collective", "inside", "share")
BUSIEST = 20
"""Links that are listed."""


def rates(made: Prediction, jobs: Sequence[str] = ()) -> dict[str, Any]:
    """Step times from max-min fair rates, of these jobs or of all."""
    rows = [row for row, name in enumerate(made.job) if not jobs or name in jobs]
    return {"method": "rates", "jobs": [_rates_job(made, row) for row in rows]}


def _rates_job(made: Prediction, row: int) -> dict[str, Any]:
    return {
        "name": str(made.job[row]), "compute_s": number(made.compute_s[row]),
        "step_s": _range(made, row), "bottleneck": reference(made.bottleneck[row]),
    }  # fmt: skip


def _range(made: Prediction, row: int) -> dict[str, float | None]:
    return {
        "low": number(made.step_low_s[row]), "expected": number(made.step_expected_s[row]),
        "high": number(made.step_high_s[row]),
    }  # fmt: skip


def packet(
    every: Sequence[PacketPrediction], bounds: Prediction, plan: QosPlan, replayed: Collection[str] = ()
) -> dict[str, Any]:
    """Step times by simulation of packets, with those from rates beside them; all but the mean is of the first seed.

    Rates know nothing of traces: jobs whose traces are replayed have none beside them.
    """
    made = every[0]
    rows = {str(name): row for row, name in enumerate(bounds.job)}
    return {
        "method": "packet", "part": number(made.part), "steps": made.steps, "seed": made.outcome.seed,
        "packet_hops": sum(each.hops for each in every), "complete": all(each.outcome.complete for each in every),
        "stuck": next((str(each.outcome.stuck) for each in every if each.outcome.stuck is not None), None),
        "jobs": [
            {
                **_packet_job(made, row), "waits": _waits(made, row), "seeds": _seeds(every, row),
                "replayed": name in replayed,
                "fluid_s": dict.fromkeys(RANGE) if name in replayed else _range(bounds, rows[str(name)]),
            }
            for row, name in enumerate(made.job)
        ],
        "phases": records(made.phases), "classes": records(made.classes), "tenants": records(made.tenants),
        "sizes": records(made.slowdowns), "queues": _queues(made, plan),
        "links": busiest(made), "left_out": made.left_out.tolist(),
        "transports": _transports(made, plan),
    }  # fmt: skip


def witness(said: PacketWitness | None, bounds: Prediction, plan: QosPlan) -> dict[str, Any] | None:
    """The same in a plan; why there is nothing, where nothing was simulated; null where nobody asked."""
    if said is None:
        return None
    made = {} if said.prediction is None else packet([said.prediction], bounds, plan)
    return {"because": said.because or None, **made}


def longest_B(said: PacketWitness | None, plan: QosPlan) -> list[float | None]:
    """Longest queues of a simulation, one for each row of the plan's queues."""
    if said is None or said.prediction is None:
        return [None] * (len(plan.groups) * len(plan.traffic_class))
    return [number(value) for value in said.prediction.longest_B.reshape(-1)]


def _queues(made: PacketPrediction, plan: QosPlan) -> list[dict[str, Any]]:
    """Queues that were in use, the longest first."""
    groups, classes = np.nonzero(made.longest_B > 0)
    order = np.argsort(-made.longest_B[groups, classes], kind="stable")
    return [
        {
            "group": str(plan.groups.name[g]), "class": str(plan.traffic_class[c]),
            "longest_B": number(made.longest_B[g, c]), "burst_B": number(plan.queues.incast_peak_B[g, c]),
            "limit_B": number(plan.queues.limit_B[g, c]),
        }
        for g, c in zip(groups[order].tolist(), classes[order].tolist(), strict=True)
    ]  # fmt: skip


def _transports(made: PacketPrediction, plan: QosPlan) -> dict[str, dict[str, str]]:
    """How hosts sent each class that was in use."""
    every = dict(zip(plan.traffic_class.tolist(), made.outcome.transports, strict=True))
    used = sorted(made.classes.name.tolist())
    return {name: {"name": every[name].name, "source": every[name].source} for name in used}


def _packet_job(made: PacketPrediction, row: int) -> dict[str, Any]:
    names = ("step_s", "spread_s", "fixed_s", "simulated_s", "passes")
    return {"name": str(made.job[row]), **{name: number(getattr(made, name)[row]) for name in names}}


def _waits(made: PacketPrediction, row: int) -> list[dict[str, Any]]:
    """What a step waits for, with its time."""
    return [
        {**{key: each[key] for key in REASON}, "time_s": number(each["share"] * float(made.step_s[row]))}
        for each in records(made.waits)
        if each["job"] == row
    ]


def _seeds(every: Sequence[PacketPrediction], row: int) -> dict[str, float | int | None]:
    """Step time over seeds: mean, and half of its 95 % interval."""
    found = interval(floats([each.step_s[row] for each in every]))
    return {"count": len(every), "mean_s": number(found.mean), "half_s": number(found.half)}


def records(table: Any) -> list[dict[str, Any]]:
    """Rows of a noun of columns, by the names of its fields."""
    names = [f.name for f in fields(table)]
    return [{name: _plain(getattr(table, name)[row]) for name in names} for row in range(len(table))]


def _plain(value: Any) -> Any:
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, np.floating):
        return number(float(value))
    return int(value) if isinstance(value, np.integer) else str(value)


def busiest(made: PacketPrediction) -> list[dict[str, Any]]:
    """Links that send most of the time, then all those with drops."""
    order = np.argsort(-made.busy, kind="stable")[:BUSIEST].tolist()
    order += [int(link) for link in np.flatnonzero(made.outcome.drops) if link not in order][:BUSIEST]
    return [
        {
            "link": str(made.link[link]), "busy": number(made.busy[link]), "drops": int(made.outcome.drops[link]),
            "marks": int(made.outcome.marks[link]),
        }
        for link in order
        if made.busy[link] > 0
    ]  # fmt: skip
