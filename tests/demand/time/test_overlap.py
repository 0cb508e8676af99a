"""Alignments against brute force over fine shifts."""

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from easterly.base.columns import floats
from easterly.demand.time.alignment import above, peaks
from easterly.demand.time.several import commensurate, overlap
from easterly.demand.time.waves import Levels, Wave, bursts, independent, levels, repeated, shifted, total, wave

TICKS = 24
"""Waves drawn here change at whole ticks, so that shifts by half a tick see everything that any shift can."""


@st.composite
def waves(draw, period=TICKS, highest=4):
    rates = draw(st.lists(st.integers(0, highest), min_size=period, max_size=period))
    return wave(float(period), np.arange(period), rates)


def sampled(given: Wave, per_tick: int = 2) -> np.ndarray:
    """Rate in each of the short slots of a period; slots never straddle a change."""
    slots = np.arange(round(given.period_s) * per_tick) / per_tick + 1e-6
    return given.rate_bps[np.searchsorted(given.start_s, slots, side="right") - 1]


def all_sums(one: Wave, other: Wave) -> np.ndarray:
    """(shifts, slots) sum at every shift by half a tick."""
    a, b = sampled(one), sampled(other)
    return np.stack([a + np.roll(b, s) for s in range(len(a))])


@settings(max_examples=150)
@given(waves(), waves())
def test_peaks_of_two_are_those_of_every_shift(one, other):
    sums = all_sums(one, other).max(axis=1)
    found = peaks(one, other)
    assert found.best_bps == sums.min()
    assert total([one, shifted(other, found.best_s)]).peak_bps == sums.min()
    # Between two whole shifts the peak is that of the half shift between them.
    rate, count = np.unique(sums[1::2], return_counts=True)
    assert found.spread.rate_bps.tolist() == rate.tolist()
    np.testing.assert_allclose(found.spread.share, count / TICKS, atol=1e-6)


@settings(max_examples=150)
@given(waves(), waves(), st.integers(0, 7))
def test_time_above_a_limit_is_that_of_every_shift(one, other, limit):
    shares = (all_sums(one, other) > limit).mean(axis=1)
    found = above(one, other, lambda rate: floats(rate > limit))
    assert found.least == pytest.approx(shares.min(), abs=1e-9)
    assert found.greatest == pytest.approx(shares.max(), abs=1e-9)
    for shift, share in ((found.least_s, found.least), (found.greatest_s, found.greatest)):
        assert levels(total([one, shifted(other, shift)])).above(limit) == pytest.approx(share, abs=1e-9)


@settings(max_examples=20)
@given(waves(period=12), waves(period=12), waves(period=12), st.integers(0, 11))
def test_several_jobs_are_between_the_bound_and_the_sum_of_maxima(a, b, c, limit):
    found = overlap([a, b, c], limit)
    grid = list(itertools.product(range(24), repeat=2))
    x, y, z = (sampled(w) for w in (a, b, c))
    sums = np.stack([x + np.roll(y, s) + np.roll(z, t) for s, t in grid])
    assert found.bound_bps <= sums.max(axis=1).min() <= found.best_bps
    assert found.worst_bps == sums.max() == a.peak_bps + b.peak_bps + c.peak_bps
    assert found.over_expected == pytest.approx((sums > limit).mean(), abs=1e-9)
    shares = (sums > limit).mean(axis=1)
    assert shares.min() - 1e-9 <= found.over_best <= found.over_expected + 1e-9
    assert found.over_expected - 1e-9 <= found.over_worst <= shares.max() + 1e-9
    assert found.best_bps <= found.p95_bps <= found.worst_bps
    between = np.stack([x + np.roll(y, s) + np.roll(z, t) for s, t in grid if s % 2 and t % 2 and (s - t) % 2 == 0])
    assert found.expected_bps == pytest.approx(between.max(axis=1).mean(), abs=0.35 * (1 + sums.max() - sums.min()))
    assert not found.exact


def test_three_thirds_fit_side_by_side():
    third = bursts(3.0, [0.0], [1.0], [9.0])
    found = overlap([third, third, third], 10.0)
    assert found.bound_bps == found.best_bps == 9.0
    assert (found.worst_bps, found.over_best) == (27.0, 0.0)
    assert found.over_worst == pytest.approx(1 / 3)
    assert found.over_expected == pytest.approx(1 - (2 / 3) ** 3 - 3 * (1 / 3) * (2 / 3) ** 2)


@pytest.mark.parametrize("duty", [0.1, 0.25, 0.5, 0.75])
def test_two_equal_jobs_have_a_closed_form(duty):
    """On for d of the period: they meet at 2d of the shifts, together for up to d and at least 2d - 1 of the time."""
    job = bursts(10.0, [0.0], [10.0 * duty], [1.0])
    found = overlap([job, job], 1.5)
    meet = min(1.0, 2 * duty)
    assert found.expected_bps == pytest.approx(2 * meet + (1 - meet), abs=1e-6)
    assert found.best_bps == (2.0 if duty > 0.5 else 1.0)
    assert found.over_worst == pytest.approx(duty)
    assert found.over_best == pytest.approx(max(0.0, 2 * duty - 1), abs=1e-9)
    assert found.over_expected == pytest.approx(duty**2)
    assert found.exact


