"""``easterly calc bound tandem``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, bounding
from easterly.base.units import RATE, SIZE, TIME, format_short

CROSS = ("each", "two", "none")


@click.command("tandem", cls=asking.Calculator)
@click.option("--servers", type=asking.Count(1, 60), required=True, help="In a row.")
@click.option("--rate", type=asking.Quantity(RATE), required=True, help="Of each server.")
@click.option("--latency", type=asking.Quantity(TIME, zero=True), default="0s", help="For which it may send nothing.")
@click.option("--burst", type=asking.Quantity(SIZE, zero=True), required=True, help="Of the flow through all.")
@click.option("--arrival", type=asking.Quantity(RATE, zero=True), required=True, help="Its rate for ever.")
@click.option("--cross", type=asking.Named(CROSS), default="each", show_default=True,
              help="Others: one at each server, one over each two with one more at both ends, or none.")  # fmt: skip
@click.option("--cross-burst", type=asking.Quantity(SIZE, zero=True), help="Of each of them; as --burst if absent.")
@click.option("--cross-arrival", type=asking.Quantity(RATE, zero=True), help="Of each; as --arrival if absent.")
@click.option("--packet", type=asking.Quantity(SIZE, zero=True),
              help="Count on lines that carry no more than the rate behind so much at once.")  # fmt: skip
@bounding.analysis
@bounding.report
@terminal.format_option
def command(
    servers: int, rate: float, latency: float, burst: float, arrival: float, cross: str, cross_burst: float | None,
    cross_arrival: float | None, packet: float | None, analysis: str, report: Path | None,
    form: str,
) -> None:  # fmt: skip
    """Longest delay of a flow through SERVERS in a row, beside cross traffic, by every analysis."""
    from easterly.predict.calculus.tight import ServerNetwork

    size = burst if cross_burst is None else cross_burst
    own = arrival if cross_arrival is None else cross_arrival
    ways = _ways(cross, servers)
    net = ServerNetwork.of(
        [(rate, latency)] * servers, [(range(servers), burst, arrival), *((way, size, own) for way in ways)],
        lines=None if packet is None else dict.fromkeys(range(servers), (packet, rate)),
    )  # fmt: skip
    names = tuple(str(i + 1) for i in range(servers))
    named = bounding.Named(net, names, ("flow", *(f"cross {i + 1}" for i in range(len(ways)))))
    title = f"{format_short(burst, SIZE)} and {answer.rate(arrival)} through {answer.counted(servers, 'server')} of "
    bounding.show(named, [0], analysis, f"{title}{answer.rate(rate)}", report, form)


def _ways(cross: str, servers: int) -> list[Sequence[int]]:
    """Paths of cross traffic."""
    if cross == "none":
        return []
    if cross == "each":
        return [(i,) for i in range(servers)]
    return [(0,), (servers - 1,), *((i, i + 1) for i in range(servers - 1))]
