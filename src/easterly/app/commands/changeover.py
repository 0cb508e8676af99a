"""``easterly changeover``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.base.findings import FindingsError

if TYPE_CHECKING:
    from easterly.study.changeover import Changeover


@click.command("changeover")
@click.argument("before", type=terminal.SITE)
@click.argument("after", type=terminal.SITE)
@click.option("--states", type=click.IntRange(0, 1_000_000), default=400, show_default=True, metavar="COUNT",
              help="Steps from states that are looked at after a first order; more prove more.")  # fmt: skip
@click.option(
    "--export",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Write each step: a JSON patch of the site file, what undoes it, what changes in devices.",
)
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page.")
@terminal.format_option
def command(before: Path, after: Path, states: int, folder: Path | None, report: Path | None, form: str) -> None:
    """Go from site BEFORE to site AFTER in steps, so that the fullest link on the way is least full.

    A step is all that changes in one object, such as a WAN link. Every site in between is planned; while the rate of
    links changes, one device after the other is down.
    """
    from easterly.app.changing import answer, page

    if report is not None:
        terminal.writable(report, form)
    data = [data_of(path, form) for path in (before, after)]
    try:
        made = _worked_out(data[0], data[1], states)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    result = answer.document(made)
    terminal.tell(result, form, page.show)
    if folder is not None:
        with terminal.writing(folder, form):
            answer.export(made, folder)
    if report is not None:
        terminal.written(report, page.page(f"{before.stem} to {after.stem}", result), form)


def _worked_out(before: dict[str, Any], after: dict[str, Any], budget: int) -> Changeover:
    from easterly.app.routing.counting import counting
    from easterly.study.changeover import changeover

    with counting("steps from states", quiet=False) as told:
        return changeover(before, after, budget=budget, notify=told)


def data_of(path: Path, form: str) -> dict[str, Any]:
    """Plain values of a site file that has no errors."""
    _, _, source = terminal.read_or_leave(path, form, None)
    data: dict[str, Any] = source.tree.data
    return data
