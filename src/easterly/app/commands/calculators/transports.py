"""``easterly calc transports``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.calc.threshold import Threshold, takes_a_step, threshold
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from easterly.model.packets import PacketOutcome, Transport
    from easterly.predict.packet.sharing import Sharing

    Row = tuple[Threshold, PacketOutcome, float, Sharing, Sharing]

USUAL = ("newreno", "cubic", "bbr", "dctcp", "dcqcn-paper")
MOST_HOPS = 10**9


@click.command("transports", cls=asking.Calculator)
@click.option(
    "--transport", "names", multiple=True, metavar="NAME", help=f"May be repeated; {', '.join(USUAL)} if absent."
)
@click.option("--rate", type=asking.Quantity(RATE), default="10Gb/s", show_default=True, help="Of every link.")
@click.option("--delay", type=asking.Quantity(TIME, zero=True), default="5us", show_default=True,
              help="Of every link, the switch behind it included.")  # fmt: skip
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), default="4MB", show_default=True, help="Of the port.")
@click.option("--mark", "mark_B", type=asking.Quantity(SIZE),
              help="Backlog from which the port marks; rate x round trip if absent.")  # fmt: skip
@click.option("--long", type=asking.Count(1, 1000), default=4, show_default=True, help="Flows that never end.")
@click.option("--message", "message_B", type=asking.Quantity(SIZE), default="1kB", show_default=True,
              help="Short messages beside them.")  # fmt: skip
@click.option("--duration", type=asking.Quantity(TIME), default="0.5s", show_default=True, help="Simulated time.")
@click.option("--workers", type=asking.Count(1, 10_000), default=15, show_default=True, help="Senders of an incast.")
@click.option("--bytes", "size_B", type=asking.Quantity(SIZE), default="1MB", show_default=True, help="Data of each.")
@click.option("--seed", type=asking.Count(0, 2**63), default=1, show_default=True, help="Of all draws.")
@terminal.format_option
def command(form: str, **given: Any) -> None:
    """Compare transports at one port, packet by packet: an incast; long flows that share it, and short messages.

    Short messages are sent twice: in the queue of the long flows, and in a class of their own that goes first.
    """
    from easterly.predict.packet import transport

    ways = [transport(name) for name in given["names"] or USUAL]
    for how in ways:
        if how.law == "open":
            raise click.UsageError(f"--transport: {how.name} answers nothing, so there is nothing to compare")
    if given["mark_B"] is not None and not any(takes_a_step(how) for how in ways):
        raise click.UsageError(f"--mark: of {', '.join(how.name for how in ways)} none takes it; dctcp and bbr3 do")
    _affordable(given, ways)
    rows = [_row(how, given) for how in ways]
    if form == "json":
        terminal.emit_json({"transports": [_document(*row) for row in rows], **_asked(given)})
    else:
        _print(rows, given)


def _affordable(given: dict[str, Any], ways: Sequence[Transport]) -> None:
    """Four hops a packet, there and back over two links, and two runs of each transport."""
    hops = sum(8 * given["rate"] / 8 * given["duration"] / how.packet_B for how in ways)
    if hops > MOST_HOPS:
        raise click.UsageError(
            f"about {hops:.2g} packet-hops take minutes: ask for a shorter --duration or a lower --rate"
        )


def _row(how: Transport, given: dict[str, Any]) -> Row:
    from easterly.predict.packet import bound_s, incast
    from easterly.predict.packet.sharing import Bottleneck, sharing

    rate_bps, delay_s, buffer_B = given["rate"], given["delay"], round(given["buffer_B"])
    marks = _marks(how, given)
    mark_B = marks.step_B
    workers, size_B = given["workers"], round(given["size_B"])
    burst = incast(
        workers, size_B, rate_bps, how, buffer_B=buffer_B, mark_B=mark_B, delay_s=delay_s, seed=given["seed"]
    )
    at = Bottleneck(rate_bps, delay_s, buffer_B, mark_B)
    together, apart = (
        sharing(how, replaced, long=given["long"], message_B=round(given["message_B"]), duration_s=given["duration"],
                seed=given["seed"])
        for replaced in (at, Bottleneck(rate_bps, delay_s, buffer_B, mark_B, apart=True))
    )  # fmt: skip
    return marks, burst, bound_s(workers, size_B, rate_bps, how, delay_s), together, apart


def _marks(how: Transport, given: dict[str, Any]) -> Threshold:
    """Where marks begin: as asked only for those that have no thresholds of their own, and answer."""
    asked_B = given["mark_B"] if takes_a_step(how) else None
    return threshold(how, given["rate"], given["delay"], round(given["buffer_B"]), asked_B)


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    from easterly.app.values import number

    return {
        "rate_bps": number(given["rate"]), "delay_s": number(given["delay"]), "buffer_B": number(given["buffer_B"]),
        "long": given["long"], "message_B": number(given["message_B"]), "duration_s": number(given["duration"]),
        "workers": given["workers"], "size_B": number(given["size_B"]), "seed": given["seed"],
    }  # fmt: skip


def _document(
    marks: Threshold, burst: PacketOutcome, bound: float, together: Sharing, apart: Sharing
) -> dict[str, Any]:
    from easterly.app.values import number

    def short(found: Sharing) -> dict[str, Any]:
        return {
            "median_s": number(found.quantile_s(0.5)), "p99_s": number(found.quantile_s(0.99)),
            "worst_s": number(found.quantile_s(1.0)), "p99_slowdown": number(found.quantile_s(0.99) / found.alone_s),
        }  # fmt: skip

    return {
        "transport": together.transport, "source": burst.transports[0].source,
        "mark_B": marks.from_B, "mark_rule": marks.why,
        "incast": {
            "last_s": number(float(burst.fct_s.max())), "bound_s": number(bound), "drops": int(burst.drops.sum()),
            "timeouts": int(burst.timeouts.sum()),
        },
        "utilisation": number(together.utilisation), "fairness": number(together.fairness),
        "wait_mean_s": number(together.wait_mean_s), "wait_p99_s": number(together.wait_p99_s), "drops": together.drops,
        "alone_s": number(together.alone_s), "messages": short(together), "messages_apart": short(apart),
    }  # fmt: skip


def _print(rows: Sequence[Row], given: dict[str, Any]) -> None:
    from easterly.app.calc import answer

    answer.title(
        f"transports at a port of {answer.rate(given['rate'])} with {format_short(given['buffer_B'], SIZE)}: "
        f"{given['workers']:,} x {format_short(given['size_B'], SIZE)} at once; {given['long']:,} long flows for "
        f"{format_short(given['duration'], TIME)}, and messages of {format_short(given['message_B'], SIZE)} beside them"
    )
    found = [_document(*row) for row in rows]
    heads: tuple[str, ...] = ("Incast", "Last ends", "Of the bound", "Drops", "Timeouts", "Marks from")
    answer.table(heads, [_incast(row) for row in found])
    answer.table(
        ("Long flows", "Port used", "Fairness", "Mean wait", "p99 wait", "Drops"), [_long(row) for row in found]
    )
    heads = ("Messages", "Alone", "Median", "p99", "Of alone", "Apart: p99", "Of alone")
    answer.table(heads, [_messages(row) for row in found])


def _incast(row: dict[str, Any]) -> tuple[str, ...]:
    met = row["incast"]
    ratio = _ratio(met["last_s"], met["bound_s"])
    marks = "-" if row["mark_B"] is None else format_short(row["mark_B"], SIZE)
    return row["transport"], _time(met["last_s"]), ratio, f"{met['drops']:,}", f"{met['timeouts']:,}", marks


def _long(row: dict[str, Any]) -> tuple[str, ...]:
    waits = _time(row["wait_mean_s"]), _time(row["wait_p99_s"])
    used, fairness = f"{100 * row['utilisation']:.1f} %", f"{row['fairness']:.3f}"
    return row["transport"], used, fairness, *waits, f"{row['drops']:,}"


def _messages(row: dict[str, Any]) -> tuple[str, ...]:
    alone, together, apart = row["alone_s"], row["messages"], row["messages_apart"]
    beside = _time(together["median_s"]), _time(together["p99_s"]), _ratio(together["p99_s"], alone)
    return row["transport"], _time(alone), *beside, _time(apart["p99_s"]), _ratio(apart["p99_s"], alone)


def _time(time_s: float | None) -> str:
    return "never" if time_s is None else format_short(time_s, TIME)


def _ratio(time_s: float | None, of_s: float) -> str:
    if time_s is None:
        return "never"
    ratio = time_s / of_s
    return f"{ratio:,.0f}x" if ratio >= 1000 else f"{ratio:.4g}x"
