"""Expressions of curves: ``conv(rl(10Gb/s, 5us), bucket(64KiB, 1Gb/s))``; seconds along, bytes up, nothing rounded.

An inverse has bytes along and seconds up, and what is made of it the axes that follow; the same course on other axes is
another curve, and cannot be added to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from easterly.base.findings import did_you_mean
from easterly.base.units import RATE, SIZE, TIME, Kind, QuantityError, exact
from easterly.predict.calculus import Curve, servers, sources

DEEPEST = 100
_UNIT = r"(?:[A-Za-z\u00b5\u03bc%]+(?:/[A-Za-z]+)?)?"
_TOKEN = re.compile(rf"\s*(?:(?P<quantity>[0-9.][0-9._]*(?:[eE][+-]?[0-9]+)?\s*{_UNIT})"
                    r"|(?P<name>[A-Za-z_]\w*)|'(?P<file>[^']*)'|(?P<sign>[-+*(),]))")  # fmt: skip
CURVE, NUMBER, FILE, ALONG, UP = "curve", "number", "file", "along", "up"
Argument = Kind | str
Axes = tuple[Kind, Kind]
USUAL: Axes = (TIME, SIZE)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A curve with what its axes count: along, and up."""

    curve: Curve
    axes: Axes = USUAL


@dataclass(frozen=True, slots=True)
class Function:
    """A name of the grammar: what it takes, how many of these may be left out, what it makes, what it is."""

    takes: tuple[tuple[str, Argument], ...]
    run: Callable[..., Curve]
    does: str
    optional: int = 0
    axes: Callable[[list[Axes]], Axes] | None = None  # of the curves it takes; the same as theirs if absent

    def usage(self, name: str) -> str:
        """As it is written."""
        words = [word for word, _ in self.takes]
        for i in range(len(words) - self.optional, len(words)):
            words[i] = f"[{words[i]}]"
        return f"{name}({', '.join(words)})"


def _swapped(axes: list[Axes]) -> Axes:
    return axes[0][1], axes[0][0]


def _composed(axes: list[Axes]) -> Axes:
    (along, up), (inner_along, inner_up) = axes
    if along is not inner_up:
        raise ValueError(f"the outer curve takes a {along.name}, and the inner one gives a {inner_up.name}")
    return inner_along, up


def _trace(path: str, rate_Bps: Fraction) -> Curve:
    from easterly.app.calc.traces import read as packets

    at_ns, size_B = packets(path)
    return sources.hull(at_ns, size_B, rate_Bps=rate_Bps)


