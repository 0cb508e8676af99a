"""Courses over day and week against the hour read off a calendar, and sums of minutes."""

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from easterly.demand.time.profile import WEEK_s, course, factor, grown, intervals, offset_s, over
from easterly.model.spec.time import Profile

MONDAY = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
FACTORS = st.floats(0, 100).map(lambda x: round(x, 3))
ZONES = st.sampled_from(["UTC", "+00:00", "+05:30", "-08:00", "+14:00", "-00:45"])


def parts(*counts):
    return st.sampled_from(counts).flatmap(lambda n: st.lists(FACTORS, min_size=n, max_size=n).map(tuple))


PROFILES = st.builds(
    Profile, day=parts(0, 1, 3, 24, 96), week=parts(0, 7, 14, 168), zone=ZONES, growth=st.floats(0.5, 3)
)


def read_off(profile, t_s):
    """The factor by the clock on the wall: local weekday, hour and minute of a moment."""
    ahead = dt.timedelta(seconds=offset_s(profile.zone))
    local = (MONDAY + dt.timedelta(seconds=t_s)).astimezone(dt.timezone(ahead))
    minute = 60 * local.hour + local.minute
    day = profile.day[minute * len(profile.day) // 1440] if profile.day else 1.0
    week = profile.week[(1440 * local.weekday() + minute) * len(profile.week) // 10080] if profile.week else 1.0
    return day * week


@given(PROFILES, st.lists(st.integers(0, 3 * 10080), min_size=1, max_size=20))
def test_factors_are_those_of_the_clock_on_the_wall(profile, minutes):
    moments = np.array(minutes) * 60.0 + 30
    wanted = [read_off(profile, t) for t in moments.tolist()]
    np.testing.assert_allclose(factor(profile, moments), wanted, rtol=1e-12)


@given(PROFILES, st.integers(0, 10079), st.integers(1, 12000))
def test_means_and_peaks_of_an_interval_are_those_of_its_minutes(profile, first, count):
    mean, peak = over(profile, [60.0 * first], [60.0 * count])
    minutes = factor(profile, (first + np.arange(count) + 0.5) * 60)
    assert mean[0] == pytest.approx(minutes.mean(), rel=1e-9, abs=1e-9)
    assert peak[0] == pytest.approx(minutes.max(), rel=1e-12)


@given(PROFILES, st.sampled_from([3600.0, 900.0, 86400.0, 25200.0, WEEK_s]))
def test_the_intervals_of_a_week_have_its_mean(profile, length):
    start, lasts = intervals(length)
    mean, peak = over(profile, start, lasts)
    whole, highest = over(profile, [0.0], [WEEK_s])
    assert math.fsum(mean * lasts) == pytest.approx(whole[0] * WEEK_s, rel=1e-9, abs=1e-6)
    assert peak.max() == pytest.approx(highest[0])
    assert lasts.sum() == WEEK_s


@given(parts(24, 96), parts(0, 7))
def test_a_rate_that_is_a_mean_or_a_peak_stays_one(day, week):
    profile = Profile(day=day, week=week)
    if course(profile).max() == 0:
        for base in ("mean", "peak"):
            with pytest.raises(ValueError, match="zero"):
                course(profile.model_copy(update={"base": base}))
        return
    mean = over(profile.model_copy(update={"base": "mean"}), [0.0], [WEEK_s])[0]
    assert mean[0] == pytest.approx(1.0)
    assert course(profile.model_copy(update={"base": "peak"})).max() == 1.0


def test_growth_is_compound():
    profile = Profile(growth=1.5)
    assert factor(profile, [0.0], years=2).tolist() == pytest.approx([2.25])
    assert grown(profile, 0.5) ** 2 == pytest.approx(1.5)
    assert [grown(None, 3), grown(Profile(growth=0), 0), grown(Profile(growth=0), 1)] == [1, 1, 0]
    mean, peak = over(profile, [0.0], [3600.0], years=1)
    assert (mean[0], peak[0]) == pytest.approx((1.5, 1.5))


def test_nine_in_the_morning_in_tokyo_is_midnight_utc():
    busy = Profile(day=tuple(float(9 <= hour < 18) for hour in range(24)), zone="+09:00")
    assert [h for h in range(24) if factor(busy, [3600.0 * h])[0]] == list(range(9))


@pytest.mark.parametrize("zone", ["Tokyo", "+9:00", "+09", "09:00", "+15:00", "+14:30", "+05:60", ""])
def test_other_texts_are_no_clock(zone):
    with pytest.raises(ValueError, match="offset"):
        offset_s(zone)
