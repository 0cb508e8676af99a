"""``easterly calc entropy``."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import asking
from easterly.base.counts import counted


@click.command("entropy", cls=asking.Calculator)
@click.option(
    "--flows", type=asking.Count(), required=True, help="Connections that the hash tells apart, of equal rate."
)
@click.option("--links", type=asking.Count(), required=True, help="Links of equal cost.")
@terminal.format_option
def command(flows: int, links: int, form: str) -> None:
    """How many LINKS are used when FLOWS are hashed to them, and how many flows the fullest gets.

    A job that waits for its slowest flow sees the rate of the fullest link.
    """
    from easterly.app.values import number
    from easterly.route.bins import MOST, fullest_link, used_links

    used = used_links(flows, links)
    fullest = fullest_link(flows, links) if max(flows, links) <= MOST else None
    seen = None if fullest is None else flows / links / fullest
    if form == "json":
        terminal.emit_json({
            "flows": flows, "links": links, "used_links": number(used), "used_share": number(used / links),
            "fullest_flows": None if fullest is None else number(fullest),
            "barrier_share": None if seen is None else number(seen),
        })  # fmt: skip
        return
    from easterly.app.calc import answer

    answer.title(f"{counted(flows, 'connection')} hashed to {counted(links, 'link')}")
    rows = [("used", f"{used:.4g} of {links:,}", f"w (1 - (1 - 1/w)^f): {used / links:.1%} of the links get any")]
    if fullest is not None and seen is not None:
        rows.append(("fullest", f"{fullest:.4g}", f"connections, of {flows / links:.4g} if all were even"))
        rows.append(("seen", f"{seen:.1%}", "of all links' rate is what a job gets that waits for its slowest flow"))
    answer.facts(rows)
