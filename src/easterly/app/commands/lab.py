"""``easterly lab``: what is predicted, tried on this machine."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

TRIALS = {
    "qos": "Shares of classes on a link, on the kernel of this machine.",
    "ring": "An all-reduce between hosts on a switch: its time, as predicted for a site of this shape.",
}


@click.group("lab", cls=Verbs, verbs=TRIALS, package="easterly.app.commands.trials", noun="trial",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Try on this machine what is predicted: network namespaces, real packets.

    Needs Linux and root. Everything is taken down at the end. Without a trial, lists them.
    """
    listed(ctx, form)
