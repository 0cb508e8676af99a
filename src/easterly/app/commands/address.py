"""``easterly address``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from easterly.app import terminal


@click.command("address")
@click.argument("site", type=terminal.SITE)
@click.option("--previous", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The plan.json of an earlier plan: what it gave stays, and changes are told.")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write a page that shows the tree of prefixes and how full it is.")  # fmt: skip
@click.option("--files", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIRECTORY",
              help="Files of devices, as plan --output writes them: tells who reaches whom by their text.")  # fmt: skip
@terminal.format_option
def command(site: Path, previous: Path | None, report: Path | None, files: Path | None, form: str) -> None:
    """Number SITE: loopbacks, links, hosts, blocks, AS numbers and tables, with proofs.

    No two overlap in a table, blocks are inside of what they are cut from, summaries at every border are exact and as
    short as can be; how full pools are, how many routes each tier of switches holds, and what changed. Which tenant
    reaches which, through which rule: of the plan, or of the files of devices, where a leak gives exit code 1.
    """
    from easterly.app.addressing import answer, page
    from easterly.app.commands.plan import folder
    from easterly.base.findings import FindingsError

    if report is not None:
        terminal.writable(report, form)
    before = answer.kept_from(previous, form)
    nouns, found, source = terminal.read_or_leave(site, form, folder(None), before)
    try:
        result = answer.document(nouns, before, answer.files_of(files))
    except FindingsError as error:
        terminal.refused(error.findings, source, form)
    except (OSError, ValueError) as error:
        terminal.misused(f"--files {files}: {error}", form)
    terminal.tell(result, form, page.show, found)
    if report is not None:
        from easterly.app.report import addressing

        terminal.written(report, addressing.page(str(nouns.site.site.name), result), form)
    leaking = files is not None and not all(row["meant"] for row in result["isolation"]["reach"])
    if leaking or not all(row["holds"] for row in result["proofs"]):
        sys.exit(terminal.FOUND)
