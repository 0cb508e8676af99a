"""Lists and ranges of values, as they are written after ``PATH=``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from easterly.base.units import KINDS, Kind, QuantityError, exact, format_exact
from easterly.site import setting

MOST = 100_000
"""Values of one range."""

_RANGE = re.compile(r"(?P<first>[^.].*?)\.\.(?P<last>[^*]+?)(?:(?P<how>[*+])(?P<step>[^*+]+))?")
_OPEN, _CLOSE = "[{(", "]})"


def values(written: str) -> list[tuple[str, Any]]:
    """Every value that is meant, as text and as the site file would have it.

    ``2,4,8`` is a list; ``2..8`` whole numbers one apart, ``2..8+2`` two apart, ``100Gb/s..800Gb/s*2`` each twice the
    one before. The end belongs to a range if a step meets it. Commas in brackets and quotes part nothing.

    Raises
    ------
    setting.Refused
        A range that has no end, no step or too many values; nothing between two commas.

    Examples
    --------
    >>> [text for text, _ in values("100Gb/s..800Gb/s*2, 1.6Tb/s")]
    ['100Gb/s', '200Gb/s', '400Gb/s', '800Gb/s', '1.6Tb/s']
    >>> values("{tp: 8, pp: 2}, {tp: 4, pp: 4}")[1]
    ('{tp: 4, pp: 4}', {'tp': 4, 'pp': 4})
    """
    found: list[tuple[str, Any]] = []
    for part in _parts(written):
        if not part:
            raise setting.Refused(f"{written}: a value is missing beside a comma")
        match = _RANGE.fullmatch(part)
        found += [(text, setting.value(text)) for text in (_range(match, part) if match else [part])]
    return found


def _parts(written: str) -> list[str]:
    """Text between commas that stand in no bracket and no quotes."""
    parts, depth, quote = [""], 0, ""
    for char in written:
        if quote:
            quote = "" if char == quote else quote
        elif char in "\"'":
            quote = char
        depth += (not quote) * ((char in _OPEN) - (char in _CLOSE))
        if char == "," and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _range(match: re.Match[str], part: str) -> list[str]:
    kind, first, last = _ends(match["first"].strip(), match["last"].strip(), part)
    step = Fraction(1)
    if match["step"] is not None:
        times = match["how"] == "*"
        step = _number(match["step"].strip(), None if times else kind, part)
        if step <= (1 if times else 0):
            raise setting.Refused(f"{part}: a step leads on: a factor over 1, or something to add over 0")
    elif kind is not None or not (first.denominator == last.denominator == 1):
        raise setting.Refused(f"{part}: say how it goes on, such as {part}*2 or {part}+{match['first']}")
    return [_text(value, kind) for value in _walk(first, last, step, match["how"] == "*", part)]


def _walk(first: Fraction, last: Fraction, step: Fraction, times: bool, part: str) -> Iterator[Fraction]:
    """From the first value to the last, upwards or downwards."""
    if times and (first <= 0 or last <= 0):
        raise setting.Refused(f"{part}: factors lead from one number over 0 to another")
    up, here, count = last >= first, first, 0
    while here <= last if up else here >= last:
        count += 1
        if count > MOST:
            raise setting.Refused(f"{part}: that is more than {MOST:,} values")
        yield here
        here = _after(here, step, up, times)


def _after(here: Fraction, step: Fraction, up: bool, times: bool) -> Fraction:
    if times:
        return here * step if up else here / step
    return here + step if up else here - step


def _ends(first: str, last: str, part: str) -> tuple[Kind | None, Fraction, Fraction]:
    """Both ends of a range, and what kind of quantity they are; None for plain numbers."""
    for kind in (None, *KINDS.values()):
        try:
            return kind, _number(first, kind, part), _number(last, kind, part)
        except (QuantityError, setting.Refused):
            continue
    raise setting.Refused(f"{part}: both ends of a range are numbers of one kind, such as 2..8 or 100Gb/s..800Gb/s*2")


def _number(text: str, kind: Kind | None, part: str) -> Fraction:
    if kind is not None:
        return exact(text, kind)
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise setting.Refused(f"{part}: {text} is not a number") from error


def _text(value: Fraction, kind: Kind | None) -> str:
    if kind is not None:
        return format_exact(float(value), kind)
    return str(value.numerator) if value.denominator == 1 else repr(float(value))
