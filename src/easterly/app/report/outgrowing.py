"""A page about growth: from when on groups are full, and what is spent on it by two ways."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from easterly.app.report import drawn
from easterly.app.report.engineering import percent
from easterly.app.report.plots import Bar, Curve, axis, bars, plot

Row = Mapping[str, Any]
ROWS = 20


def page(site: str, found: Row) -> str:
    """The page as text.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    """
    figures = [_full(found)]
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


def _full(found: Row) -> drawn.Figure:
    """From when on each group is full: when the worst part is down, and with nothing down."""
    end, rows = float(found["months"]), []
    for row in found["fills"][:ROWS]:
        if row["month"] is not None:
            always = end if row["month_nothing_down"] is None else row["month_nothing_down"]
            rows.append(Bar("with a part down", row["month"], always, row["group"]))
            if always < end:
                rows.append(Bar("always", always, end, row["group"]))
    first = {row.group: row.start for row in reversed(rows)}
    said = "; ".join(f"{group} from month {first[group]:.1f} on" for group in reversed(first)) or "nothing fills"
    drawing = bars(rows, axis("months", [0.0, end], snug=True), title="Full", said=said,
                   names=("with a part down", "always"))  # fmt: skip
    return drawn.Figure("Full", "first when the worst part is down, then with nothing down", drawing)


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
