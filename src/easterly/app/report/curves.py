"""A page that draws curves of network calculus, with the distances between arrivals and service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from markupsafe import Markup

from easterly.app.report import drawn, plots
from easterly.base.columns import FloatColumn
from easterly.base.units import SIZE, TIME, Kind, format_short
from easterly.predict.calculus import Curve, Point

PERIODS = 3
TALL = 320.0
CLOSE = 1e-9
"""Relative distance to what was computed with fractions within which a drawn distance is the same."""
NAMES = {TIME: "time", SIZE: "data"}


def page(
    curves: Sequence[tuple[str, Curve]], until: float | None = None, axes: tuple[Kind, Kind] = (TIME, SIZE)
) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    curves : sequence of (name, Curve)
        Arrivals, and a service beside them.
    until : float, optional
        End of the drawing; behind the ranks and three periods if absent.
    axes : (Kind, Kind)
        What lies along, and up: seconds and bytes.
    """
    end = Fraction(until) if until is not None else _enough([curve for _, curve in curves])
    heading = f"{NAMES[axes[1]].capitalize()} over {NAMES[axes[0]]}"
    facts: list[tuple[str, str, str]] = []
    names = [f"{'arrivals' if i == 0 else 'service'}" if len(curves) == 2 else "curve" for i in range(len(curves))]
    for name, (expression, curve) in zip(names, curves, strict=True):
        goes = f"repeats every {_shown(curve.period, axes[0])}" if _turns(curve) else "is straight"
        facts.append((name, expression, f"{goes} behind {_shown(curve.rank, axes[0])}"))
    if len(curves) == 2:
        (_, arrivals), (_, service) = curves
        delay, backlog = arrivals.z_deviation(service), arrivals.vertical_deviation(service)
        facts.append(("delay", "no bound" if math.isinf(delay) else _shown(delay, TIME), "longest horizontal distance"))
        facts.append(("backlog", _shown(backlog, SIZE), "greatest vertical distance"))
    made = draw([(name, curve) for name, (_, curve) in zip(names, curves, strict=True)], end, axes)
    figure = drawn.Figure(heading, "Computed with fractions: the drawing alone is rounded.", made)
    return drawn.page("curve", "Network calculus", curves[0][0], facts, [figure])


def draw(curves: Sequence[tuple[str, Curve]], end: Fraction, axes: tuple[Kind, Kind] = (TIME, SIZE)) -> Markup:
    """Curves on [0, end]; stretches that are infinite are left out."""
    lines = [(name, *curve.to_arrays(end)) for name, curve in curves]
    made: list[plots.Curve] = []
    for name, t, y in lines:
        for part in _finite(y):
            made.append(plots.Curve(name if not made or made[-1].name != name else "", t[part], y[part]))
    made = made[: plots.SERIES]
    along, up = axes
    x = plots.axis(NAMES[along], [float(end)], along, snug=True)
    y_axis = plots.axis(NAMES[up], np.concatenate([each.y for each in made]) if made else [1.0], up)
    said = "; ".join(
        f"{name}: {_shown(curve(0), up)} at 0, {_shown(curve(end), up)} at {_shown(end, along)}"
        for name, curve in curves
    )
    gaps = "".join(_gaps(lines, curves, x, y_axis)) if len(curves) == 2 else ""
    return plots.plot(made, x, y_axis, title="Curves", said=said, height=TALL, inside=gaps)


