"""``easterly calc control``: fair rates, the maps of AIMD, and what selfishness costs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import answer, asking, given
from easterly.app.commands.control import options
from easterly.app.values import number, numbers
from easterly.base.units import RATE, TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from easterly.app.report.drawn import Fact, Figure
    from easterly.predict.control.aimd import Shares

Floats = tuple[float, ...]
MOST_CELLS = 4_000_000
MOST_LINES = 40


class Alpha(given.Number):
    """A kind of fairness, by number or by name."""

    NAMES = {"proportional": 1.0, "delay": 2.0, "max-min": float("inf")}

    def __init__(self) -> None:
        super().__init__(infinite=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        return self.NAMES.get(str(value)) or super().convert(value, param, ctx)


@click.command("fair", cls=asking.Calculator)
@click.option("--routes", type=given.Table(), required=True,
              help="A row a link, a column a flow: part of the flow that crosses it, '1,1,0;1,0,1'.")  # fmt: skip
@click.option("--capacity", type=given.Quantities(RATE), required=True, help="Of links: one for all, or one each.")
@click.option("--alpha", type=Alpha(), default="1", show_default=True,
              help="0.05 to 32, proportional (1), delay (2), max-min (inf).")  # fmt: skip
@click.option(
    "--weight", type=given.Numbers(), default="1", show_default=True, help="Of flows: one for all, or one each."
)
@terminal.format_option
def fair(routes: tuple[Floats, ...], capacity: Floats, alpha: float, weight: Floats, form: str) -> None:
    """Rates of largest alpha-fair utility, with the prices of links that prove it."""
    from easterly.predict.control.fair import alpha_fair

    if len({len(row) for row in routes}) > 1:
        raise ValueError("rows of --routes differ in length: give every link a number for every flow")
    if len(routes) * len(routes[0]) > MOST_CELLS:
        raise ValueError(f"--routes has more than {MOST_CELLS:,} numbers")
    made = alpha_fair(routes, capacity, alpha, weight=weight)
    if form == "json":
        terminal.emit_json({
            "alpha": number(alpha), "rate_bps": numbers(made.rate_bps), "price": numbers(made.price),
            "unit_bps": number(made.unit_bps), "load": numbers(made.load), "utility": number(made.utility),
            "gap": number(made.gap), "kkt": number(made.kkt), "steps": made.steps,
        })  # fmt: skip
        return
    answer.title(
        f"{answer.counted(len(made.rate_bps), 'flow')} over {answer.counted(len(made.load), 'link')}, alpha {alpha:g}"
    )
    answer.facts([
        ("total", answer.rate(float(made.rate_bps.sum())), f"least {answer.rate(float(made.rate_bps.min()))}"),
        ("gap", f"{made.gap:.1e}", "by which all rates had to grow to gain what could be gained"),
        ("KKT", f"{made.kkt:.1e}", "largest relative violation of a condition of optimality"),
    ])  # fmt: skip
    answer.table(("flow", "rate"), [(str(f + 1), answer.rate(x)) for f, x in enumerate(made.rate_bps[:MOST_LINES])])
    answer.table(("link", "load", "price"), [
        (str(i + 1), f"{made.load[i]:.4f}", f"{made.price[i]:.6g}") for i in range(min(len(made.load), MOST_LINES))
    ])  # fmt: skip
    if max(len(made.rate_bps), len(made.load)) > MOST_LINES:
        click.echo("  more of both with --format json")


@click.command("aimd", cls=asking.Calculator)
@click.option("--rtt", type=given.Quantities(TIME), help="Round trips of the flows: growth is one over their squares.")
@click.option("--increase", type=given.Numbers(), help="Growth of each flow's rate, in one unit, instead of --rtt.")
@click.option("--decrease", type=given.Numbers(zero=True), default="0.5", show_default=True,
              help="Part that a flow keeps at congestion: one for all, or one each.")  # fmt: skip
@click.option(
    "--hit", type=given.Numbers(), help="Probability that a flow backs off at a congestion; all do if absent."
)
@click.option("--first", type=given.Numbers(zero=True), help="Rates to begin with, for the way from there.")
@click.option("--congestions", type=asking.Count(1, 10_000), default=10, show_default=True, help="Of that way.")
@options.report
@terminal.format_option
def aimd(
    rtt: Floats | None, increase: Floats | None, decrease: Floats, hit: Floats | None, first: Floats | None,
    congestions: int, report: Path | None, form: str,
) -> None:  # fmt: skip
    """Shares of flows that grow by addition and back off by a factor, by the map of Chiu and Jain (1989)."""
    from easterly.predict.control import aimd as maps

    if (rtt is None) == (increase is None):
        raise click.UsageError("give --rtt, round trips of the flows, or --increase, the growth of their rates")
    grow = increase if increase is not None else tuple(1 / each**2 for each in rtt or ())
    made = maps.synchronised(grow, decrease) if hit is None else maps.unequal(grow, decrease, hit)
    path = maps.synchronised_path(first, grow, decrease, congestions) if first is not None else None
    if report is not None and (path is None or path.shape[1] != 2):
        raise click.UsageError("--report draws two flows and their way: give --first, and two of everything")
    facts = _aimd_facts(made)
    options.write(report, form, "AIMD of two flows", facts, lambda: _aimd_figures(path, grow))
    if form == "json":
        terminal.emit_json({
            "increase": numbers(grow), "share": numbers(made.share), "mean": numbers(made.mean),
            "jain": number(made.jain), "factor": number(made.factor), "used": number(made.used),
            "assumes": made.assumes, "path": None if path is None else [numbers(row) for row in path],
        })  # fmt: skip
        return
    answer.title(f"{answer.counted(len(grow), 'flow')}: {made.assumes}")
    answer.facts(facts)
    shares = enumerate(zip(made.share, made.mean, strict=True), 1)
    answer.table(("flow", "at congestion", "over time"), [(str(i), f"{x:.6f}", f"{y:.6f}") for i, (x, y) in shares])
    if path is not None:
        heads = ("congestion", *(f"flow {i + 1}" for i in range(path.shape[1])), "Jain")
        rows = [(str(k), *(f"{x:.4f}" for x in row), f"{maps.jain(row):.4f}") for k, row in enumerate(path)]
        answer.table(heads, rows)


def _aimd_facts(made: Shares) -> list[Fact]:
    return [
        ("Jain", f"{made.jain:.6f}", "1 is equal"),
        ("factor", f"{made.factor:.6f}", "by which what is not at rest shrinks per congestion"),
        ("used", f"{made.used:.6f}", "part of the capacity over time, without a buffer"),
    ]


def _aimd_figures(path: Any, grow: Floats) -> Sequence[Figure]:
    """One flow over the other, with the other linear controls from the same start, and fairness by congestion."""
    import numpy as np

    from easterly.app.report.control import phase
    from easterly.predict.control import aimd as maps

    start = path[0] * 0.6
    plane = []
    for name in ("aimd", "aiad", "mimd"):
        run = maps.binary_path(start, maps.CONTROLS[name], 600)
        plane.append((name.upper(), run[:, 0], run[:, 1]))
    ends = np.linspace(0, 1, 2)
    lines = [*plane, ("equal", ends, ends), ("capacity", ends, 1 - ends)]
    rounds = np.arange(len(path), dtype=float)
    index = np.array([maps.jain(row) for row in path])
    return [
        phase("One rate over the other", "Equal flows that hear one bit: only additive increase with multiplicative "
              "decrease ends where they are equal (Chiu and Jain 1989).", lines,
              "flow 1, part of the capacity", "flow 2, part of the capacity"),
        phase("Rates at congestion", f"The first flow grows {grow[0] / grow[1]:.4g} times as fast as the second.",
              [("flow 1", rounds, path[:, 0]), ("flow 2", rounds, path[:, 1]), ("Jain", rounds, index)], "congestion",
              "part of the capacity, and Jain's index"),
    ]  # fmt: skip


class Roads(given.FloatsType):
    """Links with the polynomials of their delays: ``s-t:1;s-t:0,1``."""

    name = "from-to:c0,c1,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text."""
        if not isinstance(value, str):
            return value
        each = given.Numbers(zero=True)
        made = []
        for part in value.strip(";").split(";"):
            ends, colon, tail = part.partition(":")
            start, dash, end = (word.strip() for word in ends.partition("-"))
            if not (colon and dash and start and end):
                raise asking.Misread(f"{part.strip()!r} is not FROM-TO:NUMBERS", "E203", "write it like s-t:0,1", param)
            made.append((start, end, each.convert(tail, param, ctx)))
        return tuple(made)


