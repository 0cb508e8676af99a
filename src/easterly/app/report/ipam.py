"""A page about an address store: the tree of pools as strips of what is used, its history, and when pools are full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from easterly.app.clock import moment
from easterly.app.report import drawn, prefixes
from easterly.app.report.engineering import percent
from easterly.app.report.measure import grouped
from easterly.app.report.plots import SERIES, Axis, Curve, axis, plot
from easterly.base.columns import floats
from easterly.base.units import SHARE

Row = Mapping[str, Any]
STRIPS = 60
"""Pools in the figure; the JSON has all."""
DAY_S = 86400.0


def page(title: str, pools: Sequence[Row], histories: Mapping[str, Any], forecasts: Sequence[Row]) -> str:
    """The page as text.

    Parameters
    ----------
    title : str
    pools : sequence of dict
        Rows of ``ipam tree``.
    histories : mapping of str to Usage
        By pool; those without points are left out.
    forecasts : sequence of dict
        Rows of ``ipam forecast``.
    """
    figures = [_tree(pools)]
    shown = {name: noted for name, noted in histories.items() if len(noted.at_s) > 1}
    if shown:
        figures.append(_history(shown, pools, forecasts))
    return drawn.page("addresses", "Address store", title, _facts(pools, forecasts), figures)


def _facts(pools: Sequence[Row], forecasts: Sequence[Row]) -> list[drawn.Fact]:
    fullest = max(pools, key=lambda row: row["share"], default=None)
    facts = [("pools", grouped(len(pools)), f"{grouped(sum(row['allocations'] for row in pools))} allocations")]
    if fullest is not None:
        facts.append(("fullest", str(fullest["name"]), f"{percent(fullest['share'])} used"))
    soon = [row for row in forecasts if row["full_ms"] is not None]
    if soon:
        first = min(soon, key=lambda row: row["full_ms"])
        ends = f"between {moment(first['earliest_ms'])[:10]} and {moment(first['latest_ms'])[:10]} (95 %)"
        facts.append(("full first", f"{first['pool']}, {moment(first['full_ms'])[:10]}", ends))
    return facts


def _tree(pools: Sequence[Row]) -> drawn.Figure:
    note = "How much of each pool is not free; what is given to a child pool is used."
    return drawn.Figure("Pools", note, prefixes.drawn(prefixes.stored(pools), STRIPS))


def _history(noted: Mapping[str, Any], pools: Sequence[Row], forecasts: Sequence[Row]) -> drawn.Figure:
    """Use over time of the pools that grow fullest, and the way to the end as it is forecast."""
    sizes = {row["name"]: row["used"] + row["free"] for row in pools}
    names = sorted(noted, key=lambda name: (-noted[name].used[-1] / sizes[name], name))[: SERIES - 1]
    begin = min(float(noted[name].at_s[0]) for name in names)
    curves = [
        Curve(name, floats((noted[name].at_s - begin) / DAY_S), floats(noted[name].used / sizes[name]))
        for name in names
    ]
    ahead = next((row for row in forecasts if row["pool"] == names[0] and row["full_ms"] is not None), None)
    if ahead is not None:
        first = noted[names[0]]
        ends = [(float(first.at_s[-1]) - begin) / DAY_S, (ahead["full_ms"] / 1000 - begin) / DAY_S]
        now = float(first.used[-1]) / sizes[names[0]]
        if ends[1] <= 4 * max(ends[0], 1.0):
            curves.append(Curve(f"{names[0]}, forecast", floats(ends), floats([now, 1.0])))
    days = np.concatenate([curve.x for curve in curves])
    drawing = plot(
        curves, axis("days", days, snug=True), Axis("used", 0.0, 1.0, SHARE), title="History",
        said="; ".join(f"{c.name}: {percent(float(c.y[0]))} to {percent(float(c.y[-1]))}" for c in curves),
    )  # fmt: skip
    note = "Use as it was noted, and the median rate (Theil, Sen) drawn on to the end of the pool that is fullest."
    return drawn.Figure("History", note, drawing)
