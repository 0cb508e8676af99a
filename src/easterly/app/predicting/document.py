"""Predictions as JSON."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from easterly.app.values import number, reference
from easterly.base.columns import floats
from easterly.model.outcome import Prediction
from easterly.model.packet_prediction import PacketPrediction
from easterly.model.packets import Transport
from easterly.predict.packet import interval

RANGE = ("low", "expected", "high")
REASON = ("axis", "stage", "collective", "inside", "share")
BUSIEST = 20
"""Links that are listed."""


def fluid(made: Prediction, jobs: Sequence[str] = ()) -> dict[str, Any]:
    """Step times from max-min fair rates, of these jobs or of all."""
    rows = [row for row, name in enumerate(made.job) if not jobs or name in jobs]
    return {"method": "fluid", "jobs": [_fluid_job(made, row) for row in rows]}


def _fluid_job(made: Prediction, row: int) -> dict[str, Any]:
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
    every: Sequence[PacketPrediction], bounds: Prediction, transports: dict[str, Transport],
    replayed: Collection[str] = (),
) -> dict[str, Any]:  # fmt: skip
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
        "phases": _records(made.phases), "classes": _records(made.classes), "tenants": _records(made.tenants),
        "links": busiest(made), "left_out": made.left_out.tolist(),
        "transports": {name: {"name": how.name, "source": how.source} for name, how in sorted(transports.items())},
    }  # fmt: skip


def _packet_job(made: PacketPrediction, row: int) -> dict[str, Any]:
    names = ("step_s", "spread_s", "fixed_s", "simulated_s")
    return {"name": str(made.job[row]), **{name: number(getattr(made, name)[row]) for name in names}}


def _waits(made: PacketPrediction, row: int) -> list[dict[str, Any]]:
    """What a step waits for, with its time."""
    records = _records(made.waits)
    return [
        {**{key: each[key] for key in REASON}, "time_s": number(each["share"] * float(made.step_s[row]))}
        for each in records
        if each["job"] == row
    ]


def _seeds(every: Sequence[PacketPrediction], row: int) -> dict[str, float | int | None]:
    """Step time over seeds: mean, and half of its 95 % interval."""
    found = interval(floats([each.step_s[row] for each in every]))
    return {"count": len(every), "mean_s": number(found.mean), "half_s": number(found.half)}


def _records(table: Any) -> list[dict[str, Any]]:
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
