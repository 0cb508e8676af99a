"""Expressions of curves: ``conv(rl(10Gb/s, 5us), bucket(64KiB, 1Gb/s))``; seconds along, bytes up, nothing rounded."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NoReturn

from easterly.base.findings import did_you_mean
from easterly.base.units import RATE, SIZE, TIME, Kind, QuantityError, exact
from easterly.predict.calculus import Curve

DEEPEST = 100
_UNIT = r"(?:[A-Za-z\u00b5\u03bc%]+(?:/[A-Za-z]+)?)?"
_TOKEN = re.compile(rf"\s*(?:(?P<quantity>[0-9.][0-9._]*(?:[eE][+-]?[0-9]+)?\s*{_UNIT})"
                    r"|(?P<name>[A-Za-z_]\w*)|(?P<sign>[-+*(),]))")  # fmt: skip
CURVE, NUMBER = "curve", "number"
Argument = Kind | str


@dataclass(frozen=True, slots=True)
class Function:
    """A name of the grammar: what it takes, how many of these may be left out, what it makes, what it is."""

    takes: tuple[tuple[str, Argument], ...]
    run: Callable[..., Curve]
    does: str
    optional: int = 0

    def usage(self, name: str) -> str:
        """As it is written."""
        words = [word for word, _ in self.takes]
        for i in range(len(words) - self.optional, len(words)):
            words[i] = f"[{words[i]}]"
        return f"{name}({', '.join(words)})"


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
    "shift": Function((("curve", CURVE), ("time", TIME)), Curve.shifted, "later, with 0 before"),
    "raise": Function((("curve", CURVE), ("size", SIZE)), Curve.raised, "higher everywhere"),
    "stretch": Function((("curve", CURVE), ("number", NUMBER)), Curve.stretched, "in that many times the time"),
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

    def whole(self) -> Curve:
        made = self._sum()
        if self.now.kind != "end":
            self._fail(
                self.now.at, f"the curve ends before {self.now.text!r}: join curves with + or -, or min(..., ...)"
            )
        return made

    def _sum(self) -> Curve:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(self.now.at, f"brackets deeper than {DEEPEST}")
        made = self._factor()
        while self.now.text in ("+", "-") and self.now.kind == "sign":
            sign, other = self.now, None
            self.i += 1
            other = self._factor()
            made = self._run(sign.at, lambda a, b, plus=sign.text == "+": a + b if plus else a - b, [made, other])
        self.depth -= 1
        return made

    def _factor(self) -> Curve:
        if self.now.kind == "quantity":
            at, by = self.now.at, self._quantity(NUMBER)
            self._need("*", "a number stands before a curve, as in 2 * bucket(1kB, 1Gb/s)")
            return self._run(at, lambda curve: curve * by, [self._factor()])
        if self._take("("):
            made = self._sum()
            self._need(")", "the bracket is still open")
            return made
        if self.now.kind != "name":
            what = repr(self.now.text) if self.now.text else "the end"
            self._fail(self.now.at, f"a curve is missing before {what}: write one like bucket(64KiB, 1Gb/s)")
        return self._call()

    def _call(self) -> Curve:
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
            given.append(self._sum() if kind == CURVE else self._quantity(kind))
        self._need(")", f"write {usage}")
        return self._run(name.at, function.run, given)

    def _quantity(self, kind: Argument) -> Fraction:
        token = self.now
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

    def _run(self, at: int, run: Callable[..., Curve], given: list[Any]) -> Curve:
        try:
            return run(*given)
        except Misplaced:
            raise
        except ValueError as error:
            self._fail(at, str(error))
