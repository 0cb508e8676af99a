"""Misuse of the command line, answered in the form that was asked for: text, or the one JSON object."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import NoReturn

import click

from easterly.app import terminal
from easterly.base.findings import Finding


def form_of(args: Sequence[str]) -> str:
    """The form that is asked for, before the options are read.

    >>> form_of(["all-reduce", "--format", "json"]), form_of(["--format=json"]), form_of([])
    ('json', 'json', 'text')
    """
    pairs = pairwise([*args, ""])
    asked = any(word == "--format=json" or (word, following) == ("--format", "json") for word, following in pairs)
    return "json" if asked else "text"


def refuse(error: click.ClickException) -> NoReturn:
    """Print a finding as JSON, one line for people on stderr, and leave with the code of the error."""
    message, hint = getattr(error, "said", error.format_message()), getattr(error, "hint", "")
    option = getattr(error, "param", None)
    at = "" if option is None else (option.opts[0] if isinstance(option, click.Option) else option.human_readable_name)
    terminal.emit_json(None, [Finding(getattr(error, "code", "E100"), at, message, hint)])
    click.echo(f"easterly: {error.format_message()}", err=True)
    sys.exit(error.exit_code)
