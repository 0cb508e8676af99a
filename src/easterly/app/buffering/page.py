"""Thresholds tried, as they are printed."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.engineering import percent
from easterly.app.text import Page
from easterly.base.units import RATE, SIZE, TIME, format_short

UNITS = {"Kmin and Kmax": SIZE, "headroom": SIZE, "shared memory": SIZE, "rate increase": RATE}


def show(found: dict[str, Any]) -> None:
    """Every meeting: what the plan does, what is better, and what each number does alone."""
    page = Page(Console())
    for row in found["meetings"]:
        _meeting(page, row)
    if not found["complete"]:
        page.say(f"Stopped: {len(found['meetings']):,} of {found['wanted']:,} ports and classes were tried.", "bold")


def _meeting(page: Page, row: dict[str, Any]) -> None:
    sent = f"{row['senders']} x {format_short(row['size_B'], SIZE)} by {row['transport']}"
    page.title(f"{row['group']}, {row['class']}: {sent}; none can end before {format_short(row['bound_s'], TIME)}")
    heads = ("", "Last ends", "Lost", "Longest wait", "Paused", "Marked", "Target")
    columns = tuple(Column(head, right=0 < i < 6) for i, head in enumerate(heads))
    page.table(columns, [("as planned", *_outcome(row["planned"])), ("best found", *_outcome(row["best"]))])
    if row["chosen"]:
        turned = (f"{each['knob']} {value(each)} ({each['factor']:g} x the plan)" for each in row["chosen"])
        page.wrapped(f"Best: {', '.join(turned)}.", "", "  ")
    else:
        page.wrapped("No setting that was tried is better than the plan.", "", "  ")
    page.table(
        (Column("Alone"), Column("", right=True), *columns[1:]),
        [
            (name if i == 0 else "", value(trial), *_outcome(trial))
            for name, trials in groupby(row["sweep"], key=lambda trial: str(trial["knob"]))
            for i, trial in enumerate(trials)
        ],
    )


def value(row: dict[str, Any]) -> str:
    """A value of a knob in its unit.

    >>> value({"knob": "headroom", "value": 52000.0}), value({"knob": "alpha", "value": 0.125})
    ('52kB', '0.125')
    """
    unit = UNITS.get(row["knob"])
    return f"{row['value']:.4g}" if unit is None else format_short(row["value"], unit)


def _outcome(row: dict[str, Any]) -> tuple[str, ...]:
    last = "never" if row["last_s"] is None else format_short(row["last_s"], TIME)
    return (
        last, percent(row["loss"]), format_short(row["wait_s"], TIME), percent(row["paused"]), percent(row["marked"]),
        "met" if row["meets"] else "missed",
    )  # fmt: skip
