"""``easterly calc bdp``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, TIME


@click.command("bdp", cls=asking.Calculator)
@click.option("--rate", type=asking.Quantity(RATE), required=True, help="Rate of the link.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Round trip.")
@click.option("--flows", type=asking.Count(), default=1, show_default=True, help="Long flows that share the link.")
@terminal.format_option
def command(rate: float, rtt: float, flows: int, form: str) -> None:
    """Bandwidth-delay product: what is in flight on a full path, and the buffer that keeps the link busy.

    One flow needs a whole product; many that are not in step need the product over the root of their number.
    """
    from easterly.app.calc import answer
    from easterly.app.values import number
    from easterly.base.units import SIZE, format_short
    from easterly.qos.buffers import bdp_B, shared_bdp_B

    product_B, buffer_B = bdp_B(rate, rtt), shared_bdp_B(rate, rtt, flows)
    delay_s = buffer_B * 8 / rate
    if form == "json":
        terminal.emit_json({
            "rate_bps": number(rate), "rtt_s": number(rtt), "flows": flows, "bdp_B": number(product_B),
            "buffer_B": number(buffer_B), "delay_s": number(delay_s),
        })  # fmt: skip
        return
    answer.title(f"{answer.rate(rate)} and a round trip of {format_short(rtt, TIME)}")
    several = "BDP / sqrt(flows), for flows that are not in step (Appenzeller et al. 2004)"
    answer.facts([
        ("BDP", format_short(product_B, SIZE), "rate x RTT / 8: bits, over eight"),
        ("buffer", format_short(buffer_B, SIZE), several if flows > 1 else "one BDP, for one long flow"),
        ("full", format_short(delay_s, TIME), "what such a buffer adds to the delay when it is full"),
    ])  # fmt: skip
