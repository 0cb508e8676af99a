"""One step of every job as a chart, and which axis of parallelism crosses which links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from easterly.app.report.measure import DASH, SIZES, TIMES, Measure, measure
from easterly.app.report.sections import Table, table_of

AXES = {
    "tp": "tensor parallel", "cp": "context parallel", "ep": "expert parallel", "pp": "pipeline",
    "dp": "data parallel", "edp": "replicas of experts", "wan": "other sites", "data": "training data",
}  # fmt: skip
STAGES = ("forward", "backward", "optimiser")
LINKS = ("scale-up", "leaf", "spine", "super-spine", "core", "wan", "storage")
CHARTS = 12
Document = Mapping[str, Any]


def steps(document: Document) -> dict[str, Any]:
    """The longest steps drawn: what the busiest GPU does and waits for, and what is hidden beneath."""
    found = sorted(document["jobs"], key=lambda j: (-(j["step_s"]["expected"] or 0.0), j["name"]))[:CHARTS]
    rows = [_chart(job) for job in found if job["step_s"]["expected"]]
    used = {part["kind"] for row in rows for lane in row["lanes"] for part in lane["parts"]}
    return {
        "rows": rows,
        "more": len(document["jobs"]) - len(rows),
        "key": [(kind, word) for kind, word in _words().items() if kind in used],
        "crossing": crossing(document),
    }


def _words() -> dict[str, str]:
    compute = {"forward": "forward", "backward": "backward", "update": "update of weights", "idle": "pipeline bubble"}
    return {**compute, **{f"axis-{axis}": word for axis, word in AXES.items()}}


def _chart(job: Mapping[str, Any]) -> dict[str, Any]:
    whole = job["step_s"]["expected"]
    unit = measure([whole], TIMES)
    waits, hidden = _exposed(job), _hidden(job)
    done = [
        ("forward", job["forward_s"]), *waits["forward"], ("backward", job["backward_s"]), *waits["backward"],
        *waits["optimiser"], ("update", job["optimizer_s"]), ("idle", job["bubble"] * job["compute_s"]),
    ]  # fmt: skip
    lanes = [("busy and waiting", _parts(done, whole, unit)), ("hidden", _parts(hidden, whole, unit))]
    return {
        "name": job["name"], "tenant": job.get("tenant") or "", "step": unit.full(whole),
        "facts": _facts(job), "lanes": [{"name": name, "parts": parts} for name, parts in lanes if parts],
    }  # fmt: skip


def _facts(job: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Figures that stand beside the chart."""
    memory, saved = job["memory_B"]["total"], job["checkpoint"]
    tokens = job["tokens_per_s"]["expected"]
    size = measure([memory], SIZES)
    facts = [
        ("tokens/s", f"{tokens:,.0f}" if tokens else DASH),
        ("MFU", f"{100 * job['mfu']:.1f} %" if job["mfu"] else DASH),
        ("memory per GPU", size.full(memory) if memory else DASH),
    ]
    if job["days"] is not None:
        facts.append(("days", f"{job['days']:,.1f}"))
    if saved is not None:
        facts.append(("goodput", f"{100 * saved['goodput']:.1f} %"))
    return facts


def _exposed(job: Mapping[str, Any]) -> dict[str, list[tuple[str, float]]]:
    found: dict[str, dict[str, float]] = {stage: defaultdict(float) for stage in STAGES}
    for row in job["axes"]:
        stage = row["stage"] if row["stage"] in STAGES else "optimiser"
        found[stage][f"axis-{row['axis']}"] += row["exposed_s"] or 0.0
    return {stage: list(by_axis.items()) for stage, by_axis in found.items()}


def _hidden(job: Mapping[str, Any]) -> list[tuple[str, float]]:
    """What the step does not wait for, by axis."""
    found: dict[str, float] = defaultdict(float)
    for row in job["axes"]:
        if row["every_s"] is None and row["stage"] != "evaluate":
            found[f"axis-{row['axis']}"] += max(0.0, (row["expected_s"] or 0.0) - (row["exposed_s"] or 0.0))
    return list(found.items())


def _parts(found: Iterable[tuple[str, float | None]], whole: float, unit: Measure) -> list[dict[str, str]]:
    words = _words()
    return [
        {"kind": kind, "share": f"{100 * seconds / whole:.3f}", "text": f"{words.get(kind, kind)} {unit.full(seconds)}"}
        for kind, seconds in found
        if seconds and seconds / whole > 1e-4
    ]


def crossing(document: Document) -> Table | None:
    """Bytes per GPU and step, by axis and by the class of links they cross."""
    rows = [(job, axis, sent) for job in document["jobs"] for axis, sent in _by_axis(job).items()]
    used = [name for name in LINKS if any(sent[name] for *_, sent in rows)]
    heads = ("Job", "Axis", *(name.capitalize() for name in used))
    cells = [(job["name"], AXES.get(axis, axis), *(_size(sent[name]) for name in used)) for job, axis, sent in rows]
    return table_of(heads, cells, range(2, len(heads)))


def _size(size_B: float) -> str:
    """Bytes in their own unit, as those of one table differ by orders of magnitude."""
    return measure([size_B], SIZES, digits=3).full(size_B) if size_B else DASH


def _by_axis(job: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for row in job["axes"]:
        if row["every_s"] is None:
            sent = found.setdefault(row["axis"], dict.fromkeys(LINKS, 0.0))
            sent["scale-up"] += row["scaleup_B"] or 0.0
            for name, size in row["links_B"].items():
                sent[name] += size / job["gpus"]
    return found