_TWO = (("curve", CURVE), ("curve", CURVE))
_ONE = (("curve", CURVE),)
FUNCTIONS: dict[str, Function] = {
    "bucket": Function((("burst", SIZE), ("rate", RATE)), lambda b, r: Curve.bucket(r, b), "token bucket"),
    "rl": Function((("rate", RATE), ("latency", TIME)), Curve.rate_latency, "rate-latency service", 1),
    "stairs": Function((("size", SIZE), ("interval", TIME), ("jitter", TIME)), Curve.staircase,
                       "arrivals of a size each interval", 1),
    "steps": Function((("size", SIZE), ("interval", TIME), ("latency", TIME)), Curve.steps,
                      "service of a size after each interval", 1),
    "delay": Function((("time", TIME),), Curve.delay, "pure delay"),
    "constant": Function((("size", SIZE),), Curve.constant, "the same always"),
    "zero": Function((), Curve.zero, "0 always"),
    "conv": Function(_TWO, Curve.convolve, "(min,+) convolution"),
    "deconv": Function(_TWO, Curve.deconvolve, "(min,+) deconvolution"),
    "maxconv": Function(_TWO, Curve.convolve_max, "(max,+) convolution"),
    "maxdeconv": Function(_TWO, Curve.deconvolve_max, "(max,+) deconvolution"),
    "min": Function(_TWO, Curve.minimum, "the lower at each time"),
    "max": Function(_TWO, Curve.maximum, "the higher at each time"),
    "closure": Function(_ONE, Curve.closure, "sub-additive closure"),
    "superclosure": Function(_ONE, Curve.superadditive_closure, "super-additive closure"),
    "rising": Function(_ONE, Curve.nondecreasing, "least curve above that falls nowhere"),
    "rising_below": Function(_ONE, Curve.nondecreasing_below, "greatest curve below that falls nowhere"),
    "positive": Function(_ONE, Curve.nonnegative, "0 where it is below"),
    "shift": Function((("curve", CURVE), ("time", ALONG)), Curve.shifted, "later, with 0 before"),
    "raise": Function((("curve", CURVE), ("size", UP)), Curve.raised, "higher everywhere"),
    "stretch": Function((("curve", CURVE), ("number", NUMBER)), Curve.stretched, "in that many times the time"),
    "inverse": Function(_ONE, Curve.lower_inverse, "from when on it is there: the lower pseudo-inverse", 0, _swapped),
    "upper_inverse": Function(_ONE, Curve.upper_inverse, "until when it is not beyond: the upper one", 0, _swapped),
    "compose": Function((("outer", CURVE), ("inner", CURVE)), Curve.compose, "outer(inner(t))", 0, _composed),
    "left_over": Function((("service", CURVE), ("others", CURVE), ("size", SIZE)), servers.left_over,
                          "of a strict service beside others, and a packet that is not interrupted", 1),
    "tdma": Function((("rate", RATE), ("slot", TIME), ("cycle", TIME)), servers.tdma, "a slot in each cycle"),
    "packets": Function((("service", CURVE), ("size", SIZE)), servers.packetised, "a service that sends whole packets"),
    "trace": Function((("file", FILE), ("rate", RATE)), _trace, "least concave bound of a trace, and a rate behind it",
                      1),
}  # fmt: skip


class Misplaced(ValueError):
    """Something in an expression that cannot be read, or has no result; a caret shows where."""

    def __init__(self, text: str, at: int, message: str) -> None:
        line = text.replace("\n", " ").replace("\t", " ")
        begin = max(0, at - 60)
        super().__init__(f"{message}\n  {line[begin : begin + 100]}\n  {' ' * (at - begin)}^")
        self.at, self.said = at, message


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def read(text: str) -> Curve:
    """Make the curve that an expression describes.

    Parameters
    ----------
    text : str
        Functions of `FUNCTIONS`, ``+`` and ``-`` between curves, ``*`` between a number and a curve, brackets.

    Raises
    ------
    Misplaced
        What cannot be read, or computed; with a caret where.

    Examples
    --------
    >>> read("conv(rl(10Gb/s, 5us), rl(8Gb/s, 1us))") == Curve.rate_latency(10**9, "6e-6")
    True
    """
    return drawn(text).curve


