"""Bare numbers as options: rates and times in one unit of time that the user chooses, and lists of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from easterly.app.calc.asking import Misread, Quantity
from easterly.base.units import Kind

if TYPE_CHECKING:
    FloatType = click.ParamType[float]
    FloatsType = click.ParamType[tuple[float, ...]]
else:
    FloatType = FloatsType = click.ParamType


class Number(FloatType):
    """A number above 0 (from 0 on with `zero`), in digits; ``inf`` where it may be infinite."""

    name = "number"

    def __init__(self, *, zero: bool = False, infinite: bool = False, most: float = 1e18) -> None:
        self.zero, self.infinite, self.most = zero, infinite, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the text."""
        try:
            number = float(str(value))
        except ValueError:
            raise Misread(f"{value!r} is not a number", "E203", "write it in digits, like 0.5 or 2e6", param) from None
        endless = math.isinf(number) and self.infinite and number > 0
        if not endless and not (number <= self.most and (number > 0 or (self.zero and number == 0))):
            least = "at least 0" if self.zero else "more than 0"
            raise Misread(f"{value!r} must be {least} and at most {self.most:g}", "E206", "", param)
        return number


class Numbers(FloatsType):
    """Numbers with commas between them, each as `Number` has it."""

    name = "number,..."

    def __init__(self, **options: Any) -> None:
        self.one = Number(**options)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Read the text."""
        if isinstance(value, tuple):
            return value
        return tuple(self.one.convert(part.strip(), param, ctx) for part in str(value).split(","))


class Levels(FloatsType):
    """Levels of quantiles, such as ``0.99`` or ``50%,p99,99.9%``."""

    name = "level,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Read the text."""
        if isinstance(value, tuple):
            return value
        return tuple(self._one(part.strip(), param) for part in str(value).split(","))

    def _one(self, text: str, param: click.Parameter | None) -> float:
        percent = text[:1] in "pP" or text.endswith("%")
        try:
            number = float(text.lstrip("pP").removesuffix("%"))
        except ValueError:
            number = math.nan
        level = number / 100 if percent else number
        if not 0 < level < 1:
            raise Misread(f"{text!r} is not a level of a quantile", "E203", "write it like 0.99, 99% or p99", param)
        return level


class Table(FloatsType):
    """Rows with semicolons between them, numbers with commas: ``0,0.5;0.2,0``."""

    name = "rows"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read the text."""
        if not isinstance(value, str):
            return value
        one = Numbers(zero=True)
        return tuple(one.convert(row, param, ctx) for row in value.strip(";").split(";"))


class Quantities(FloatsType):
    """Quantities of one kind with commas between them: ``400Gb/s,100Gb/s``."""

    def __init__(self, kind: Kind, **options: Any) -> None:
        self.one, self.name = Quantity(kind, **options), f"{kind.name.replace(' ', '_')},..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Read the text."""
        if isinstance(value, tuple):
            return value
        return tuple(self.one.convert(part.strip(), param, ctx) for part in str(value).split(","))
