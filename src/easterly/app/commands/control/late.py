"""``easterly calc control``: what answers late: Kelly's controls, roots of delays, TCP with queue management."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.commands.control import options
from easterly.app.values import number, numbers
from easterly.base.units import RATE, SIZE, TIME, format_short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from easterly.app.report.drawn import Figure
    from easterly.predict.control.aqm import Policy, Port
    from easterly.predict.control.kelly import Course
    from easterly.predict.control.loops import Margins

Floats = tuple[float, ...]
MOST_FLOWS = 200
WINDOWS, MOST_TRIPS = 6, 20_000
"""Round trips that a page follows: windows grow by a packet in each, and then have to come to rest."""


@click.command("kelly", cls=asking.Calculator)
@click.option("--routes", type=given.Table(), required=True, help="A row a link, a column a flow: '1,1,0;1,0,1'.")
@click.option("--capacity", type=given.Quantities(RATE), required=True, help="Of links: one for all, or one each.")
@click.option(
    "--rtt", type=given.Quantities(TIME), required=True, help="Round trips of flows: one for all, or one each."
)
@click.option(
    "--control",
    type=asking.Named(("primal", "dual")),
    default="primal",
    show_default=True,
    help="Rates that move by prices, or prices that move by loads.",
)
@click.option(
    "--gain",
    type=given.Number(),
    required=True,
    help="Per second: of rates as parts of the largest capacity, or of prices.",
)
@click.option("--alpha", type=given.Number(most=32), default="1", show_default=True, help="Kind of fairness.")
@click.option(
    "--weight", type=given.Numbers(), default="1", show_default=True, help="Of flows: one for all, or one each."
)
@click.option(
    "--steep",
    type=given.Number(most=1e4),
    default="20",
    show_default=True,
    help="B of the primal's prices (load / capacity)^B.",
)
@click.option("--until", type=asking.Quantity(TIME), default="60s", show_default=True, help="How long it is followed.")
@options.report
@terminal.format_option
def kelly(
    routes: tuple[Floats, ...],
    capacity: Floats,
    rtt: Floats,
    control: str,
    gain: float,
    alpha: float,
    weight: Floats,
    steep: float,
    until: float,
    report: Path | None,
    form: str,
) -> None:
    """Kelly's primal or dual control with its round trips: whether it comes to rest, and how far from the optimum."""
    from easterly.predict.control import kelly as controls

    if len({len(row) for row in routes}) > 1 or len(routes[0]) > MOST_FLOWS:
        raise ValueError(f"rows of --routes must be of one length, at most {MOST_FLOWS}")
    asked: dict[str, Any] = {"gain": gain, "weight": weight, "alpha": alpha, "until_s": until}
    made = (
        controls.primal(routes, capacity, rtt, steep=steep, **asked)
        if control == "primal"
        else controls.dual(routes, capacity, rtt, **asked)
    )
    factor = float(made.factor.max())
    rate = made.rate[-1] * made.optimum.unit_bps
    title = f"{control} control of {answer.counted(len(rate), 'flow')}"
    options.write(report, form, title, _kelly_facts(made, factor), lambda: _kelly_figures(made))
    if form == "json":
        terminal.emit_json(
            {
                "control": control,
                "optimum_bps": numbers(made.optimum.rate_bps),
                "gap": number(made.optimum.gap),
                "kkt": number(made.optimum.kkt),
                "rest_bps": numbers(made.rest * made.optimum.unit_bps),
                "last_bps": numbers(rate),
                "apart": number(made.apart),
                "swing": number(made.swing),
                "factor": numbers(made.factor),
                "sure": made.sure,
            }
        )
        return
    answer.title(f"{control} control, {answer.counted(len(rate), 'flow')}, {format_short(until, TIME)}")
    answer.facts(_kelly_facts(made, factor))
    answer.table(
        ("flow", "optimum", "rests at", "last", "gain x delay"),
        [
            (str(f + 1), answer.rate(best), answer.rate(rest * made.optimum.unit_bps), answer.rate(last), f"{each:.4f}")
            for f, (best, rest, last, each) in enumerate(
                zip(made.optimum.rate_bps, made.rest, rate, made.factor, strict=True)
            )
        ],
    )


