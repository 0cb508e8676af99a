"""What runs come to: affine times found again, intervals covered, worst messages named."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.base.columns import floats
from easterly.study.packets.results import _merged, all_passes, covered_s, estimate
from easterly.study.packets.site import parts


def whole(parts, times):
    ones = floats(np.ones(len(times[0])))
    return all_passes(ones, [ones], [estimate(parts, times)])


@given(st.floats(0, 10), st.floats(0.01, 100), st.floats(1e-4, 0.9))
def test_an_affine_time_is_found_again(fixed_s, rest_s, part):
    found, spread, fixed = whole(parts(part), [floats([fixed_s + rest_s * p, rest_s * p]) for p in parts(part)])
    assert found == pytest.approx([fixed_s + rest_s, rest_s], rel=1e-6)
    assert fixed == pytest.approx([fixed_s, 0.0], abs=1e-6)
    assert spread == pytest.approx([0.0, 0.0], abs=1e-6 * rest_s / part)


def test_what_bends_is_said_to_be_unsure():
    found, spread, _ = whole(parts(0.5), [floats([p + 4 * p * p]) for p in parts(0.5)])
    # Through 0.5 and 0.25: slope 1 + 4 x 0.75; through 0.25 and 0.125: slope 1 + 4 x 0.375.
    assert found == pytest.approx([1.5 + 0.5 * 4.0])
    assert spread == pytest.approx([abs(3.5 - (0.5 + 0.75 * 2.5))])


def test_all_of_it_needs_no_other_run():
    assert parts(1.0) == [1.0]
    found, spread, fixed = whole([1.0], [floats([3.0])])
    assert (found[0], spread[0], fixed[0]) == (3.0, 0.0, 0.0)


def test_what_never_ends_never_ends():
    found, spread, _ = whole(parts(0.5), [floats([np.inf]), floats([1.0]), floats([0.5])])
    assert (found[0], spread[0]) == (np.inf, 0.0)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 30)), min_size=1, max_size=30))
def test_intervals_cover_what_counting_says(spans):
    begin, length = np.array(spans, dtype=float).T
    ticks = {t for b, n in spans for t in range(b, b + n)}
    assert covered_s(begin, begin + length) == len(ticks)


def test_one_that_never_ends_covers_all_that_follows():
    assert covered_s(np.array([0.0, 1.0]), np.array([1.0, np.inf])) == np.inf
    assert covered_s(np.array([np.inf]), np.array([np.inf])) == 0.0


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), min_size=1, max_size=30), st.integers(0, 5))
def test_merged_intervals_cover_the_same_and_are_apart(spans, close):
    begin, length = np.array(spans, dtype=float).T
    merged = _merged(begin, begin + length, float(close))
    assert all(b - a > close for (_, a), (b, _) in pairwise(merged))
    ticks = {t for b, n in spans for t in range(b, b + n)}
    held = {t for b, e in merged for t in range(int(b), int(e))}
    assert ticks <= held and len(held) <= len(ticks) + close * len(spans)
    if close == 0:
        assert held == ticks
