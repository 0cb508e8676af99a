"""Findings as people read them: place, message, the source line with a caret, and what helps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from easterly.base.findings import Finding, Severity
from easterly.site.places import locate, span
from easterly.site.source import Source

_COLOUR = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.NOTE: "36"}
_TOKEN = re.compile(r"\"[^\"]*\"?|'[^']*'?|[^\s,:\]}{\[]+|.")
_WIDEST = 160


def format_findings(findings: Iterable[Finding], source: Source | None, color: bool = False) -> str:
    r"""Text of findings, in the order of the file; empty if there are none.

    Parameters
    ----------
    findings : iterable of Finding
        Those without a line are located first.
    source : Source or None
        The text they are about; without it no source line is shown.
    color : bool
        Use ANSI colours.

    Examples
    --------
    >>> from easterly.site.source import from_text
    >>> found = [Finding("E312", "rate", "rate '400Gx' is not a rate", "did you mean 400Gb/s?")]
    >>> print(format_findings(found, from_text("version: 1\nrate: 400Gx\n")))
    site.yaml:2:7: error[E312]: rate '400Gx' is not a rate
    2 | rate: 400Gx
      |       ^^^^^
      = help: did you mean 400Gb/s?   (easterly explain E312)
    """
    ordered = tuple(findings) if source is None else locate(findings, source)
    return "\n\n".join(_format(finding, source, color) for finding in ordered)


def _format(finding: Finding, source: Source | None, color: bool) -> str:
    place = "".join(f"{part}:" for part in (finding.file, finding.line, finding.column) if part)
    if finding.line is None and finding.at:
        place += f"{' ' if place else ''}{finding.at}:"
    label = _paint(f"{finding.severity}[{finding.code}]", _COLOUR[finding.severity], color)
    head = f"{_clean(place)}{' ' if place else ''}{label}: {_clean(finding.message)}"
    excerpt, margin = _excerpt(finding, source, color)
    more = f"easterly explain {finding.code}"
    helps = f"{margin}= help: " + (f"{_clean(finding.hint)}   ({more})" if finding.hint else more)
    return "\n".join([head, *excerpt, helps])


def _excerpt(finding: Finding, source: Source | None, color: bool) -> tuple[list[str], str]:
    """The source line, the line with the caret, and the margin for what follows."""
    if source is None or finding.line is None or finding.line > len(source.lines) or finding.file != source.name:
        return [], "   "
    text, column = source.lines[finding.line - 1], finding.column or 1
    text, column, width = _window(text, column, _width(finding, source, text))
    number = str(finding.line)
    pad = " " * columns_of(text[: column - 1])
    carets = "^" * max(1, columns_of(text[column - 1 : column - 1 + width]))
    caret = _paint(carets, _COLOUR[finding.severity], color)
    gutter = " " * len(number)
    return [f"{number} | {_clean(text)}", f"{gutter} | {pad}{caret}"], f"{gutter} "


def _width(finding: Finding, source: Source, text: str) -> int:
    """Characters to underline: the key or value at the path, else the word at the column."""
    where = span(finding.at, finding.on_key, source)
    if where is not None and (where.line, where.column) == (finding.line, finding.column):
        return where.width
    match = _TOKEN.match(text, (finding.column or 1) - 1)
    return len(match[0]) if match else 1


def _window(text: str, column: int, width: int) -> tuple[str, int, int]:
    """A part of a very long line around the place, with the place's new column."""
    if len(text) <= _WIDEST:
        return text, column, width
    start = max(0, column - 1 - _WIDEST // 2)
    cut = text[start : start + _WIDEST]
    head, tail = ("…" if start else ""), ("…" if start + _WIDEST < len(text) else "")
    column = column - start + len(head)
    return head + cut + tail, column, min(width, len(head) + len(cut) - column + 1)


def columns_of(text: str) -> int:
    r"""Columns that a text takes on a terminal: two for wide characters, none for combining ones.

    >>> columns_of("abc"), columns_of("風"), columns_of("e\u0301")
    (3, 2, 1)
    """
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _clean(text: str) -> str:
    """Text without control characters, which could act on the terminal; tabs become one space."""
    text = text.replace("\t", " ")
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in text)


def _paint(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text