@click.command("anarchy", cls=asking.Calculator)
@click.option("--links", type=Roads(), required=True,
              help="Delay of each link as a polynomial of its load: 's-t:1;s-t:0,1' is 1, and x.")  # fmt: skip
@click.option("--demands", type=Roads(), required=True, help="Amounts: 's-t:1'.")
@terminal.format_option
def anarchy(links: Any, demands: Any, form: str) -> None:
    """Selfish and best routing, and how much worse the one is: at most 4/3 where delays grow in a straight line."""
    from easterly.predict.control.anarchy import routing

    for start, end, amount in demands:
        if len(amount) != 1 or not amount[0] > 0:
            raise ValueError(f"demand {start}-{end}: give one amount above 0")
    made = routing(links, [(start, end, amount[0]) for start, end, amount in demands])
    if form == "json":
        terminal.emit_json({
            "selfish": numbers(made.selfish), "best": numbers(made.best), "selfish_cost": number(made.selfish_cost),
            "best_cost": number(made.best_cost), "price": number(made.price), "bound": number(made.bound),
            "gap": number(made.gap),
        })  # fmt: skip
        return
    answer.title(f"{answer.counted(len(links), 'link')}, {answer.counted(len(demands), 'demand')}")
    answer.facts([
        ("price", f"{made.price:.6f}", f"of anarchy; {made.bound:.6f} at most with delays of this degree"),
        ("selfish", f"{made.selfish_cost:.6g}", "total delay where nobody gains by another path"),
        ("best", f"{made.best_cost:.6g}", "least total delay"),
        ("gap", f"{made.gap:.1e}", "how far paths in use are from the shortest"),
    ])  # fmt: skip
    rows = zip(links, made.selfish, made.best, strict=True)
    answer.table(("link", "selfish", "best"), [(f"{a}-{b}", f"{x:.6g}", f"{y:.6g}") for (a, b, _), x, y in rows])
