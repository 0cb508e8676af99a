"""``easterly convert``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from easterly.app import terminal
from easterly.base.findings import FindingsError


@click.command("convert")
@click.argument("source", type=terminal.SITE)
@click.argument("target", type=terminal.SITE)
@click.option("--unit", help="Unit of capacities or demands, where the format states none (such as Gb/s).")
@click.option("--rate", help="Capacity of links for which the file has none (such as 10Gb/s).")
@click.option("--distances", is_flag=True, help="Lengths and delays from coordinates, where the file has no others.")
@terminal.format_option
def command(source: Path, target: Path, unit: str | None, rate: str | None, distances: bool, form: str) -> None:
    """Convert SOURCE to TARGET; the formats are told by the endings.

    Reads node-link .json, .graphml, SNDlib .xml, REPETITA .graph and .demands, .csv matrices and site
    files (.yaml); writes .json, .graphml, .csv and .yaml.
    """
    from easterly.site import formats

    try:
        found = formats.convert(source, target, unit=unit, rate=rate, distances=distances)
    except FindingsError as error:
        found = error.findings
    except OSError as error:
        where = Path(error.filename or source)
        (terminal.unreadable if where == source else terminal.unwritable)(where, error, form)
    code = terminal.code_for(found, strict=False)
    if form == "json":
        terminal.emit_json({"target": str(target)} if code == terminal.FINE else None, found)
    else:
        terminal.print_findings(found, None)
        if code == terminal.FINE:
            click.echo(f"{target}: written")
    sys.exit(code)
