"""``easterly demo``."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path

import click

from easterly.app import terminal


@click.command("demo")
@click.option("-o", "--output", "out", type=click.Path(file_okay=False, path_type=Path), default=Path("out"),
              show_default=True, help="Folder for the site file and everything planned from it.")  # fmt: skip
@terminal.format_option
def command(out: Path, form: str) -> None:
    """Plan a two-tenant cluster of 1,024 GPUs and write its report."""
    from easterly.app.commands.plan import execute, folder
    from easterly.app.planning import write_text

    text = resources.files("easterly.app").joinpath("demo.yaml").read_text(encoding="utf-8")
    site = out / "demo.yaml"
    try:
        write_text(site, text)
    except OSError as error:
        terminal.unwritable(site, error, form)
    sys.exit(execute(site, out, validate="templates", cache=folder(None), strict=False, form=form))
