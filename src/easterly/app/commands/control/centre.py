"""``easterly calc control``: DCTCP and DCQCN at one port of a data centre."""

from __future__ import annotations

import math
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

    from easterly.app.report.drawn import Fact, Figure
    from easterly.predict.control.dcqcn import Rest, Settings
    from easterly.predict.control.dctcp import Sawtooth
    from easterly.predict.control.loops import Margins

CYCLES = 12
"""Of the sawtooth, on a page."""


@click.command("dctcp", cls=asking.Calculator)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Round trip without a queue.")
@click.option("--flows", type=asking.Count(1, 10**9), default=2, show_default=True, help="Flows in step.")
@click.option("--mark", "mark_B", type=asking.Quantity(SIZE), help="Threshold K; C R / 7 if absent.")
@click.option(
    "--packet", "packet_B", type=asking.Quantity(SIZE), default="1500B", show_default=True, help="Of one packet."
)
@options.report
@terminal.format_option
def dctcp(
    port: float, rtt: float, flows: int, mark_B: float | None, packet_B: float, report: Path | None, form: str
) -> None:
    """Sawtooth and queue of DCTCP at one port (Alizadeh et al. 2010), and thresholds that keep it busy."""
    from easterly.predict.control.dctcp import certain_threshold, least_threshold, sawtooth

    per_s = port / 8 / packet_B
    enough_B, certain_B = (rule(per_s, rtt) * packet_B for rule in (least_threshold, certain_threshold))
    mark = enough_B if mark_B is None else mark_B
    made = sawtooth(flows, per_s, rtt, mark / packet_B)
    title = f"{answer.counted(flows, 'flow')} of DCTCP at {answer.rate(port)}, {format_short(rtt, TIME)} round trip"
    facts = _dctcp_facts(made, mark, enough_B, certain_B, packet_B)
    options.write(report, form, title, facts, lambda: _dctcp_figures(made, flows, per_s, rtt, mark, packet_B))
    if form == "json":
        terminal.emit_json(
            {
                "port_bps": number(port),
                "rtt_s": number(rtt),
                "flows": flows,
                "mark_B": number(mark),
                "least_mark_B": number(enough_B),
                "certain_mark_B": number(certain_B),
                "window": number(made.window),
                "alpha": number(made.alpha),
                "amplitude_B": number(made.amplitude * packet_B),
                "period_s": number(made.period_s),
                "most_B": number(made.most * packet_B),
                "least_B": number(made.least * packet_B),
                "busy": made.least >= 0,
            }
        )
        return
    answer.title(title)
    answer.facts(facts)


def _dctcp_facts(made: Sawtooth, mark_B: float, enough_B: float, certain_B: float, packet_B: float) -> Sequence[Fact]:
    idle = "" if made.least >= 0 else "below 0: the port idles in each cycle"
    return [
        ("mark", format_short(mark_B, SIZE), "threshold K"),
        (
            "enough",
            format_short(enough_B, SIZE),
            f"C R / 7, for many packets a flow; for any number {format_short(certain_B, SIZE)}",
        ),
        ("window", f"{made.window:.6g}", "packets of a flow when marks begin"),
        ("alpha", f"{made.alpha:.6g}", "estimate at rest, and share of marked packets"),
        ("queue", f"{_signed(made.least * packet_B)} to {format_short(made.most * packet_B, SIZE)}", idle),
        ("period", format_short(made.period_s, TIME), "of one cycle"),
    ]


def _signed(size_B: float) -> str:
    return format_short(size_B, SIZE) if size_B > 0 else "0" if size_B == 0 else f"-{format_short(-size_B, SIZE)}"


def _dctcp_figures(
    made: Sawtooth, flows: int, per_s: float, rtt: float, mark_B: float, packet_B: float
) -> Sequence[Figure]:
    from easterly.app.report.control import course, phase
    from easterly.predict.control.dctcp import fluid

    run = fluid(flows, per_s, rtt, mark_B / packet_B, CYCLES * max(made.period_s, 4 * rtt))
    queue = run.queue * packet_B
    rules = [("K", mark_B), ("highest", made.most * packet_B), ("lowest", max(made.least, 0.0) * packet_B)]
    return [
        course(
            "Queue over time",
            "The fluid of Alizadeh, Javanmard and Prabhakar (2011); dashed, the sawtooth of flows in step.",
            run.time_s,
            [("queue", queue)],
            "queue",
            SIZE,
            rules,
        ),
        phase(
            "Queue over window",
            "Marks are all or nothing, so that it goes round for ever.",
            [("course", run.window, queue)],
            "window of a flow in packets",
            "queue",
            (None, SIZE),
        ),
    ]


