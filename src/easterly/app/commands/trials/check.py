"""``easterly lab check``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from easterly.app import terminal
from easterly.app.calc import answer

if TYPE_CHECKING:
    from easterly.app.lab.preflight import Feature


@click.command("check")
@terminal.format_option
def check(form: str) -> None:
    """Try what a lab needs of this machine: features of the kernel, programs, daemons of FRR.

    Each is tried, as a version says nothing of how a kernel was built. Exit code 0 if a lab is possible here, 3 if not.
    """
    from easterly.app.lab import preflight

    reason = preflight.impossible()
    found = preflight.features() if not reason else []
    lacking = [each.name for each in found if each.needed and not each.there]
    reason = reason or (f"this machine has no {' and no '.join(lacking)}" if lacking else "")
    if form == "json":
        terminal.emit_json({"possible": not reason, "reason": reason or None, "features": [asdict(f) for f in found]})
    elif found:
        for there, title in ((True, "There"), (False, "Missing, and what replaces it")):
            answer.title(title)
            answer.facts([_row(each) for each in found if each.there == there])
    if reason:
        click.echo(f"easterly: no lab is possible here: {reason}", err=True)
    sys.exit(terminal.NO_PLAN if reason else terminal.FINE)


def _row(each: Feature) -> tuple[str, str, str]:
    return each.name, each.kind if each.there else each.instead, "" if each.there else f"({each.reason})"
