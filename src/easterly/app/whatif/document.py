"""A sweep as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from easterly.app.values import number
from easterly.study.whatif.axes import Step
from easterly.study.whatif.changes import Change, Part, changes
from easterly.study.whatif.front import front
from easterly.study.whatif.metrics import metric_of, read
from easterly.study.whatif.sensitivity import Elasticity, elasticities
from easterly.study.whatif.sweep import Record, Sweep


def document(made: Sweep, metrics: Sequence[str], against: str) -> dict[str, Any]:
    """Everything about a sweep.

    Parameters
    ----------
    made : Sweep
    metrics : sequence of str
        Those that are listed; the first makes the front.
    against : str
        The metric that the first is weighed against.
    """
    listed = tuple(dict.fromkeys([*metrics, against]))
    on_front = best(made, metrics[0], against)
    return {
        "axes": [{"paths": list(axis.paths), "steps": [_texts(step) for step in axis.steps],
             "ordered": axis.ordered} for axis in made.axes],
        "metrics": [_metric(name, made) for name in listed],
        "weighed": {"metric": metrics[0], "against": against},
        "base": _row(made, 0, listed, on_front),
        "points": [_row(made, row, listed, on_front) for row in made.grid],
        "front": list(on_front),
        "sensitivity": [_elasticity(one, made) for one in elasticities(made, listed)],
        "changes": [_change(one) for one in changes(made)],
        "cost": made.base["cost"]["unit"],
        "unpriced": made.base["cost"]["unpriced"],
    }  # fmt: skip


def weight(made: Sweep, metric: str) -> str:
    """What a metric is weighed against where nobody says: the cost, or the memory where that does not differ."""
    _, colon, job = metric.partition(":")
    differ = len({read(made.records[row], "cost") for row in made.grid} - {None}) > 1
    return "cost" if differ or not colon or metric.startswith("memory") else f"memory:{job}"


def best(made: Sweep, metric: str, against: str) -> tuple[int, ...]:
    """Rows of the grid, and the site as it is, that no other beats in both."""
    rows = [0, *made.grid]
    pairs = [_pair(made.records[row], against, metric) for row in rows]
    return tuple(rows[at] for at in front(pairs))


def _pair(record: Record, *names: str) -> tuple[float, float] | None:
    """Two metrics, less of which is better; None where there is none."""
    found = [(-value if metric_of(name).more else value) for name in names if (value := read(record, name)) is not None]
    return (found[0], found[1]) if len(found) == 2 else None


def _texts(step: Step) -> dict[str, str]:
    return {one.path: one.text for one in step}


def _metric(name: str, made: Sweep) -> dict[str, Any]:
    known = metric_of(name)
    return {"name": name, "doc": known.doc, "unit": known.unit or "price", "better": "more" if known.more else "less"}


def _row(made: Sweep, row: int, metrics: Sequence[str], on_front: Sequence[int]) -> dict[str, Any]:
    record = made.records[row]
    return {
        "row": row, "set": _texts(made.points[row].settings), "values": _values(record),
        "valid": "metrics" in record, "front": row in on_front,
        "metrics": {name: None if (value := read(record, name)) is None else number(value) for name in metrics},
        "jobs": [
            {"name": job["name"], "binds": job["binds"], "parts_s": {k: number(v) for k, v in job["parts"].items()}}
            for job in record.get("jobs", ())
        ],
        "links": [{**link, "utilisation": number(link["utilisation"])} for link in record.get("links", ())],
        "findings": record["findings"],
    }  # fmt: skip


def _values(record: Record) -> dict[str, float | None]:
    """What stands at the paths that are varied, in SI units."""
    found: dict[str, float | None] = record.get("watched", {})
    return {path: None if value is None else number(value) for path, value in found.items()}


def _elasticity(one: Elasticity, made: Sweep) -> dict[str, Any]:
    between = [next((s.text for s in made.points[row].settings), "as it is") for row in one.rows]
    return {"path": one.path, "metric": one.metric, "base": number(one.base), "below": number(one.below),
            "above": number(one.above), "elasticity": number(one.value), "between": between}  # fmt: skip


def _change(one: Change) -> dict[str, Any]:
    return {"from": one.before, "to": one.after, "job": one.job,
            "step_s": [number(value) for value in one.step_s], "parts": [_part(part) for part in one.parts],
            "binds": list(one.binds), "links": list(one.links)}  # fmt: skip


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, "before_s": number(part.before_s), "after_s": number(part.after_s)}
