"""``easterly capacity``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal


@click.command("capacity")
@click.argument("site", type=terminal.SITE)
@click.option("--growth", "growth", multiple=True, metavar="NAME=FACTOR",
              help="Factor per year of a job, service, traffic, tenant, class or fabric; of jobs, services, traffic, "
              "hosts (pools) or all. May be repeated.")  # fmt: skip
@click.option("--until", default="36", show_default=True, metavar="MONTHS|DATE", help="How far ahead.")
@click.option("--from", "begins", metavar="DATE", help="When month 0 is; then dates are shown.")
@click.option("--failures/--no-failures", default=True, show_default=True, help="In the worst single failure.")
@click.option("--rows", type=click.IntRange(1, 10**6), default=25, show_default=True, help="Rows of the table.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page with curves.")  # fmt: skip
@terminal.format_option
def command(site: Path, form: str, report: Path | None, rows: int, **asked: Any) -> None:
    """Tell when growth fills each link, queue and address pool of SITE, and the cheapest cables to add before.

    Growth is that of profiles in the site file and of --growth. Each link counts in the single failure that fills it
    first, at the busiest quarter of an hour of a week. What can be bought, and when a link counts as full, stands
    under `expansion` in the site file.
    """
    from datetime import UTC, datetime

    from easterly.app.commands.plan import folder
    from easterly.app.outgrowing import answer, page
    from easterly.app.routing.counting import counting
    from easterly.study import capacity

    if report is not None:
        terminal.writable(report, form)
    try:
        growth = answer.growth_of(asked["growth"])
        begins = answer.day(asked["begins"]) if asked["begins"] else None
        months, begins = answer.horizon(asked["until"], begins, datetime.now(UTC).date())
        nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
        with counting("failures", form == "json") as progress:
            made = capacity.capacity(nouns, growth, months=months, failures=asked["failures"], progress=progress)
    except ValueError as error:
        terminal.misused(str(error.args[0]), form)
    result = answer.document(made, begins)
    terminal.tell(result, form, lambda made: page.show(made, rows), found)
    if report is not None:
        from easterly.app.report import outgrowing

        terminal.written(report, outgrowing.page(str(nouns.site.site.name), result), form)
