"""Chances of buckets: against the sum over a fine grid of what each bucket may draw, and what was published."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import prod

import pytest

from easterly.app.lab.bridges.chances import chances

GRID = 24


@pytest.mark.parametrize("weights", [(1,), (2, 1), (3, 1), (5, 3, 2), (1, 1, 1), (4, 4, 1)])
def test_chances_are_those_of_the_largest_product(weights: tuple[int, ...]) -> None:
    """Every bucket draws one of 24 numbers, all combinations of which are tried; a tie is shared."""
    won = [Fraction(0)] * len(weights)
    for drawn in product(range(GRID), repeat=len(weights)):
        scores = [weight * (2 * number + 1) for weight, number in zip(weights, drawn, strict=True)]
        best = [i for i, score in enumerate(scores) if score == max(scores)]
        for i in best:
            won[i] += Fraction(1, len(best))
    exact = chances(weights)
    assert sum(exact) == 1
    for found, chance in zip(won, exact, strict=True):
        assert float(found / GRID ** len(weights)) == pytest.approx(float(chance), abs=1 / GRID)


def test_two_buckets_by_hand() -> None:
    """Of w and 1 the small one wins where its draw is above w times the other's: a triangle of 1 / 2 w."""
    for weight in range(1, 9):
        assert chances([weight, 1]) == [1 - Fraction(1, 2 * weight), Fraction(1, 2 * weight)]
    assert prod(chances([7] * 5)) == Fraction(1, 5) ** 5
