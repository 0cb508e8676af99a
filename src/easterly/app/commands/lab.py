"""``easterly lab``: what is predicted, tried on this machine."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

TRIALS = {
    "check": {"check": "What a lab needs of this machine, tried."},
    "run": {"run": "The plan of a site on real routers: what it says beside what they do."},
    "acting": {
        "shell": "A shell on a node of a lab.",
        "capture": "Packets that pass a link of a lab.",
        "break": "A link of a lab that fails, or is mended.",
    },
    "listing": {
        "list": "Labs that are there.",
        "clean": "An end to labs that were kept or left behind.",
    },
    "qos": {"qos": "Shares of classes on a link, on the kernel of this machine."},
    "ring": {"ring": "An all-reduce between hosts on a switch: its time, as predicted for a site of this shape."},
}


@click.group("lab", cls=Verbs, verbs=TRIALS, package="easterly.app.commands.trials", noun="trial",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Try on this machine what is predicted: network namespaces, real packets, real routers.

    Needs Linux and root. Everything is taken down at the end, unless it is to be kept. Without a trial, lists them.
    """
    listed(ctx, form)
