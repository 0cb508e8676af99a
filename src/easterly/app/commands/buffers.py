"""``easterly buffers``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal


@click.command("buffers")
@click.argument("site", type=terminal.SITE)
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Only ports of this group; may be repeated.")
@click.option("--class", "classes", multiple=True, metavar="NAME", help="Only this class; may be repeated.")
@click.option("--senders", type=click.IntRange(2, 128), help="Senders that meet; those of the plan if absent.")
@click.option("--bytes", "burst", default="1MB", show_default=True, metavar="SIZE", help="Data of each sender.")
@click.option("--loss", default="0%", show_default=True, metavar="SHARE", help="Share of packets that may be dropped.")
@click.option("--latency", metavar="TIME", help="Longest wait in the queue that is wanted (such as 100us).")
@click.option("--transport", "transports", multiple=True, metavar="CLASS=NAME",
              help="How hosts send a class, instead of what the plan sets them to; may be repeated.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), default=1, show_default=True,
              help="Of all draws.")  # fmt: skip
@terminal.format_option
def command(site: Path, form: str, **asked: Any) -> None:
    """Try the thresholds and memory of SITE packet by packet, and find settings that meet a target.

    Wherever senders of a class meet at a port, they send at once. Every number of the port is turned alone, then one
    after the other to where the last sender ends first, among settings that lose and wait no more than the target says.
    """
    from easterly.app.buffering import answer, page
    from easterly.app.commands.plan import folder

    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    wanted = answer.wanted(asked, form)
    result = answer.document(*answer.tried(nouns, wanted, form), wanted)
    terminal.tell(result, form, page.show, found)
    sys.exit(terminal.FINE if result["complete"] else terminal.FOUND)
