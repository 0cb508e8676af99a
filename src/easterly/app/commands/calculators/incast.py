"""``easterly calc incast``."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from easterly.app.calc.threshold import Threshold
    from easterly.model.packet_records import Recording
    from easterly.model.packets import PacketOutcome, Transport

MOST_HOPS = 10**9
SAMPLES, LONGEST = 600, 3.0
"""Of the queue, over the run or so many times its bound."""
LONGEST_s = 1.0
"""Of a link: three times round the Earth."""
NEVER = "not yet"


@click.command("incast", cls=asking.Calculator)
@click.option("--senders", "--workers", type=asking.Count(), required=True, help="Senders that start together.")
@click.option("--burst", "--bytes", type=asking.Quantity(SIZE), required=True,
              help="What each sends at once: a window, an answer.")  # fmt: skip
@click.option("--port", "--rate", type=asking.Quantity(RATE), required=True,
              help="Rate of the port that all go through.")  # fmt: skip
@click.option("--sender", type=asking.Quantity(RATE), help="Rate of one sender; that of the port if absent.")
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), help="Buffer that the port has.")
@click.option("--transport", help="Send it packet by packet: dctcp, dcqcn-paper, hpcc-repo, hpcc, timely, "
              "timely-patched, newreno, cubic, cubic-linux, bbr, bbr3, swift, fixed.")  # fmt: skip
@click.option("--mark", "mark_B", type=asking.Quantity(SIZE),
              help="Backlog from which the port marks; rate x round trip if absent.")  # fmt: skip
@click.option(
    "--delay", type=asking.Quantity(TIME, zero=True), help="Of each link, its switch included; 1us if absent."
)
@click.option("--seed", type=asking.Count(0, 2**63), help="Of all draws; 1 if absent.")
@click.option("--report", type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="Write a page about it, with a film of the queue.")  # fmt: skip
@terminal.format_option
def command(form: str, **given: Any) -> None:
    """Highest queue when SENDERS start together, and what a buffer loses of it; with --transport, packet by packet.

    What arrives is less what the port sends meanwhile: (N - 1) bursts where senders are as fast as the port.
    """
    if given["transport"] is None:
        for name in ("mark_B", "delay", "seed", "report"):
            if given[name] is not None:
                raise click.UsageError(
                    f"--{name.removesuffix('_B')} is for packets: say how they are sent (--transport)"
                )
        return _queue(form, given["senders"], given["burst"], given["port"], given["sender"], given["buffer_B"])
    return _packets(form, given)


def _queue(form: str, senders: int, burst: float, port: float, sender: float | None, buffer_B: float | None) -> None:
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


def _affordable(senders: int, size_B: float, how: Transport) -> int:
    """Packet-hops: four a packet, there and back over two links."""
    hops = 4 * senders * math.ceil(size_B / (how.packet_B - how.header_B))
    if hops > MOST_HOPS:
        raise click.UsageError(
            f"{senders:,} senders of {format_short(size_B, SIZE)} make {hops:,} packet-hops, which take minutes; "
            f"send less, or have fewer send, for {MOST_HOPS:,} at most"
        )
    return hops


def _packets(form: str, given: dict[str, Any]) -> None:
    from easterly.app.calc.threshold import threshold
    from easterly.app.pacing import paced
    from easterly.predict.packet import bound_s, incast

    how = _sent_by(given)
    hops = _affordable(given["senders"], given["burst"], how)
    if given["report"] is not None:
        terminal.writable(given["report"], form)
    delay_s = 1e-6 if given["delay"] is None else given["delay"]
    senders, size_B, rate_bps = given["senders"], round(given["burst"]), given["port"]
    buffer_B = None if given["buffer_B"] is None else round(given["buffer_B"])
    marks = threshold(how, rate_bps, delay_s, buffer_B, given["mark_B"])
    bound = bound_s(senders, size_B, rate_bps, how, delay_s)
    options: dict[str, Any] = {"buffer_B": buffer_B, "mark_B": marks.step_B, "delay_s": delay_s}
    options["seed"] = given["seed"] or 1
    with paced("incast", hops, quiet=form == "json") as told:
        found = incast(senders, size_B, rate_bps, how, **options, progress=told)
    if form == "json":
        terminal.emit_json(_document(given, found, bound, marks, delay_s))
    else:
        _print_packets(given, found, bound, marks)
    if given["report"] is not None and found.complete:
        # Once more, now that it is known how long to look.
        seen = incast(senders, size_B, rate_bps, how, **options, recording=_recording(senders, found, bound))
        _report(given, seen, bound, marks, form)
    sys.exit(terminal.FINE if found.complete else terminal.FOUND)


def _sent_by(given: dict[str, Any]) -> Transport:
    """The transport that is asked for, of those whose incasts end."""
    from easterly.predict.packet import transport

    if given["sender"] not in (None, given["port"]):
        raise click.UsageError("--sender: packets leave at the rate of the port")
    how = transport(given["transport"])
    if how.law == "open":
        raise click.UsageError(
            f"--transport: {how.name} sends at a rate of its own and nothing again, so that no incast ever ends for it"
        )
    if given["delay"] is not None and given["delay"] > LONGEST_s:
        raise click.UsageError(f"--delay: {given['delay']:g} s is more than any link takes: {LONGEST_s:g} s at most")
    return how


def _document(
    given: dict[str, Any], found: PacketOutcome, bound: float, marks: Threshold, delay_s: float
) -> dict[str, Any]:
    from easterly.app.values import number

    how = found.transports[0]
    return {
        "senders": given["senders"], "size_B": round(given["burst"]), "rate_bps": number(given["port"]),
        "transport": how.name, "source": how.source,
        "buffer_B": None if given["buffer_B"] is None else round(given["buffer_B"]),
        "mark_B": marks.from_B, "mark_rule": marks.why, "delay_s": number(delay_s), "seed": found.seed,
        "fct_s": {"mean": number(float(found.fct_s.mean())), "max": number(float(found.fct_s.max()))},
        "bound_s": number(bound), "drops": int(found.drops.sum()), "marks": int(found.marks.sum()),
        "again": int(found.again.sum()), "timeouts": int(found.timeouts.sum()),
        "packet_hops": found.packet_hops, "complete": found.complete,
    }  # fmt: skip


def _recording(senders: int, found: PacketOutcome, bound: float) -> Recording:
    """Samples of all ports until it ends, or until most of it has: what is left then are timeouts."""
    from easterly.app.report.incast import groups
    from easterly.base.columns import ints
    from easterly.model.packet_records import Recording

    until_s = min(float(found.fct_s.max()), LONGEST * bound)
    return Recording(every_s=until_s / SAMPLES, group=ints(groups(senders)), most_samples=SAMPLES)


def _report(given: dict[str, Any], found: PacketOutcome, bound: float, marks: Threshold, form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report.incast import Incast, page

    how = found.transports[0]
    made = page(Incast(
        found, given["senders"], given["port"], how.packet_B - how.header_B, _facts(found, bound, marks),
        _title(given, found), given["buffer_B"], marks.from_B if found.marks.any() else None,
    ))  # fmt: skip
    with terminal.writing(given["report"], form):
        write_text(given["report"], made)
    if form == "text":
        click.echo(f"  {given['report']}")


def _title(given: dict[str, Any], found: PacketOutcome) -> str:
    from easterly.app.calc import answer

    size = format_short(given["burst"], SIZE)
    return f"{given['senders']:,} x {size} into {answer.rate(given['port'])} by {found.transports[0].name}"


def _facts(found: PacketOutcome, bound: float, marks: Threshold) -> list[tuple[str, str, str]]:
    last, mean = float(found.fct_s.max()), float(found.fct_s.mean())
    ended = math.isfinite(last)
    return [
        (
            "last ends",
            format_short(last, TIME) if ended else NEVER,
            f"{last / bound:.4g} of the bound" if ended else "",
        ),
        ("mean", format_short(mean, TIME) if ended else NEVER, "completion of a flow"),
        ("bound", format_short(bound, TIME), "all packets through one port, behind the first"),
        ("drops", f"{int(found.drops.sum()):,}", f"{int(found.again.sum()):,} sent again"),
        ("timeouts", f"{int(found.timeouts.sum()):,}", ""),
        ("marks", f"{int(found.marks.sum()):,}", _marked(marks)),
        ("packet-hops", f"{found.packet_hops:,}", "packets put on links, acknowledgements included"),
    ]


def _marked(marks: Threshold) -> str:
    if marks.from_B is None:
        return marks.why
    return f"from a backlog of {format_short(marks.from_B, SIZE)} on: {marks.why}"


def _print_packets(given: dict[str, Any], found: PacketOutcome, bound: float, marks: Threshold) -> None:
    from easterly.app.calc import answer

    answer.title(f"{_title(given, found)} ({found.transports[0].source})")
    answer.facts(_facts(found, bound, marks))
    if not found.complete:
        done = int((found.fct_s < math.inf).sum())
        click.echo(
            f"  stopped after {format_short(found.end_s, TIME)}: {done:,} of {given['senders']:,} flows are done"
            + (f"; {found.stuck}" if found.stuck is not None else "")
        )


def _print(senders: int, burst: float, port: float, sender: float, queue_B: float, buffer_B: float | None) -> None:
    from easterly.app.calc import answer

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
