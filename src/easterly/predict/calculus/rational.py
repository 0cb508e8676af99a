"""Rational numbers, and either infinity, as curves take and give them."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

Value: TypeAlias = Fraction | float
"""A fraction, or ``math.inf``, or ``-math.inf``."""
Given: TypeAlias = int | str | Fraction | Decimal | float


def value(given: Given, what: str = "a value") -> Value:
    """Read a number exactly.

    Parameters
    ----------
    given : int, str, Fraction, Decimal or float
        Text may be a fraction (``"1/3"``) or a decimal; a float must be whole, or infinite.
    what : str
        What it stands for, in errors.

    Raises
    ------
    ValueError
        No number, or a float with decimals: most are not the decimal that was meant.

    Examples
    --------
    >>> value("1/3"), value("0.1"), value(float("inf"))
    (Fraction(1, 3), Fraction(1, 10), inf)
    """
    if isinstance(given, float):
        if math.isinf(given):
            return given
        if not given.is_integer():
            raise ValueError(
                f"{what} is the float {given!r}, which is not that decimal exactly: "
                f"give the text {str(given)!r}, a Decimal or a Fraction"
            )
    try:
        return Fraction(given)
    except (ValueError, ZeroDivisionError, TypeError) as error:
        raise ValueError(f"{what} is {given!r}, which is no number: give a whole number, '1/3' or '0.25'") from error


def finite(given: Given, what: str, *, least: int | None = None, above: int | None = None) -> Fraction:
    """Read a finite number, at least `least` or above `above` where these are given."""
    made = value(given, what)
    if not isinstance(made, Fraction):
        raise ValueError(f"{what} is {given!r}; it must be finite")
    if least is not None and made < least:
        raise ValueError(f"{what} is {text(made)}; it must be at least {least}")
    if above is not None and made <= above:
        raise ValueError(f"{what} is {text(made)}; it must be above {above}")
    return made


def parts(number: Value) -> tuple[int, int]:
    """Numerator and denominator; an infinity has the denominator 0."""
    if isinstance(number, Fraction):
        return number.numerator, number.denominator
    return (1 if number > 0 else -1), 0


def whole(over: int, under: int) -> Value:
    """The number of both: the way back from `parts`."""
    return Fraction(over, under) if under else math.inf * over


def text(number: Value) -> str:
    """As it is printed: a short decimal where there is one, a fraction otherwise.

    >>> text(Fraction(1, 8)), text(Fraction(1, 3)), text(Fraction(10**9)), text(float("inf"))
    ('0.125', '1/3', '1000000000', '+inf')
    """
    if not isinstance(number, Fraction):
        return "+inf" if number > 0 else "-inf"
    under = number.denominator
    for prime in (2, 5):
        while under % prime == 0:
            under //= prime
    if under == 1 and number.denominator < 10**9:
        return f"{Decimal(number.numerator) / Decimal(number.denominator):f}"
    return str(number)
