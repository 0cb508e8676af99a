"""``easterly calc control``: where TCP, DCTCP and DCQCN come to rest."""

from __future__ import annotations

from typing import Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.values import number
from easterly.base.units import RATE, SIZE, TIME, format_short


@click.command("tcp", cls=asking.Calculator)
@click.option("--loss", type=given.Number(most=1.0), required=True, help="Congestion events per packet.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Mean round trip.")
@click.option("--packet", "packet_B", type=asking.Quantity(SIZE), default="1460B", show_default=True, help="Of data.")
@click.option("--timeout", type=asking.Quantity(TIME), help="First timeout; four round trips if absent.")
@click.option("--port", type=asking.Quantity(RATE), help="Rate of a shared port, to set rates beside it.")
@click.option("--buffer", "buffer_B", type=asking.Quantity(SIZE), help="Buffer of the port, for the share of BBR.")
@terminal.format_option
def tcp(loss: float, rtt: float, packet_B: float, timeout: float | None, port: float | None, buffer_B: float | None,
        form: str) -> None:  # fmt: skip
    """What a loss rate and a round trip allow; with --port and --buffer, also what BBR version 1 takes."""
    found = _formulas(loss, rtt, packet_B, 4 * rtt if timeout is None else timeout)
    beside = _beside(rtt, packet_B, port, buffer_B)
    if form == "json":
        rows = [{"formula": name, "window": number(window), "rate_bps": number(window * packet_B * 8 / rtt),
                 "source": source} for name, window, source in found]  # fmt: skip
        terminal.emit_json({"loss": loss, "rtt_s": number(rtt), "rates": rows, **beside})
        return
    answer.title(f"loss {loss:g}, round trip {format_short(rtt, TIME)}, packets of {format_short(packet_B, SIZE)}")
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


@click.command("dctcp", cls=asking.Calculator)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Round trip without a queue.")
@click.option("--flows", type=asking.Count(1, 10**9), default=2, show_default=True, help="Flows in step.")
@click.option(
    "--mark", "mark_B", type=asking.Quantity(SIZE), help="Threshold K; the least that keeps the port busy if absent."
)
@click.option(
    "--packet", "packet_B", type=asking.Quantity(SIZE), default="1500B", show_default=True, help="Of one packet."
)
@terminal.format_option
def dctcp(port: float, rtt: float, flows: int, mark_B: float | None, packet_B: float, form: str) -> None:
    """Sawtooth and queue of DCTCP at one port (Alizadeh et al. 2010), and the threshold C R / 7 that keeps it busy."""
    from easterly.predict.control.dctcp import least_threshold, sawtooth

    per_s = port / 8 / packet_B
    enough_B = least_threshold(per_s, rtt) * packet_B
    mark = enough_B if mark_B is None else mark_B
    made = sawtooth(flows, per_s, rtt, mark / packet_B)
    if form == "json":
        terminal.emit_json({
            "port_bps": number(port), "rtt_s": number(rtt), "flows": flows, "mark_B": number(mark),
            "least_mark_B": number(enough_B), "window": number(made.window), "alpha": number(made.alpha),
            "amplitude_B": number(made.amplitude * packet_B), "period_s": number(made.period_s),
            "most_B": number(made.most * packet_B), "least_B": number(made.least * packet_B),
            "busy": made.least >= 0,
        })  # fmt: skip
        return
    answer.title(f"{answer.counted(flows, 'flow')} at {answer.rate(port)}, {format_short(rtt, TIME)} round trip")
    idle = "" if made.least >= 0 else "below 0: the port idles in each cycle"
    answer.facts([
        ("mark", format_short(mark, SIZE), f"{format_short(enough_B, SIZE)} (C R / 7) keeps the port busy, roughly"),
        ("window", f"{made.window:.6g}", "packets of a flow when marks begin"),
        ("alpha", f"{made.alpha:.6g}", "estimate at rest, and share of marked packets in the last round trip"),
        ("queue", f"{_signed(made.least * packet_B)} to {format_short(made.most * packet_B, SIZE)}", idle),
        ("period", format_short(made.period_s, TIME), "of one cycle"),
    ])  # fmt: skip


def _signed(size_B: float) -> str:
    return format_short(size_B, SIZE) if size_B > 0 else "0" if size_B == 0 else f"-{format_short(-size_B, SIZE)}"


@click.command("dcqcn", cls=asking.Calculator)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port.")
@click.option("--flows", type=asking.Count(1, 10**9), default=10, show_default=True, help="Equal flows.")
@click.option(
    "--kmin", type=asking.Quantity(SIZE), default="5kB", show_default=True, help="Queue from which packets are marked."
)
@click.option(
    "--kmax", type=asking.Quantity(SIZE), default="200kB", show_default=True, help="Queue above which all are."
)
@click.option(
    "--pmax", type=given.Number(most=1.0), default="0.01", show_default=True, help="Probability just below that."
)
@click.option(
    "--packet", "packet_B", type=asking.Quantity(SIZE), default="1kB", show_default=True, help="Of one packet."
)
@click.option(
    "--add", type=asking.Quantity(RATE), default="40Mb/s", show_default=True, help="R_AI: growth of a target."
)
@click.option("--gain", type=given.Number(most=0.999), default="0.00390625", show_default=True, help="g, of alpha.")
@terminal.format_option
def dcqcn(form: str, port: float, flows: int, **given_: Any) -> None:
    """Where N equal flows of DCQCN come to rest at one port (Zhu et al. 2015, 2016)."""
    from easterly.predict.control.dcqcn import rest

    settings = _settings(given_)
    made = rest(flows, port, settings)
    if form == "json":
        terminal.emit_json({
            "port_bps": number(port), "flows": flows, "rate_bps": number(made.rate_bps), "marked": number(made.marked),
            "estimate": number(made.estimate), "alpha": number(made.alpha), "target_bps": number(made.target_bps),
            "queue_B": number(made.queue_B), "held": made.held,
        })  # fmt: skip
        return
    answer.title(f"{answer.counted(flows, 'flow')} of DCQCN at {answer.rate(port)}")
    swings = "marks so much" if made.held else "Kmax: more marks are needed than Pmax, and the queue swings about it"
    answer.facts([
        ("rate", answer.rate(made.rate_bps), f"target {answer.rate(made.target_bps)}"),
        ("marked", f"{made.marked:.6g}", f"share of packets; {made.estimate:.6g} by the cube root for small shares"),
        ("alpha", f"{made.alpha:.6g}", "estimate of congestion"),
        ("queue", format_short(made.queue_B, SIZE), swings),
    ])  # fmt: skip


def _settings(each: dict[str, Any]) -> Any:
    from easterly.predict.control.dcqcn import Settings

    return Settings(packet_B=each["packet_B"], from_B=each["kmin"], to_B=each["kmax"], most=each["pmax"],
                    gain=each["gain"], add_bps=each["add"])  # fmt: skip