@click.command("dcqcn", cls=asking.Calculator)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port.")
@click.option("--flows", type=asking.Count(1, 10**6), default=10, show_default=True, help="Equal flows.")
@click.option(
    "--delay", "delay_s", type=asking.Quantity(TIME), default="4us", show_default=True, help="Of the answer to a mark."
)
@click.option(
    "--kmin",
    type=asking.Quantity(SIZE, zero=True),
    default="5kB",
    show_default=True,
    help="Queue from which packets are marked.",
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
@click.option(
    "--until", type=asking.Quantity(TIME), default="50ms", show_default=True, help="How long the page follows it."
)
@options.report
@terminal.format_option
def dcqcn(form: str, port: float, flows: int, delay_s: float, until: float, report: Path | None, **each: Any) -> None:
    """Where N equal flows of DCQCN come to rest at one port, and with how much delay (Zhu et al. 2015, 2016)."""
    from easterly.predict.control.dcqcn import Settings, rest
    from easterly.predict.control.dcqcn_fluid import longest_delay, stability

    if each["kmin"] >= each["kmax"]:
        low, high = (format_short(each[key], SIZE) for key in ("kmin", "kmax"))
        raise ValueError(f"--kmin {low} must be below --kmax {high}")
    settings = Settings(
        packet_B=each["packet_B"],
        from_B=each["kmin"],
        to_B=each["kmax"],
        most=each["pmax"],
        gain=each["gain"],
        add_bps=each["add"],
    )
    made = rest(flows, port, settings)
    loop = stability(flows, port, delay_s, settings) if made.held else None
    verge = longest_delay(flows, port, settings) if made.held else None
    facts = _dcqcn_facts(made, loop, verge)
    title = (
        f"{answer.counted(flows, 'flow')} of DCQCN at {answer.rate(port)}, answers after {format_short(delay_s, TIME)}"
    )
    options.write(report, form, title, facts, lambda: _dcqcn_figures(made, flows, port, delay_s, until, settings))
    if form == "json":
        terminal.emit_json(
            {
                "port_bps": number(port),
                "flows": flows,
                "delay_s": number(delay_s),
                "rate_bps": number(made.rate_bps),
                "marked": number(made.marked),
                "estimate": number(made.estimate),
                "alpha": number(made.alpha),
                "target_bps": number(made.target_bps),
                "queue_B": number(made.queue_B),
                "held": made.held,
                "stable": None if loop is None else loop.stable,
                "phase_margin_rad": None if loop is None else number(loop.phase_rad),
                "root": None if loop is None else {"re": number(loop.root.real), "im": number(loop.root.imag)},
                "longest_delay_s": None if verge is None else number(verge),
            }
        )
        return
    answer.title(title)
    answer.facts(facts)


def _dcqcn_facts(made: Rest, loop: Margins | None, verge: float | None) -> list[Fact]:
    swings = "marks so much" if made.held else "Kmax: more marks are needed than Pmax, and the queue swings about it"
    facts = [
        ("rate", answer.rate(made.rate_bps), f"target {answer.rate(made.target_bps)}"),
        ("marked", f"{made.marked:.6g}", f"share of packets; {made.estimate:.6g} by the cube root for small shares"),
        ("alpha", f"{made.alpha:.6g}", "estimate of congestion"),
        ("queue", format_short(made.queue_B, SIZE), swings),
    ]
    if loop is not None and verge is not None:
        margin = "any" if math.isinf(loop.phase_rad) else f"{math.degrees(loop.phase_rad):.2f} degrees"
        facts.append(
            (
                "stable",
                "yes" if loop.stable else "no",
                f"phase margin {margin}; root {loop.root.real:.4g} 1/s, {loop.root.imag:.4g} rad/s",
            )
        )
        facts.append(
            ("longest", format_short(verge, TIME) if verge > 0 else "none", "delay at which it still comes to rest")
        )
    return facts


def _dcqcn_figures(
    made: Rest, flows: int, port: float, delay_s: float, until: float, settings: Settings
) -> Sequence[Figure]:
    from easterly.app.report.control import course, phase
    from easterly.predict.control.dcqcn_fluid import fluid

    one, others = max(flows // 2, 1), max(flows - flows // 2, 1)
    share = port / (one + others)
    run = fluid([one, others], port, delay_s, until, settings, first_bps=[1.8 * share, 0.2 * share])
    fast, slow = run.rate_bps.T
    return [
        course(
            "Rates over time",
            "Half of the flows begin with nine times the rate of the others.",
            run.time_s,
            [("fast", fast), ("slow", slow)],
            "rate of a flow",
            RATE,
            [("fair", made.rate_bps)],
        ),
        course(
            "Queue over time",
            "Dashed, the queue that marks as much as it needs.",
            run.time_s,
            [("queue", run.queue_B)],
            "queue",
            SIZE,
            [("rest", made.queue_B)],
        ),
        phase(
            "One rate over the other",
            "It ends in a point if it comes to rest.",
            [("course", fast, slow)],
            "rate of a fast flow",
            "rate of a slow flow",
            (RATE, RATE),
        ),
    ]
