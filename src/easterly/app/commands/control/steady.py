"""``easterly calc control``: where TCP comes to rest."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.commands.control import options
from easterly.app.values import number
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from easterly.app.report.drawn import Figure

EPOCHS, POINTS = 3, 1200
"""Of the slower one, on a page."""


@click.command("tcp", cls=asking.Calculator)
@click.option("--loss", type=given.Number(most=1.0), required=True, help="Congestion events per packet.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Mean round trip.")
@click.option("--packet", "packet_B", type=asking.Quantity(SIZE), default="1460B", show_default=True, help="Of data.")
@click.option("--timeout", type=asking.Quantity(TIME), help="First timeout; four round trips if absent.")
@click.option("--port", type=asking.Quantity(RATE), help="Rate of a shared port, to set rates beside it.")
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), help="Buffer of the port, for the share of BBR.")
@options.report
@terminal.format_option
def tcp(loss: float, rtt: float, packet_B: float, timeout: float | None, port: float | None, buffer_B: float | None,
        report: Path | None, form: str) -> None:  # fmt: skip
    """What a loss rate and a round trip allow; with --port and --buffer, also what BBR version 1 takes."""
    found = _formulas(loss, rtt, packet_B, 4 * rtt if timeout is None else timeout)
    beside = _beside(rtt, packet_B, port, buffer_B)
    title = f"loss {loss:g}, round trip {format_short(rtt, TIME)}, packets of {format_short(packet_B, SIZE)}"
    means = [(name, answer.rate(window * packet_B * 8 / rtt), f"{window:.4g} packets a round trip: {source}")
             for name, window, source in found]  # fmt: skip
    options.write(report, form, title, means, lambda: _figures(loss, rtt))
    if form == "json":
        rows = [{"formula": name, "window": number(window), "rate_bps": number(window * packet_B * 8 / rtt),
                 "source": source} for name, window, source in found]  # fmt: skip
        terminal.emit_json({"loss": loss, "rtt_s": number(rtt), "rates": rows, **beside})
        return
    answer.title(title)
    answer.table(("formula", "packets", "rate", *([] if port is None else ["of port"]), "source"), [
        (name, f"{window:.6g}", answer.rate(window * packet_B * 8 / rtt),
         *([] if port is None else [f"{window * packet_B * 8 / rtt / port:.3g}"]), source)
        for name, window, source in found
    ])  # fmt: skip
    click.echo()
    facts = [("BBR v1", f"{beside['bbr_most_loss']:.0%}", "random loss up to which it keeps its rate")]
    if beside["bbr_share"] is not None:
        said = f"of the port, beside any number of loss-based flows, with {beside['buffer_bdp']:.3g} BDP of buffer"
        facts.append(("BBR v1", f"{beside['bbr_share']:.1%}", said))
    answer.facts(facts)


def _figures(loss: float, rtt: float) -> Sequence[Figure]:
    """Sawtooth of Reno and curve of CUBIC over some of their epochs, each with one loss in 1 / p packets."""
    import numpy as np

    from easterly.app.report.control import course
    from easterly.predict.control import tcp as rates

    reno, cubic = float(rates.reno_window(loss)), float(rates.cubic_mean(loss, rtt))
    top, turn = 4 / 3 * reno, 2 / 3 * reno * rtt  # from half of the top to the top, a packet a round trip
    time = np.linspace(0, EPOCHS * turn, POINTS)
    lines = [("Reno", top / 2 + time % turn / rtt)]
    if cubic > reno:
        most = 4 * cubic / (3 + rates.CUBIC_BETA)
        epoch = rates.cubic_k(most)
        time = np.linspace(0, EPOCHS * max(turn, epoch), POINTS)
        lines = [("Reno", top / 2 + time % turn / rtt), ("CUBIC", rates.cubic_window(time % epoch, most))]
    note = "One loss in 1 / p packets each; where CUBIC would have less, it follows Reno, and Reno alone is drawn."
    means = [("mean", reno)] if len(lines) == 1 else [("mean of Reno", reno), ("mean of CUBIC", cubic)]
    return [course("Windows over time", note, time, lines, "window in packets", None, means)]


def _formulas(loss: float, rtt: float, packet_B: float, timeout: float) -> list[tuple[str, float, str]]:
    """Name, mean window in packets, and source of each formula."""
    from easterly.predict.control import tcp as rates

    return [
        ("reno", float(rates.reno_window(loss)), "sqrt(3 / 2p), periodic losses"),
        ("reno, delayed acks", float(rates.reno_window(loss, per_ack=2)), "sqrt(3 / 4p)"),
        ("reno, fluid", float(rates.reno_window(loss, form=rates.Reno.FLUID)), "sqrt(2 / p), W^2 p = 2"),
        ("reno, timeouts", float(rates.pftk(loss, rtt, timeout)) * rtt, "Padhye et al. 1998, delayed acks"),
        ("tfrc", float(rates.tfrc(loss, rtt, packet_B=packet_B, timeout_s=timeout)) / packet_B * rtt, "RFC 5348"),
        ("cubic", float(rates.cubic_mean(loss, rtt)), "RFC 9438"),
    ]


def _beside(rtt: float, packet_B: float, port: float | None, buffer_B: float | None) -> dict[str, Any]:
    from easterly.predict.control.tcp import bbr_most_loss, bbr_share

    if (port is None) != (buffer_B is None) and buffer_B is not None:
        raise click.UsageError("--buffer is that of a port: give --port as well")
    made: dict[str, Any] = {"bbr_most_loss": number(bbr_most_loss()), "bbr_share": None, "buffer_bdp": None}
    if port is not None and buffer_B is not None:
        bdp_B = port * rtt / 8
        made["buffer_bdp"] = number(buffer_B / bdp_B)
        made["bbr_share"] = number(float(bbr_share(buffer_B / bdp_B, bdp=bdp_B / packet_B)))
    return made
