"""``easterly calc control``: congestion control as mathematics, one calculator for each question."""

from __future__ import annotations

from importlib import import_module

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs

KINDS = {
    "rates": {
        "fair": "Rates of largest alpha-fair utility on links and flows, with prices and proof.",
        "aimd": "Shares of additive increase and multiplicative decrease, and how fast they come to rest.",
        "anarchy": "Selfish against best routing, with delays that are polynomials of the load.",
    },
    "late": {
        "kelly": "Kelly's primal and dual controls with round trips: rest, optimum, course.",
        "delay": "Roots of what answers late, by Lambert's W, and the longest delay that it stands.",
        "aqm": "TCP Reno with RED or a PI controller: point of rest, margins, course.",
    },
    "steady": {"tcp": "What a loss rate allows Reno, CUBIC and TFRC, and what BBR leaves to others."},
    "centre": {
        "dctcp": "DCTCP at one port: sawtooth, queue, and the threshold that keeps the port busy.",
        "dcqcn": "DCQCN at one port: its point of rest, margins, and the longest delay that it stands.",
    },
}
QUESTIONS = {name: does for kind in KINDS.values() for name, does in kind.items()}


class Questions(Verbs):
    """A group whose members live several to a module."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the question and hand over its command."""
        for kind, names in KINDS.items():
            if cmd_name in names:
                command: click.Command = getattr(import_module(f"{self.package}.{kind}"), cmd_name)
                return command
        return None


@click.group("control", cls=Questions, verbs=QUESTIONS, package="easterly.app.commands.control", noun="question",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Congestion control by formula: what rates come to rest at, how fast, and how much delay they stand.

    Without a question, lists them.
    """
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"form": form}}
    elif form == "json":
        terminal.emit_json([{"name": name, "does": does} for name, does in QUESTIONS.items()])
    else:
        click.echo(ctx.get_help())
