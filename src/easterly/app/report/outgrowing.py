"""A page about growth: when groups fill, and what is spent on it by two ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from easterly.app.report import drawn
from easterly.app.report.engineering import percent
from easterly.app.report.plots import Curve, axis, plot

Row = Mapping[str, Any]
CURVES = 5


def page(site: str, found: Row) -> str:
    """The page as text.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    """
    figures = [_use(found)]
    if found["upgrades"]["best"]["purchases"]:
        figures.append(_spent(found))
    return drawn.page("capacity", "When growth fills it", site, _facts(found), figures)


def _facts(found: Row) -> list[drawn.Fact]:
    facts: list[drawn.Fact] = []
    for row in found["fills"]:
        at = "never" if row["month"] is None else row["date"] or f"month {row['month']:.1f}"
        why = f"when {row['failure']} is down" if row["month"] is not None and row["failure"] != "nothing" else ""
        facts.append((f"{row['kind']} {row['group']}", at, f"{percent(row['use'])} now {why}".strip()))
    made = found["upgrades"]
    why = f"no way costs less than {made['bound']:,.6g}; as it comes {made['greedy']['total']:,.6g}"
    facts.append(("what to buy", f"{made['best']['total']:,.6g}", why))
    return facts


def _use(found: Row) -> drawn.Figure:
    """Use of the groups that fill first: today, and full in their month; between, as growth by one factor has it."""
    end, curves = float(found["months"]), []
    rows = [row for row in found["fills"] if row["month"] and row["use"]][:CURVES]
    for row in rows:
        x = np.linspace(0.0, min(end, row["month"]), 40)
        curves.append(Curve(row["group"], x, row["use"] * (1 / row["use"]) ** (x / row["month"])))
    curves = curves or [Curve("nothing fills", np.array([0.0, end]), np.zeros(2))]
    said = "; ".join(f"{row['group']}: {row['date'] or 'month ' + format(row['month'], '.1f')}" for row in rows)
    drawing = plot(curves, axis("months", [end], snug=True), axis("load over what counts as full", [1.0]),
                   title="Use", said=said or "nothing fills")  # fmt: skip
    return drawn.Figure("Use", "of what fills first, on the way to its month, in the worst failure", drawing)


def _spent(found: Row) -> drawn.Figure:
    made, curves = found["upgrades"], []
    for name in ("best", "greedy"):
        rows = made[name]["purchases"]
        spent = np.zeros(found["months"] + 1)
        for row in rows:
            spent[row["month"] :] += row["price"]
        curves.append(Curve(name, np.arange(found["months"] + 1.0), spent))
    x, y = axis("months", [float(found["months"])], snug=True), axis("price", [float(c.y[-1]) for c in curves])
    said = "; ".join(f"{c.name}: {c.y[-1]:,.6g}" for c in curves)
    drawing = plot(curves, x, y, title="Spent", said=said)
    return drawn.Figure("Spent", "on cables until each month, visits left out", drawing)
