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
from typing import Any

from easterly.site.formats.found import Found
from easterly.site.formats.values import shown

DEEPEST = 64
MOST_VALUES = 20_000_000
_TOKEN = re.compile(
    r"[ \t\r\n\f\v]+|(?m:^\#[^\n]*)|(?P<key>[A-Za-z_]\w*)|(?P<number>[+-]?(?:\d[\w.+-]*|\.\d[\w+-]*)|[+-](?:INF|NAN)\b)"
    r'|"(?P<text>[^"]*)"|(?P<open>\[)|(?P<close>\])',
    re.ASCII,
)
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
    key: str | None = None
    count = 0
    for kind, value, at in _tokens(text):
        if kind == "key" and key is None:
            key = value
            count += 1
            if count > MOST_VALUES:
                raise Stop("E132", f"the file has more than {MOST_VALUES:,} values", "", at)
        elif kind == "close" and key is None and above:
            here = above.pop()
        elif key is not None and kind == "open":
            if len(above) >= DEEPEST:
                raise Stop("E123", f"lists are nested more than {DEEPEST} deep", "", at)
            block = Block(bisect_right(lines, at))
            here.pairs.append((key, block))
            above.append(here)
            here, key = block, None
        elif key is not None and kind == "key" and value in ("INF", "NAN"):
            here.pairs.append((key, float(value)))
            key = None
        elif key is not None and kind in ("number", "text"):
            here.pairs.append((key, value))
            key = None
        else:
            raise Stop("E122", _surprise(kind, value, key), "a GML file is made of keys, each with one value", at)
    if above or key is not None:
        last = f"the value of {key!r}" if key is not None else "a closing ]"
        raise Stop("E122", f"the file ends where {last} is expected", "the file may be cut short", len(text))
    return here


def _surprise(kind: str, value: Any, key: str | None) -> str:
    seen = {"open": "'['", "close": "']'"}.get(kind, shown(value))
    return f"{seen} stands where {'a key' if key is None else f'the value of {key!r}'} is expected"


def _tokens(text: str) -> Iterator[tuple[str, Any, int]]:
    """Kind, value and offset of each token."""
    at = 0
    match = _TOKEN.match
    while at < len(text):
        token = match(text, at)
        if token is None:
            what = "a text without end" if text[at] == '"' else f"unexpected character {shown(text[at])}"
            raise Stop("E122", what, "texts stand in double quotes" if text[at] == '"' else "", at)
        kind = token.lastgroup
        if kind == "number":
            yield kind, _number(token["number"], at), at
        elif kind == "text":
            yield kind, unescape(token["text"]), at
        elif kind is not None:
            yield kind, token[0], at
        at = token.end()


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
