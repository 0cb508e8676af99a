"""A page of a lab: every prediction as an interval, with what was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from easterly.app.report import plots
from easterly.app.report.drawn import Fact, styles
from easterly.app.report.page import environment
from easterly.base.units import RATE, SIZE, TIME, Kind, format_short

Row = Mapping[str, Any]
KINDS: dict[str, Kind | None] = {"s": TIME, "B": SIZE, "bit/s": RATE, "1": None}
HEADS = ("What", "Predicted", "From", "To", "Measured", "As predicted", "Why that interval")
NUMERIC = range(1, 5)
DRAWN = ("predicted", "least", "most", "measured")
ROWS = 30
"""Of one drawing; the table has all."""
TITLES = {"s": "Times", "1": "Counts and shares", "B": "Bytes", "bit/s": "Rates"}


def page(title: str, facts: Sequence[Fact], rows: Sequence[Row], unmeasured: Sequence[tuple[str, str]]) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    title : str
    facts : sequence of (name, value, remark)
    rows : sequence of dict
        Comparisons as the JSON document has them.
    unmeasured : sequence of (what, why)
    """
    return environment().get_template("measured.html").render(
        title=title, facts=facts, heads=HEADS, numeric=NUMERIC, unmeasured=unmeasured, styles=styles(),
        parts=parts(rows),
    )  # fmt: skip


def parts(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Comparisons by unit: how many are as predicted, a drawing of those with an interval, cells of a table."""
    return [_part(unit, own) for unit in TITLES if (own := [row for row in rows if row["unit"] == unit])]


def shown(value: float | None, unit: str) -> str:
    """A value in its unit.

    >>> shown(52.0, "1"), shown(0.128, "s")
    ('52', '128ms')
    """
    if value is None:
        return "none"
    kind = KINDS[unit]
    if kind is not None:
        return "0" if value == 0 else format_short(value, kind)
    return f"{value:,.0f}" if value == int(value) else f"{value:.4f}"


def _part(unit: str, rows: Sequence[Row]) -> dict[str, Any]:
    good = sum(row["ok"] for row in rows)
    cells = [
        (row["what"], *(shown(row[key], unit) for key in ("predicted", "least", "most", "measured")),
         "yes" if row["ok"] else "NO", row["why"])
        for row in rows
    ]  # fmt: skip
    note = f"{good:,} of {len(rows):,} as predicted."
    if unit == "1":
        note += " What may vary is drawn relative to its prediction."
    return {"title": TITLES[unit], "note": note, "rows": cells, "drawn": _drawn(unit, rows)}


def _drawn(unit: str, rows: Sequence[Row]) -> Markup | None:
    """Rows whose interval is one, and those that are not as predicted, these first; an axis cannot hold the others."""
    fit = [row for row in rows if None not in [row[key] for key in DRAWN] and (unit != "1" or row["predicted"])]
    fit = [row for row in fit if row["least"] < row["most"] or not row["ok"]]
    fit = sorted(fit, key=lambda row: row["ok"])[:ROWS]
    if not fit:
        return None
    spreads = [_spread(unit, row) for row in fit]
    values = [value for each in spreads for value in (each.low, each.high, each.mean or 0.0)]
    label = "measured over predicted" if unit == "1" else TITLES[unit].lower()
    axis = plots.axis(label, values, KINDS[unit], near=True)
    said = f"{sum(row['ok'] for row in fit)} of {len(fit)} within their intervals"
    return plots.spreads(spreads, axis, title=TITLES[unit], said=said, words=("predicted", "measured"))


def _spread(unit: str, row: Row) -> plots.Spread:
    by = row["predicted"] if unit == "1" else 1.0
    name = row["what"] if row["ok"] else f"NO: {row['what']}"
    return plots.Spread(name, row["least"] / by, row["most"] / by, (), mean=row["measured"] / by)
