"""Names and values as text of a site file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_UNFIT = re.compile(r"[^A-Za-z0-9_.-]+")
_LONGEST = 63
_WORDS = frozenset({"true", "false", "null", "y", "n", "yes", "no", "on", "off"})


def site_names(names: list[str]) -> list[str]:
    """Names that a site file allows, all different, as near to the given ones as can be.

    Examples
    --------
    >>> site_names(["Paris", "New York", "New-York", "0"])
    ['Paris', 'New-York', 'New-York-2', 'n0']
    """
    taken: set[str] = set()
    out = []
    for name in names:
        plain = _UNFIT.sub("-", name)
        plain = (plain if plain[:1].isalpha() else f"n{plain}")[:_LONGEST]
        candidate, count = plain, 1
        while candidate in taken:
            count += 1
            candidate = f"{plain[: _LONGEST - len(str(count)) - 1]}-{count}"
        taken.add(candidate)
        out.append(candidate)
    return out


def scalar(name: str) -> str:
    """A name; words that some readers take for a truth value are quoted.

    Examples
    --------
    >>> scalar("paris"), scalar("no")
    ('paris', '"no"')
    """
    return f'"{name}"' if name.lower() in _WORDS else name


def quoted(text: str) -> str:
    """Any text, in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(fields: Mapping[str, Any]) -> str:
    """A map in one line, of values that are text of YAML already.

    Examples
    --------
    >>> flow({"a": "paris", "cost": 3})
    '{a: paris, cost: 3}'
    """
    return "{" + ", ".join(f"{key}: {value}" for key, value in fields.items()) + "}"