def _gaps(
    lines: Sequence[tuple[str, FloatColumn, FloatColumn]], curves: Sequence[tuple[str, Curve]], x: plots.Axis,
    y: plots.Axis,
) -> Iterator[str]:  # fmt: skip
    """The delay and the backlog as lines between arrivals and service, where the drawing holds them."""
    (_, t, sent), (_, s, served) = lines
    if not all(np.isfinite(up).all() and (np.diff(up) >= 0).all() for up in (sent, served)):
        return
    (_, arrivals), (_, service) = curves
    backlog, delay = float(arrivals.vertical_deviation(service)), float(arrivals.z_deviation(service))
    gap, at, low, high = _widest(s, served, t, sent)
    if backlog > 0 and math.isclose(gap, backlog, rel_tol=CLOSE):
        yield _gap(x, y, (at, at), (low, high), f"backlog {_shown(backlog, SIZE)}")
    gap, at, first, last = _widest(sent, t, served, s)
    if delay > 0 and math.isclose(gap, delay, rel_tol=CLOSE):
        yield _gap(x, y, (first, last), (at, at), f"delay {_shown(delay, TIME)}")


def _widest(
    low_x: FloatColumn, low: FloatColumn, high_x: FloatColumn, high: FloatColumn
) -> tuple[float, float, float, float]:
    """By how much the second line is above the first at most: the distance, where, from what and to what."""
    at = np.tile(np.unique(np.concatenate([low_x, high_x])), 2)
    below, above = (_sides(along, up, at[: len(at) // 2]) for along, up in ((low_x, low), (high_x, high)))
    best = int(np.nanargmax(np.append(above - below, 0.0)[: len(at)]))
    return float(above[best] - below[best]), float(at[best]), float(below[best]), float(above[best])


def _sides(along: FloatColumn, up: FloatColumn, at: FloatColumn) -> FloatColumn:
    """Heights of a line just before each place, then just behind each; nothing behind its end."""
    parts = []
    for i in (np.searchsorted(along, at, "left"), np.searchsorted(along, at, "right")):
        j, k = np.clip(i - 1, 0, len(along) - 1), np.clip(i, 0, len(along) - 1)
        wide = np.where(along[k] > along[j], along[k] - along[j], 1.0)
        made = up[j] + (up[k] - up[j]) * (at - along[j]) / wide
        parts.append(np.where((i == len(along)) & (at > along[-1]), np.nan, made))
    return np.concatenate(parts)


def _gap(x: plots.Axis, y: plots.Axis, across: tuple[float, float], up: tuple[float, float], said: str) -> str:
    """A line from one point to another, with words under its middle, or beside it if it is upright."""
    (a, b), (c, d) = plots.WIDTH * x.at(np.array(across)), TALL * (1 - y.at(np.array(up)))
    words = 16 + plots.BROAD * len(said)
    place, left, top = ("middle", (a + b) / 2, c + 16) if a != b else ("end", a - 8, (c + d) / 2)
    if a == b < words:
        place, left = "start", a + 8
    return (
        f'<line class="rule" x1="{a:.1f}" x2="{b:.1f}" y1="{c:.1f}" y2="{d:.1f}"/>'
        f'<text class="rule" x="{left:.1f}" y="{top:.1f}" text-anchor="{place}">{said}</text>'
    )


def _finite(values: FloatColumn) -> Iterator[slice]:
    """Stretches without an infinity."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(first), int(last))


def _enough(curves: Sequence[Curve]) -> Fraction:
    """Behind all ranks, some periods of those that are not straight, and where the longest delay is over."""
    end = max(curve.rank for curve in curves)
    turns = [curve.period for curve in curves if _turns(curve)]
    delay = curves[0].z_deviation(curves[1]) if len(curves) == 2 else 0
    wide = Fraction(5, 4) * (end + Fraction(delay)) if not math.isinf(delay) and delay > 0 else Fraction(0)
    return max(end + PERIODS * max(turns) if turns else 2 * end or Fraction(1, 1000), wide)


def _turns(curve: Curve) -> bool:
    """Whether something happens in each period."""
    inside = [e for e in curve.cut(curve.rank + 2 * curve.period) if isinstance(e, Point) and e.t > curve.rank]
    return len(inside) > 1


def _shown(value: Fraction | float, kind: Kind) -> str:
    if math.isinf(value):
        return "+inf" if value > 0 else "-inf"
    number = float(value)
    return "0" if number == 0 else f"-{format_short(-number, kind)}" if number < 0 else format_short(number, kind)
