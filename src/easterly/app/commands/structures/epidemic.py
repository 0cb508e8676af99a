"""``easterly calc robustness epidemic``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.calc import given as numbers
from easterly.app.commands.structures import options
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.model.robustness import Epidemic, Graph

ROWS = 10
LEAST = 0.05
Fact = tuple[str, float, str]


@click.command("epidemic", cls=asking.Calculator)
@options.graph
@click.option("--infect", type=numbers.Number(zero=True, most=1e9), required=True,
              help="Rate from an infected node to one neighbour.")  # fmt: skip
@click.option("--recover", type=numbers.Number(zero=True, most=1e9), default="1", show_default=True,
              help="Rate at which one recovers.")  # fmt: skip
@click.option("--sis", is_flag=True, help="Who has recovered can be infected again.")
@click.option("--start", type=asking.Count(1), default="1", show_default=True, help="Nodes infected at the beginning.")
@click.option("--runs", type=asking.Count(1, 100_000), default="100", show_default=True, help="Simulations.")
@click.option("--until", type=numbers.Number(), help="When to stop; the end of SIR, 100 recoveries of SIS if absent.")
@click.option("--points", type=asking.Count(1, 10_000), default="100", show_default=True, help="Times looked at.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page of it.")
@terminal.format_option
def command(form: str, seed: int, infect: float, recover: float, sis: bool, start: int, runs: int,
            until: float | None, points: int, report: Path | None, **given: Any) -> None:  # fmt: skip
    """Let something spread on a random graph, event by event, and tell its limits beside it.

    MODEL is one of those of `graph`. Rates are bare numbers in one unit of time, whichever it is. Limits of SIR hold
    where nothing but degrees is fixed, those of SIS from above.
    """
    from easterly.predict.robustness import simulate

    if report is not None:
        terminal.writable(report, form)
    graph = options.made(seed=seed, **given)
    found = simulate(graph, infect=infect, recover=recover, model="sis" if sis else "sir", start=start, runs=runs,
                     until=until, points=points, seed=seed)  # fmt: skip
    facts = (_endemic if sis else _outbreaks)(graph, found, infect, recover)
    if report is not None:
        _write(report, graph, found, facts, form)
    if form == "json":
        terminal.emit_json(options.asked(graph, seed) | _document(found, facts))
    else:
        _print(graph, found, facts)


def _outbreaks(graph: Graph, found: Epidemic, infect: float, recover: float) -> list[Fact]:
    from easterly.predict import robustness as theory

    large, degree = found.outbreaks(LEAST), graph.degree
    mean = float(large.mean()) if len(large) else float("nan")
    T = theory.transmissibility(infect, recover)
    chance = theory.outbreak_probability(degree, infect=infect, recover=recover)
    return [
        ("transmissibility", T, "probability to infect one neighbour"),
        ("epidemic_threshold", theory.epidemic_threshold(degree), "transmissibility from which outbreaks can be large"),
        ("outbreaks", len(large) / len(found), f"share of runs that infected {LEAST:.0%} or more"),
        ("outbreak_probability", chance, "the same from one node, in the limit of many"),
        ("size", mean, "share infected by those runs, in the mean"),
        ("final_size", theory.final_size(degree, infect=infect, recover=recover), "the same, in the limit of many"),
        ("most", float(found.most.max()), "largest share infected at one time"),
    ]


def _endemic(graph: Graph, found: Epidemic, infect: float, recover: float) -> list[Fact]:
    import numpy as np

    from easterly.predict import robustness as theory

    over = np.isfinite(found.end)
    field = float(theory.endemic(graph, infect=infect, recover=recover).mean()) if recover else float("nan")
    return [
        ("ratio", infect / recover if recover else float("inf"), "infection over recovery"),
        ("sis_threshold", theory.sis_threshold(graph), "up to which it surely dies out, 1 / lambda_max"),
        ("died_out", float(over.mean()), "share of runs that were over before they were stopped"),
        ("infected_at_end", float(found.infected[-1]), "share infected at the end, in the mean over all runs"),
        ("mean_field", field, "the same by the N-intertwined mean field: no less, if it lives"),
    ]


def _document(found: Epidemic, facts: list[Fact]) -> dict[str, Any]:
    from easterly.app.values import number
    from easterly.app.values import numbers as plain

    names = ("time", "infected", "infected_half", "ever", "ever_half", "final", "end")
    return {"method": found.method, "runs": len(found), **{name: number(value) for name, value, _ in facts},
            **{name: plain(getattr(found, name)) for name in names}}  # fmt: skip


def _said(facts: list[Fact]) -> list[tuple[str, str, str]]:
    return [(name.replace("_", " "), "none" if value != value else f"{value:.6g}", why) for name, value, why in facts]


def _print(graph: Graph, found: Epidemic, facts: list[Fact]) -> None:
    import numpy as np

    from easterly.app.calc import answer

    answer.title(
        f"{graph.model}: {counted(graph.nodes, 'node')}, {counted(len(graph), 'edge')}; "
        f"{found.method}, {counted(len(found), 'run')}"
    )
    answer.facts(_said(facts))
    rows = np.unique(np.round(np.linspace(0, len(found.time) - 1, ROWS + 1)).astype(int))
    answer.table(
        ("time", "infected", "95 %", "ever", "95 %"),
        [[f"{found.time[i]:.4g}", f"{found.infected[i]:.5f}", f"± {found.infected_half[i]:.2g}",
          f"{found.ever[i]:.5f}", f"± {found.ever_half[i]:.2g}"] for i in rows.tolist()],
    )  # fmt: skip


def _write(path: Path, graph: Graph, found: Epidemic, facts: list[Fact], form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report import robust

    with terminal.writing(path, form):
        write_text(path, robust.spread(f"{graph.model}, {found.method}", found, _said(facts)))
