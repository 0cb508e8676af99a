"""``easterly doctor``."""

from __future__ import annotations

from dataclasses import asdict

import click

from easterly.app import terminal


@click.command("doctor")
@terminal.format_option
def command(form: str) -> None:
    """Tell which validators, kernel features and extras are here, and what is lost without the others."""
    from easterly.app.doctor import examine

    parts = examine()
    if form == "json":
        terminal.emit_json([asdict(part) for part in parts])
        return
    width = max(len(part.name) for part in parts)
    for part in parts:
        state = "found  " if part.found else "absent "
        tail = part.version or "" if part.found else f"without it: {part.lost}"
        click.echo(f"{part.kind:<10} {part.name:<{width}}  {state} {tail}".rstrip())
