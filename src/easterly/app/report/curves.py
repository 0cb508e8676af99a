"""A page that draws curves of network calculus, with the distances between arrivals and service."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from markupsafe import Markup

from easterly.app.report import plots
from easterly.app.report.join import STATIC
from easterly.app.report.page import environment
from easterly.base.columns import FloatColumn
from easterly.base.units import SIZE, TIME, Kind, format_short
from easterly.predict.calculus import Curve, Point

PERIODS = 3
TALL = 320.0
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
    drawn = draw([(name, curve) for name, (_, curve) in zip(names, curves, strict=True)], end, axes)
    return environment().get_template("curve.html").render(
        title=curves[0][0], heading=heading, facts=facts, drawn=drawn,
        styles=Markup("".join((STATIC / name).read_text("utf-8") for name in ("report.css", "plots.css"))),
    )  # fmt: skip


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
    return plots.plot(made, x, y_axis, title="Curves", said=said, height=TALL)


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
