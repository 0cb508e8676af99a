"""``easterly calc robustness percolation``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.app.commands.structures import options
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.model.robustness import Graph, Percolation

ORDERS = ("random", "degree", "degree-again", "betweenness", "betweenness-again")
ROWS = 10


@click.command("percolation", cls=asking.Calculator)
@options.graph
@click.option("--of", type=asking.Named(("nodes", "edges")), default="nodes", show_default=True, help="What goes.")
@click.option("--order", type=asking.Named(ORDERS), default="random", show_default=True,
              help="Which goes first; -again: of what is left after each.")  # fmt: skip
@click.option("--runs", type=asking.Count(1, 10_000), default="20", show_default=True, help="Orders that are drawn.")
@click.option("--points", type=asking.Count(1, 10_000), default="100", show_default=True, help="Shares looked at.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page of it.")
@terminal.format_option
def command(
    form: str, seed: int, of: Any, order: Any, runs: int, points: int, report: Path | None, **given: Any
) -> None:
    """Take nodes or edges from a random graph one by one: the largest component that is left, over runs.

    MODEL is one of those of `graph`. The threshold by formula is beside the peak of the susceptibility, which is near
    it in a finite graph, but where few nodes have very many edges.
    """
    from easterly.predict.robustness import percolate

    if report is not None:
        terminal.writable(report, form)
    graph = options.made(seed=seed, **given)
    found = percolate(graph, of=of, order=order, runs=runs, points=points, seed=seed)
    known = _known(graph, of, order)
    if report is not None:
        _write(report, graph, found, known, form)
    if form == "json":
        terminal.emit_json(options.asked(graph, seed) | _document(found, known))
    else:
        _print(graph, found, known)


def _known(graph: Graph, of: str, order: str) -> tuple[float | None, str]:
    """Share that may go by formula, and why; nothing where none is known."""
    from easterly.predict.robustness import random_removal, targeted_removal, thresholds

    if graph.model == "square lattice":
        left = thresholds.SITE if of == "nodes" else thresholds.BOND
        return (1 - left, "of the infinite lattice") if order == "random" else (None, "")
    if graph.model == "random geometric":
        share = 1 - thresholds.GEOMETRIC_DEGREE / graph.mean_degree if graph.mean_degree else 0.0
        why = f"where points of the plane have {thresholds.GEOMETRIC_DEGREE:.4f} neighbours"
        return (max(share, 0.0), why) if (of, order) == ("nodes", "random") else (None, "")
    if order == "random":
        return random_removal(graph.degree), "by its degrees (Cohen et al. 2000)"
    if (of, order) == ("nodes", "degree"):
        return targeted_removal(graph.degree), "by its degrees (Cohen et al. 2001)"
    return None, ""


def _document(found: Percolation, known: tuple[float | None, str]) -> dict[str, Any]:
    from easterly.app.values import number, numbers

    names = ("removed", "largest", "largest_half", "second", "susceptibility")
    return {
        "of": found.of, "order": found.order, "runs": found.runs, "robustness": number(found.robustness),
        "robustness_half": number(found.robustness_half), "peak": number(found.peak),
        "threshold": None if known[0] is None else number(known[0]),
        **{name: numbers(getattr(found, name)) for name in names},
    }  # fmt: skip


def _facts(found: Percolation, known: tuple[float | None, str]) -> list[tuple[str, str, str]]:
    rows = [
        ("R", f"{found.robustness:.5f}", f"mean of the largest component, ± {found.robustness_half:.2g} over runs"),
        ("peak", f"{found.peak:.4g}", "gone where the other components are largest"),
    ]
    return rows + ([] if known[0] is None else [("threshold", f"{known[0]:.6g}", f"gone, {known[1]}")])


def _print(graph: Graph, found: Percolation, known: tuple[float | None, str]) -> None:
    import numpy as np

    from easterly.app.calc import answer

    answer.title(
        f"{graph.model}: {counted(graph.nodes, 'node')}, {counted(len(graph), 'edge')}; {found.of} go, {found.order}"
    )
    answer.facts(_facts(found, known))
    rows = np.unique(np.round(np.linspace(0, len(found.removed) - 1, ROWS + 1)).astype(int))
    answer.table(
        ("gone", "largest", "95 %", "second", "others"),
        [[f"{found.removed[i]:.3g}", f"{found.largest[i]:.5f}", f"± {found.largest_half[i]:.2g}",
          f"{found.second[i]:.5f}", f"{found.susceptibility[i]:.4g}"] for i in rows.tolist()],
    )  # fmt: skip


def _write(path: Path, graph: Graph, found: Percolation, known: tuple[float | None, str], form: str) -> None:
    from easterly.app.planning import write_text
    from easterly.app.report import robust

    title = f"{graph.model}: {found.of} go, {found.order}"
    with terminal.writing(path, form):
        write_text(path, robust.removed(title, found, _facts(found, known), known[0]))
