"""``easterly calc prefix``: calculations with IP addresses."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.verbs import Verbs, listed

CALCULATORS = {
    "single": {
        "show": "One prefix taken apart: masks, ends, usable addresses, neighbours, bits, purpose.",
        "classify": "What addresses are for: private, shared, documentation, ... with the RFC.",
        "expand": "The addresses of a prefix, or its subnets of one length.",
        "range": "From one address to another, as the fewest prefixes.",
        "reverse": "Names and zones of the reverse tree of DNS, with RFC 2317.",
    },
    "lists": {
        "summarise": "The fewest prefixes that hold exactly the same addresses.",
        "supernet": "The smallest prefix that holds all of a list, and what else it holds.",
        "subtract": "What is left of prefixes without others.",
        "intersect": "What two lists have in common.",
        "diff": "Addresses that only one of two lists has.",
        "overlaps": "Which prefixes of a list, or of two, hold each other.",
        "contains": "Whether prefixes hold others.",
        "count": "Addresses of a list, each once; usable ones of its subnets.",
        "lookup": "The longest prefix of a table that holds each address.",
    },
    "plans": {
        "vlsm": "Subnets of unequal size for names and hosts, out of pools.",
        "sparse": "Subnets in an order that leaves room beside each (RFC 3531).",
    },
}


@click.group("prefix", cls=Verbs, verbs=CALCULATORS, package="easterly.app.commands.prefixes", noun="calculator",
             invoke_without_command=True)  # fmt: skip
@terminal.format_option
@click.pass_context
def command(ctx: click.Context, form: str) -> None:
    """Calculate with IP addresses, strictly and without a guess.

    Prefixes are written in full, as 10.0.0.0/8 or fd00::/8; in lists, an address alone stands for itself. In place of a
    prefix, @FILE is a file with one a line, and - is the input. Without a calculator, lists them.
    """
    listed(ctx, form)
