"""Numbers of one table column in one unit, with the same decimals, so that they can be compared by eye."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

RATES = ((1e12, "Tb/s"), (1e9, "Gb/s"), (1e6, "Mb/s"), (1e3, "kb/s"), (1.0, "b/s"))
TIMES = ((1.0, "s"), (1e-3, "ms"), (1e-6, "\u00b5s"), (1e-9, "ns"))
SIZES = ((1e15, "PB"), (1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B"))
PERCENT = ((0.01, "%"),)
DASH = "\u2013"
RAISED = str.maketrans("0123456789", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079")


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit for a column: its name, its size in SI, the decimals shown."""

    unit: str
    factor: float
    decimals: int

    def text(self, value: float | None) -> str:
        """The number alone, without its unit; a dash where it is not known.

        What is little beside the others is not shown as nothing.

        >>> measure([4e12, 3e9, 0.0], RATES, 3).text(3e9), Measure("Tb/s", 1e12, 2).text(0.0)
        ('< 0.01', '0.00')
        """
        if value is None or not math.isfinite(value):
            return DASH
        least = 10.0**-self.decimals
        if 0 < value / self.factor < least / 2:
            return f"< {least:.{self.decimals}f}"
        return f"{value / self.factor:,.{self.decimals}f}"

    def full(self, value: float | None) -> str:
        """The number with its unit."""
        text = self.text(value)
        return text if text == DASH else f"{text}\u00a0{self.unit}"


def measure(values: Iterable[float | None], steps: tuple[tuple[float, str], ...], digits: int = 4) -> Measure:
    """The unit in which the largest of some values has `digits` significant digits.

    Parameters
    ----------
    values : iterable of float or None
        In SI.
    steps : tuple of (float, str)
        Size in SI and name of each unit, largest first.
    digits : int
        Significant digits of the largest value; smaller ones show as many decimals and fewer digits.

    Examples
    --------
    >>> seconds = measure([0.5, 12.3456], TIMES)
    >>> seconds.text(12.3456), seconds.text(0.5), seconds.unit
    ('12.35', '0.50', 's')
    """
    known = [abs(v) for v in values if v is not None and math.isfinite(v)]
    top = max(known, default=0.0)
    factor, unit = next(((f, u) for f, u in steps if top >= f), steps[-1] if top else steps[0])
    whole = len(f"{top / factor:.0f}")
    integral = all(math.isclose(v / factor, round(v / factor), abs_tol=1e-9) for v in known)
    return Measure(unit, factor, 0 if integral else max(0, digits - whole))


def grouped(value: int) -> str:
    """A count with thousands separated; one too long to read as a power of two.

    >>> grouped(24576), grouped(2**88), grouped(2**88 - 512)
    ('24,576', '2⁸⁸', '≈ 2⁸⁸')
    """
    if abs(value) < 10**12:
        return f"{value:,}"
    power = round(math.log2(value))
    return ("" if value == 2**power else "\u2248 ") + "2" + str(power).translate(RAISED)
