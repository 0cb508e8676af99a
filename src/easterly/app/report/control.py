"""A page that draws how a control goes: over time, and one quantity over another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from easterly.app.report import drawn, plots
from easterly.app.report.drawn import Fact, Figure
from easterly.base.columns import FloatColumn
from easterly.base.units import TIME, Kind

TALL = 260.0


def page(title: str, facts: Sequence[Fact], figures: Sequence[Figure]) -> str:
    """The page as text; see `drawn.page`."""
    return drawn.page("control", "Congestion control", title[:1].upper() + title[1:], facts, figures)


def course(
    heading: str, note: str, time_s: FloatColumn, lines: Sequence[tuple[str, FloatColumn]], label: str,
    kind: Kind | None = None, rules: Sequence[tuple[str, float]] = (),
) -> Figure:  # fmt: skip
    """Quantities over time, and levels that mean something."""
    x = plots.axis("time", [float(time_s[-1])], TIME, snug=True)
    return _figure(heading, note, [(name, time_s, y) for name, y in lines], x, label, kind, rules)


def phase(
    heading: str, note: str, lines: Sequence[tuple[str, FloatColumn, FloatColumn]], across: str, up: str,
    kinds: tuple[Kind | None, Kind | None] = (None, None),
) -> Figure:  # fmt: skip
    """One quantity over another: what rests is a point, what swings a ring."""
    x = plots.axis(across, np.concatenate([line[1] for line in lines]), kinds[0], near=True)
    return _figure(heading, note, lines, x, up, kinds[1], (), near=True)


def _figure(
    heading: str, note: str, lines: Sequence[tuple[str, FloatColumn, FloatColumn]], x: plots.Axis, label: str,
    kind: Kind | None, rules: Sequence[tuple[str, float]], near: bool = False,
) -> Figure:  # fmt: skip
    shown = lines[: plots.SERIES]
    heights = np.concatenate([*(line[2] for line in shown), [level for _, level in rules]])
    y = plots.axis(label, heights, kind, near=near)
    said = "; ".join(
        f"{name}: {y.text(float(each[0]))} first, {y.text(float(each[-1]))} last" for name, _, each in shown
    )
    levels = [plots.Rule(name, level) for name, level in rules]
    figure = plots.plot(
        [plots.Curve(*line) for line in shown], x, y, title=heading, said=said, rules=levels, height=TALL
    )
    return Figure(heading, note, figure)
