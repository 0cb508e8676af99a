"""``easterly calc bound``: worst cases of servers and flows."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

QUESTIONS = {
    "server": "One server: the longest delay and the largest backlog.",
    "tandem": "Servers in a row, with cross traffic of one or two hops.",
    "network": "Servers and flows of a file.",
}


@click.group("bound", cls=Verbs, verbs=QUESTIONS, package="easterly.app.commands.bounding", noun="question",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Delays, backlogs and bursts that no run exceeds, by every analysis, and how tight they are.

    Flows are token buckets, servers have a rate behind a latency. Without a question, lists them.
    """
    listed(ctx, form)
