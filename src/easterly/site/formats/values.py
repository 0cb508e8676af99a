"""Values of foreign files: numbers that may carry a unit, names that may be hostile."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from easterly.base.findings import Finding, FindingsError
from easterly.base.units import RATE, TIME, Kind, QuantityError, parse
from easterly.site.formats.found import Found

LONGEST = 255
"""Characters of a name: columns are as wide as their longest text."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,9})?")
_UNFIT = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Units:
    """Units for numbers that have none.

    Attributes
    ----------
    rate_bps : float or None [bit/s]
        One unit of a rate; none if the user named none.
    time_s : float or None [s]
    """

    rate_bps: float | None = None
    time_s: float | None = None

    def otherwise(self, rate_bps: float | None = None, time_s: float | None = None) -> Units:
        """These units, and those of the format where there are none."""
        return Units(
            rate_bps if self.rate_bps is None else self.rate_bps, time_s if self.time_s is None else self.time_s
        )


def parse_units(text: str | None) -> Units:
    """Units from the option ``--unit``: a rate, a time, or both, separated by a comma.

    Raises
    ------
    FindingsError
        E121 if a part is no unit.

    Examples
    --------
    >>> parse_units("Gb/s,ms")
    Units(rate_bps=1000000000.0, time_s=0.001)
    """
    units = Units()
    for part in text.split(",") if text is not None else ():
        units = units.otherwise(_one(part.strip(), RATE), _one(part.strip(), TIME))
        if _one(part.strip(), RATE) is None and _one(part.strip(), TIME) is None:
            hint = "write a rate, a time, or both: --unit Gb/s, --unit Gb/s,ms"
            raise FindingsError([Finding("E121", "", f"{part.strip()!r} is no unit of a rate or a time", hint)])
    return units


def _one(unit: str, kind: Kind) -> float | None:
    try:
        return parse(f"1{unit}", kind) if unit and unit[0].isalpha() else None
    except QuantityError:
        return None


def number(value: Any) -> float:
    """A finite number, from a number or its text.

    Raises
    ------
    ValueError
        For anything else: text, NaN, infinity, true and false.
    """
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(shown(value))
    return float(value)


def whole(value: Any, lowest: int = 0, highest: int = 2**31 - 1) -> int:
    """A whole number in a range.

    Raises
    ------
    ValueError
    """
    as_float = number(value)
    if as_float != int(as_float) or not lowest <= as_float <= highest:
        raise ValueError(shown(value))
    return int(as_float)


def shown(value: Any) -> str:
    """A value as findings quote it: never longer than a line."""
    text = repr(value) if isinstance(value, str) else str(value)[:200]
    return text if len(text) <= 60 else text[:57] + "..."


def fit_name(value: Any) -> str | None:
    """The value as a name, or none if it cannot be one: empty, too long, control characters, not text."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        text = str(value)
    except ValueError:  # an integer with more digits than python turns into text
        return None
    return text if 0 < len(text) <= LONGEST and not _UNFIT.search(text) and text == text.strip() else None


class Values:
    """Reads quantities and says what is wrong with them; what is wrong is read as none.

    Parameters
    ----------
    found : Found
    units : Units
        For numbers without a unit of their own.
    ratio : bool
        Take rates without a unit as they stand, if no rate of the file has one.

    Attributes
    ----------
    unitless, stated : bool
        Whether a rate was taken as it stands; whether one had a unit.
    """

    def __init__(self, found: Found, units: Units, *, ratio: bool = False) -> None:
        self.found = found
        self.units = units
        self.ratio = ratio
        self.unitless = self.stated = False
        self._asked: set[str] = set()

    def rate(self, value: Any, *, code: str, what: str, at: str = "", line: int | None = None) -> float | None:
        """A rate in bit/s; zero is left to the caller."""
        rate_bps = self._quantity(value, RATE, self.units.rate_bps, code, what, at, line)
        if rate_bps is not None and rate_bps < 0:
            self._negative(value, code, what, at, line)
            return None
        return rate_bps

    def time(self, value: Any, *, what: str = "delay", at: str = "", line: int | None = None) -> float | None:
        """A delay in seconds, at least 0."""
        return self._at_least_0(self._quantity(value, TIME, self.units.time_s, "E129", what, at, line), what, at, line)

    def plain(self, value: Any, *, code: str, what: str, at: str = "", line: int | None = None) -> float | None:
        """A number whose unit is part of its name, or that has none; at least 0."""
        try:
            result = number(value)
        except (ValueError, OverflowError):
            hint = "write a plain, finite number"
            self.found.error(code, f"{what} {shown(value)} is not a number", hint=hint, at=at, line=line)
            return None
        return self._at_least_0(result, what, at, line, code)

    def _at_least_0(
        self, value: float | None, what: str, at: str, line: int | None, code: str = "E129"
    ) -> float | None:
        if value is not None and value < 0:
            self._negative(value, code, what, at, line)
            return None
        return value

    def _negative(self, value: Any, code: str, what: str, at: str, line: int | None) -> None:
        hint = "only numbers from 0 up have a meaning here"
        self.found.error(code, f"{what} {shown(value)} is negative", hint=hint, at=at, line=line)

    def _quantity(
        self, value: Any, kind: Kind, unit: float | None, code: str, what: str, at: str, line: int | None
    ) -> float | None:
        try:
            plain = number(value)
        except (ValueError, OverflowError):
            return self._with_unit(value, kind, code, what, at, line)
        if unit is None and self.ratio and kind is RATE:
            self.unitless = True
            return plain
        if unit is None:
            self._ask(kind, what, at, line)
            return None
        if math.isfinite(plain * unit):
            return plain * unit
        self.found.error(code, f"{what} {shown(value)} is too large", at=at, line=line)
        return None

    def _with_unit(self, value: Any, kind: Kind, code: str, what: str, at: str, line: int | None) -> float | None:
        hint = f"write a number, or a {kind.name} like {kind.example}"
        try:
            if isinstance(value, str) and len(value) <= LONGEST:
                self.stated = self.stated or kind is RATE
                return parse(value, kind)
        except QuantityError as error:
            hint = error.hint
        self.found.error(code, f"{what} {shown(value)} is not a {kind.name}", hint=hint, at=at, line=line)
        return None

    def settle(self, *, rate: bool = False) -> None:
        """Note that rates stand as they do in the file; refuse a file that has some with and some without a unit.

        Parameters
        ----------
        rate : bool
            Whether the user gave links a rate, which has a unit.
        """
        if self.unitless and (self.stated or rate):
            message = "some rates have a unit, others have none: they cannot be compared"
            self.found.error("E121", message, hint="name the unit of those without: --unit Gb/s")
        elif self.unitless:
            message = "the rates have no unit: they stand as in the file, good for ratios only"
            self.found.note("E121", message, hint="name the unit, if the answer shall have one: --unit Gb/s")

    def _ask(self, kind: Kind, what: str, at: str, line: int | None) -> None:
        """Ask once per file for the unit of a kind."""
        if kind.name not in self._asked:
            self._asked.add(kind.name)
            example = "Gb/s" if kind is RATE else "Gb/s,ms"
            message = f"the format states no unit for {what}, and the file has none"
            self.found.error("E121", message, hint=f"name it: --unit {example}", at=at, line=line)


def lines_of(text: str) -> Iterator[tuple[int, list[str]]]:
    """Words of each line with its number; blank lines and comments are passed over."""
    for line, content in enumerate(text.splitlines(), start=1):
        words = content.split()
        if words and not words[0].startswith("#"):
            yield line, words
