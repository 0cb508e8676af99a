"""Trials on this machine that cannot be made, or have no answer."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from easterly.app import terminal


def impossible(reason: str, form: str) -> NoReturn:
    """Say why nothing was tried, and leave with code 3."""
    if form == "json":
        terminal.emit_json({"tried": False, "reason": reason})
    click.echo(f"easterly: not tried: {reason}", err=True)
    sys.exit(terminal.NO_PLAN)


def failed(reason: str, form: str) -> NoReturn:
    """Say what went wrong before there was anything to compare, and leave with code 1."""
    if form == "json":
        terminal.emit_json({"tried": True, "reason": reason})
    click.echo(f"easterly: {reason}", err=True)
    sys.exit(terminal.FOUND)