def drawn(text: str) -> Drawn:
    """The same curve, with what its axes count.

    Examples
    --------
    >>> [kind.name for kind in drawn("inverse(rl(10Gb/s, 5us))").axes]
    ['size', 'time']
    """
    return _Reader(text).whole()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.i, self.depth = text, 0, 0
        self.tokens = self._tokens(text)

    def _tokens(self, text: str) -> list[_Token]:
        made, at = [], 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if match is None:
                at += len(text[at:]) - len(text[at:].lstrip())
                self._fail(at, f"{text[at]!r} means nothing here")
            kind = str(match.lastgroup)
            made.append(_Token(kind, match[kind].strip(), match.start(kind)))
            at = match.end()
        return [*made, _Token("end", "", len(text.rstrip()))]

    def _fail(self, at: int, message: str) -> NoReturn:
        raise Misplaced(self.text, at, message)

    @property
    def now(self) -> _Token:
        return self.tokens[self.i]

    def _take(self, sign: str) -> bool:
        if self.now.kind == "sign" and self.now.text == sign:
            self.i += 1
            return True
        return False

    def _need(self, sign: str, why: str) -> None:
        if not self._take(sign):
            self._fail(self.now.at, f"{sign!r} is missing: {why}")

    def whole(self) -> Drawn:
        made = self._sum()
        if self.now.kind != "end":
            self._fail(
                self.now.at, f"the curve ends before {self.now.text!r}: join curves with + or -, or min(..., ...)"
            )
        return made

    def _sum(self) -> Drawn:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(self.now.at, f"brackets deeper than {DEEPEST}")
        made = self._factor()
        while self.now.text in ("+", "-") and self.now.kind == "sign":
            sign, other = self.now, None
            self.i += 1
            other = self._factor()
            made = self._run(sign.at, _PLUS if sign.text == "+" else _MINUS, [made, other])
        self.depth -= 1
        return made

    def _factor(self) -> Drawn:
        if self.now.kind == "quantity":
            at, by = self.now.at, self._quantity(NUMBER, USUAL)
            self._need("*", "a number stands before a curve, as in 2 * bucket(1kB, 1Gb/s)")
            return self._run(at, Function(_ONE, lambda curve: curve * by, "times"), [self._factor()])
        if self._take("("):
            made = self._sum()
            self._need(")", "the bracket is still open")
            return made
        if self.now.kind != "name":
            what = repr(self.now.text) if self.now.text else "the end"
            self._fail(self.now.at, f"a curve is missing before {what}: write one like bucket(64KiB, 1Gb/s)")
        return self._call()

    def _call(self) -> Drawn:
        name = self.now
        if name.text not in FUNCTIONS:
            hint = did_you_mean(name.text, list(FUNCTIONS))
            self._fail(
                name.at, f"{name.text!r} is no curve" + (f"; {hint}" if hint else f": use {', '.join(FUNCTIONS)}")
            )
        function = FUNCTIONS[name.text]
        usage = function.usage(name.text)
        self.i += 1
        self._need("(", f"write {usage}")
        given: list[Any] = []
        for i, (_, kind) in enumerate(function.takes):
            if i >= len(function.takes) - function.optional and self.now.text == ")":
                given += [0] * (len(function.takes) - i)
                break
            if i:
                self._need(",", f"write {usage}")
            given.append(self._argument(kind, given))
        self._need(")", f"write {usage}")
        return self._run(name.at, function, given)

    def _argument(self, kind: Argument, before: list[Any]) -> Any:
        if kind == CURVE:
            return self._sum()
        if kind == FILE:
            token = self.now
            if token.kind != "file":
                self._fail(token.at, "a file is missing here: write its name in single quotes, as in trace('a.csv')")
            self.i += 1
            return token.text
        return self._quantity(kind, before[0].axes if before and isinstance(before[0], Drawn) else USUAL)

    def _quantity(self, kind: Argument, axes: Axes) -> Fraction:
        token = self.now
        kind = axes[0] if kind == ALONG else axes[1] if kind == UP else kind
        wanted = kind.name if isinstance(kind, Kind) else "number"
        if token.kind != "quantity":
            example = kind.example if isinstance(kind, Kind) else "2"
            self._fail(token.at, f"a {wanted} is missing here: write it like {example}")
        self.i += 1
        try:
            if not isinstance(kind, Kind):
                return Fraction(token.text.replace("_", ""))
            return exact(token.text, kind) / (8 if kind is RATE else 1)
        except QuantityError as error:
            self._fail(token.at, f"{error}; {error.hint}" if error.hint else str(error))
        except (ValueError, ZeroDivisionError):
            self._fail(token.at, f"{token.text!r} is not a number")

    def _run(self, at: int, function: Function, given: list[Any]) -> Drawn:
        try:
            axes = [each.axes for each in given if isinstance(each, Drawn)]
            curve = function.run(*(each.curve if isinstance(each, Drawn) else each for each in given))
            return Drawn(curve, _together(axes) if function.axes is None else function.axes(axes))
        except Misplaced:
            raise
        except ValueError as error:
            self._fail(at, str(error))


def _together(axes: list[Axes]) -> Axes:
    """Those of all curves, which must be the same."""
    for other in axes[1:]:
        if other != axes[0]:
            one, two = (f"{up.name} by {along.name}" for along, up in (axes[0], other))
            raise ValueError(f"one curve is {one}, the other {two}: they have no common axes")
    return axes[0] if axes else USUAL


_PLUS = Function(_TWO, lambda a, b: a + b, "sum")
_MINUS = Function(_TWO, lambda a, b: a - b, "difference")
