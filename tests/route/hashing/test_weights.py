"""WCMP: the least oversubscription of a table, against brute force; many groups under one budget."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.route.hashing import oversubscription, reduce_groups, reduce_weights

WEIGHT = st.sampled_from([0.5, 1.0, 2.0, 3.0, 4.25, 7.0, 20.0])
GROUP = st.lists(WEIGHT, min_size=1, max_size=4)


def least(weights, table):
    """Every way to fill the table, each member with at least one entry."""
    exact, best = [Fraction(w) for w in weights], None
    for entries in itertools.product(range(1, table - len(weights) + 2), repeat=len(weights)):
        total = sum(entries)
        if total <= table:
            error = max(n / w for n, w in zip(entries, exact, strict=True)) * sum(exact) / total
            best = error if best is None else min(best, error)
    return best


@given(GROUP, st.integers(0, 6))
def test_no_table_of_that_size_is_better(weights, spare):
    fit = reduce_weights(weights, len(weights) + spare)
    assert fit.error == pytest.approx(float(least(weights, len(weights) + spare)), rel=1e-12)
    assert fit.error == oversubscription(weights, fit.entries)
    assert fit.size <= len(weights) + spare
    assert (fit.entries > 0).all()


@given(GROUP, st.integers(0, 40), st.sampled_from([1e-6, 0.3, 1e9]))
def test_the_unit_of_the_weights_does_not_matter(weights, spare, unit):
    one = reduce_weights(weights, len(weights) + spare)
    other = reduce_weights(np.array(weights) * unit, len(weights) + spare)
    assert other.error == pytest.approx(one.error, rel=1e-9)
    assert other.size == one.size


@settings(max_examples=20)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=12))
def test_whole_weights_fit_exactly_into_their_sum(weights):
    fit = reduce_weights(weights, sum(weights))
    common = int(np.gcd.reduce(weights))
    assert fit.entries.tolist() == [w // common for w in weights], "and the smallest such table is taken"
    assert fit.error == pytest.approx(1.0, abs=1e-12)


def test_a_bound_takes_the_smallest_table_that_keeps_it():
    weights = [31.7, 20.1, 10.2, 5.5]
    for bound in (1.5, 1.2, 1.1, 1.05):
        fit = reduce_weights(weights, 4096, error=bound)
        assert fit.error <= bound
        assert reduce_weights(weights, fit.size - 1).error > bound


def test_small_members_may_go():
    kept, gone = reduce_weights([100, 1], 4), reduce_weights([100, 1], 4, keep=False)
    assert kept.entries.tolist() == [3, 1]
    assert gone.entries.tolist() == [1, 0]
    assert gone.error == pytest.approx(1.01)
    assert reduce_weights([3, 0, 1], 4).entries.tolist() == [3, 0, 1]


@given(st.lists(st.lists(WEIGHT, min_size=1, max_size=3), min_size=1, max_size=3), st.integers(0, 6))
def test_no_other_cut_of_the_budget_has_a_better_worst_group(groups, spare):
    table = sum(len(g) for g in groups) + spare
    fits = reduce_groups(groups, table)
    assert sum(fit.size for fit in fits) <= table
    sizes = [range(len(g), len(g) + spare + 1) for g in groups]
    best = {(i, n): float(least(g, n)) for i, g in enumerate(groups) for n in sizes[i]}
    wanted = min(max(best[i, n] for i, n in enumerate(cut)) for cut in itertools.product(*sizes) if sum(cut) <= table)
    assert max(fit.error for fit in fits) == pytest.approx(wanted, rel=1e-9)


def test_what_is_left_goes_to_those_that_gain():
    exact, other = reduce_groups([[1, 1], [5, 2]], 16)
    assert exact.entries.tolist() == [1, 1]
    assert other.entries.tolist() == [5, 2]
    worst, spare = reduce_groups([[1000, 1], [5, 3]], 12)
    assert worst.error > 100
    assert spare.error == pytest.approx(reduce_weights([5, 3], 12 - worst.size).error)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: reduce_weights([1, 1, 1], 2), "3 members need an entry each, and the table has 2"),
        (lambda: reduce_weights([0, 0], 2), "not all of them 0"),
        (lambda: reduce_weights([-1, 2], 2), "from 0 on"),
        (lambda: reduce_weights([np.nan], 2), "must be numbers"),
        (lambda: reduce_weights([1], 0), "from 1 to 16,777,216"),
        (lambda: reduce_groups([[1, 1], [1, 1]], 3), "2 groups need 4 entries"),
    ],
)
def test_misuse_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_no_group_is_no_error():
    assert reduce_groups([], 4) == ()