@settings(max_examples=40)
@given(waves(period=6), waves(period=4), st.integers(0, 7))
def test_commensurate_periods_are_looked_at_over_their_common_multiple(one, other, limit):
    """6 and 4 ticks meet every 12: shifts beyond the common measure of both, 2 ticks, are repetitions."""
    found = overlap([one, other], limit)
    a, b = np.tile(sampled(one), 2), np.tile(sampled(other), 3)
    sums = np.stack([a + np.roll(b, s) for s in range(24)])
    assert found.best_bps == sums.max(axis=1).min()
    assert found.over_best == pytest.approx((sums > limit).mean(axis=1).min(), abs=1e-9)
    assert found.over_worst == pytest.approx((sums > limit).mean(axis=1).max(), abs=1e-9)
    assert found.expected_bps == pytest.approx(sums[1::2].max(axis=1).mean(), abs=1e-6)
    assert found.exact


@settings(max_examples=10)
@given(waves(period=8), waves(period=8), st.integers(0, 7))
def test_incommensurate_periods_show_everything_in_a_long_run(one, drifting, limit):
    """A golden period beside a whole one: a long stretch of both is what the convolution says (Weyl)."""
    golden = (1 + math.sqrt(5)) / 2
    other = Wave(8 * golden, floats(drifting.start_s * golden), drifting.rate_bps)
    found = overlap([one, other], limit)
    moments = (np.arange(400_000) + 0.5) * 8 / 100  # 4,000 periods, at a hundred moments each
    rate = sum(
        w.rate_bps[np.searchsorted(w.start_s, np.mod(moments, w.period_s), side="right") - 1] for w in (one, other)
    )
    assert found.best_bps == found.worst_bps == found.expected_bps == rate.max()
    assert found.over_best == found.over_expected == found.over_worst
    assert found.over_expected == pytest.approx((rate > limit).mean(), abs=0.01)
    assert [len(group) for group in commensurate([one, other])] == [1, 1]


@settings(max_examples=30)
@given(waves(period=12), waves(period=12), waves(period=12), st.integers(0, 11))
def test_a_third_that_drifts_leaves_the_other_two_their_shifts(one, other, third, limit):
    drifting = Wave(12 * math.sqrt(2), floats(third.start_s * math.sqrt(2)), third.rate_bps)
    found, pair = overlap([one, other, drifting], limit), overlap([one, other], limit)
    assert found.exact
    assert found.best_bps == pytest.approx(pair.best_bps + drifting.peak_bps)
    assert found.expected_bps == pytest.approx(pair.expected_bps + drifting.peak_bps)
    sums, beside = all_sums(one, other), levels(drifting)
    shares = np.array([beside.above(limit - row).mean() for row in sums])
    assert found.over_best == pytest.approx(shares.min(), abs=1e-9)
    assert found.over_worst == pytest.approx(shares.max(), abs=1e-9)


@given(waves(), st.floats(-100, 100), st.integers(1, 4))
def test_shifts_and_repetitions_change_no_level(one, by_s, times):
    for made in (shifted(one, by_s), repeated(one, times)):
        assert made.mean_bps == pytest.approx(one.mean_bps)
        assert (made.start_s[0], made.peak_bps) == (0.0, one.peak_bps)
        np.testing.assert_allclose(levels(made).above([0, 1, 2, 3]), levels(one).above([0, 1, 2, 3]), atol=1e-9)


@given(st.lists(st.tuples(st.integers(-30, 30), st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=8))
def test_bursts_add_up_wherever_they_start(drawn):
    start, length, rate = (np.array(column, dtype=float) for column in zip(*drawn, strict=True))
    made = bursts(10.0, start, start + length, rate)
    slots = np.arange(10) + 0.5
    wanted = [sum(r * sum(a <= s + 10 * k < a + n for k in range(-8, 9)) for a, n, r in drawn) for s in slots]
    assert sampled(made, 1).tolist() == wanted
    assert made.mean_bps == pytest.approx((length * rate).sum() / 10)


def test_many_levels_are_rounded_up_and_keep_their_shares():
    random = np.random.default_rng(1)
    parts = [Levels(floats(np.sort(random.random(200))), floats(np.full(200, 1 / 200))) for _ in range(2)]
    fine = np.sort(np.add.outer(parts[0].rate_bps, parts[1].rate_bps).ravel())
    made = independent(parts)
    assert len(made.rate_bps) == 4096
    assert made.share.sum() == pytest.approx(1)
    for limit in (0.3, 0.9, 1.5):
        exact = (fine > limit).mean()
        assert exact - 1e-12 <= made.above(limit) <= (fine > limit - 2 / 4095).mean() + 1e-12
    assert made.quantile(1.0) == pytest.approx(fine.max())


def test_alignments_of_jobs_with_hundreds_of_bursts_take_less_than_two_seconds():
    random = np.random.default_rng(2)
    jobs = [
        bursts(10.0, np.arange(160) / 16, np.arange(160) / 16 + 0.03, random.integers(1, 12, 160)) for _ in range(3)
    ]
    started = time.process_time()
    overlap(jobs[:2], 15.0)
    assert time.process_time() - started < 2
