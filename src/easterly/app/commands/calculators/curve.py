"""``easterly calc curve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from fractions import Fraction

    from easterly.predict.calculus import Curve, Point, Segment, Value

MOST_LINES = 24
UNBOUNDED = "without bound: more comes by the expression than --deviation ever serves"


@click.command("curve", cls=asking.Calculator)
@click.argument("expression")
@click.option("--deviation", metavar="SERVICE",
              help="Delay and backlog of EXPRESSION, as arrivals, at this service.")  # fmt: skip
@click.option("--at", "times", multiple=True, metavar="TIME", help="Value at this time; may be given again.")
@click.option("--until", type=asking.Quantity(TIME), help="End of the plot; what shows a period or two if absent.")
@click.option("--plot", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write a page that draws it.")  # fmt: skip
@terminal.format_option
def command(expression: str, deviation: str | None, times: tuple[str, ...], until: float | None, plot: Path | None,
            form: str) -> None:  # fmt: skip
    """Compute with curves of network calculus, exactly: seconds along, bytes up.

    EXPRESSION is made of bucket(BURST, RATE), rl(RATE, [LATENCY]), stairs(SIZE, INTERVAL, [JITTER]), steps(SIZE,
    INTERVAL, [LATENCY]), delay(TIME), constant(SIZE), zero(); of conv, deconv, maxconv, maxdeconv, min, max of two;
    closure, superclosure, rising, rising_below, positive of one; shift(CURVE, TIME), raise(CURVE, SIZE),
    stretch(CURVE, NUMBER); of +, - and NUMBER * CURVE.
    """
    from easterly.app.calc.curves import read
    from easterly.base.units import exact

    made = read(expression)
    service = None if deviation is None else read(deviation)
    found = {} if service is None else _deviations(made, service)
    values = [(exact(text, TIME), text) for text in times]
    if plot is not None:
        _plot(plot, expression, made, deviation, service, until, form)
    if form == "json":
        terminal.emit_json(_answer(expression, made, found, values, deviation))
    else:
        _print(expression, made, found, values, plot)


def _deviations(arrivals: Curve, service: Curve) -> dict[str, Value]:
    return {"delay_s": arrivals.horizontal_deviation(service), "backlog_B": arrivals.vertical_deviation(service)}


def _number(value: Value) -> dict[str, Any]:
    """Rounded to nine digits (null where it is infinite), and exactly, as text."""
    from easterly.app.values import number
    from easterly.predict.calculus.rational import text

    return {"value": number(float(value)), "exact": text(value)}


def _element(each: Point | Segment) -> dict[str, Any]:
    from easterly.predict.calculus import Point

    if isinstance(each, Point):
        return {"kind": "point", "t_s": _number(each.t), "value_B": _number(each.value)}
    return {
        "kind": "segment", "start_s": _number(each.start), "end_s": _number(each.end), "first_B": _number(each.first),
        "last_B": _number(each.last), "rate_bps": _number(8 * each.slope),
    }  # fmt: skip


def _answer(expression: str, made: Curve, found: dict[str, Value], values: list[tuple[Fraction, str]],
            service: str | None) -> dict[str, Any]:  # fmt: skip
    return {
        "expression": expression, "rank_s": _number(made.rank), "period_s": _number(made.period),
        "increment_B": _number(made.increment), "rate_bps": _number(8 * made.slope),
        "reason": made.reason or None, "elements": [_element(each) for each in made.elements],
        "at": [{"t_s": _number(t), "left_B": _number(made.left(t)), "value_B": _number(made(t)),
                "right_B": _number(made.right(t))} for t, _ in values],
        "service": service, **{name: _number(value) for name, value in found.items()},
    }  # fmt: skip


def _shown(value: Value, kind: Any) -> str:
    """A short quantity; infinities and negative numbers as they are."""
    import math

    if not math.isfinite(value):
        return "+inf" if value > 0 else "-inf"
    number = float(value)
    return "0" if number == 0 else f"-{format_short(-number, kind)}" if number < 0 else format_short(number, kind)


def _print(expression: str, made: Curve, found: dict[str, Value], values: list[tuple[Fraction, str]],
           plot: Path | None) -> None:  # fmt: skip
    from fractions import Fraction

    from easterly.app.calc import answer
    from easterly.predict.calculus import Point
    from easterly.predict.calculus.rational import text

    answer.title(expression)
    rows = [
        ("rate", _shown(8 * made.slope, RATE), made.reason or "in the long run"),
        ("rank", _shown(made.rank, TIME), "repeats behind it"),
        ("period", _shown(made.period, TIME), f"each adds {_shown(made.increment, SIZE)}"),
    ]
    remarks = {"delay_s": ("delay", TIME, "longest horizontal distance to the service"),
               "backlog_B": ("backlog", SIZE, "greatest vertical distance to the service")}  # fmt: skip
    for key, value in found.items():
        name, kind, remark = remarks[key]
        known = f"exactly {text(value)} {kind.unit}" if isinstance(value, Fraction) else UNBOUNDED
        rows.append((name, _shown(value, kind), f"{remark}; {known}"))
    for t, written in values:
        limits = f"{_shown(made.left(t), SIZE)} before, {_shown(made.right(t), SIZE)} behind"
        rows.append((f"at {written}", _shown(made(t), SIZE), limits))
    answer.facts(rows)
    every = made.elements
    table = []
    for each in every[:MOST_LINES]:
        if isinstance(each, Point):
            table.append((f"at {_shown(each.t, TIME)}", _shown(each.value, SIZE), "", ""))
        else:
            table.append((f"up to {_shown(each.end, TIME)}", _shown(each.first, SIZE), _shown(each.last, SIZE),
                          _shown(8 * each.slope, RATE)))  # fmt: skip
    answer.table(("time", "from", "to", "rate"), table)
    if len(every) > MOST_LINES:
        click.echo(f"  {len(every) - MOST_LINES:,} more (all with --format json)")
    if plot is not None:
        click.echo(f"  {plot}")


def _plot(path: Path, expression: str, made: Curve, name: str | None, service: Curve | None, until: float | None,
          form: str) -> None:  # fmt: skip
    from easterly.app.report.curves import page

    curves = [(expression, made)] + ([] if service is None or name is None else [(name, service)])
    text = page(curves, until)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        terminal.unwritable(path, error, form)
