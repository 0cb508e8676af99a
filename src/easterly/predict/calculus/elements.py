"""What curves consist of: points, and open segments between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from easterly.predict.calculus.rational import Given, Value, finite, parts, text, value, whole


@dataclass(frozen=True, slots=True)
class Point:
    """The value at one time."""

    t: Fraction
    value: Value

    def __str__(self) -> str:
        return f"at {text(self.t)}: {text(self.value)}"


@dataclass(frozen=True, slots=True)
class Segment:
    """The values over an open interval: a line, from its limit at the start."""

    start: Fraction
    end: Fraction
    first: Value
    slope: Fraction

    @property
    def last(self) -> Value:
        """The limit at the end."""
        return self.first + self.slope * (self.end - self.start) if isinstance(self.first, Fraction) else self.first

    def __str__(self) -> str:
        course = text(self.first)
        if self.slope:
            course = f"{course} to {text(self.last)}, slope {text(self.slope)}"
        return f"in ({text(self.start)}, {text(self.end)}): {course}"


def elements(numbers: Sequence[int]) -> Iterator[Point | Segment]:
    """Points and segments in turn, from the numbers of the kernel: eight of each piece."""
    count = len(numbers) // 8
    rows = [[whole(*numbers[8 * i + 2 * j : 8 * i + 2 * j + 2]) for j in range(4)] for i in range(count)]
    for i, (x, v, first, slope) in enumerate(rows):
        yield Point(Fraction(x), v)
        if i + 1 < count:
            yield Segment(Fraction(x), Fraction(rows[i + 1][0]), first, Fraction(slope))


def numbers(given: Sequence[Point | Segment], increment: Value) -> list[int]:
    """The kernel's numbers, of points and segments in turn that cover [0, end); the end repeats what is at `rank`.

    Parameters
    ----------
    given : sequence of Point or Segment
        From the point at 0 on, each segment from the point before it to the point behind it.
    increment : Fraction or inf
        Value at the end.

    Raises
    ------
    ValueError
        Elements that leave a gap, overlap, or do not take turns.
    """
    if not given or len(given) % 2:
        raise ValueError("elements must be points and segments in turn, from the point at 0 to a segment")
    made: list[int] = []
    at = Fraction(0)
    for i in range(0, len(given), 2):
        point, segment = given[i], given[i + 1]
        if not isinstance(point, Point) or not isinstance(segment, Segment):
            raise ValueError(f"elements {i} and {i + 1} are not a point and the segment behind it")
        if not point.t == segment.start == at or segment.end <= at:
            raise ValueError(
                f"element {i} is the point at {text(point.t)}, before the segment in ({text(segment.start)}, "
                f"{text(segment.end)}): the elements so far end at {text(at)}, and may leave no gap"
            )
        for number in (point.t, point.value, segment.first, segment.slope):
            made += parts(number)
        at = segment.end
    for number in (at, increment, math.inf, Fraction(0)):
        made += parts(number)
    return made


def point(t: Given, at: Given) -> Point:
    """A point, of whatever can be read exactly."""
    return Point(finite(t, "a time", least=0), value(at))


def segment(start: Given, end: Given, first: Given, slope: Given = 0) -> Segment:
    """A segment, of whatever can be read exactly."""
    return Segment(
        finite(start, "a start", least=0), finite(end, "an end", above=0), value(first), finite(slope, "a slope")
    )
