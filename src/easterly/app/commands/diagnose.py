"""``easterly diagnose``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.base.findings import FindingsError


@click.command("diagnose")
@click.argument("site", type=terminal.SITE)
@click.option("--symptoms", type=terminal.SITE, required=True, metavar="FILE", help="What is seen, in YAML.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page.")
@terminal.format_option
def command(site: Path, symptoms: Path, form: str, report: Path | None) -> None:
    """Rank the causes of a slow job of SITE: what each would show here, and what to measure next.

    \b
    job: pre                     # or nothing: traffic between any hosts
    bandwidth: 60%               # reached, of what the plan gives
    steps: {normal: 12s, p50: 13s, p99: 25s}
    drops: none                  # none, some, many; so pauses, marks, errors, ...
    links: {"leaf-0:swp1>spine-0:swp1": {utilisation: 90%, errors: some}}
    """  # noqa: D301
    from easterly import site as text
    from easterly.app.commands.plan import folder
    from easterly.app.diagnosing import answer, page
    from easterly.model.spec.symptoms import Symptoms
    from easterly.study.diagnose import diagnose

    if report is not None:
        terminal.writable(report, form)
    nouns, found, _ = terminal.read_or_leave(site, form, folder(None))
    source = _source(symptoms, form)
    try:
        made = diagnose(nouns, text.parse_as(source, Symptoms))
    except FindingsError as error:
        terminal.refused(text.locate(error.findings, source), source, form)
    result = answer.document(made)
    terminal.tell(result, form, page.show, found)
    if report is not None:
        terminal.written(report, page.page(str(nouns.site.site.name), result), form)


def _source(path: Path, form: str) -> Any:
    from easterly import site as text

    try:
        return text.read_source(path)
    except OSError as error:
        terminal.unreadable(path, error, form)
