"""``easterly failures``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.base.counts import counted


@click.command("failures")
@click.argument("site", type=terminal.SITE)
@click.option("--k", type=click.IntRange(1, 2), default=1, show_default=True, help="Parts that fail together.")
@click.option("--sample", type=click.IntRange(2, 10**6), metavar="N", help="Draw N pairs instead of trying all.")
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), default=1, show_default=True, help="Of that draw.")
@click.option("--hashing", type=click.Choice(["mean", "even"]), default="mean", show_default=True,
              help="Connections hashed to paths, in the mean, or split evenly.")  # fmt: skip
@click.option(
    "--only", "kinds", multiple=True, metavar="KIND", help="Only parts of this kind, such as spine; repeatable."
)
@click.option("--every", is_flag=True, help="Try every part, also those that are alike.")
@click.option("--explain", "name", metavar="NAME", help="One failure in full; several parts are joined by ' + '.")
@click.option("--rows", type=click.IntRange(1, 10**6), default=25, show_default=True, help="Rows of the table.")
@click.option("--workers", type=click.IntRange(1, 1024), help="Processes.  [default: as many as cores]")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page with curves.")  # fmt: skip
@terminal.format_option
def command(site: Path, form: str, report: Path | None, name: str | None, rows: int, **asked: Any) -> None:
    """Tell what failures of SITE cost: every part, what it slows down and breaks, and GPU-hours a month.

    Interfaces, optics, cables, hosts, switches, planes, shared risks, and domains such as power feeds that the site
    file names. Parts that are alike are tried once. Rates of failures and times of repair are those of the catalog, or
    of `reliability` in the site file.
    """
    from easterly.app.commands.plan import folder

    if asked["sample"] and asked["k"] == 1:
        terminal.misused("--sample: pairs are drawn; add --k 2", form)
    if report is not None:
        terminal.writable(report, form)
    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    if form == "text":
        terminal.print_findings(found, None)
    result = _explained(nouns, name, asked, form) if name else _all(nouns, asked, form)
    if form == "json":
        terminal.emit_json(result, found)
    else:
        from easterly.app.failing import page

        page.tell(result) if name else page.show(result, rows)
    if report is not None and not name:
        from easterly.app.report import failing

        terminal.written(report, failing.page(str(nouns.site.site.name), result), form)


def _all(nouns: Any, asked: dict[str, Any], form: str) -> dict[str, Any]:
    from easterly.app.failing.answer import document
    from easterly.app.routing.counting import counting
    from easterly.base.units import TIME, format_short
    from easterly.study import failures

    workers = asked["workers"] or os.cpu_count() or 1

    def said(cost: Any) -> None:
        if form == "text":
            about = format_short(cost.expected_s, TIME, 2)
            click.echo(
                f"{cost.parts:,} parts or pairs, {cost.states:,} unlike: about {about} on {counted(workers, 'core')}",
                err=True,
            )

    try:
        with counting("failures", form == "json") as progress:
            made = failures.failures(
                nouns, k=asked["k"], sample=asked["sample"], seed=asked["seed"], kinds=asked["kinds"],
                hashing=asked["hashing"], symmetry=not asked["every"], workers=workers, said=said, progress=progress,
            )  # fmt: skip
    except ValueError as error:
        terminal.misused(str(error.args[0]), form)
    return document(made, nouns.site, asked)


def _explained(nouns: Any, name: str, asked: dict[str, Any], form: str) -> dict[str, Any]:
    from easterly.app.failing.answer import explained
    from easterly.study import failures
    from easterly.study.silence import Silences

    try:
        kind, before, after, waits = failures.explain(nouns, name, asked["hashing"])
    except ValueError as error:
        terminal.misused(f"--explain: {error.args[0]}", form)
    jobs, network = tuple(str(job) for job in nouns.prediction.value.job), nouns.network.value
    parts = failures.elements(nouns.site, network) if kind in ("cable", "wan") else ()
    row = next((int(part.down[0]) for part in parts if part.name == name), None)
    silent = None if row is None else Silences.of(nouns).of_cable(row)
    return explained(kind, name, jobs, before, after, waits, silent)
