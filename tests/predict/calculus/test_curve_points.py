"""Curves point by point: values, minimum, sum, order, shifts, one form for each function; against brute force."""

from __future__ import annotations

import math
import pickle
import random
from fractions import Fraction

import pytest
from tests.predict.calculus.plain import INF, Number, Plain, drawn, multiple, same, seeds

from easterly.predict.calculus import Curve, Point, Segment

SEEDS = seeds(8, 120)
X, Y = "1/9999991", "1/9999973"
F = Fraction


@pytest.mark.parametrize("seed", SEEDS)
def test_values_and_limits(seed: int) -> None:
    pick = random.Random(seed)
    f = drawn(pick)
    made = f.curve()
    same(made, f, pick)
    for t in [*f.places(f.T + 3 * f.d), F(100), F(1001, 7)]:
        assert made.right(t) == f.right(t)
        assert t == 0 or made.left(t) == f.left(t)


@pytest.mark.parametrize("seed", SEEDS)
def test_minimum_maximum_and_sum(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    one, two = f.curve(), g.curve()
    same(one.minimum(two), lambda t: min(f(t), g(t)), pick)
    same(one.maximum(two), lambda t: max(f(t), g(t)), pick)
    same(one + two, lambda t: f(t) + g(t), pick)


@pytest.mark.parametrize("seed", SEEDS)
def test_shifts_and_scales(seed: int) -> None:
    pick = random.Random(seed)
    f, x, y = drawn(pick), F(pick.randrange(1, 20), 6), F(pick.choice((-3, -1, 1, 2)), 2)
    made = f.curve()
    same(made * y, lambda t: f(t) * y, pick)
    same(-made, lambda t: -f(t), pick)
    same(made.stretched(x), lambda t: f(t / x), pick)
    same(made.shifted(x, 5), lambda t: 5 if t < x else f(t - x), pick)
    same(made.shifted(-x), lambda t: f(t + x), pick)
    same(made.raised(y), lambda t: f(t) + y, pick)


def _order(f: Plain, g: Plain) -> tuple[bool, Number]:
    """Whether f <= g, and the most by which f is above, from all breaks of a stretch that shows it all."""
    end = max(f.T, g.T) + 2 * multiple(f.d, g.d)
    pairs = []
    for t in {*f.places(end), *g.places(end)}:
        pairs += [(f(t), g(t)), (f.right(t), g.right(t))] + ([(f.left(t), g.left(t))] if t else [])
    gaps = [a - b for a, b in pairs if not (a == b and a in (INF, -INF))]
    most = max(gaps, default=-INF)
    if math.isfinite(f(end)) and math.isfinite(g(end)) and f.c / f.d > g.c / g.d:
        most = INF
    return most <= 0, most


@pytest.mark.parametrize("seed", SEEDS)
def test_order_and_vertical_deviation(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    fine, most = _order(f, g)
    assert f.curve().vertical_deviation(g.curve()) == most
    assert (f.curve() <= g.curve()) == fine
    low = f.curve().minimum(g.curve())
    assert low <= f.curve() and low <= g.curve()
    if most not in (INF, -INF):
        assert f.curve() <= g.curve().raised(most)
        assert not f.curve() <= g.curve().raised(most - F(1, 1000))


@pytest.mark.parametrize("seed", SEEDS)
def test_one_form_for_each_function(seed: int) -> None:
    """Written with breaks that change nothing, with twice the period, from a later start: the same curve."""
    pick = random.Random(seed)
    f = drawn(pick)
    T, d = f.T + pick.choice((0, F(1, 3), 2)) * 1, f.d * pick.choice((1, 2, 3))
    cuts = sorted({F(0), *f.places(T + d), *(F(pick.randrange(1, 50), 7) for _ in range(4)), T})
    cuts = [x for x in cuts if x < T + d]
    made: list[Point | Segment] = []
    for x, end in zip(cuts, [*cuts[1:], T + d], strict=True):
        r, middle = f.right(x), f((x + end) / 2)
        slope = (middle - r) / ((end - x) / 2) if isinstance(r, F) else F(0)
        made += [Point(x, f(x)), Segment(x, end, r, F(slope))]
    again = Curve.of(made, T, d, f.c / f.d * d)
    assert again == f.curve() and hash(again) == hash(f.curve()) and repr(again) == repr(f.curve())
    assert again.period <= f.d or again.period == 1
    assert again != f.curve().raised_at_0(77)
    assert pickle.loads(pickle.dumps(again)) == again


def test_a_curve_never_changes() -> None:
    with pytest.raises(AttributeError, match="never changes"):
        Curve.zero().reason = "none"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Curve.bucket(0.1, 1), "give the text '0.1'"),
        (lambda: Curve.bucket(-1, 1), "the rate is -1; it must be at least 0"),
        (lambda: Curve.bucket("x", 1), "no number"),
        (lambda: Curve.staircase(1, 0), "above 0"),
        (lambda: Curve.lines((1, 0, 0, 0)), "begins not at 0"),
        (lambda: Curve.lines(), "at least the piece at 0"),
        (lambda: Curve.lines((0, 0, 0, 1), (0, 0, 0, 1)), "no later"),
        (lambda: Curve.zero() * 0, "the factor is 0"),
        (lambda: Curve.delay(1) - Curve.delay(1), "the sum is not defined"),
        (lambda: Curve.zero()(-1), "at least 0"),
        (lambda: Curve.bucket(-1 * 2**5000, 1), "at least 0"),
        (lambda: Curve.bucket(2**5000, 1), "4096 bits"),
        (lambda: Curve.of([Point(F(0), F(0))], 0, 1, 1), "in turn"),
        (lambda: Curve.of([Point(F(0), F(0)), Segment(F(0), F(1), F(0), F(0))], 0, 2, 1), "end with a segment at"),
        (lambda: Curve.of([Point(F(0), F(0)), Segment(F(1), F(2), F(0), F(0))], 0, 2, 1), "no gap"),
        (lambda: Curve.of([Point(F(0), F(0)), Segment(F(0), F(1), INF, F(0))], 0, 1, 1), "infinite here and not there"),
        (
            lambda: Curve.staircase("1/9999991", "1/9999991").minimum(Curve.staircase("1/9999973", "1/9999973")),
            "smaller common",
        ),
    ],
)
def test_misuse_is_an_error_that_says_what_to_do(make: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()  # type: ignore[operator]


def test_numbers_of_any_size() -> None:
    """Beyond 64 bits nothing is rounded, and nothing wraps."""
    big = 3**60
    made = Curve.rate_latency(F(big, 7), F(1, big)).convolve(Curve.rate_latency(F(big + 1, 7), F(1, big + 2)))
    assert made == Curve.rate_latency(F(big, 7), F(1, big) + F(1, big + 2))
    near = Curve.constant(2**62).__add__(Curve.constant(2**62))
    assert near(5) == 2**63 and (near - Curve.constant(2**62)) == Curve.constant(2**62)
    assert (Curve.constant(-(2**63)) + Curve.constant(1))(0) == 1 - 2**63


def test_printed_in_ten_lines() -> None:
    assert repr(Curve.bucket(2, "1/3")) == (
        "Curve: rank 0, period 1, increment 2\n  at 0: 0\n  in (0, 1): 1/3 to 7/3, slope 2\n  at 1: 7/3"
    )
    long = Curve.envelope([F(i * i, 3) for i in range(40)], [1] * 40)
    assert len(repr(long).splitlines()) == 10 and "more" in repr(long)


def test_arrays_to_draw() -> None:
    t, y = Curve.staircase(2, 1).to_arrays(2)
    assert t.tolist() == [0, 0, 1, 1, 1, 2, 2] and y.tolist() == [0, 2, 2, 2, 4, 4, 4]
