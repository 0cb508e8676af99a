"""``easterly calc incast``."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE


@click.command("incast", cls=asking.Calculator)
@click.option("--senders", type=asking.Count(), required=True, help="Senders that start together.")
@click.option(
    "--burst", type=asking.Quantity(SIZE), required=True, help="What each sends at once: a window, an answer."
)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port that all go through.")
@click.option("--sender", type=asking.Quantity(RATE), help="Rate of one sender; that of the port if absent.")
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), help="Buffer that the port has.")
@terminal.format_option
def command(
    senders: int, burst: float, port: float, sender: float | None, buffer_B: float | None, form: str
) -> None:  # fmt: skip
    """Highest queue when SENDERS start together, and what a buffer loses of it.

    What arrives is less what the port sends meanwhile: (N - 1) bursts where senders are as fast as the port.
    """
    from easterly.qos.buffers import incast_B

    sender = port if sender is None else sender
    queue_B = incast_B(senders, burst, port, sender)
    lost_B = None if buffer_B is None else max(0.0, queue_B - buffer_B)
    if form == "json":
        from easterly.app.values import number

        terminal.emit_json({
            "senders": senders, "burst_B": number(burst), "port_bps": number(port), "sender_bps": number(sender),
            "load": number(senders * sender / port), "queue_B": number(queue_B), "drain_s": number(queue_B * 8 / port),
            "buffer_B": None if buffer_B is None else number(buffer_B),
            "lost_B": None if lost_B is None else number(lost_B),
        })  # fmt: skip
    else:
        _print(senders, burst, port, sender, queue_B, buffer_B)


def _print(senders: int, burst: float, port: float, sender: float, queue_B: float, buffer_B: float | None) -> None:
    from easterly.app.calc import answer
    from easterly.base.units import TIME, format_short

    answer.title(f"{senders:,} x {format_short(burst, SIZE)} at {answer.rate(sender)} into {answer.rate(port)}")
    rows: list[Any] = [
        ("load", f"{senders * sender / port:.3g}x", "rates of the senders over that of the port"),
        ("queue", format_short(queue_B, SIZE), "N b max(0, 1 - C / (N r)): arrived less sent meanwhile"),
        ("drains", format_short(queue_B * 8 / port, TIME), "after the last byte has arrived"),
    ]
    if buffer_B is not None:
        lost = format_short(max(0.0, queue_B - buffer_B), SIZE)
        rows.append(("lost", lost, f"beyond a buffer of {format_short(buffer_B, SIZE)}"))
    answer.facts(rows)
