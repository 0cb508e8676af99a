"""Plain scalars by the core schema of YAML 1.2 (spec 1.2.2, section 10.3.2)."""

from __future__ import annotations

import re

_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_WORDS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}  # fmt: skip
_LONGEST_NUMBER = 400
Scalar = str | int | float | bool | None


def resolve(text: str) -> Scalar:
    """Value of a plain scalar: null, bool, int, float, or else the text itself.

    Nothing of YAML 1.1 is left: ``65000:10``, ``on`` and ``1_000`` are text, ``012`` is twelve.
    Digits beyond any quantity (over 400 characters) stay text, so that no number is slow to read.

    >>> resolve("65000:10"), resolve("on"), resolve("012"), resolve("0o14"), resolve("~"), resolve("1e3")
    ('65000:10', 'on', 12, 12, None, 1000.0)
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-." or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return float(text) if _FLOAT.fullmatch(text) else text


def convert(text: str, tag: str) -> Scalar:
    """Value of a scalar with an explicit core tag (``str``, ``int``, ``float``, ``bool``, ``null``).

    Raises
    ------
    ValueError
        If the text is not of that type, or the tag is none of them.
    """
    if tag == "str":
        return text
    value = resolve(text)
    if tag == "float" and type(value) is int:
        return float(value)
    wanted = {"int": int, "float": float, "bool": bool, "null": type(None)}.get(tag)
    if wanted is None or type(value) is not wanted:
        raise ValueError(f"{text!r} is not of type {tag}")
    return value
