"""``easterly calc curve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE, TIME, Kind, format_short

if TYPE_CHECKING:
    from fractions import Fraction

    from easterly.app.calc.curves import Axes, Drawn
    from easterly.predict.calculus import Point, Segment, Value

MOST_LINES = 24
UNBOUNDED = "without bound: more comes by the expression than --deviation ever serves"


@click.command("curve", cls=asking.Calculator)
@click.argument("expression")
@click.option("--deviation", metavar="SERVICE",
              help="Delay and backlog of EXPRESSION, as arrivals, at this service.")  # fmt: skip
@click.option("--at", "times", multiple=True, metavar="TIME", help="Value at this time; may be given again.")
@click.option("--until", metavar="TIME", help="End of the plot; what shows a period or two if absent.")
@click.option("--plot", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write a page that draws it.")  # fmt: skip
@terminal.format_option
def command(expression: str, deviation: str | None, times: tuple[str, ...], until: str | None, plot: Path | None,
            form: str) -> None:  # fmt: skip
    """Compute with curves of network calculus, exactly: seconds along, bytes up.

    EXPRESSION is made of bucket(BURST, RATE), rl(RATE, [LATENCY]), stairs(SIZE, INTERVAL, [JITTER]), steps(SIZE,
    INTERVAL, [LATENCY]), delay(TIME), constant(SIZE), zero(), tdma(RATE, SLOT, CYCLE), trace('FILE.csv', [RATE]); of
    conv, deconv, maxconv, maxdeconv, min, max, compose of two; closure, superclosure, inverse, upper_inverse, rising,
    rising_below, positive of one; left_over(SERVICE, OTHERS, [SIZE]), packets(SERVICE, SIZE); shift(CURVE, TIME),
    raise(CURVE, SIZE), stretch(CURVE, NUMBER); of +, - and NUMBER * CURVE.

    An inverse has bytes along and seconds up. A trace is a capture (pcap, pcapng) or has the columns time_s (or
    time_us, time_ns) and size_B.
    """
    from easterly.app.calc.curves import drawn
    from easterly.base.units import exact

    made = drawn(expression)
    service = None if deviation is None else drawn(deviation)
    found = {} if service is None else _deviations(made, service)
    values = [(exact(text, made.axes[0]), text) for text in times]
    if plot is not None:
        end = None if until is None else float(exact(until, made.axes[0]))
        _plot(plot, expression, made, deviation, service, end, form)
    if form == "json":
        terminal.emit_json(_answer(expression, made, found, values, deviation))
    else:
        _print(expression, made, found, values, plot)


def _deviations(arrivals: Drawn, service: Drawn) -> dict[str, Value]:
    if not arrivals.axes == service.axes == (TIME, SIZE):
        raise ValueError("--deviation: a delay and a backlog are of bytes by seconds, and one curve has other axes")
    f, g = arrivals.curve, service.curve
    return {"delay_s": f.z_deviation(g), "backlog_B": f.vertical_deviation(g)}


def _number(value: Value) -> dict[str, Any]:
    """Rounded to nine digits (null where it is infinite), and exactly, as text."""
    from easterly.app.values import number
    from easterly.predict.calculus.rational import text

    return {"value": number(float(value)), "exact": text(value)}


def _slope(each: Value, axes: Axes) -> tuple[str, Any]:
    """Key and number: bits per second where bytes are up and seconds along, else units of the axes."""
    return ("rate_bps", _number(8 * each)) if axes == (TIME, SIZE) else ("slope", _number(each))


def _element(each: Point | Segment, axes: Axes) -> dict[str, Any]:
    from easterly.predict.calculus import Point

    x, y = axes[0].unit, axes[1].unit
    if isinstance(each, Point):
        return {"kind": "point", f"t_{x}": _number(each.t), f"value_{y}": _number(each.value)}
    key, slope = _slope(each.slope, axes)
    return {
        "kind": "segment", f"start_{x}": _number(each.start), f"end_{x}": _number(each.end),
        f"first_{y}": _number(each.first), f"last_{y}": _number(each.last), key: slope,
    }  # fmt: skip


def _answer(expression: str, drawn: Drawn, found: dict[str, Value], values: list[tuple[Fraction, str]],
            service: str | None) -> dict[str, Any]:  # fmt: skip
    made, axes = drawn.curve, drawn.axes
    x, y = axes[0].unit, axes[1].unit
    key, slope = _slope(made.slope, axes)
    return {
        "expression": expression, "along": axes[0].name, "up": axes[1].name, f"rank_{x}": _number(made.rank),
        f"period_{x}": _number(made.period), f"increment_{y}": _number(made.increment), key: slope,
        "reason": made.reason or None, "elements": [_element(each, axes) for each in made.elements],
        "at": [{f"t_{x}": _number(t), f"left_{y}": _number(made.left(t)), f"value_{y}": _number(made(t)),
                f"right_{y}": _number(made.right(t))} for t, _ in values],
        "service": service, **{name: _number(value) for name, value in found.items()},
    }  # fmt: skip


def _shown(value: Value, kind: Kind) -> str:
    """A short quantity; infinities and negative numbers as they are."""
    import math

    if not math.isfinite(value):
        return "+inf" if value > 0 else "-inf"
    number = float(value)
    return "0" if number == 0 else f"-{format_short(-number, kind)}" if number < 0 else format_short(number, kind)


def _rate(each: Value, axes: Axes) -> str:
    """A slope as people read it."""
    from easterly.predict.calculus.rational import text

    if axes == (TIME, SIZE):
        return _shown(8 * each, RATE)
    return f"{text(each)}" if axes[0] is axes[1] else f"{float(each):.7g} {axes[1].unit}/{axes[0].unit}"


def _facts(drawn: Drawn, found: dict[str, Value], values: list[tuple[Fraction, str]]) -> list[tuple[str, str, str]]:
    """What is known of the whole curve, of its distances, and of the times asked for."""
    from fractions import Fraction

    from easterly.predict.calculus.rational import text

    made, (along, up) = drawn.curve, drawn.axes
    rows = [
        ("rate", _rate(made.slope, drawn.axes), made.reason or "in the long run"),
        ("rank", _shown(made.rank, along), "repeats behind it"),
        ("period", _shown(made.period, along), f"each adds {_shown(made.increment, up)}"),
    ]
    remarks = {"delay_s": ("delay", TIME, "longest horizontal distance to the service"),
               "backlog_B": ("backlog", SIZE, "greatest vertical distance to the service")}  # fmt: skip
    for key, value in found.items():
        name, kind, remark = remarks[key]
        known = f"exactly {text(value)} {kind.unit}" if isinstance(value, Fraction) else UNBOUNDED
        rows.append((name, _shown(value, kind), f"{remark}; {known}"))
    for t, written in values:
        limits = f"{_shown(made.left(t), up)} before, {_shown(made.right(t), up)} behind"
        rows.append((f"at {written}", _shown(made(t), up), limits))
    return rows


def _print(expression: str, drawn: Drawn, found: dict[str, Value], values: list[tuple[Fraction, str]],
           plot: Path | None) -> None:  # fmt: skip
    from easterly.app.calc import answer
    from easterly.predict.calculus import Point

    along, up = drawn.axes
    facts = _facts(drawn, found, values)
    answer.title(expression)
    answer.facts(facts)
    every = drawn.curve.elements
    table = []
    for each in every[:MOST_LINES]:
        if isinstance(each, Point):
            table.append((f"at {_shown(each.t, along)}", _shown(each.value, up), "", ""))
        else:
            table.append((f"up to {_shown(each.end, along)}", _shown(each.first, up), _shown(each.last, up),
                          _rate(each.slope, drawn.axes)))  # fmt: skip
    answer.table((along.name, "from", "to", "rate"), table)
    if len(every) > MOST_LINES:
        click.echo(f"  {len(every) - MOST_LINES:,} more (all with --format json)")
    if plot is not None:
        click.echo(f"  {plot}")


def _plot(path: Path, expression: str, made: Drawn, name: str | None, service: Drawn | None, until: float | None,
          form: str) -> None:  # fmt: skip
    from easterly.app.report.curves import page

    curves = [(expression, made.curve)] + ([] if service is None or name is None else [(name, service.curve)])
    text = page(curves, until, made.axes)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        terminal.unwritable(path, error, form)
