"""``easterly calc traffic``: models of traffic, their estimation, and links for them."""

from __future__ import annotations

from importlib import import_module

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs

KINDS = {
    "sources": {
        "poisson": "Arrivals without memory.",
        "mmpp": "Poisson arrivals whose rate follows a Markov chain.",
        "onoff": "Sources that are on and off, with heavy tails or without.",
        "fgn": "Fractional Gaussian noise: long memory, exactly.",
    },
    "measured": {
        "hurst": "Hurst exponent of a column of counts, by wavelets.",
        "fit": "Two-state process that has the mean and the dispersion of a column of counts.",
    },
    "links": {
        "norros": "Loss, capacity or buffer of a link for an aggregate with long memory.",
        "bandwidth": "Effective bandwidths of a mix of sources, and whether a link holds it.",
    },
}
MODELS = {name: does for kind in KINDS.values() for name, does in kind.items()}


class Models(Verbs):
    """A group whose members live several to a module."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of the model and hand over its command."""
        for kind, names in KINDS.items():
            if cmd_name in names:
                command: click.Command = getattr(import_module(f"{self.package}.{kind}"), cmd_name)
                return command
        return None


@click.group("traffic", cls=Models, verbs=MODELS, package="easterly.app.commands.traffic", noun="model",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Traffic at random: seeded sources, what measured counts remember, and links that hold a mix.

    For WAN links and inference requests. Training traffic is periodic and in step: bound it by envelopes (calc curve,
    predict --bounds). Without a model, lists them.
    """
    if ctx.invoked_subcommand is not None:
        ctx.default_map = {ctx.invoked_subcommand: {"form": form}}
    elif form == "json":
        terminal.emit_json([{"name": name, "does": does} for name, does in MODELS.items()])
    else:
        click.echo(ctx.get_help())
