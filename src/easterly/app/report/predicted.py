"""A page about the step times of a site, packet by packet."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from easterly.app.report.join import STATIC
from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.report.packets import timeline
from easterly.app.report.page import environment
from easterly.base.columns import texts
from easterly.model.packet_prediction import PacketPrediction

RANGE = ("low", "expected", "high")
ROWS = 24
"""Rows of the course at most, of those that take longest."""


def page(site: str, result: dict[str, Any], made: PacketPrediction) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
        Its name.
    result : dict
        The JSON document of the prediction.
    made : PacketPrediction
        That of the first seed.
    """
    return environment().get_template("predicted.html").render(
        title=site, facts=_facts(result), jobs=_jobs(result["jobs"]), phases=_phases(result["phases"]),
        groups=[("Classes", _groups(result["classes"])), ("Tenants", _groups(result["tenants"]))],
        links=_links(result["links"]), course=_course(made), left_out=result["left_out"],
        styles=Markup("".join((STATIC / name).read_text("utf-8") for name in ("report.css", "plots.css"))),
    )  # fmt: skip


def _facts(result: dict[str, Any]) -> list[tuple[str, str, str]]:
    part = result["part"]
    how = "of every message and computation" + ("" if part == 1 else "; a half and a quarter tell the whole")
    ways = ", ".join(f"{name} by {how['name']}" for name, how in result["transports"].items())
    return [
        ("simulated", f"{100 * part:.3g} %", how), ("packet-hops", f"{result['packet_hops']:,}", "of all runs"),
        ("transports", ways, "as the plan sets hosts to, where nobody asked for another"),
        ("seed", str(result["seed"]), "the same seed gives the same page"),
    ]  # fmt: skip


def _jobs(jobs: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    unit = measure([job["step_s"] or 0.0 for job in jobs], TIMES)

    def text(value: float | None) -> str:
        return "never ends" if value is None else unit.full(value)

    return [
        (job["name"], text(job["step_s"]), DASH if job["spread_s"] is None else unit.full(job["spread_s"]),
         *(DASH if job["replayed"] else text(job["fluid_s"][key]) for key in RANGE))
        for job in jobs
    ]  # fmt: skip


def _phases(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    quantiles = ("median", "p99", "worst")
    return [
        (row["owner"], f"{row['axis']} {row['collective']}", row["stage"], f"{row['messages']:,}",
         size.full(row["size_B"]), *(DASH if row[key] is None else f"{row[key]:.3g}x" for key in quantiles),
         f"{row['worst_src']} > {row['worst_dst']}")
        for row in rows
    ]  # fmt: skip


def _groups(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    counts = ("again", "marked", "reordered", "timeouts")
    return [
        (row["name"] or DASH, row["transport"], f"{row['connections']:,}", size.full(row["size_B"]),
         *(f"{row[key]:,}" for key in counts))
        for row in rows
    ]  # fmt: skip


def _links(rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(row["link"], f"{100 * row['busy']:.1f} %", f"{row['drops']:,}", f"{row['marks']:,}") for row in rows[:12]]


def _course(made: PacketPrediction) -> Markup:
    """When each job exchanged what; the longest first, where there are too many."""
    phases, spans = made.phases, made.spans
    columns = zip(phases.owner, phases.axis, phases.collective, strict=True)
    names, of = np.unique(np.array([" ".join(row) for row in columns], dtype=str), return_inverse=True)
    length = np.bincount(of[spans.phase], spans.end_s - spans.start_s, len(names))
    shown = np.isin(of[spans.phase], np.argsort(-length, kind="stable")[:ROWS])
    rows = spans.phase[shown]
    return timeline(texts(phases.owner[rows]), spans.start_s[shown], spans.end_s[shown], texts(names[of[rows]]))
