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
from easterly.base.units import SIZE, TIME, format_short
from easterly.predict.calculus import Curve, Point

PERIODS = 3
TALL = 320.0


def page(curves: Sequence[tuple[str, Curve]], until_s: float | None = None) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    curves : sequence of (name, Curve)
        Seconds along, bytes up: arrivals, and a service beside them.
    until_s : float, optional
        End of the drawing; behind the ranks and three periods if absent.
    """
    end = Fraction(until_s) if until_s is not None else _enough([curve for _, curve in curves])
    facts: list[tuple[str, str, str]] = []
    names = [f"{'arrivals' if i == 0 else 'service'}" if len(curves) == 2 else "curve" for i in range(len(curves))]
    for name, (expression, curve) in zip(names, curves, strict=True):
        facts.append((name, expression, f"repeats behind {_time(curve.rank)}, every {_time(curve.period)}"))
    if len(curves) == 2:
        (_, arrivals), (_, service) = curves
        delay, backlog = arrivals.horizontal_deviation(service), arrivals.vertical_deviation(service)
        facts.append(("delay", _time(delay), "longest horizontal distance"))
        facts.append(("backlog", _size(backlog), "greatest vertical distance"))
    drawn = draw([(name, curve) for name, (_, curve) in zip(names, curves, strict=True)], end)
    return environment().get_template("curve.html").render(
        title=curves[0][0], facts=facts, drawn=drawn,
        styles=Markup("".join((STATIC / name).read_text("utf-8") for name in ("report.css", "plots.css"))),
    )  # fmt: skip


def draw(curves: Sequence[tuple[str, Curve]], end: Fraction) -> Markup:
    """Curves on [0, end]; stretches that are infinite are left out."""
    lines = [(name, *curve.to_arrays(end)) for name, curve in curves]
    made: list[plots.Curve] = []
    for name, t, y in lines:
        for part in _finite(y):
            made.append(plots.Curve(name if not made or made[-1].name != name else "", t[part], y[part]))
    made = made[: plots.SERIES]
    x = plots.axis("time", [float(end)], TIME, snug=True)
    y_axis = plots.axis("data", np.concatenate([each.y for each in made]) if made else [1.0], SIZE)
    said = "; ".join(f"{name}: {_size(curve(0))} at 0, {_size(curve(end))} at {_time(end)}" for name, curve in curves)
    return plots.plot(made, x, y_axis, title="Curves", said=said, height=TALL)


def _finite(values: FloatColumn) -> Iterator[slice]:
    """Stretches without an infinity."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.isfinite(values), [False]]).astype(np.int8)))
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        yield slice(int(first), int(last))


def _enough(curves: Sequence[Curve]) -> Fraction:
    """Behind all ranks, and some periods of those that are not straight; where lines meet is in it."""
    end = max(curve.rank for curve in curves)
    turns = [curve.period for curve in curves if _turns(curve)]
    return end + PERIODS * max(turns) if turns else 2 * end or Fraction(1, 1000)


def _turns(curve: Curve) -> bool:
    """Whether something happens in each period."""
    inside = [e for e in curve.cut(curve.rank + 2 * curve.period) if isinstance(e, Point) and e.t > curve.rank]
    return len(inside) > 1


def _time(value: Fraction | float) -> str:
    return "no bound" if math.isinf(value) else "0" if value == 0 else format_short(float(value), TIME)


def _size(value: Fraction | float) -> str:
    if math.isinf(value):
        return "+inf" if value > 0 else "-inf"
    number = float(value)
    return "0" if number == 0 else f"-{format_short(-number, SIZE)}" if number < 0 else format_short(number, SIZE)
