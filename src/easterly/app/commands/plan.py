"""``easterly plan``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.base.counts import counted
from easterly.base.findings import Severity

OUT = click.Path(file_okay=False, path_type=Path)


@click.command("plan")
@click.argument("site", type=terminal.SITE)
@click.option("-o", "--output", "out", type=OUT, help="Folder for plan.json, report.html and every rendered file.")
@click.option("--validate", type=click.Choice(["templates", "all", "none"]), default="templates", show_default=True,
              help="Have outside checkers read one file per template, every file, or nothing.")  # fmt: skip
@click.option("--packets", type=click.IntRange(0, 10**12), metavar="COUNT",
              help="Packet-hops of the largest run of a simulation; 0 for none.  [default: 1000000]")  # fmt: skip
@click.option("--cache", type=OUT, help="Folder of results kept between runs.")
@click.option("--previous", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
              help="The plan.json of an earlier plan: the numbers that it gave stay.")  # fmt: skip
@click.option("--no-cache", is_flag=True, help="Compute everything anew and keep nothing.")
@terminal.strict_option
@terminal.format_option
def command(
    site: Path, out: Path | None, validate: str, packets: int | None, cache: Path | None, previous: Path | None,
    no_cache: bool, strict: bool, form: str,
) -> None:  # fmt: skip
    """Plan the site file SITE: verdicts, bill, addresses, job times, hottest links, queues, configuration."""
    kept = None if no_cache else folder(cache)
    sys.exit(execute(
        site, out, validate=validate, cache=kept, strict=strict, form=form, packets=packets, previous=previous
    ))  # fmt: skip


def folder(cache: Path | None) -> Path:
    """The cache folder that was asked for, or the usual one."""
    from easterly.study.stages import default_folder

    return cache if cache is not None else default_folder()


def execute(
    path: Path, out: Path | None, *, validate: str, cache: Path | None, strict: bool, form: str,
    packets: int | None = None, previous: Path | None = None,
) -> int:  # fmt: skip
    """Plan a site file, print and write the result; the exit code."""
    from easterly.app import planning
    from easterly.app.addressing.answer import kept_from

    before = kept_from(previous, form)
    nouns, found, source = terminal.read_or_leave(path, form, cache, before)
    if out is not None:  # a place that cannot be written is better known before the work than after it
        with terminal.writing(out, form):
            out.mkdir(parents=True, exist_ok=True)
    done = planning.run(nouns, found, validate=validate, quiet=form == "json", packets=packets)
    if out is not None:
        with terminal.writing(out, form):
            planning.write(done, out)
    if form == "json":
        terminal.emit_json(done.document, found)
    else:
        show(done, found, source, out)
    return code(done.document, found, strict=strict)


def show(done: Any, found: Any, source: Any, out: Path | None) -> None:
    """Print the plan for people."""
    from rich.console import Console

    from easterly.app.text import print_plan

    print_plan(done.document, done.as_json(), Console())
    terminal.print_findings([f for f in found if f.severity is not Severity.NOTE], source, err=False)
    if out is not None:
        click.echo(
            f"written: {out / 'report.html'}, {out / 'plan.json'} and "
            f"{counted(len(done.plan.configs.artifacts), 'file')}"
        )


def code(document: dict[str, Any], found: Any, *, strict: bool) -> int:
    """Exit code of a plan: 1 for FAIL, with ``--strict`` also for UNPROVEN and warnings."""
    statuses = {v["status"] for v in document["verdicts"]}
    bad = {"FAIL", "UNPROVEN"} if strict else {"FAIL"}
    return terminal.FOUND if statuses & bad else terminal.code_for(found, strict=strict)
