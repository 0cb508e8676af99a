"""Curves of network calculus, exactly: ultimately pseudo-periodic, piecewise linear, over the rationals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

from easterly._kernel.curve import Exact
from easterly.base.columns import FloatColumn, floats
from easterly.predict.calculus.elements import Point, Segment, elements, numbers
from easterly.predict.calculus.rational import Given, Value, finite, parts, text, value, whole

LINES = 10
"""Of a printed curve."""


class Curve:
    """A function of t >= 0 that repeats in the end: f(t + period) = f(t) + increment for all t > rank.

    Values are rational, or infinite; behind the rank all are finite, or all +inf, or all -inf. A curve never changes,
    and equal functions are equal curves: the rank and the period are the least (a period of 1 where the end is a line
    or infinite). Operations are exact, whatever the size of the numbers; one whose result would have more than
    4,194,304 pieces, or take more than 2^28 pairs of pieces, raises ValueError rather than eat memory. (Bouillard &
    Thierry 2008, Discrete Event Dynamic Systems 18:3; of the operations, Le Boudec & Thiran 2001.)

    Attributes
    ----------
    reason : str
        Why the curve is +inf everywhere, where an operation made it so; empty otherwise.

    Examples
    --------
    >>> arrivals, service = Curve.bucket(2, 3), Curve.rate_latency(10, "1/4")
    >>> arrivals.horizontal_deviation(service), arrivals.vertical_deviation(service)
    (Fraction(11, 20), Fraction(7, 2))
    >>> arrivals.deconvolve(service) == Curve.bucket(2, "7/2").raised_at_0("7/2")
    True
    """

    __slots__ = ("_of", "reason")
    _of: Exact
    reason: str

    def __init__(self, of: Exact, reason: str = "") -> None:
        object.__setattr__(self, "_of", of)
        object.__setattr__(self, "reason", reason)

    def __setattr__(self, name: str, new: object) -> None:
        raise AttributeError(f"a curve never changes: {name} cannot be set; make another")

    # How they are made.

    @classmethod
    def of(cls, given: Sequence[Point | Segment], rank: Given, period: Given, increment: Given) -> Curve:
        """Make a curve of its elements on [0, rank + period), where f(t + period) = f(t) + increment from `rank` on.

        Raises
        ------
        ValueError
            Elements with gaps, or that end elsewhere; a part that repeats and is infinite here and there.
        """
        T, d = finite(rank, "the rank", least=0), finite(period, "the period", above=0)
        c = finite(increment, "the increment")
        made = numbers(given, _value_at(given, T) + c)
        last = given[-1]
        if not isinstance(last, Segment) or last.end != T + d:
            raise ValueError(f"the elements must end with a segment at rank + period, {text(T + d)}")
        return cls(Exact([*made, *parts(T), *parts(d), *parts(c)]))

    @classmethod
    def lines(cls, *pieces: tuple[Given, Given, Given, Given]) -> Curve:
        """Make a curve of (t, value at t, limit behind t, slope behind t), the last of which goes on for ever.

        Examples
        --------
        >>> Curve.lines((0, 0, 5, 2)) == Curve.bucket(2, 5)
        True
        """
        made: list[int] = []
        for t, at, behind, slope in pieces:
            first = finite(t, "a time", least=0), value(at), value(behind), finite(slope, "a slope")
            for each in first:
                made += parts(each)
        if not pieces:
            raise ValueError("a curve needs at least the piece at 0")
        start, _, behind, slope = first
        end = behind + slope if isinstance(behind, Fraction) else behind
        for each in (start + 1, end, math.inf, 0, start, 1, slope if isinstance(behind, Fraction) else 0):
            made += parts(value(each))
        return cls(Exact(made))

    @classmethod
    def constant(cls, level: Given) -> Curve:
        """The same value always."""
        return cls.lines((0, level, level, 0))

    @classmethod
    def zero(cls) -> Curve:
        """0 always."""
        return cls.constant(0)

    @classmethod
    def bucket(cls, rate: Given, burst: Given) -> Curve:
        """Token bucket: 0 at 0, burst + rate t behind."""
        return cls.lines((0, 0, finite(burst, "the burst", least=0), finite(rate, "the rate", least=0)))

    @classmethod
    def rate_latency(cls, rate: Given, latency: Given) -> Curve:
        """Rate-latency service: rate (t - latency) from the latency on, 0 before."""
        R, T = finite(rate, "the rate", least=0), finite(latency, "the latency", least=0)
        return cls.lines((0, 0, 0, 0), (T, 0, 0, R)) if T else cls.lines((0, 0, 0, R))

    @classmethod
    def delay(cls, time: Given) -> Curve:
        """Pure delay: 0 up to and at `time`, +inf behind; of 0, what leaves a curve as it is when convolved."""
        T = finite(time, "the delay", least=0)
        return cls.lines((0, 0, 0, 0), (T, 0, math.inf, 0)) if T else cls.lines((0, 0, math.inf, 0))

    @classmethod
    def staircase(cls, height: Given, interval: Given, jitter: Given = 0) -> Curve:
        """Arrivals of `height` every `interval`, give or take `jitter` in all: height ceil((t + jitter) / interval).

        0 at 0, and continuous from the left.
        """
        h, d = finite(height, "the height"), finite(interval, "the interval", above=0)
        J = finite(jitter, "the jitter", least=0)
        count = J // d + 1
        first = count * d - J
        made = [*parts(0 * h), *parts(0 * h), *parts(h * count), 0, 1]
        end = [*parts(first), *parts(h * count), 1, 0, 0, 1]
        once = cls(Exact([*made, *end, 0, 1, *parts(first), *parts(h)]))
        if first == d:
            return once
        more = [*parts(first), *parts(h * count), *parts(h * (count + 1)), 0, 1, *parts(first + d)]
        return cls(Exact([*made, *more, *parts(h * (count + 1)), 1, 0, 0, 1, *parts(first), *parts(d), *parts(h)]))

    @classmethod
    def steps(cls, height: Given, interval: Given, latency: Given = 0) -> Curve:
        """Service in steps: height floor((t - latency) / interval) from the latency on, 0 before."""
        h, d = finite(height, "the height"), finite(interval, "the interval", above=0)
        once = cls(Exact([0, 1, 0, 1, 0, 1, 0, 1, *parts(d), *parts(h), 1, 0, 0, 1, 0, 1, *parts(d), *parts(h)]))
        return once.shifted(latency)

    @classmethod
    def envelope(cls, times: Sequence[Given], sizes: Sequence[Given]) -> Curve:
        """The least arrival curve of a trace: at t, the most that arrived within any interval shorter than t.

        The cumulative arrivals deconvolved with themselves; constant behind the length of the trace.

        Raises
        ------
        ValueError
            Times that fall, sizes below 0, or not as many of one as of the other.
        """
        when = [finite(t, "a time", least=0) for t in times]
        if len(when) != len(sizes) or any(b < a for a, b in pairwise(when)):
            raise ValueError("a trace needs times that never fall, and one size for each")
        total: dict[Fraction, Fraction] = {}
        so_far = Fraction(0)
        for t, size in zip(when, sizes, strict=True):
            so_far += finite(size, "a size", least=0)
            total[t] = so_far
        levels = [Fraction(0), *total.values()]
        rows = [(t, levels[i], levels[i + 1], Fraction(0)) for i, t in enumerate(total)]
        rows = rows if rows and rows[0][0] == 0 else [(Fraction(0),) * 4, *rows]
        arrived = cls.lines(*rows)
        return arrived.deconvolve(arrived)

    # What they are.

    @property
    def rank(self) -> Fraction:
        """T: the function repeats behind it."""
        return self._end()[0]

    @property
    def period(self) -> Fraction:
        """d: the length of what repeats."""
        return self._end()[1]

    @property
    def increment(self) -> Fraction:
        """c: what each period adds."""
        return self._end()[2]

    @property
    def slope(self) -> Value:
        """Rate in the long run: increment / period; infinite where the curve is in the end."""
        _, d, c = self._end()
        last = self.elements[-2]
        return last.first if isinstance(last, Segment) and not isinstance(last.first, Fraction) else c / d

    @property
    def elements(self) -> tuple[Point | Segment, ...]:
        """Points and open segments in turn on [0, rank + period], as few as possible."""
        return tuple(elements(self._of.numbers()[:-6]))

    def cut(self, end: Given) -> tuple[Point | Segment, ...]:
        """Points and open segments in turn on [0, end]."""
        return tuple(elements(self._of.stretch(*parts(finite(end, "the end", above=0)))))

    def to_arrays(self, end: Given) -> tuple[FloatColumn, FloatColumn]:
        """Times and values of a line to draw on [0, end], as floats: a jump has its time twice or three times."""
        t: list[Value] = []
        y: list[Value] = []
        for each in self.cut(end):
            if isinstance(each, Point):
                t, y = [*t, each.t], [*y, each.value]
            else:
                t, y = [*t, each.start, each.end], [*y, each.first, each.last]
        return floats([float(x) for x in t]), floats([float(x) for x in y])

    def __call__(self, t: Given) -> Value:
        """Value at t."""
        return whole(*self._at(t)[2:4])

    def left(self, t: Given) -> Value:
        """Limit from below, above 0; at 0 the value there."""
        return whole(*self._at(t)[:2])

    def right(self, t: Given) -> Value:
        """Limit from above."""
        return whole(*self._at(t)[4:])

    def is_nondecreasing(self) -> bool:
        """Whether it falls nowhere."""
        return self._of.rises()

    def is_subadditive(self) -> bool:
        """Whether f(s + t) <= f(s) + f(t) for all s, t."""
        return self <= self.convolve(self)

    def __eq__(self, other: object) -> bool:
        """As functions, for all t."""
        return isinstance(other, Curve) and self._of == other._of

    def __hash__(self) -> int:
        return hash(tuple(self._of.numbers()))

    def __le__(self, other: Curve) -> bool:
        """For all t."""
        return self._of.at_most(other._of)

    def __ge__(self, other: Curve) -> bool:
        return other <= self

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self._of.numbers(), self.reason)

    def __repr__(self) -> str:
        T, d, c = self._end()
        lines = [
            f"Curve: rank {text(T)}, period {text(d)}, increment {text(c)}" + (f" ({self.reason})" * bool(self.reason))
        ]
        every = self.elements
        shown = every if len(every) < LINES else every[: LINES - 3]
        lines += [f"  {each}" for each in shown]
        if len(shown) < len(every):
            lines += [f"  ... {len(every) - len(shown) - 1} more", f"  {every[-1]}"]
        return "\n".join(lines)

    # What is done with them, point by point.

    def minimum(self, other: Curve) -> Curve:
        """The lower of both at every t."""
        return Curve(self._of.lower(other._of))

    def maximum(self, other: Curve) -> Curve:
        """The higher of both at every t."""
        return Curve(self._of.upper(other._of))

    def __add__(self, other: Curve) -> Curve:
        """Sum at every t; ValueError where +inf meets -inf."""
        return Curve(self._of.sum(other._of))

    def __sub__(self, other: Curve) -> Curve:
        """Difference at every t; ValueError where +inf meets +inf."""
        return Curve(self._of.sum(other._of.opposite()))

    def __neg__(self) -> Curve:
        """Times -1."""
        return Curve(self._of.opposite())

    def __mul__(self, factor: Given) -> Curve:
        """Times a finite number other than 0."""
        by = finite(factor, "the factor")
        if by == 0:
            raise ValueError("the factor is 0, of which nothing of the curve is left: use Curve.zero()")
        made = Curve(self._of.scaled(1, 1, *parts(abs(by))))
        return made if by > 0 else -made

    __rmul__ = __mul__

    def stretched(self, factor: Given) -> Curve:
        """f(t / factor): the same course in that many times the time."""
        return Curve(self._of.scaled(*parts(finite(factor, "the factor", above=0)), 1, 1))

    def shifted(self, time: Given, before: Given = 0) -> Curve:
        """f(t - time), with `before` up to there; a time below 0 cuts off the start."""
        return Curve(self._of.moved(*parts(finite(time, "the shift")), 0, 1, *parts(value(before))))

    def raised(self, by: Given) -> Curve:
        """A number more everywhere."""
        return Curve(self._of.moved(0, 1, *parts(finite(by, "the number")), 0, 1))

    def raised_at_0(self, to: Given) -> Curve:
        """Another value at 0, the same behind."""
        made = self._of.numbers()
        made[2:4] = parts(value(to))
        return Curve(Exact(made))

    def nonnegative(self) -> Curve:
        """max(f, 0)."""
        return self.maximum(Curve.zero())

    def nondecreasing(self) -> Curve:
        """The least curve above it that falls nowhere: sup over s <= t of f(s)."""
        return self.convolve_max(Curve.zero())

    def nondecreasing_below(self) -> Curve:
        """The greatest curve below it that falls nowhere: inf over s >= t of f(s)."""
        return self.deconvolve_max(Curve.zero())

    # (min,+) and (max,+).

    def convolve(self, other: Curve) -> Curve:
        """(min,+) convolution: inf over 0 <= s <= t of f(t - s) + g(s); +inf absorbs -inf."""
        return Curve(self._of.convolution(other._of))

    def deconvolve(self, other: Curve) -> Curve:
        """(min,+) deconvolution: sup over s >= 0 of f(t + s) - g(s); what g = +inf allows counts as -inf.

        Where f grows faster than g, it is +inf everywhere, and `reason` says so.
        """
        made = self._of.deconvolution(other._of)
        reason = ""
        if made == Curve.constant(math.inf)._of:
            reason = f"it grows by {text(self.slope)} in the long run, what serves it by {text(other.slope)}: no bound"
        return Curve(made, reason)

    def convolve_max(self, other: Curve) -> Curve:
        """(max,+) convolution: sup over 0 <= s <= t of f(t - s) + g(s); -inf absorbs +inf."""
        return Curve(self._of.opposite().convolution(other._of.opposite()).opposite())

    def deconvolve_max(self, other: Curve) -> Curve:
        """(max,+) deconvolution: inf over s >= 0 of f(t + s) - g(s)."""
        return Curve(self._of.opposite().deconvolution(other._of.opposite()).opposite())

    def closure(self) -> Curve:
        """Sub-additive closure: inf over n of f convolved n times with itself, and 0 at 0.

        Raises
        ------
        ValueError
            It is -inf (f starts below 0), or never becomes one of these functions (infinite here and there for ever).
        """
        return Curve(self._of.closure())

    def superadditive_closure(self) -> Curve:
        """Super-additive closure: sup over n of f (max,+)-convolved n times with itself, and 0 at 0."""
        return Curve(self._of.opposite().closure().opposite())

    # Inverses, composition, distances.

    def lower_inverse(self) -> Curve:
        """inf{t : f(t) >= y} for y >= 0, of a curve that falls nowhere."""
        return Curve(self._of.inverse(False))

    def upper_inverse(self) -> Curve:
        """inf{t : f(t) > y} for y >= 0, which is sup{t : f(t) <= y}, of a curve that falls nowhere."""
        return Curve(self._of.inverse(True))

    def compose(self, inner: Curve) -> Curve:
        """f(g(t)), of an inner curve g that falls nowhere and is not below 0."""
        return Curve(self._of.composition(inner._of))

    def horizontal_deviation(self, service: Curve) -> Value:
        """Delay of arrivals f at a service g, both of which fall nowhere: the longest horizontal distance.

        sup over t of inf{s >= 0 : f(t) <= g(t + s)}; `math.inf` where there is none. Values of f below 0 count as 0.
        """
        return whole(*self._of.horizontal(service._of))

    def z_deviation(self, service: Curve) -> Value:
        """Delay of arrivals f at a service g that may fall: sup over t of sup{s >= 0 : f(t) > g(t + s)}, or 0.

        Where neither falls, the horizontal deviation. It asks for the last time that g is behind f rather than for the
        first that it is not, and so is the horizontal deviation of the curves that fall nowhere, above f and below g.
        """
        return self.nondecreasing().horizontal_deviation(service.nondecreasing_below())

    def vertical_deviation(self, service: Curve) -> Value:
        """Backlog of arrivals f at a service g: sup over t of f(t) - g(t); `math.inf` where there is none."""
        return whole(*self._of.difference(service._of))

    def _end(self) -> tuple[Fraction, Fraction, Fraction]:
        T, T_under, d, d_under, c, c_under = self._of.numbers()[-6:]
        return Fraction(T, T_under), Fraction(d, d_under), Fraction(c, c_under)

    def _at(self, t: Given) -> tuple[int, int, int, int, int, int]:
        return self._of.at(*parts(finite(t, "the time", least=0)))


def _again(made: list[int], reason: str) -> Curve:
    return Curve(Exact(made), reason)


def _value_at(given: Sequence[Point | Segment], t: Fraction) -> Value:
    """What elements say of one time; 0 where they say nothing."""
    for each in given:
        if isinstance(each, Point) and each.t == t:
            return each.value
        if isinstance(each, Segment) and each.start < t < each.end:
            return each.first + each.slope * (t - each.start) if isinstance(each.first, Fraction) else each.first
    return Fraction(0)
