"""A page about what each difference of two sites does: alone, last of all, and its part."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from easterly.app.calc.answer import counted
from easterly.app.changing.effects import PRINTED, follows, of_before, valued
from easterly.app.report import drawn, plots
from easterly.base.units import SHARE

WAYS = {"alone": "alone in the first site", "last": "last of all", "part": "its part"}
SITES = ("before", "after")
MOST = 20
"""Differences that are drawn of a metric, those with the largest parts."""
LONGEST = 44
"""Characters of the name of a row."""


def page(title: str, found: dict[str, Any]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    title : str
        Names of both sites.
    found : dict
        What `app.changing.effects.document` says.
    """
    facts = [
        (each["metric"], of_before(each["change"], each["before"]), " then ".join(valued(each, key) for key in SITES))
        for each in found["metrics"]
    ]
    facts += [(each["job"], "", follows(each).partition(": ")[2]) for each in found["explained"]]
    figures = [
        drawn.Figure(each["metric"], _note(each, len(found["differences"])), _drawn(each, found["differences"]))
        for each in found["metrics"]
        if found["differences"] and each["before"] and each["metric"].partition(":")[0] in PRINTED
    ]
    return drawn.page("differences", "What each difference does", title, facts, figures)


def _note(each: dict[str, Any], count: int) -> str:
    shown = f"the {MOST} largest of {counted(count, 'difference')}" if count > MOST else counted(count, "difference")
    together = of_before(each["rest"], each["before"])
    total = of_before(each["change"], each["before"])
    return f"Change over before, by {shown}; three or more together: {together}; all: {total}."


def _drawn(each: dict[str, Any], differences: list[dict[str, Any]]) -> Markup:
    """Three bars for each difference, from nothing to its change."""
    metric, was = each["metric"], each["before"]
    known = [one for one in differences if one["metrics"][metric]["part"] is not None]
    known = sorted(known, key=lambda one: -abs(one["metrics"][metric]["part"]))[:MOST]
    rows = [
        plots.Bar(label, min(change, 0.0), max(change, 0.0), f"{_short(one)}, {key}")
        for one in known
        for key, label in WAYS.items()
        for change in _changes(one["metrics"][metric][key], was)
    ]
    said = "; ".join(f"{one['path']} {of_before(one['metrics'][metric]['part'], was)}" for one in known)
    x = _axis([row.start for row in rows], [row.end for row in rows])
    return plots.bars(rows, x, title=metric, said=said, names=tuple(WAYS.values()))


def _changes(change: float | None, was: float) -> list[float]:
    """A change over what was, if it is known."""
    return [] if change is None else [change / was]


def _axis(starts: list[float], ends: list[float]) -> plots.Axis:
    """From the most that is lost to the most that is won, with nothing in between."""
    high = plots.axis("", ends).high if any(end > 0 for end in ends) else 0.0
    low = -plots.axis("", [-start for start in starts]).high if any(start < 0 for start in starts) else 0.0
    return plots.Axis("change over before", low, high if high > low else 1.0, SHARE)


def _short(one: dict[str, Any]) -> str:
    path = one["path"]
    return path if len(path) <= LONGEST else f"...{path[3 - LONGEST :]}"
