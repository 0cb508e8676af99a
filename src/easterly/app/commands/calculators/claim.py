"""``easterly calc claim``: what follows from claimed numbers, one kind of claim each."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

KINDS = {
    "training": {"speedup": "Less communication, and so much more throughput."},
    "serving": {
        "quantile": "A measured quantile of a latency, and a promise.",
        "availability": "A promised availability: errors, sites, failovers.",
    },
}


@click.group("claim", cls=Verbs, verbs=KINDS, package="easterly.app.commands.claims", noun="claim",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Whether one claimed number follows from others, and what it would need: closed forms, no site.

    Exit code 1 where something claimed is contradicted or does not follow. Without a claim, lists them.
    """
    listed(ctx, form)
