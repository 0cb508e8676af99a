"""The allocation as it is printed: what was reached and proven, what binds, what failures change."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.engineering import gap as gap_text
from easterly.app.report.engineering import percent, worth, worth_unit
from easterly.app.report.measure import DASH
from easterly.app.routing import answer
from easterly.app.routing.answer import Answer
from easterly.app.routing.inputs import Wishes
from easterly.app.text import Page
from easterly.base.units import RATE, format_short
from easterly.model.failures import InPlace

SHOWN, FULLEST = 12, 5
TOLD = 5e-4
"""Utilisation below which nothing is left of it in the table."""


def show(made: Answer, wanted: Wishes) -> None:
    """Print it; nothing is cut but the tables, and those say so."""
    page = Page(Console())
    found = answer.document(made, wanted)
    _reached(page, found, made, wanted)
    _binding(page, found, made)
    _lacking(page, made)
    if found["failures"] is not None:
        _failures(page, found["failures"], made)
    if found["paths"] is not None:
        _paths(page, found["paths"], made)


def amount(value: float | None, made: Answer) -> str:
    """A rate in its unit, or the plain number of a file without one."""
    if value is None:
        return DASH
    return format_short(value, RATE) if made.given.unit is not None else f"{value:,.6g}"


def _value(value: float | None, found: dict[str, Any], made: Answer) -> str:
    if value is None:
        return DASH
    if found["objective"] in ("max-concurrent", "min-max-utilisation"):
        return f"{value:.6g}"
    return amount(value, made) if found["unit"] in ("bit/s", "as in the files") else f"{value:.6g} {found['unit']}"


def _reached(page: Page, found: dict[str, Any], made: Answer, wanted: Wishes) -> None:
    page.title(f"{found['objective']}: {found['status']}")
    carried = f"{amount(found['granted'], made)} of {amount(found['asked'], made)}"
    best = [
        ("value", _value(found["value"], found, made), "what was reached"),
        ("bound", _value(found["bound"], found, made), "no allocation is better"),
        ("gap", gap_text(found["gap"]), "relative distance of both"),
    ]
    if answer.infeasible(made):
        scale = wanted.scale * made.allocation.served_fraction
        best = [("fits", percent(found["served_fraction"]), f"of every demand together: --scale {_below(scale)}")]
    place = _policy(made.ecmp)
    rows = [
        *best,
        ("carried", percent(found["served_fraction"]), carried),
        ("busiest link", percent(found["max_utilisation"]), "load over capacity"),
        (
            "cheapest paths" if place == "ECMP" else "paths in place",
            percent(found["ecmp"]["max_utilisation"]),
            f"busiest link under {place}, which would carry {percent(found['ecmp']['served_fraction'])}",
        ),
        ("found by", "", found["method"]),
    ]
    page.table((Column(""), Column("", right=True), Column("", gives_way=True)), rows)
    if found["reason"]:
        page.wrapped(found["reason"], "dim", "  ")


def _below(value: float) -> str:
    """Four digits of a number, and no more than it.

    >>> _below(0.466669), _below(12.0)
    ('0.4666', '12')
    """
    unit = 10.0 ** (math.floor(math.log10(value)) - 3) if value > 0 else 1.0
    return f"{math.floor(value / unit * (1 + 1e-12)) * unit:.4g}"


def _binding(page: Page, found: dict[str, Any], made: Answer) -> None:
    """Links that are worth something, and apart from them those that are merely full."""
    priced, others = found["binding"], [row for row in found["fullest"] if row["utilisation"] >= TOLD]
    heads = (Column("Link", gives_way=True), *(Column(head, right=True) for head in ("Capacity", "Load", "Used")))
    if priced:
        page.title("What binds")
        worth_head = Column(_worth_head(made), right=True)
        page.table((*heads, worth_head), [(*_link(row, made), _worth(row, made)) for row in priced[:SHOWN]])
        _more(page, len(priced) - SHOWN)
    if others:
        page.title("Other links, the fullest first" if priced else "No link binds; the fullest")
        page.table(heads, [_link(row, made) for row in others[:FULLEST]])


def _link(row: dict[str, Any], made: Answer) -> tuple[str, ...]:
    return row["link"], amount(row["capacity"], made), amount(row["load"], made), percent(row["utilisation"])


def _worth(row: dict[str, Any], made: Answer) -> str:
    dual = row["dual"]
    return worth(dual, made.allocation.unit) if made.given.unit is not None else f"{dual:.4g}"


def _worth_head(made: Answer) -> str:
    unit = made.allocation.unit
    return "Worth of one more" if made.given.unit is None else f"Worth of 1 Gb/s more ({worth_unit(unit)})"


def _lacking(page: Page, made: Answer) -> None:
    """Who gets less than it asks for, and why."""
    told = made.routing.explain()
    if not len(told.demand):
        return
    page.title("Gets less than it asks for")
    columns = (told.demand_name, told.missing_bps, told.cause)
    rows = list(zip(*(column[:SHOWN].tolist() for column in columns), strict=True))
    page.table(
        (Column("Demand", gives_way=True), Column("Lacks", right=True), Column("Because")),
        [(name, amount(missing, made), cause) for name, missing, cause in rows],
    )
    _more(page, len(told.demand) - SHOWN)


def _policy(place: InPlace) -> str:
    """What carries traffic as it is: ECMP, or the routing of direct networks with what it leaves to ECMP."""
    return " or ".join(word if word != "ecmp" else "ECMP" for word in place.policy.split(", "))


def _failures(page: Page, rows: list[dict[str, Any]], made: Answer) -> None:
    """In place and at best, side by side."""
    page.title("Failures, the worst first")
    place = _policy(made.ecmp)
    name = "by ECMP" if place == "ECMP" else "in place"
    heads = ("Status", "Carried at best", "Busiest link", "Gap", f"Carried {name}", f"Busiest link {name}")
    columns = (Column("Down", gives_way=True), Column(heads[0]), *(Column(head, right=True) for head in heads[1:]))
    keys = ("served_fraction", "max_utilisation", "gap", "in_place_served", "in_place_utilisation")
    words = (percent, percent, gap_text, percent, percent)
    page.table(columns, [
        (row["down"], row["status"] or DASH, *(word(row.get(key)) for key, word in zip(keys, words, strict=True)))
        for row in rows[:SHOWN]
    ])  # fmt: skip
    _more(page, len(rows) - SHOWN)
    _strayed(page, rows, place)


def _strayed(page: Page, rows: list[dict[str, Any]], place: str) -> None:
    """What the routing of a direct network cannot carry while something is down, where there is such a routing."""
    most = max((row.get("in_place_strayed") or 0.0 for row in rows), default=0.0)
    if most > 0:
        routing = place.removesuffix(" or ECMP")
        text = f"demands whose way by {routing} is down take the cheapest paths: up to {percent(most)} of all"
        page.wrapped(text, "dim", "  ")


def _paths(page: Page, rows: list[dict[str, Any]], made: Answer) -> None:
    page.title("Paths")
    heads = (Column("From"), Column("To"), Column("Rate", right=True), Column("Links", gives_way=True))
    page.table(heads, [(r["src"], r["dst"], amount(r["rate"], made), " ".join(r["links"])) for r in rows])


def _more(page: Page, count: int) -> None:
    if count > 0:
        page.say(f"  and {count:,} more (--format json has all)", "dim")