def _kelly_facts(made: Course, factor: float) -> list[tuple[str, str, str]]:
    verge = "below pi / 2 for every flow: it comes to rest" if made.sure else "not below pi / 2: rest is not assured"
    return [
        ("gain x delay", f"{factor:.6f}", verge),
        ("apart", f"{made.apart:.2e}", "largest relative distance of the last rates from the optimum"),
        ("swing", f"{made.swing:.2e}", "largest relative swing of a rate in the last quarter"),
        ("optimum", f"{made.optimum.gap:.1e}", f"its duality gap; KKT {made.optimum.kkt:.1e}"),
    ]


def _kelly_figures(made: Course) -> Sequence[Figure]:
    from easterly.app.report.control import course, phase

    unit = made.optimum.unit_bps
    lines = [(f"flow {f + 1}", made.rate[:, f] * unit) for f in range(made.rate.shape[1])]
    rules = [(f"best {f + 1}", float(best)) for f, best in enumerate(made.optimum.rate_bps[:2])]
    note = "Rates of the first flows; dashed, the optimum of the first two."
    drawn = [course("Rates over time", note, made.time_s, lines, "rate", RATE, rules)]
    if len(lines) > 1:
        drawn.append(
            phase(
                "One rate over another",
                "A control that rests ends in a point, one that swings in a ring.",
                [("course", lines[0][1], lines[1][1])],
                "rate of flow 1",
                "rate of flow 2",
                (RATE, RATE),
            )
        )
    return drawn


@click.command("delay", cls=asking.Calculator)
@click.option("--gain", type=given.Number(), required=True, help="K of x' = -K x(t - tau), per second.")
@click.option("--delay", "delay_s", type=asking.Quantity(TIME), required=True, help="tau.")
@click.option("--count", type=asking.Count(1, 100), default=4, show_default=True, help="Roots.")
@terminal.format_option
def delay(gain: float, delay_s: float, count: int, form: str) -> None:
    """Roots of s + K e^(-s tau) = 0 by Lambert's W: 1/e is where x' = -K x(t - tau) begins to swing, pi / 2 its end."""
    from easterly.predict.control.loops import delay_roots, kind_of

    roots, product = delay_roots(gain, delay_s, count), gain * delay_s
    if form == "json":
        terminal.emit_json(
            {
                "gain": number(gain),
                "delay_s": number(delay_s),
                "product": number(product),
                "kind": kind_of(product),
                "longest_s": number(math.pi / 2 / gain),
                "calm_s": number(1 / math.e / gain),
                "roots": [{"re": number(s.real), "im": number(s.imag)} for s in roots],
            }
        )
        return
    answer.title(f"x' = -{gain:g} x(t - {format_short(delay_s, TIME)}): {kind_of(product)}")
    answer.facts(
        [
            ("K tau", f"{product:.6g}", "swings from 1/e = 0.367879 on, up from pi/2 = 1.570796 on"),
            (
                "longest",
                format_short(math.pi / 2 / gain, TIME),
                f"delay that it stands; without swings {format_short(1 / math.e / gain, TIME)}",
            ),
        ]
    )
    answer.table(
        ("root", "1/s", "rad/s"), [(str(i + 1), f"{s.real:.6g}", f"{s.imag:.6g}") for i, s in enumerate(roots)]
    )


