"""``easterly calc robustness graph``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.commands.structures import options
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.model.robustness import Graph

MEANING = {
    "mean_degree": "edges of a node",
    "most": "edges of the busiest node",
    "branching": "further edges at the end of a random edge, <k (k - 1)> / <k>",
    "largest": "share of nodes in the largest component",
    "random_removal": "share that may go at random before it falls apart, by its degrees alone",
    "targeted_removal": "share that must go, the busiest first, by its degrees alone",
    "epidemic_threshold": "probability per edge above which SIR can become large",
    "sis_threshold": "infection over recovery up to which SIS surely dies out, 1 / lambda_max",
}


@click.command("graph", cls=asking.Calculator)
@options.graph
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write its edges, one a line, both ends with a space between.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page of it.")
@terminal.format_option
def command(form: str, seed: int, out: Path | None, report: Path | None, **given: Any) -> None:
    """Make a random graph of MODEL, and tell its degrees and thresholds.

    MODEL is gnp, gnm, barabasi-albert, power-law, regular, geometric (on a torus) or lattice (square, on a torus).
    Thresholds by degrees hold where nothing else is fixed: not for geometric and lattice.
    """
    from easterly.app.calc import answer
    from easterly.app.values import number

    if report is not None:
        terminal.writable(report, form)
    graph = options.made(seed=seed, **given)
    found = _figures(graph)
    if report is not None:
        _draw(report, graph, found, form)
    if out is not None:
        _write(out, graph, form)
    if form == "json":
        degrees = {"degrees": _histogram(graph)}
        terminal.emit_json(
            options.asked(graph, seed) | {name: number(value) for name, value in found.items()} | degrees
        )
        return
    answer.title(f"{graph.model}: {counted(graph.nodes, 'node')}, {counted(len(graph), 'edge')}")
    answer.facts(_facts(found))


def _facts(found: dict[str, float]) -> list[tuple[str, str, str]]:
    return [(name, "none" if value != value else f"{value:.6g}", MEANING[name]) for name, value in found.items()]


def _draw(path: Path, graph: Graph, found: dict[str, float], form: str) -> None:
    from easterly.app.report import robust

    title = f"{graph.model}: {counted(graph.nodes, 'node')}, {counted(len(graph), 'edge')}"
    facts = [(name.replace("_", " "), value, why) for name, value, why in _facts(found)]
    with terminal.writing(path, form):
        path.write_text(robust.graph(title, graph.degree, found, facts), encoding="utf-8")


def _figures(graph: Graph) -> dict[str, float]:
    from easterly.predict import robustness

    degree = graph.degree
    whole = robustness.percolate(graph, runs=1, points=1)
    return {
        "mean_degree": graph.mean_degree, "most": float(degree.max()), "branching": robustness.branching(degree),
        "largest": float(whole.largest[0]), "random_removal": robustness.random_removal(degree),
        "targeted_removal": robustness.targeted_removal(degree),
        "epidemic_threshold": robustness.epidemic_threshold(degree), "sis_threshold": robustness.sis_threshold(graph),
    }  # fmt: skip


def _histogram(graph: Graph) -> list[dict[str, int]]:
    import numpy as np

    degrees, counts = np.unique(graph.degree, return_counts=True)
    return [{"degree": k, "nodes": n} for k, n in zip(degrees.tolist(), counts.tolist(), strict=True)]


def _write(path: Path, graph: Graph, form: str) -> None:
    lines = (f"{a} {b}\n" for a, b in zip(graph.a.tolist(), graph.b.tolist(), strict=True))
    with terminal.writing(path, form):
        path.write_text("".join(lines), encoding="ascii")
