"""Closed forms and laws of curves: Le Boudec & Thiran 2001, chapters 1 and 3, and Liebeherr 2017 for inverses."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import pytest
from tests.predict.calculus.plain import INF, Number, Plain, drawn, same, seeds

from easterly.predict.calculus import Curve

SEEDS = seeds(8, 120)
F = Fraction


def number(pick: random.Random, most: int = 30) -> Fraction:
    return F(pick.randrange(1, most), pick.choice((1, 2, 3, 5)))


@pytest.mark.parametrize("seed", SEEDS)
def test_bucket_through_rate_latency(seed: int) -> None:
    pick = random.Random(seed)
    r, b, T = number(pick), number(pick), number(pick)
    R = r + pick.choice((F(0), number(pick)))
    arrivals, service = Curve.bucket(r, b), Curve.rate_latency(R, T)
    assert arrivals.horizontal_deviation(service) == T + b / R
    assert arrivals.vertical_deviation(service) == b + r * T
    assert arrivals.deconvolve(service) == Curve.lines((0, b + r * T, b + r * T, r))
    faster = Curve.bucket(R + 1, b)
    assert faster.horizontal_deviation(service) == faster.vertical_deviation(service) == INF
    assert faster.deconvolve(service) == Curve.constant(INF) and "no bound" in faster.deconvolve(service).reason


@pytest.mark.parametrize("seed", SEEDS)
def test_rate_latencies_in_a_row(seed: int) -> None:
    pick = random.Random(seed)
    R, T, S, U = (number(pick) for _ in range(4))
    made = Curve.rate_latency(R, T).convolve(Curve.rate_latency(S, U))
    assert made == Curve.rate_latency(min(R, S), T + U)
    assert Curve.bucket(R, T).convolve(Curve.bucket(S, U)) == Curve.bucket(R, T).minimum(Curve.bucket(S, U))
    assert Curve.rate_latency(R, T).convolve(Curve.delay(U)) == Curve.rate_latency(R, T + U)
    assert Curve.delay(T).convolve(Curve.delay(U)) == Curve.delay(T + U)


@pytest.mark.parametrize("seed", SEEDS)
def test_laws_of_the_algebra(seed: int) -> None:
    pick = random.Random(seed)
    f, g, h = (drawn(pick, periods=(1, 2, 3)).curve() for _ in range(3))
    assert f.convolve(g).convolve(h) == f.convolve(g.convolve(h))
    assert f.convolve(g.minimum(h)) == f.convolve(g).minimum(f.convolve(h))
    assert f.convolve(Curve.delay(0)) == f
    assert f.convolve(g).deconvolve(g) <= f
    assert f <= f.deconvolve(g).convolve(g)
    assert f.deconvolve(g).deconvolve(h) == f.deconvolve(g.convolve(h))


@pytest.mark.parametrize("seed", SEEDS)
def test_pseudo_inverses(seed: int) -> None:
    pick = random.Random(seed)
    f = drawn(pick, rising=True, infinite=True)
    made = f.curve()
    assert made.is_nondecreasing()
    low, high = made.lower_inverse(), made.upper_inverse()
    same(low, lambda y: _inverse(f, y, upper=False), pick, 40)
    same(high, lambda y: _inverse(f, y, upper=True), pick, 40)
    assert low <= high
    again = low.upper_inverse()
    # Back again, it is what is continuous from the right.
    for t in f.places(f.T + 2 * f.d):
        assert again(t) == f.right(t) or not isinstance(f.right(t), Fraction)


def _inverse(f: Plain, y: Fraction, *, upper: bool) -> Number:
    """inf{t : f(t) >= y}, or > y: by walking along."""

    def there(value: Number) -> bool:
        return value > y if upper else value >= y

    end = f.T + f.d * (math.ceil((y + 100) / f.c) + 2 if f.c else 2)
    places = sorted(set(f.places(end)))
    for x, to in zip(places, [*places[1:], end], strict=True):
        if there(f(x)) or there(f.right(x)):
            return x
        if (to > x and there(f.left(to))) or (to > x and not upper and f.left(to) == y):
            first, last = f.right(x), f.left(to)
            return x + (y - first) * (to - x) / (last - first)
        if to > x and upper and f.left(to) == y and there(f(to)):
            return to
    return INF


@pytest.mark.parametrize("seed", SEEDS)
def test_composition(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick, rising=True, infinite=False)
    same(f.curve().compose(g.curve()), lambda t: f(g(t)), pick, 40)  # type: ignore[arg-type]
    h = drawn(pick, rising=True, infinite=False).curve()
    assert f.curve().compose(g.curve()).compose(h) == f.curve().compose(g.curve().compose(h))


@pytest.mark.parametrize("seed", SEEDS)
def test_horizontal_deviation(seed: int) -> None:
    """From the definition: at every break of the arrivals, and where they reach a break of the service."""
    pick = random.Random(seed)
    f, g = drawn(pick, rising=True, infinite=False), drawn(pick, rising=True, infinite=False)
    found = f.curve().horizontal_deviation(g.curve())
    if f.c * g.d > g.c * f.d:
        assert found == INF
        return
    low = g.curve().lower_inverse()
    end = f.T + 40 * f.d
    waits = [F(0)]
    for t in (end * i / 400 for i in range(400)):
        waits.append(low(f(t)) - t)
    for t in f.places(end):
        waits += (
            [low(f(t)) - t, low.right(f.right(t)) - t] if f.right(t + F(1, 10**9)) > f.right(t) else [low(f(t)) - t]
        )
    assert found >= max(waits)
    assert found == INF or f.curve() <= g.curve().shifted(-found - F(1, 10**6)), "it waits for longer"
    if found not in (0, INF):
        assert not f.curve() <= g.curve().shifted(-found * F(999, 1000)), "a shorter wait would do"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_falls_nowhere(seed: int) -> None:
    pick = random.Random(seed)
    f = drawn(pick)
    up, down = f.curve().nondecreasing(), f.curve().nondecreasing_below()
    assert up.is_nondecreasing() and down.is_nondecreasing() and down <= f.curve() <= up
    t = F(pick.randrange(1, 60), 6)
    seen = [
        f(t),
        *(w for x in f.places(t) for w in (f(x), *([f.right(x)] if x < t else []), *([f.left(x)] if x else []))),
    ]
    assert up(t) == max([*seen, f.left(t)])


def test_staircases() -> None:
    stairs = Curve.staircase(3, 2)
    assert [stairs(t) for t in (0, "1/2", 2, "5/2", 4)] == [0, 3, 3, 6, 6]
    assert stairs.closure() == stairs and stairs.is_subadditive()
    assert Curve.staircase(3, 2, 1).closure() == Curve.staircase(3, 2, 1)
    assert Curve.steps(3, 2).superadditive_closure() == Curve.steps(3, 2)
    assert stairs.lower_inverse() == Curve.staircase(2, 3).raised(-2).maximum(Curve.zero())
    assert stairs.upper_inverse() == Curve.steps(2, 3)
    assert stairs.convolve(Curve.delay(0)) == stairs
    # Late packets come together: those of the start, or these and the next one.
    for jitter in (F(0), F(1), F(2), F(7, 2)):
        wait = Curve.staircase(3, 2, jitter).horizontal_deviation(Curve.rate_latency(3, 0))
        together = math.floor(jitter / 2) + 1
        assert wait == max(together, together + 1 - (2 * together - jitter))


@pytest.mark.parametrize("seed", seeds(4, 20))
def test_envelope_of_a_trace(seed: int) -> None:
    pick = random.Random(seed)
    when = sorted(F(pick.randrange(200), 3) for _ in range(25))
    size = [pick.randrange(1, 10) for _ in when]
    made = Curve.envelope(when, size)
    for t in [F(0), *(F(pick.randrange(1, 250), 4) for _ in range(20))]:
        most = max((sum(size[i : j + 1]) for i in range(25) for j in range(i, 25) if when[j] - when[i] < t), default=0)
        assert made(t) == (most if t else 0)
    assert made.is_subadditive() and made.is_nondecreasing()
