"""``easterly robustness``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal


@click.command("robustness")
@click.argument("site", type=terminal.SITE)
@click.option("--remove", "parts", multiple=True, metavar="PART",
              help="cables, links (between switches), switches, or a role; may be repeated.  "
              "[default: cables, and each role]")  # fmt: skip
@click.option("--targeted", is_flag=True, help="Also those first that most shortest paths pass.")
@click.option("--runs", type=click.IntRange(1, 10_000), default=10, show_default=True, help="Orders of removal.")
@click.option("--spread", type=click.FloatRange(0, 1e6, min_open=True), default=3.0, show_default=True,
              help="Others that an infected host would infect if it reached all.")  # fmt: skip
@click.option("--detect", default="90%", show_default=True, metavar="SHARE",
              help="How often a stage is found bad before the next begins.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), default=1, show_default=True,
              help="Of all draws.")  # fmt: skip
@click.option(
    "--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page with curves."
)
@terminal.format_option
def command(site: Path, form: str, report: Path | None, **asked: Any) -> None:
    """Tell what the network of SITE stands: parts that go, software that spreads, configurations that are wrong.

    Parts go one by one, and those hosts are counted that still hang on one component, and the pairs of hosts of each
    job that still reach each other. What spreads goes where routing tables let it. A bad configuration goes to switches
    in stages, until it is noticed.
    """
    from easterly.app.commands.plan import folder
    from easterly.app.robust import answer, page

    if report is not None:
        terminal.writable(report, form)
    wanted = answer.wanted(asked, form)
    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    result = answer.document(nouns, wanted, form)
    terminal.tell(result, form, page.show, found)
    if report is not None:
        from easterly.app.report import robust

        titles = answer.titles(result["removals"])
        terminal.written(report, robust.page(str(nouns.site.site.name), result, titles), form)
