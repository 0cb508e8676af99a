"""Which bucket of a group Open vSwitch takes for a flow: the chance of each, from their weights."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise


def chances(weights: Sequence[int]) -> list[Fraction]:
    """Chance of each bucket of a ``select`` group with ``selection_method=hash``.

    Each bucket draws a number by hashing the flow with its own number, and the largest product with its weight wins
    (`group_best_live_bucket` of ofproto-dpif-xlate.c): the chance is the integral over u from 0 to 1 of
    ``prod over others of min(1, w u / w_other)``. That is no share by weight: of 3 and 1 the first has 5/6.

    Parameters
    ----------
    weights : sequence of int
        Of the buckets that are alive, 1 or more.

    Returns
    -------
    list of Fraction
        They add up to 1.

    Examples
    --------
    >>> chances([1, 1]), chances([3, 1])
    ([Fraction(1, 2), Fraction(1, 2)], [Fraction(5, 6), Fraction(1, 6)])
    """
    return [_chance(weight, [*weights[:i], *weights[i + 1 :]]) for i, weight in enumerate(weights)]


def _chance(weight: int, others: Sequence[int]) -> Fraction:
    """Piece by piece: between two ratios of weights the product is a power of u."""
    ends = sorted({Fraction(0), Fraction(1), *(Fraction(other, weight) for other in others if other < weight)})
    whole = Fraction(0)
    for low, high in pairwise(ends):
        factor, power = Fraction(1), 0
        for other in others:
            if high <= Fraction(other, weight):
                factor, power = factor * Fraction(weight, other), power + 1
        whole += factor * (high ** (power + 1) - low ** (power + 1)) / (power + 1)
    return whole
