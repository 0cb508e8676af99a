"""Choices among members: fair, stable, and moving what the closed forms say."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base.columns import ints
from easterly.route.hashing import buckets_of, disruption, hash_of, moved, queue_pairs, rebalanced, split
from easterly.route.hashing.linux import wanted_buckets
from easterly.route.hashing.splitting import METHODS

WEIGHTS = st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any)
MANY = 200_000
HASHES = hash_of(queue_pairs(np.arange(MANY) % 4096, np.arange(MANY) % 4099 + 8192), "siphash")
ERROR = 5 * math.sqrt(0.25 / MANY)
"""Five standard errors of a share."""


@pytest.mark.parametrize("method", METHODS)
@given(weights=WEIGHTS)
def test_members_get_their_shares(method, weights):
    got = np.bincount(split(HASHES[:20_000], weights, method=method, buckets=1024), minlength=len(weights)) / 20_000
    share = np.array(weights) / sum(weights)
    rounding = 1 / 1024 if method == "resilient" else 0
    assert np.abs(got - share).max() < 5 * math.sqrt(0.25 / 20_000) + rounding
    assert (got[share == 0] == 0).all()


@given(st.lists(st.integers(0, 255), max_size=30), WEIGHTS)
def test_regions_are_cut_where_the_shares_end(hashes, weights):
    total, chosen = sum(weights), split(np.array(hashes, dtype=np.uint32), weights, method="threshold", bits=8)
    for hash_, member in zip(hashes, chosen.tolist(), strict=True):
        upto = np.cumsum(weights)
        assert member == next(i for i, w in enumerate(upto) if Fraction(hash_, 256) < Fraction(int(w), total))


@pytest.mark.parametrize("n", [2, 3, 8, 13])
def test_closed_forms_of_a_member_that_leaves(n):
    """RFC 2992: from 1/4 to 1/2 by regions, (n-1)/n by modulo, 1/n by the highest weight."""
    for gone in range(n):
        after = [int(i != gone) for i in range(n)]
        assert disruption(n, after, method="rendezvous") == Fraction(1, n)
        before = gone  # regions before it, each of which grows; those after it shift
        kept = Fraction(sum(n - i - 1 for i in range(before)) + sum(i for i in range(before + 1, n)), n * (n - 1))
        assert 1 - disruption(n, after, method="threshold") == kept
        # Member i had i/n to (i+1)/n and gets i/(n-1) to (i+1)/(n-1): (n-1-i)/(n(n-1)) of it stays; mirrored after.
    last = [1] * (n - 1) + [0]
    assert disruption(n, last) == Fraction(n - 1, n)
    assert disruption(n, n + 1) == Fraction(n, n + 1)
    assert disruption(n, n + 1, method="rendezvous") == Fraction(1, n + 1)
    assert disruption(n, n + 1, method="threshold") == Fraction(1, 2)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1] * 8, [1, 1, 1, 0, 1, 1, 1, 1]), ([1] * 8, [1] * 7 + [0]), ([1] * 4 + [0], [1] * 5),
        ([3, 1, 2], [3, 0, 2]), ([5, 0, 1], [5, 4, 1]), ([1] * 5, [1] * 5),
    ],
)  # fmt: skip
def test_what_moves_is_what_the_closed_form_says(method, before, after):
    if method == "resilient":
        table = buckets_of(before, 256)
        one, other = table[HASHES % 256], rebalanced(table, after)[HASHES % 256]
    else:
        one, other = (split(HASHES, weights, method=method) for weights in (before, after))
    assert moved(one, other) == pytest.approx(float(disruption(before, after, method=method, buckets=256)), abs=ERROR)


@given(WEIGHTS, WEIGHTS, st.integers(16, 64), st.data())
def test_rebalancing_moves_no_more_than_it_must(before, after, buckets, data):
    size = max(len(before), len(after))
    before, after = (w + [0] * (size - len(w)) for w in (before, after))
    table, due = buckets_of(before, buckets), wanted_buckets(after, buckets)
    made = rebalanced(table, after)
    assert np.bincount(made, minlength=size).tolist() == due.tolist()
    assert (made != table).sum() == np.maximum(np.bincount(table, minlength=size) - due, 0).sum()
    busy = np.array(data.draw(st.lists(st.booleans(), min_size=buckets, max_size=buckets)))
    kept = rebalanced(table, after, busy=busy)
    staying = busy & (np.array(after)[table] > 0)
    np.testing.assert_array_equal(kept[staying], table[staying])
    assert all(after[m] > 0 for m in kept[~staying | (kept != table)].tolist())


def test_names_keep_members_of_the_highest_weight():
    """Members are known by their names, not by their rows: who leaves from the middle moves nobody else."""
    before = split(HASHES, [1, 1, 1, 1], method="rendezvous", names=[10, 20, 30, 40])
    after = split(HASHES, [1, 1, 1], method="rendezvous", names=[10, 30, 40])
    stayed = before != 1
    np.testing.assert_array_equal(np.array([0, 2, 3])[after[stayed]], before[stayed])


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: split([1], 0), "at least one"),
        (lambda: split([1], [1.5]), "whole numbers"),
        (lambda: split([1], [0, 0]), "between 1 and 2"),
        (lambda: split([1], [-1, 2]), "not be negative"),
        (lambda: split([1], 2, method="best"), "no way to split"),
        (lambda: split([1], [0.0], method="rendezvous"), "no member"),
        (lambda: split([1], 2, method="threshold", bits=0), "from 1 to 64"),
        (lambda: disruption([1, 2], [2, 1], method="rendezvous"), "not both at once"),
        (lambda: disruption([4093], [4091, 4099]), "limit is 2"),
        (lambda: rebalanced(ints([3]), 2), "names members"),
    ],
)
def test_misuse_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_no_connection_is_no_error():
    assert [len(split([], 3, method=method)) for method in METHODS] == [0] * 4
    assert math.isnan(moved(ints([]), ints([])))
