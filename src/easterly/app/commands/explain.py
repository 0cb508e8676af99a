"""``easterly explain``."""

from __future__ import annotations

import click

from easterly.app import terminal


@click.command("explain")
@click.argument("code")
@terminal.format_option
def command(code: str, form: str) -> None:
    """Explain a finding CODE, such as E312: what, why, an example, the fix."""
    from easterly.base import pages
    from easterly.base.findings import did_you_mean

    wanted = code.upper()
    if wanted not in pages.codes():
        terminal.misused(f"no finding has the code {code!r}: {did_you_mean(wanted, pages.codes())}", form)
    text = pages.page(wanted)
    if form == "json":
        terminal.emit_json({"code": wanted, "page": text})
    else:
        click.echo(text.rstrip())