@click.command("aqm", cls=asking.Calculator)
@click.option("--port", type=asking.Quantity(RATE), required=True, help="Rate of the port.")
@click.option("--flows", type=asking.Count(1, 10**6), required=True, help="Equal flows of TCP Reno.")
@click.option("--rtt", type=asking.Quantity(TIME), required=True, help="Round trip without a queue.")
@click.option(
    "--packet", "packet_B", type=asking.Quantity(SIZE), default="1500B", show_default=True, help="Of one packet."
)
@click.option("--target", type=asking.Quantity(SIZE), help="Queue that a PI controller holds.")
@click.option(
    "--beta",
    type=given.Number(most=3.0),
    default="0.5",
    show_default=True,
    help="Of its design: crossover x round trip.",
)
@click.option("--min", "min_B", type=asking.Quantity(SIZE), help="RED instead: smoothed queue from which it marks,")
@click.option("--max", "max_B", type=asking.Quantity(SIZE), help="and with --pmax up to which.")
@click.option("--pmax", type=given.Number(most=1.0), default="0.1", show_default=True, help="Of RED.")
@click.option("--smooth", type=given.Number(most=0.999), default="0.002", show_default=True, help="Weight of RED.")
@click.option(
    "--until", type=asking.Quantity(TIME), help="How long the page follows it; long enough to fill the port if absent."
)
@options.report
@terminal.format_option
def aqm(
    port: float,
    flows: int,
    rtt: float,
    packet_B: float,
    target: float | None,
    beta: float,
    min_B: float | None,
    max_B: float | None,
    pmax: float,
    smooth: float,
    until: float | None,
    report: Path | None,
    form: str,
) -> None:
    """TCP Reno at a port with RED or a PI controller (Hollot et al. 2001): rest, margins, and the fluid as a page."""
    from easterly.predict.control.aqm import Pi, Port, Red, port_margins

    at = Port(float(flows), port / 8 / packet_B, rtt)
    if (target is None) == (min_B is None or max_B is None):
        raise click.UsageError("give --target, for a PI controller, or --min and --max, for RED")
    policy: Policy
    if target is not None:
        policy = Pi.designed(at, target / packet_B, beta)
    else:
        low, high = float(min_B or 0), float(max_B or 0)
        if low >= high:
            raise ValueError(f"--min {format_short(low, SIZE)} must be below --max {format_short(high, SIZE)}")
        policy = Red(pmax / ((high - low) / packet_B), low / packet_B, smooth)
    made = port_margins(at, policy)
    queue = policy.rest(at) if isinstance(policy, Red) else policy.target
    facts = _aqm_facts(at, queue, packet_B, made)
    title = f"{answer.counted(flows, 'flow')} of TCP Reno at {answer.rate(port)} with {type(policy).__name__.upper()}"
    round_trip, window, _ = at.at(queue)
    follow = max(200.0, min(WINDOWS * window, MOST_TRIPS)) * round_trip if until is None else until
    options.write(report, form, title, facts, lambda: _aqm_figures(at, policy, queue, packet_B, follow))
    if form == "json":
        round_trip, window, marks = at.at(queue)
        terminal.emit_json(
            {
                "policy": type(policy).__name__.lower(),
                "queue_B": number(queue * packet_B),
                "rtt_s": number(round_trip),
                "window": number(window),
                "marked": number(marks),
                "stable": made.stable,
                "gain_margin": number(made.gain),
                "phase_margin_rad": number(made.phase_rad),
                "delay_margin_s": number(made.delay_s),
                "crossover_rad_per_s": number(made.crossover_rad_per_s),
                "root": {"re": number(made.root.real), "im": number(made.root.imag)},
            }
        )
        return
    answer.title(title)
    answer.facts(facts)


def _aqm_facts(at: Port, queue: float, packet_B: float, made: Margins) -> list[tuple[str, str, str]]:
    round_trip, window, marks = at.at(queue)
    return [
        ("queue", format_short(queue * packet_B, SIZE), f"at rest; round trip {format_short(round_trip, TIME)}"),
        ("window", f"{window:.6g}", f"packets, with {marks:.4g} of them marked"),
        (
            "stable",
            "yes" if made.stable else "no",
            f"rightmost root {made.root.real:.4g} 1/s, {made.root.imag:.4g} rad/s",
        ),
        ("gain margin", "any" if math.isinf(made.gain) else f"{made.gain:.4g}", "factor of the gain that it stands"),
        (
            "phase margin",
            _degrees(made.phase_rad),
            "" if math.isnan(made.crossover_rad_per_s) else f"at {made.crossover_rad_per_s:.4g} rad/s",
        ),
        (
            "delay margin",
            "any" if math.isinf(made.delay_s) else format_short(made.delay_s, TIME) if made.stable else "none",
            "further delay that it stands",
        ),
    ]


def _degrees(radians: float) -> str:
    return "any" if math.isinf(radians) else f"{math.degrees(radians):.2f} degrees"


def _aqm_figures(at: Port, policy: Policy, queue: float, packet_B: float, until: float) -> Sequence[Figure]:
    from easterly.app.report.control import course, phase
    from easterly.predict.control.aqm import fluid

    time, states = fluid(at, policy, until)
    size = states[:, 1] * packet_B
    _, window, _ = at.at(queue)
    return [
        course(
            "Queue over time",
            "From one packet a flow and an empty queue; dashed, the point of rest.",
            time,
            [("queue", size)],
            "queue",
            SIZE,
            [("rest", queue * packet_B)],
        ),
        course(
            "Window over time",
            "Mean window of a flow; dashed, the point of rest.",
            time,
            [("window", states[:, 0])],
            "window in packets",
            None,
            [("rest", window)],
        ),
        phase(
            "Queue over window",
            "A loop that is stable ends in a point; one that is not goes round.",
            [("course", states[:, 0], size)],
            "window in packets",
            "queue",
            (None, SIZE),
        ),
    ]
