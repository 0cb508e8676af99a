"""``easterly calc busbw``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted
from easterly.base.units import RATE, SIZE, TIME
from easterly.demand.collectives import COLLECTIVES


@click.command("busbw", cls=asking.Calculator)
@click.argument("collective", type=asking.Named(COLLECTIVES), metavar="COLLECTIVE")
@click.option("--ranks", type=asking.Count(2), required=True, help="GPUs that take part.")
@click.option("--algbw", type=asking.Quantity(RATE), help="Algorithm bandwidth; or give --size and --time.")
@click.option("--size", type=asking.Quantity(SIZE), help="The whole array, as nccl-tests count it.")
@click.option("--time", "time_s", type=asking.Quantity(TIME), help="Time that was measured for it.")
@terminal.format_option
def command(
    collective: str, ranks: int, algbw: float | None, size: float | None, time_s: float | None, form: str
) -> None:
    """Bus bandwidth of a measured COLLECTIVE, as nccl-tests define it: comparable with the rate of a link.

    Algorithm bandwidth, size over time, times 2(n-1)/n for all-reduce, (n-1)/n for reduce-scatter, all-gather and
    all-to-all, 1 for broadcast, reduce and send.
    """
    from easterly.app.calc import answer
    from easterly.app.values import number
    from easterly.demand.collectives import wire_factor

    rate_bps, factor = _algbw_bps(algbw, size, time_s), float(wire_factor(collective, ranks))
    if form == "json":
        terminal.emit_json({
            "collective": collective, "ranks": ranks, "algbw_Bps": number(rate_bps / 8), "factor": number(factor),
            "busbw_Bps": number(rate_bps * factor / 8),
        })  # fmt: skip
        return
    answer.title(f"{collective} of {counted(ranks, 'rank')}")
    answer.facts([
        ("algbw", f"{rate_bps / 8e9:.4g}GB/s", "size / time"),
        ("factor", f"{factor:.6g}", "bytes that each rank sends, over the size of the array"),
        ("busbw", f"{rate_bps * factor / 8e9:.4g}GB/s", "algbw x factor, as nccl-tests print it"),
    ])  # fmt: skip


def _algbw_bps(algbw: float | None, size: float | None, time_s: float | None) -> float:
    if algbw is not None and size is None and time_s is None:
        return algbw
    if algbw is None and size is not None and time_s is not None:
        return size * 8 / time_s
    raise ValueError("give --algbw, or --size and --time")
