"""``easterly calc bound server``."""

from __future__ import annotations

import math
from pathlib import Path

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, bounding
from easterly.base.units import RATE, SIZE, TIME, format_short


@click.command("server", cls=asking.Calculator)
@click.option("--rate", type=asking.Quantity(RATE), required=True, help="Of the server.")
@click.option("--latency", type=asking.Quantity(TIME, zero=True), default="0s", help="For which it may send nothing.")
@click.option("--burst", type=asking.Quantity(SIZE, zero=True), required=True, help="What may come at once.")
@click.option("--arrival", type=asking.Quantity(RATE, zero=True), required=True, help="What comes for ever.")
@bounding.report
@terminal.format_option
def command(rate: float, latency: float, burst: float, arrival: float, report: Path | None, form: str) -> None:
    """Longest delay and largest backlog of arrivals of BURST and ARRIVAL at a server of RATE behind LATENCY."""
    from easterly.app.values import number
    from easterly.predict.calculus.tight import ServerNetwork, total

    found = total(ServerNetwork.of([(rate, latency)], [((0,), burst, arrival)]))
    delay_s, backlog_B = float(found.delay_s[0]), float(found.backlog_B[0])
    if not math.isfinite(delay_s):
        raise ValueError(f"{answer.rate(arrival)} comes for ever and {answer.rate(rate)} is served: "
                         "both grow without end; take a faster server, or less that comes")  # fmt: skip
    if report is not None:
        _write(report, rate, latency, burst, arrival, form)
    if form == "json":
        terminal.emit_json({
            "rate_bps": number(rate), "latency_s": number(latency), "burst_B": number(burst),
            "arrival_bps": number(arrival), "load": number(arrival / rate), "delay_s": number(delay_s),
            "backlog_B": number(backlog_B), "output_B": number(burst + arrival * latency / 8),
        })  # fmt: skip
        return
    answer.title(f"{format_short(burst, SIZE)} and {answer.rate(arrival)} into {answer.rate(rate)}")
    answer.facts([
        ("delay", format_short(delay_s, TIME), "T + b / R: all of a burst that comes while it sends nothing"),
        ("backlog", format_short(backlog_B, SIZE), "b + r T: what has come when it begins"),
        ("output", format_short(burst + arrival * latency / 8, SIZE), "burst behind it, beside the same rate"),
        ("load", f"{arrival / rate:.3g}", "of its rate, for ever"),
    ])  # fmt: skip


def _write(path: Path, rate: float, latency: float, burst: float, arrival: float, form: str) -> None:
    """The two curves, with the delay and the backlog between them."""
    from fractions import Fraction

    from easterly.app.report.curves import page
    from easterly.predict.calculus import Curve

    coming = Curve.bucket(Fraction(arrival) / 8, Fraction(burst))
    served = Curve.rate_latency(Fraction(rate) / 8, Fraction(latency))
    names = (
        f"{format_short(burst, SIZE)} and {answer.rate(arrival)}",
        f"{answer.rate(rate)} behind {latency * 1e6:g}us",
    )
    with terminal.writing(path, form):
        path.write_text(page([(names[0], coming), (names[1], served)]), encoding="utf-8")
