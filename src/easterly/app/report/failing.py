"""A page about what failures cost: GPU-hours of the dearest kinds, and how much slower jobs are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from easterly.app.report import drawn
from easterly.app.report.plots import Bar, axis, bars

Row = Mapping[str, Any]
KINDS, BARS, FACTS = 5, 12, 40
"""Colours, bars of a drawing, rows of the table."""
LEAST = 5e-4
"""A step that takes so much longer is slower."""


def page(site: str, found: Row) -> str:
    """The page as text.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    """
    rows = found["failures"]
    figures = [_lost(rows), _slower(found)] if rows else []
    return drawn.page(
        "failures",
        "What failures cost",
        f"{site}: {hours(found['lost_gpu_h_per_month'])} GPU-hours a month",
        _facts(found),
        [f for f in figures if f is not None],
    )


def _facts(found: Row) -> list[drawn.Fact]:
    half = f" ± {hours(found['half_gpu_h_per_month'])}" if found["sample"] else ""
    facts: list[drawn.Fact] = [
        ("lost in a month", f"{hours(found['lost_gpu_h_per_month'])}{half} GPU-h",
         f"{found['parts']:,} parts or pairs, {found['cases']:,} of them unlike"),
    ]  # fmt: skip
    for row in found["failures"][:FACTS]:
        slow = [f"{job} x {now['slowdown']:.3f}" if now["slowdown"] is not None else f"{job} stands still"
                for job, now in row["jobs"].items() if now["slowdown"] is None or now["slowdown"] > 1.0005]  # fmt: skip
        gone = [f"{name} breaks" for name in row["broken"]] + [f"{name} has no path" for name in row["without_path"]]
        said = ", ".join([f"{row['alike']:,.4g} alike", *slow, *gone])
        facts.append((_name(row), f"{hours(row['lost_gpu_h_per_month'])} GPU-h", said))
    return facts


def _lost(rows: list[Row]) -> drawn.Figure | None:
    """GPU-hours of the dearest classes, on a logarithmic axis: kinds differ by orders of magnitude."""
    dear = [row for row in rows if row["lost_gpu_h_per_month"] > 0][:BARS]
    if not dear:
        return None
    x = axis("GPU-hours a month", [row["lost_gpu_h_per_month"] for row in dear], log=True)
    kinds = list(dict.fromkeys(row["kind"] for row in dear))
    made = [Bar(row["kind"], x.low, row["lost_gpu_h_per_month"], f"{_name(row)} ({row['alike']:,.4g})") for row in dear]
    said = "; ".join(f"{_name(row)}: {hours(row['lost_gpu_h_per_month'])} GPU-hours" for row in dear)
    note = "In a month, in the mean, of all parts that are alike; in brackets how many they are."
    return drawn.Figure("Lost GPU-hours", note, bars(made, x, title="Lost GPU-hours", said=said, names=kinds[:KINDS]))


def _slower(found: Row) -> drawn.Figure | None:
    """How much slower each job is, in the classes that slow it down most."""
    worst = [
        (now["slowdown"], job, row) for row in found["failures"] for job, now in row["jobs"].items()
        if now["slowdown"] is not None and now["slowdown"] > 1 + LEAST
    ]  # fmt: skip
    if not worst:
        return None
    worst = sorted(worst, key=lambda each: (-each[0], each[1], _name(each[2])))[:BARS]
    x = axis("step time over that before", [1.0, *(slow for slow, _, _ in worst)], near=True)
    jobs = [entry["job"] for entry in found["jobs"]][:KINDS]
    made = [Bar(job, 1.0, slow, f"{job}: {_name(row)}") for slow, job, row in worst]
    said = "; ".join(f"{job} x {slow:.3f} without {_name(row)}" for slow, job, row in worst)
    note = "Expected step time over that with nothing down, where the job goes on."
    return drawn.Figure("Slower steps", note, bars(made, x, title="Slower steps", said=said, names=jobs))


def _name(row: Row) -> str:
    return row["name"] if row["name"].startswith("optics") else f"{row['kind']} {row['name']}"


def hours(value: float) -> str:
    """GPU-hours, four digits at least.

    >>> hours(27139.6), hours(0.45123)
    ('27,140', '0.4512')
    """
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"
