"""``easterly calc traffic``: models of traffic, their estimation, and links for them."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

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


@click.group("traffic", cls=Verbs, verbs=KINDS, package="easterly.app.commands.traffic", noun="model",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Traffic at random: seeded sources, what measured counts remember, and links that hold a mix.

    For WAN links and inference requests. Training traffic is periodic and in step: bound it by envelopes (calc curve,
    predict --method bounds). Without a model, lists them.
    """
    listed(ctx, form)
