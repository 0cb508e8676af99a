"""Step times of a site, packet by packet: a page of their own, and a section of the plan's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from easterly.app.report.cost import how, remarks
from easterly.app.report.drawn import styles
from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.report.packets import occupancy, slowdown, timeline
from easterly.app.report.page import environment
from easterly.app.report.sections import Table, table_of
from easterly.base.columns import texts
from easterly.base.units import SIZE, format_short
from easterly.model.packet_prediction import PacketPrediction

RANGE = ("low", "expected", "high")
ROWS = 24
"""Rows of the course at most, of those that take longest."""
SHOWN = 12
Row = Mapping[str, Any]


def page(site: str, result: Row, made: PacketPrediction, classes: Sequence[str]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
        Its name.
    result : dict
        The JSON document of the prediction.
    made : PacketPrediction
        That of the first seed.
    classes : sequence of str
        Names of the classes of the plan.
    """
    return environment().get_template("predicted.html").render(
        title=site, packets=section(result, made, classes),
        styles=styles(),
    )  # fmt: skip


def section(result: Row | None, made: PacketPrediction | None, classes: Sequence[str]) -> dict[str, Any] | None:
    """What a page shows of a prediction; nothing where there is none, and why where nothing was simulated."""
    if result is None or made is None:
        return None if result is None else {"because": result["because"]}
    return {
        "because": None, "how": how(result), "facts": _facts(result), "jobs": _jobs(result["jobs"]),
        "remarks": remarks(result), "course": _course(made), "plots": _plots(made, classes),
        "phases": _phases(result["phases"]),
        "groups": [("Classes", _groups(result["classes"])), ("Tenants", _groups(result["tenants"]))],
        "queues": _queues(result["queues"]), "links": _links(result["links"]),
    }  # fmt: skip


def _facts(result: Row) -> list[tuple[str, str, str]]:
    ways = ", ".join(f"{name} by {found['name']}" for name, found in result["transports"].items())
    return [
        ("simulated", how(result), "the whole follows from how times grow"),
        ("transports", ways, "as the plan sets hosts to, where nobody asked for another"),
        ("seed", str(result["seed"]), "the same seed gives the same page"),
    ]  # fmt: skip


def _jobs(jobs: Sequence[Row]) -> Table | None:
    unit = measure([job["step_s"] or job["fluid_s"]["expected"] or 0.0 for job in jobs], TIMES)

    def text(value: float | None) -> str:
        return "not known" if value is None else unit.full(value)

    return table_of(
        ("Job", "Step, by packets", "Uncertain by", "Low, by rates", "Expected", "High"),
        [
            (job["name"], text(job["step_s"]), DASH if job["spread_s"] is None else unit.full(job["spread_s"]),
             *(DASH if job["replayed"] else text(job["fluid_s"][key]) for key in RANGE))
            for job in jobs
        ],
        range(1, 6),
    )  # fmt: skip


def _phases(rows: Sequence[Row]) -> Table | None:
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    quantiles = ("median", "p99", "worst")
    heads = ("Who", "What", "Stage", "Messages", "Data", "Median", "99 %", "Worst", "Slowest")
    return table_of(
        heads,
        [
            (row["owner"], f"{row['axis']} {row['collective']}", row["stage"], f"{row['messages']:,}",
             size.full(row["size_B"]), *(DASH if row[key] is None else f"{row[key]:.3g}x" for key in quantiles),
             f"{row['worst_src']} > {row['worst_dst']}")
            for row in rows
        ],
        range(3, 8),
    )  # fmt: skip


def _groups(rows: Sequence[Row]) -> Table | None:
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    counts = ("again", "marked", "reordered", "timeouts")
    heads = ("Name", "Sent by", "Connections", "Data", "Packets sent again", "Marked", "Reordered", "Timeouts")
    return table_of(
        heads,
        [
            (row["name"] or DASH, row["transport"], f"{row['connections']:,}", size.full(row["size_B"]),
             *(f"{row[key]:,}" for key in counts))
            for row in rows
        ],
        range(2, 8),
    )  # fmt: skip


def _queues(rows: Sequence[Row]) -> Table | None:
    def size(value: float | None) -> str:
        return measure([value], SIZES, 3).full(value) if value else DASH

    heads = ("Ports", "Class", "Longest, simulated", "Burst of planned senders", "Limit")
    return table_of(
        heads,
        [(row["group"], row["class"], *(size(row[key]) for key in ("longest_B", "burst_B", "limit_B")))
         for row in rows if row["limit_B"] is not None],
        range(2, 5),
    )  # fmt: skip


def _links(rows: Sequence[Row]) -> Table | None:
    return table_of(
        ("Link", "Busy", "Packets dropped", "Marked"),
        [(row["link"], f"{100 * row['busy']:.1f} %", f"{row['drops']:,}", f"{row['marks']:,}") for row in rows[:SHOWN]],
        range(1, 4),
    )


def _plots(made: PacketPrediction, classes: Sequence[str]) -> list[tuple[str, str, Markup | None]]:
    """Buffers by class, and slowdowns by size; words where a plot would show nothing."""
    found, ports = made.waiting, len(made.waiting.link)
    most = int(found.waiting_B.sum(axis=1).max(initial=0))
    where = f"what waits in all of {ports:,} ports: those with the most load, and those with the longest queues"
    drawn = occupancy(found.time_s, found.waiting_B, dict(enumerate(classes))) if most else None
    if not most:
        longest = float(np.nanmax(made.longest_B, initial=0.0))
        where = f"nothing waited whenever {ports:,} ports were looked at; the longest queue at any time is "
        where += format_short(longest, SIZE)
    said = "time of messages over their time alone on an empty network, by their size as simulated"
    return [
        ("Buffers by class", where, drawn),
        ("Slowdown by size", said, slowdown(made.slowdowns) if len(made.slowdowns) else None),
    ]


def _course(made: PacketPrediction) -> Markup:
    """When each job exchanged what; the longest first, where there are too many."""
    phases, spans = made.phases, made.spans
    columns = zip(phases.owner, phases.axis, phases.collective, strict=True)
    names, of = np.unique(np.array([" ".join(row) for row in columns], dtype=str), return_inverse=True)
    length = np.bincount(of[spans.phase], spans.end_s - spans.start_s, len(names))
    shown = np.isin(of[spans.phase], np.argsort(-length, kind="stable")[:ROWS])
    rows = spans.phase[shown]
    return timeline(texts(phases.owner[rows]), spans.start_s[shown], spans.end_s[shown], texts(names[of[rows]]))
