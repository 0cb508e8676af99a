"""Lines without their names and numbers, to be compared with those of manuals."""

from __future__ import annotations

import re
from collections.abc import Iterable

NUMBER = re.compile(r"\b[\d,.-]*\d[\d,.-]*\b")


def shape(line: str, words: frozenset[str]) -> str:
    """What is left of a line: known words, ``#`` for numbers, ``*`` for names; lists of bits or numbers are one.

    >>> shape("police cir 3400 kbps bc 200 kbytes", frozenset("police cir kbps bc kbytes".split()))
    'police cir # kbps bc # kbytes'
    >>> shape("set a b [ 01 10 ]", frozenset("set [ ]".split()))
    'set * * [ # ]'
    """
    made = []
    for word in line.split():
        kind = word if word in words else "#" if NUMBER.fullmatch(word) else "*"
        if kind != "#" or made[-1:] != ["#"]:
            made.append(kind)
    return " ".join(made)


def unknown(text: str, documented: Iterable[str]) -> set[str]:
    """Lines of a text that no documented line has the shape of; names are in capitals or hold a digit there."""
    lines = list(documented)
    words = frozenset(word for line in lines for word in line.split() if not NUMBER.fullmatch(word) and word[0] != "$")
    known = {shape(line, words) for line in lines}
    return {line for line in map(str.strip, text.splitlines()) if line.strip("!") and shape(line, words) not in known}
