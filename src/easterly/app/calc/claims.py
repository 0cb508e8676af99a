"""Claims and what is to be said of them: options, text, JSON."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.app.calc.asking import Misread

if TYPE_CHECKING:
    from easterly.verify.follow import Statement

    FloatType = click.ParamType[float]
else:
    FloatType = click.ParamType

COLUMNS = 100
FAILS = ("does not follow", "contradicted")


class Part(FloatType):
    """A share of something, from 0 to 1: ``40%`` or ``0.4``; a sign that only says less or more is read over."""

    name = "share"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        if isinstance(value, float):
            return value
        found = re.fullmatch(r"-?\s*([0-9.]+)\s*(%?)", str(value).strip())
        try:
            number = float(found[1]) / (100 if found[2] else 1) if found else -1.0
        except ValueError:
            number = -1.0
        if not 0 <= number <= 1:
            raise Misread(f"{value!r} is no share", "E203", "write it like 40% or 0.4", param)
        return number


class Times(FloatType):
    """A ratio: ``1.25``, ``1.25x`` or ``+25%``."""

    name = "ratio"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        if isinstance(value, float):
            return value
        text = str(value).strip()
        found = re.fullmatch(r"([0-9.]+)x?", text) or re.fullmatch(r"\+([0-9.]+)%", text)
        try:
            number = float(found[1]) if found else 0.0
        except ValueError:
            number = 0.0
        number = 1 + number / 100 if found and text.endswith("%") else number
        if not 0 < number <= 1e6:
            raise Misread(f"{value!r} is no ratio", "E203", "write it like 1.25 or +25%", param)
        return number


def say(asked: dict[str, Any], said: Sequence[Statement], title: str, form: str) -> None:
    """Print statements and leave: with 1 where something claimed does not hold."""
    from easterly.app.values import number

    if form == "json":
        rows = [
            {"follows": each.follows.value, "claim": each.claim, "because": each.because, "needs": each.needs or None}
            for each in said
        ]
        given = {name: number(v) if isinstance(v, float) else v for name, v in asked.items()}
        terminal.emit_json({"asked": given, "statements": rows})
    else:
        click.echo(title)
        for each in said:
            _paragraph(each)
    sys.exit(terminal.FOUND if any(each.follows.value in FAILS for each in said) else terminal.FINE)


def _paragraph(each: Statement) -> None:
    """The claim after what becomes of it; why, and what it would need, below."""
    for text, first in ((f"{each.follows.value}: {each.claim}", "  "), (each.because, "    "), (each.needs, "    ")):
        for line in textwrap.wrap(text, COLUMNS, initial_indent=first, subsequent_indent=first + "  "):
            click.echo(line)
