"""GML text to values (Himsolt 1997, "GML: A portable graph file format"): pairs of a key and a value.

A value is a number, a text in quotes or a list of pairs; lists nest, and are gone through without recursion. Texts may
span lines and have the entities of ISO 8859-1 (``&eacute;``, ``&#233;``); lines that start with ``#`` are comments.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.entities import html5
from sys import intern
from typing import Any

from easterly.site.formats.found import Found
from easterly.site.formats.values import shown

DEEPEST = 64
MOST_VALUES = 10_000_000
_HINT = "a GML file is made of keys, each with one value; texts stand in double quotes"
_SKIP = r"(?:[ \t\r\n\f\v]++|(?m:^\#[^\n]*+))*+"
_KEY, _NUMBER = r"[A-Za-z_]\w*+", r"[+-]?(?:\d[\w.+-]*+|\.\d[\w+-]*+|INF\b|NAN\b)"
_STEP = re.compile(
    rf'{_SKIP}(?:(?P<key>{_KEY}){_SKIP}(?:"(?P<text>[^"]*+)"|(?P<number>{_NUMBER})|(?P<open>\[))|(?P<close>\])|(?P<end>\Z))',
    re.ASCII,
)
"""One step through a file: a key with its value, or the end of a list."""

_TOKEN = re.compile(rf'{_SKIP}(?P<token>{_KEY}|{_NUMBER}|"[^"]*+"|[^ ])', re.ASCII)
_ENTITY = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,31}));")


@dataclass(slots=True)
class Block:
    """A list of pairs, in the order of the file.

    Attributes
    ----------
    line : int
        Where its key stands.
    """

    line: int
    pairs: list[tuple[str, Any]] = field(default_factory=list)

    def __str__(self) -> str:
        return "[...]"

    def all(self, key: str) -> Iterator[Block]:
        """Lists under a key."""
        return (value for name, value in self.pairs if name == key and isinstance(value, Block))

    def attributes(self) -> dict[str, Any]:
        """Values by their keys; a key that stands several times has the list of its values."""
        out: dict[str, Any] = {}
        several: set[str] = set()
        for name, value in self.pairs:
            if name in several:
                out[name].append(value)
            elif name in out:
                out[name] = [out[name], value]
                several.add(name)
            else:
                out[name] = value
        return out


class Stop(Exception):
    """What ends the reading: a code, a message, a hint and an offset in the text."""


def parse(text: str, found: Found) -> Block | None:
    """The pairs of a file; none, with a finding, if it does not follow the format."""
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    try:
        return _tree(text, lines)
    except Stop as stop:
        code, message, hint, at = stop.args
        found.error(code, message, hint=hint, line=bisect_right(lines, at))
        return None


def _tree(text: str, lines: list[int]) -> Block:
    here = Block(1)
    above: list[Block] = []
    at = count = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise _surprise(text, at)
        kind, key, at = step.lastgroup, step["key"], step.end()
        if kind == "close":
            if not above:
                raise Stop("E122", "']' stands where a key is expected", _HINT, at - 1)
            here = above.pop()
        elif kind == "open":
            if len(above) >= DEEPEST:
                raise Stop("E123", f"lists are nested more than {DEEPEST} deep", "", step.start("key"))
            block = Block(bisect_right(lines, step.start("key")))
            here.pairs.append((intern(key), block))
            above.append(here)
            here = block
        elif key is not None:
            here.pairs.append((intern(key), _value(step)))
        count += 1
        if count > MOST_VALUES:
            raise Stop("E132", f"the file has more than {MOST_VALUES:,} values", "", at - 1)
    if above:
        raise Stop("E122", "the file ends where a closing ] is expected", "the file may be cut short", len(text))
    return here


def _value(step: re.Match[str]) -> str | int | float:
    text = step["text"]
    return unescape(text) if text is not None else _number(step["number"], step.start("number"))


def _surprise(text: str, at: int) -> Stop:
    """What stands where no step through the file is possible."""
    token = _TOKEN.match(text, at)
    expected = "a key"
    if token is not None and re.fullmatch(_KEY, token["token"], re.ASCII):
        expected = f"the value of {shown(token['token'])}"
        token = _TOKEN.match(text, token.end())
    if token is None:
        return Stop("E122", f"the file ends where {expected} is expected", "the file may be cut short", len(text))
    if token["token"] == '"':
        return Stop("E122", "a text without end", "texts stand in double quotes", token.start("token"))
    return Stop("E122", f"{shown(token['token'])} stands where {expected} is expected", _HINT, token.start("token"))


def _number(word: str, at: int) -> int | float:
    try:
        return int(word)
    except ValueError:
        pass
    try:
        if "_" not in word:
            return float(word)
    except ValueError:
        pass
    raise Stop("E122", f"{shown(word)} is not a number", "texts stand in double quotes", at)


def unescape(text: str) -> str:
    """Text with its entities as characters; what is no entity stays as it is.

    Examples
    --------
    >>> unescape("K&ouml;ln &#38; C&#xF4;te &c.")
    'Köln & Côte &c.'
    """
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    if match[3]:
        return html5.get(f"{match[3]};", match[0])
    code = int(match[1]) if match[1] else int(match[2], 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else match[0]


def escape(text: str) -> str:
    """Text as GML writes it: plain ASCII without quotes.

    Examples
    --------
    >>> escape('"Köln" & C')
    '&#34;K&#246;ln&#34; &#38; C'
    """
    return "".join(c if " " <= c <= "~" and c not in '"&' else f"&#{ord(c)};" for c in text)
