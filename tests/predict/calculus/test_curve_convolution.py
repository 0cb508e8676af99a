"""(min,+) and (max,+) convolution and deconvolution, against brute force from the definition."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from tests.predict.calculus import plain
from tests.predict.calculus.plain import drawn, same, seeds

SEEDS = seeds(8, 120)


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    made = f.curve().convolve(g.curve())
    same(made, lambda t: plain.convolution(f, g, t), pick)
    assert made == g.curve().convolve(f.curve())


@pytest.mark.parametrize("seed", SEEDS)
def test_convolution_in_max_plus(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    same(f.curve().convolve_max(g.curve()), lambda t: plain.convolution(f, g, t, most=True), pick)


@pytest.mark.parametrize("seed", SEEDS)
def test_deconvolution(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    same(f.curve().deconvolve(g.curve()), lambda t: plain.deconvolution(f, g, t), pick, 30)


@pytest.mark.parametrize("seed", SEEDS)
def test_deconvolution_in_max_plus(seed: int) -> None:
    pick = random.Random(seed)
    f, g = drawn(pick), drawn(pick)
    same(f.curve().deconvolve_max(g.curve()), lambda t: plain.deconvolution(f, g, t, most=False), pick, 30)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", SEEDS)
def test_one_rate_in_the_long_run(seed: int) -> None:
    """Where neither operand outgrows the other, all phases of coprime periods meet."""
    pick = random.Random(seed)
    f, g = (drawn(pick, rising=True, infinite=False, whole=True, periods=(3, 4, 5, 7, 11)) for _ in range(2))
    rate = Fraction(pick.randrange(3, 9))
    f, g = (plain.Plain(each.breaks, each.T, each.d, rate * each.d) for each in (f, g))
    same(f.curve().convolve(g.curve()), lambda t: plain.convolution(f, g, t), pick)
    same(f.curve().deconvolve(g.curve()), lambda t: plain.deconvolution(f, g, t), pick, 20)


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", seeds(4, 40))
def test_one_rate_and_long_periods(seed: int) -> None:
    """Many windows of one period within the other: most of the first is above what the later ones still become."""
    pick = random.Random(seed)
    f, g = (drawn(pick, rising=True, infinite=False, whole=True, periods=(at,)) for at in pick.sample((19, 23, 29), 2))
    rate = Fraction(pick.randrange(3, 9))
    f, g = (plain.Plain(each.breaks, each.T, each.d, rate * each.d) for each in (f, g))
    made = f.curve().convolve(g.curve())
    assert made.rank > 6 * f.d
    same(made, lambda t: plain.convolution(f, g, t), pick)
