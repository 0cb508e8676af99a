"""Options that several commands read in one way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
UNITS_S = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


class Duration(click.ParamType[float]):
    """A length of time in seconds, such as ``90s``, ``15min``, ``8h``, ``7d``."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds of a text."""
        if isinstance(value, int | float):
            return float(value)
        digits = value.rstrip("abcdefghijklmnopqrstuvwxyz")
        try:
            return float(digits) * UNITS_S[value[len(digits) :].strip() or "s"]
        except (ValueError, KeyError):
            self.fail(f"{value!r} is no time: write it like 90s, 15min, 8h or 7d", param, ctx)


DURATION = Duration()


def marked(command: F) -> F:
    """Add ``--tag`` and ``--field``."""
    tags = click.option("--tag", "tags", multiple=True, metavar="TEXT", help="May be given again.")
    own = click.option("--field", "fields", multiple=True, metavar="NAME=VALUE", help="A field of your own; again.")
    return tags(own(command))


def held_by(command: F) -> F:
    """Add options that say who holds something."""
    for name, what in (
        ("--dns", "Name in the DNS."), ("--mac", "Hardware address."), ("--interface", "Of the device."),
        ("--device", "That has it."), ("--tenant", "Whose it is."),
    ):  # fmt: skip
        param = "dns_name" if name == "--dns" else name[2:]
        command = click.option(name, param, metavar="TEXT", help=what)(command)
    return command


def pairs(said: tuple[str, ...]) -> dict[str, str]:
    """Fields of ``NAME=VALUE``.

    Raises
    ------
    UsageError

    Examples
    --------
    >>> pairs(("rack=A1", "note=a=b"))
    {'rack': 'A1', 'note': 'a=b'}
    """
    found = {}
    for each in said:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--field {each!r}: write it as NAME=VALUE")
        found[name] = value
    return found
