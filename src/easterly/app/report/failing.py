"""A page about what failures cost: GPU-hours of the dearest kinds, and how much slower jobs are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from easterly.app.report import drawn
from easterly.app.report.plots import Curve, axis, plot

Row = Mapping[str, Any]
KINDS = 5
FACTS = 40


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
    return drawn.page("failures", "What failures cost", site, _facts(found), [f for f in figures if f is not None])


def _facts(found: Row) -> list[drawn.Fact]:
    half = f" ± {found['half_gpu_h_per_month']:,.4g}" if found["sample"] else ""
    facts: list[drawn.Fact] = [
        ("lost in a month", f"{found['lost_gpu_h_per_month']:,.4g}{half} GPU-h",
         f"{found['parts']:,} parts or pairs, {found['cases']:,} of them unlike"),
    ]  # fmt: skip
    for row in found["failures"][:FACTS]:
        slow = [f"{job} x {now['slowdown']:.3f}" if now["slowdown"] is not None else f"{job} stands still"
                for job, now in row["jobs"].items() if now["slowdown"] is None or now["slowdown"] > 1.0005]  # fmt: skip
        gone = [f"{name} breaks" for name in row["broken"]] + [f"{name} has no path" for name in row["without_path"]]
        said = ", ".join([f"{row['alike']:,.4g} alike", *slow, *gone])
        facts.append((f"{row['kind']} {row['name']}", f"{row['lost_gpu_h_per_month']:,.4g} GPU-h", said))
    return facts


def _lost(rows: list[Row]) -> drawn.Figure | None:
    """GPU-hours of each class, by kind, on a logarithmic axis: kinds differ by orders of magnitude."""
    by_kind: dict[str, list[float]] = {}
    for row in rows:
        if row["lost_gpu_h_per_month"] > 0:
            by_kind.setdefault(row["kind"], []).append(row["lost_gpu_h_per_month"])
    if not by_kind:
        return None
    dearest = sorted(by_kind, key=lambda kind: -sum(by_kind[kind]))[:KINDS]
    curves = [Curve(kind, np.arange(1.0, len(by_kind[kind]) + 1), np.array(by_kind[kind])) for kind in dearest]
    x = axis("classes of parts that are alike, the dearest first", [max(float(c.x[-1]) for c in curves)], snug=True)
    y = axis("GPU-hours a month", np.concatenate([c.y for c in curves]), log=True)
    said = "; ".join(f"{c.name}: {c.y.sum():,.4g} GPU-hours" for c in curves)
    drawing = plot(curves, x, y, title="Lost GPU-hours", said=said, dots=True)
    return drawn.Figure("Lost GPU-hours", "in a month, in the mean, of each class of the dearest kinds", drawing)


def _slower(found: Row) -> drawn.Figure | None:
    """How much slower each job is, over the classes in which it is slowed down, most first."""
    curves = []
    for job in [entry["job"] for entry in found["jobs"]][:KINDS]:
        factors = sorted((row["jobs"][job]["slowdown"] or 0.0 for row in found["failures"]), reverse=True)
        factors = [factor for factor in factors if factor > 0]
        if factors:
            curves.append(Curve(job, np.arange(1.0, len(factors) + 1), np.array(factors)))
    if not curves:
        return None
    x = axis("classes of parts, the worst first", [max(float(c.x[-1]) for c in curves)], snug=True)
    y = axis("step time over that before", np.concatenate([c.y for c in curves]), near=True)
    said = "; ".join(f"{c.name}: at most x {c.y[0]:.3f}" for c in curves)
    drawing = plot(curves, x, y, title="Slower steps", said=said, dots=True)
    return drawn.Figure(
        "Slower steps", "expected step time over that with nothing down, where the job goes on", drawing
    )
