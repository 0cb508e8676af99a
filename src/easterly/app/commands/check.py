"""``easterly check``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from easterly.app import terminal


@click.command("check")
@click.argument("site", type=terminal.SITE)
@terminal.strict_option
@terminal.format_option
def command(site: Path, strict: bool, form: str) -> None:
    """Find every mistake in the site file SITE, with its place and its fix."""
    _, found, source = terminal.read(site, form)
    if form == "json":
        terminal.emit_json(None, found)
    else:
        terminal.print_findings(found, source, err=False)
        click.echo(f"{site}: {terminal.summary(found)}")
    sys.exit(terminal.code_for(found, strict=strict))
