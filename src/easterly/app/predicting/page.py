"""Predictions as they are printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report import sections
from easterly.app.report.cost import how, remarks
from easterly.app.report.engineering import percent
from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.text import Page

SHOWN = 12
NAMED = {"compute": "compute, with what it waits for inside hosts", "bubble": "bubble: compute of others"}
LEAST = 0.001
"""Part of a step, at least, of what it says that the step waits for."""
RANGE = ("low", "expected", "high")


def rates(found: dict[str, Any]) -> None:
    """Step times from rates."""
    page = Page(Console())
    jobs = found["jobs"]
    page.title("Step times from max-min fair rates")
    if not jobs:
        page.say("No job here has hosts, so that there is no step to predict.")
        return
    unit = measure([job["step_s"]["high"] for job in jobs], TIMES)
    heads = ("Job", "Compute", "Low", "Expected", "High", "Bottleneck")
    page.table(
        tuple(Column(head, right=0 < i < 5, gives_way=i == 5) for i, head in enumerate(heads)),
        [
            (job["name"], unit.full(job["compute_s"]), *(unit.full(job["step_s"][key]) for key in RANGE),
             sections.reference(job["bottleneck"]))
            for job in jobs
        ],
    )  # fmt: skip
    if "because" in found:
        page.wrapped(f"Not simulated: {found['because']}.", "dim", "  ")


def packet(found: dict[str, Any]) -> None:
    """Step times by simulation of packets, and what messages met."""
    page = Page(Console())
    jobs(page, found)
    _remarks(page, found)
    show_waits(page, found["jobs"])
    _seeds(page, found["jobs"])
    show_phases(page, found["phases"])
    _groups(page, "Classes", found["classes"])
    _groups(page, "Tenants", found["tenants"])
    _links(page, found["links"])
    _ways(page, found)


def jobs(page: Page, found: dict[str, Any]) -> None:
    """Step times, with those from rates beside them."""
    rows = found["jobs"]
    page.title("Step times by simulation of packets")
    unit = measure([job["step_s"] or job["fluid_s"]["expected"] or 0.0 for job in rows], TIMES)
    heads = ("Job", "Step", "Uncertain by", "Fixed", "Low", "Expected", "High")

    def text(value: float | None) -> str:
        return _without(found) if value is None else unit.full(value)

    page.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(heads)),
        [
            (job["name"], text(job["step_s"]), unit.full(job["spread_s"]), unit.full(job["fixed_s"]),
             *(DASH if job["replayed"] else text(job["fluid_s"][key]) for key in RANGE))
            for job in rows
        ],
    )  # fmt: skip
    page.wrapped(f"Simulated: {how(found)} Low, expected and high are those from rates.", "dim", "  ")


def _without(found: dict[str, Any]) -> str:
    """Where a step would stand: no packet arrives any more, or nobody waited for it."""
    return "unknown" if found["stuck"] is None else "never ends"


def show_waits(page: Page, jobs: list[dict[str, Any]]) -> None:
    """What each step waits for, in the order of what it costs; what is less than a thousandth stands together."""
    jobs = [job for job in jobs if job["waits"]]
    if not jobs:
        return
    page.title("What a step waits for")
    unit = measure([job["step_s"] or 0.0 for job in jobs], TIMES)
    rows = [
        (job["name"] if i == 0 else "", what, unit.full(share * job["step_s"]), percent(share))
        for job in jobs
        for i, (what, share) in enumerate(_reasons(job["waits"]))
    ]
    page.table(
        (Column("Job"), Column("Waits for"), Column("Time", right=True), Column("Of the step", right=True)), rows
    )


def _reasons(waits: list[dict[str, Any]]) -> list[tuple[str, float]]:
    shown = [(reason(each), each["share"]) for each in waits if each["share"] >= LEAST]
    rest = sum(each["share"] for each in waits if each["share"] < LEAST)
    return [*shown, ("other", rest)] if rest > LEAST / 10 else shown


def reason(wait: dict[str, Any]) -> str:
    """A reason in words.

    >>> reason({"axis": "tp", "stage": "forward", "collective": "all-gather", "inside": True})
    'tp forward all-gather, inside hosts'
    """
    if wait["axis"] in NAMED:
        return NAMED[wait["axis"]]
    return named(wait) + (", inside hosts" if wait["inside"] else "")


def named(what: dict[str, Any]) -> str:
    """Axis, stage and collective, each word once.

    >>> named({"axis": "checkpoint", "stage": "checkpoint", "collective": "send"})
    'checkpoint send'
    """
    return " ".join(word for word in dict.fromkeys((what["axis"], what["stage"], what["collective"])) if word)


def _seeds(page: Page, jobs: list[dict[str, Any]]) -> None:
    """How sure the mean over seeds is, where there are several."""
    if not jobs or jobs[0]["seeds"]["count"] < 2:
        return
    page.title(f"Over {jobs[0]['seeds']['count']} seeds, with 95 % intervals")
    unit = measure([job["seeds"]["mean_s"] or 0.0 for job in jobs], TIMES)
    rows = [(job["name"], unit.full(job["seeds"]["mean_s"]), f"+- {unit.full(job['seeds']['half_s'])}") for job in jobs]
    page.table((Column("Job"), Column("Mean step", right=True), Column("", right=True)), rows)


def _remarks(page: Page, found: dict[str, Any]) -> None:
    for said in remarks(found):
        page.wrapped(said, "dim", "  ")


def show_phases(page: Page, rows: list[dict[str, Any]]) -> None:
    """What was exchanged, and how much longer that took than alone."""
    if not rows:
        return
    page.title("Messages, and how much longer they took than alone")
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    heads = ("Who", "Why", "Stage", "Collective", "Messages", "Bytes", "Median", "p99", "Worst", "Slowest")
    page.table(
        tuple(Column(head, right=4 <= i <= 8, gives_way=i == 9) for i, head in enumerate(heads)),
        [
            (*(row[key] for key in ("owner", "axis", "stage", "collective")), f"{row['messages']:,}",
             size.full(row["size_B"]), *(times(row[key]) for key in ("median", "p99", "worst")),
             f"{row['worst_src']} > {row['worst_dst']}")
            for row in rows[:SHOWN]
        ],
    )  # fmt: skip
    _more(page, len(rows) - SHOWN)


def times(value: float | None) -> str:
    """A ratio.

    >>> times(1.234), times(None)
    ('1.23x', '\u2013')
    """
    return DASH if value is None else f"{value:.3g}x"


def _groups(page: Page, title: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.title(title)
    size = measure([row["size_B"] for row in rows], SIZES, digits=3)
    heads = ("Name", "Sent by", "Connections", "Bytes", "Sent again", "Marked", "Reordered", "Timeouts")
    page.table(
        tuple(Column(head, right=i > 1) for i, head in enumerate(heads)),
        [
            (row["name"] or DASH, row["transport"], f"{row['connections']:,}", size.full(row["size_B"]),
             *(f"{row[key]:,}" for key in ("again", "marked", "reordered", "timeouts")))
            for row in rows[:SHOWN]
        ],
    )  # fmt: skip
    _more(page, len(rows) - SHOWN)


def _links(page: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    page.title("Busiest links")
    page.table(
        (Column("Link", gives_way=True), *(Column(head, right=True) for head in ("Busy", "Drops", "Marks"))),
        [(row["link"], f"{100 * row['busy']:.1f} %", f"{row['drops']:,}", f"{row['marks']:,}") for row in rows[:SHOWN]],
    )


def _ways(page: Page, found: dict[str, Any]) -> None:
    page.title("Transports")
    page.table(
        (Column("Class"), Column("Transport"), Column("Source", gives_way=True)),
        [(name, how["name"], how["source"]) for name, how in found["transports"].items()],
    )


def _more(page: Page, count: int) -> None:
    if count > 0:
        page.say(f"  and {count:,} more", "dim")
