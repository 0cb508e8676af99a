"""An order of steps as it is printed, and as a page."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report import drawn, plots
from easterly.app.report.engineering import percent
from easterly.app.text import Page
from easterly.base.columns import floats
from easterly.base.counts import counted
from easterly.base.units import SHARE, TIME, format_short


def show(found: dict[str, Any]) -> None:
    """Steps, the fullest link on the way, and how good the order is."""
    page = Page(Console())
    if not found["steps"]:
        page.say("Nothing is other in the second site.")
        return
    page.title(f"{counted(len(found['steps']), 'step')}, in the order whose fullest link is least full")
    jobs = list(found["jobs_before_s"])
    before = ("", "as it is", "", percent(found["before"]["utilisation"]), found["before"]["link"] or "",
              *(_time(found["jobs_before_s"].get(job)) for job in jobs))  # fmt: skip
    page.table(
        (Column("#", right=True), Column("Step", gives_way=True), Column("During", right=True),
         Column("After", right=True), Column("Fullest link", gives_way=True),
         *(Column(f"Step of {job}", right=True) for job in jobs)),
        [before, *(_row(i, row, jobs) for i, row in enumerate(found["steps"], 1))],
    )  # fmt: skip
    page.wrapped(_worth(found), "", "  ")
    for i, row in enumerate(found["steps"], 1):
        if row["during"]:
            page.wrapped(f"{i}: {row['during']['why']}, {row['during']['link']} is the fullest.", "", "  ")


def _row(i: int, row: dict[str, Any], jobs: list[str]) -> tuple[str, ...]:
    during = percent(row["during"]["utilisation"]) if row["during"] else ""
    said = f"{row['step']}: {row['says']}"
    return (str(i), said, during, percent(row["after"]["utilisation"]), row["after"]["link"] or "",
            *(_time(row["jobs_s"].get(job)) for job in jobs))  # fmt: skip


def _time(value: float | None) -> str:
    return "" if value is None else format_short(value, TIME)


def _worth(found: dict[str, Any]) -> str:
    best = "no order is better" if found["gap"] == 0 else f"no order stays below {percent(found['bound'])}"
    written = percent(found["as_written"]) if found["as_written"] is not None else "is impossible"
    return (
        f"On the way a link is {percent(found['worst'])} full at most, and {best}; in the order of the files "
        f"{'it would be ' if found['as_written'] is not None else 'a site in between '}{written}."
    )


def page(title: str, found: dict[str, Any]) -> str:
    """The same as a page: the fullest link over the steps."""
    rows = found["steps"]
    ends = [found["before"]["utilisation"], *(row["after"]["utilisation"] for row in rows)]
    through = [max(end, row["during"]["utilisation"] if row["during"] else 0.0)
               for end, row in zip(ends[1:], rows, strict=True)]  # fmt: skip
    x = plots.Axis("steps made", 0, max(len(rows), 1), most=max(len(rows), 1))
    at = floats([float(i) for i in range(len(ends))])
    curves = [plots.Curve("at rest", at, floats(ends)), plots.Curve("while made", at, floats([ends[0], *through]))]
    figure = plots.plot(
        curves, x, plots.axis("fullest link", floats([*ends, *through, found["bound"]]), SHARE), title="Fullest link",
        rules=[plots.Rule("bound", found["bound"])] if found["gap"] else [], dots=True,
        said=f"{percent(ends[0])} before, at most {percent(found['worst'])} on the way, {percent(ends[-1])} in the end",
    )  # fmt: skip
    facts = [
        ("worst", percent(found["worst"]), _worth(found)),
        *((f"{i}. {row['step']}", percent(row["after"]["utilisation"]), f"{row['says']}; {row['after']['link'] or ''}")
          for i, row in enumerate(rows, 1)),
    ]  # fmt: skip
    note = "Load over capacity of the fullest link after each step, and while it is made."
    return drawn.page("changeover", "Step by step", title, facts, [drawn.Figure("Fullest link", note, figure)])
