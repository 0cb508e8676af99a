"""Curves without an algorithm: values of operations from the definition, by trying all places where they can lie.

Written in fractions and from the definition alone: an infimum of sums of two piecewise linear functions lies at a break
of either, or at a limit there.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

import pytest

from easterly.predict.calculus import Curve, Point, Segment

Number: TypeAlias = Fraction | float
INF = math.inf


def seeds(few: int, all_of_them: int) -> list[Any]:
    """Numbers to draw from: a few each time, the rest in sweeps."""
    return [*range(few), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(few, all_of_them))]


@dataclass(frozen=True)
class Plain:
    """Breaks (x, value, limit behind, slope behind) on [0, T + d); f(t + d) = f(t) + c for t >= T."""

    breaks: tuple[tuple[Fraction, Number, Number, Fraction], ...]
    T: Fraction
    d: Fraction
    c: Fraction

    def curve(self) -> Curve:
        ends = [*(b[0] for b in self.breaks[1:]), self.T + self.d]
        made: list[Point | Segment] = []
        for (x, v, r, s), end in zip(self.breaks, ends, strict=True):
            made += [Point(x, v), Segment(x, end, r, s)]
        return Curve.of(made, self.T, self.d, self.c)

    def _near(self, t: Fraction, *, below: bool) -> tuple[Fraction, Fraction]:
        """The same place on the base, and what it is lower by."""
        turns = 0
        if t >= self.T + self.d:
            turns = (t - self.T) // self.d
        back = t - turns * self.d
        if below and back == self.T and turns:
            back, turns = back + self.d, turns - 1
        return back, turns * self.c

    def __call__(self, t: Fraction) -> Number:
        at, up = self._near(t, below=False)
        x, v, r, s = max(b for b in self.breaks if b[0] <= at)
        return up + (v if x == at else r if r in (INF, -INF) else r + s * (at - x))

    def right(self, t: Fraction) -> Number:
        at, up = self._near(t, below=False)
        x, _, r, s = max(b for b in self.breaks if b[0] <= at)
        return up + (r if r in (INF, -INF) else r + s * (at - x))

    def left(self, t: Fraction) -> Number:
        at, up = self._near(t, below=True)
        x, _, r, s = max(b for b in self.breaks if b[0] < at)
        return up + (r if r in (INF, -INF) else r + s * (at - x))

    def places(self, end: Fraction) -> Iterator[Fraction]:
        """Breaks up to `end`."""
        yield from (b[0] for b in self.breaks if b[0] <= end)
        turn = 1
        while self.T + turn * self.d <= end:
            yield self.T + turn * self.d
            for b in self.breaks:
                if b[0] > self.T and b[0] + turn * self.d <= end:
                    yield b[0] + turn * self.d
            turn += 1


def plus(a: Number, b: Number, absorbs: float) -> Number:
    return absorbs if absorbs in (a, b) else a + b


def convolution(f: Plain, g: Plain, t: Fraction, *, most: bool = False) -> Number:
    """inf, or sup where `most`, of f(t - s) + g(s)."""
    best, zero = (max, -INF) if most else (min, INF)
    found = [zero]
    for s in {Fraction(0), t, *g.places(t), *(t - x for x in f.places(t))}:
        found.append(plus(f(t - s), g(s), zero))
        if s < t:
            found.append(plus(f.left(t - s), g.right(s), zero))
        if s > 0:
            found.append(plus(f.right(t - s), g.left(s), zero))
    return best(found)


def multiple(a: Fraction, b: Fraction) -> Fraction:
    shared = math.lcm(a.denominator, b.denominator)
    return Fraction(math.lcm(int(a * shared), int(b * shared)), shared)


def deconvolution(f: Plain, g: Plain, t: Fraction, *, most: bool = True) -> Number:
    """sup, or inf unless `most`, of f(t + s) - g(s)."""
    best, zero = (max, -INF) if most else (min, INF)
    end = max(f.T, g.T) + 2 * multiple(f.d, g.d)
    if not {f(end), g(end)} & {INF, -INF} and (f.c / f.d > g.c / g.d if most else f.c / f.d < g.c / g.d):
        return -zero  # it goes on for ever
    found = [zero]
    for s in {Fraction(0), *g.places(end), *(x - t for x in f.places(end + t) if x >= t)}:
        found.append(plus(f(t + s), -g(s), zero))
        found.append(plus(f.right(t + s), -g.right(s), zero))
        if s > 0:
            found.append(plus(f.left(t + s), -g.left(s), zero))
    return best(found)


def same(made: Curve, wanted: Callable[[Fraction], Number], pick: random.Random, most: int = 60) -> None:
    """A curve has the values wanted at its own breaks, between them, and on a grid; `most` of these, drawn by lot."""
    end = made.rank + 2 * made.period + 1
    breaks = [e.t for e in made.cut(end) if isinstance(e, Point)]
    places = {*breaks, *((2 * a + b) / 3 for a, b in pairwise(breaks))}
    places |= {end * i / 24 for i in range(25)} | {
        Fraction(pick.randrange(0, 12 * math.ceil(end)), 12) for _ in range(9)
    }
    for t in pick.sample(sorted(places), min(most, len(places))):
        assert made(t) == wanted(t), t


def drawn(
    pick: random.Random, *, rising: bool = False, infinite: bool = True, tail: bool | None = None, whole: bool = False,
    periods: tuple[int, ...] = (1, 2, 3, 4, 5, 7),
) -> Plain:  # fmt: skip
    """A curve by lot: jumps, single points, infinite values, a start that does not repeat, periods of all kinds."""
    grain = 1 if whole else pick.choice((1, 1, 2, 3))
    d = Fraction(pick.choice(periods), grain)
    T = Fraction(pick.choice((0, 0, 1, 2, 3)), pick.choice((1, grain)))
    inner = {Fraction(pick.randrange(1, 4 * grain), grain) for _ in range(pick.randrange(4))}
    places = sorted({Fraction(0), T, *(x for x in inner if x < T + d)})
    endless = infinite and pick.random() < 0.15 if tail is None else tail
    breaks, level = [], Fraction(0)
    for x, end in zip(places, [*places[1:], T + d], strict=True):
        slope = Fraction(pick.randrange(0 if rising else -3, 4), pick.choice((1, 1, 2)))
        jump = Fraction(pick.choice((0, 0, 1, 2, 5)) if rising else pick.randrange(-3, 5))
        again = Fraction(pick.choice((0, 0, 1, 3)) if rising else pick.choice((0, 0, 0, -2, 3)))
        v: Number = level + jump
        r: Number = level + jump + again
        level = level + jump + again + slope * (end - x)
        if (endless and x >= T) or (infinite and not rising and x < T and pick.random() < 0.2):
            v, r, slope = (v if x < T and pick.random() < 0.5 else INF), INF, Fraction(0)
        breaks.append((x, v, r, slope))
    c = Fraction(0) if endless else _increment(pick, breaks, T, d, level, rising)
    return Plain(tuple(breaks), T, d, c)


def _increment(
    pick: random.Random, breaks: list[tuple[Fraction, Number, Number, Fraction]], T: Fraction, d: Fraction,
    level: Fraction, rising: bool,
) -> Fraction:  # fmt: skip
    if not rising:
        return Fraction(pick.randrange(-2, 6), pick.choice((1, 2)))
    start = next(b[1] for b in breaks if b[0] == T)
    return level - Fraction(start) + pick.choice((0, 0, 1, 2))
