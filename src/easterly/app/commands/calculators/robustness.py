"""``easterly calc robustness``: random graphs, what is left of them, and what spreads on them."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

CALCULATORS = {
    "graph": "A random graph: its degrees, its thresholds, its edges.",
    "percolation": "What is left of it while nodes or edges go.",
    "epidemic": "What spreads on it: simulated, and in the limit of many nodes.",
}


@click.group("robustness", cls=Verbs, verbs=CALCULATORS, package="easterly.app.commands.structures", noun="calculator",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Random graphs by model and seed: thresholds by formula, removals and spread by simulation.

    Without a calculator, lists them.
    """
    listed(ctx, form)
