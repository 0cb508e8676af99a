"""``easterly calc control``: congestion control as mathematics, one calculator for each question."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

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


@click.group("control", cls=Verbs, verbs=KINDS, package="easterly.app.commands.control", noun="question",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Congestion control by formula: what rates come to rest at, how fast, and how much delay they stand.

    Without a question, lists them.
    """
    listed(ctx, form)
