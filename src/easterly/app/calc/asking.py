"""Options of calculators: quantities with units and counts."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from easterly.base import units
from easterly.base.findings import did_you_mean

if TYPE_CHECKING:  # older versions of click have no type arguments
    FloatType = click.ParamType[float]
    IntType = click.ParamType[int]
    NameType = click.Choice[str]
else:
    FloatType = IntType = click.ParamType
    NameType = click.Choice

LARGEST = 1e21
"""In SI units, as in site files: far above what exists, far below where sums and products overflow."""

LONGEST_m = 1e8
"""Cable: the Earth is 40,000 km round."""


class Misread(click.BadParameter):
    """A value that is no quantity of the kind wanted, with the code and the hint of the parser."""

    def __init__(self, message: str, code: str, hint: str, param: click.Parameter | None) -> None:
        super().__init__(f"{message}; {hint}" if hint else message, param=param)
        self.code, self.said, self.hint = code, message, hint


class Quantity(FloatType):
    """A number with its unit, such as ``50GB/s``: read into SI, above 0 unless told otherwise."""

    def __init__(self, kind: units.Kind, *, zero: bool = False, most: float = LARGEST) -> None:
        self.kind, self.zero, self.most, self.name = kind, zero, most, kind.name.replace(" ", "_")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        if isinstance(value, float):
            return value
        try:
            number = units.parse(str(value), self.kind)
        except units.QuantityError as error:
            raise Misread(str(error), error.code, error.hint, param) from None
        if number < 0 or (number == 0 and not self.zero):
            least = "at least 0" if self.zero else "more than 0"
            raise Misread(f"{self.kind.name} {value!r} must be {least}", "E304", "", param)
        if number > self.most:
            raise Misread(f"{self.kind.name} {value!r} is beyond anything that is built", "E304", "", param)
        return number


class Whole(IntType):
    """A quantity with its unit that is a whole number of SI units, from 0 on, within 64 bits."""

    def __init__(self, kind: units.Kind) -> None:
        self.kind, self.name = kind, kind.name.replace(" ", "_")

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        if isinstance(value, int):
            return value
        number = Quantity(self.kind, zero=True).convert(value, param, ctx)
        if number != math.floor(number) or number >= 2**63:
            text = f"{self.kind.name} {value!r} is not a whole number of {self.kind.unit} below 2^63"
            raise Misread(text, "E304", "", param)
        return int(number)


class Frame(Whole):
    """Bytes of a frame: in digits, as an MTU is written, or with a unit."""

    def __init__(self) -> None:
        super().__init__(units.SIZE)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        bare = isinstance(value, str) and _number(value) is not None
        return super().convert(f"{value}B" if bare else value, param, ctx)


class Count(IntType):
    """A whole number of at least `least`, in digits: ``1024``, ``16_384``, ``7.5e9``."""

    name = "count"

    def __init__(self, least: int = 1, most: int = 10**18) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text."""
        number = _number(str(value))
        if number is None or number != math.floor(number):
            hint = "" if number is not None else "write it in digits, or like 7.5e9"
            raise Misread(f"{value!r} is not a whole number", "E203", hint, param)
        if not self.least <= number <= self.most:
            raise Misread(f"{value!r} must be between {self.least:,} and {self.most:,}", "E206", "", param)
        return int(number)


def _number(text: str) -> float | None:
    if not re.fullmatch(r"\s*[+-]?[0-9][0-9_]*(\.[0-9]*)?([eE][+-]?[0-9]{1,3})?\s*", text):
        return None
    number = float(text.replace("_", ""))
    return number if math.isfinite(number) else None


class Named(NameType):
    """One of some names; the nearest is suggested for any other."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Look the name up."""
        names = [str(name) for name in self.choices]
        if str(value) not in names:
            raise Misread(f"{str(value)!r} is unknown", "E204", did_you_mean(str(value), names), param)
        return str(value)


class Calculator(click.Command):
    """A command of which a `ValueError` is misuse: a question that has no answer."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ValueError as error:
            raise click.UsageError(as_options(str(error), self.params)) from None


UNITS = "s|bps|Bps|B|hz|Hz|pps|m"


def as_options(message: str, params: Sequence[click.Parameter]) -> str:
    """What a library says of its arguments, said of the options that were typed.

    A name with its unit is replaced wherever it stands; a plain word, which may be no name, where it is one for sure:
    before "is" or "has" at the beginning, and alone in brackets.

    >>> options = [click.Option(["--rtt"]), click.Option(["--until"])]
    >>> as_options("rtt_s has 2 numbers: say until when (until), until_s may be long", options)
    '--rtt has 2 numbers: say until when (--until), --until may be long'
    """
    for param in params:
        if not isinstance(param, click.Option) or param.name is None:
            continue
        word, name = re.escape(param.name), param.opts[0]
        message = re.sub(
            rf"(?<![\w-]){word}_(?:{UNITS})\b|(?<=\(){word}(?=\))|^{word}(?= (?:is|has|holds?)\b)", name, message
        )
    return message
