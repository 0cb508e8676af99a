"""What the YAML parser complains of, in plain words."""

from __future__ import annotations

import yaml

from easterly.base.findings import Finding

_QUOTE = "the text that starts here is never closed"
_INDENT = "this line does not fit the indentation of the lines above it"
_WORDS = (
    ("unexpected end of stream", _QUOTE, "close the quote"),
    (
        "mapping values are not allowed",
        "a `:` cannot stand here",
        "quote the text, or put the key on a line of its own",
    ),
    ("expected ',' or", "a bracket is not closed, or a comma is missing", "check the brackets up to here"),
    ("expected node content", "a value is missing here", "write a value, or remove the comma or the key before it"),
    ("could not find expected ':'", "a `:` is missing after this key", "write `key: value`"),
    ("expected key", _INDENT, "give keys of one mapping the same indentation"),
    ("expected <block end>", _INDENT, "give keys of one mapping the same indentation"),
    ("expected '-' indicator", _INDENT, "give items of one list the same indentation"),
    ("sequence entries are not allowed", "a list cannot start here", "put the list on lines of its own, below its key"),
    ("unknown escape character", "no such escape in a quoted text", "use single quotes, or double the backslash"),
    ("undefined tag handle", "no such tag", "leave the tag out; a site file needs none"),
    ("cannot start any token", "this character cannot stand here unquoted", "put the text in quotes"),
)


def explain(error: Exception, text: str, at: str) -> Finding:
    """Finding for an error of the YAML parser, with line and column.

    Parameters
    ----------
    error : Exception
        What the parser raised.
    text : str
        The text it was reading.
    at : str
        Path that had been reached.
    """
    if not isinstance(error, yaml.MarkedYAMLError):
        return _unprintable(error, text, at)
    problem, mark = error.problem or error.context or "", error.problem_mark or error.context_mark
    if "unexpected end of stream" in problem and error.context_mark is not None:
        mark = error.context_mark
    line, column = (mark.line, mark.column) if mark is not None else (0, 0)
    if "tab" in problem or _character(text, mark) == "\t":
        message, hint = "a tab cannot be used for indentation", "use spaces"
        return Finding("E106", at, message, hint, line=line + 1, column=column + 1)
    message, hint = next(((m, h) for key, m, h in _WORDS if key in problem), (f"not valid YAML: {problem}", ""))
    if "bracket" in message and error.context_mark is not None:
        hint = f"the bracket opens in line {error.context_mark.line + 1}, column {error.context_mark.column + 1}"
    return Finding("E105", at, message, hint, line=line + 1, column=column + 1)


def _character(text: str, mark: yaml.Mark | None) -> str:
    """The character at a mark; empty at the end of the text."""
    return "" if mark is None else text[mark.index : mark.index + 1]


def _unprintable(error: Exception, text: str, at: str) -> Finding:
    """Finding for a character that YAML does not allow; other errors say where only by their words."""
    for index, char in enumerate(text):
        if not _allowed(char):
            before = text[:index]
            column = index - (before.rfind("\n") + 1)
            message = f"character U+{ord(char):04X} is not allowed in YAML"
            return Finding("E117", at, message, "remove it", line=before.count("\n") + 1, column=column + 1)
    return Finding("E105", at, f"not valid YAML: {error}".splitlines()[0], line=1, column=1)


def _allowed(char: str) -> bool:
    """True for a printable character of YAML 1.2.2, section 5.1."""
    return (
        char in "\t\n\r\x85" or " " <= char <= "~" or "\xa0" <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd"
        or char >= "\U00010000"
    )  # fmt: skip
