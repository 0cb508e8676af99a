"""Courses over the week: factors of a profile at a time, over an interval, and years ahead.

Times are seconds from a Monday, 0 h UTC. Factors are constant within a part of the day or week, so that means over
intervals are sums of rectangles and exact.
"""

from __future__ import annotations

import math
import re

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.model.spec.site import Site
from easterly.model.spec.time import Profile
from easterly.model.spec.traffic import Backup

DAY_s = 86_400.0
WEEK_s = 7 * DAY_s
YEAR_s = 365.25 * DAY_s
_CLOCK = re.compile(r"([+-])(\d\d):([0-5]\d)")


def profiles(site: Site) -> dict[str, Profile]:
    """Profile of each service and other traffic that has one, by its name."""
    works = {**site.services, **site.traffic}
    named = {name: works[name].profile for name in sorted(works)}
    return {name: site.profiles[word] for name, word in named.items() if word is not None and word in site.profiles}


def windows(site: Site) -> dict[str, Profile]:
    """Course of each backup that has a window: its bytes spread evenly over it, every day, or on Mondays if rarer.

    Windows are kept to the minute, on UTC.
    """
    found = {}
    for name, work in sorted(site.traffic.items()):
        if isinstance(work, Backup) and work.window is not None and work.every >= DAY_s:
            minutes = np.arange(24 * 60)
            first, count = round(work.window.start / 60), max(1, round(work.window.lasts / 60))
            day = ((minutes - first) % (24 * 60) < count).astype(float)
            week = (1.0, *(6 * [0.0])) if work.every >= WEEK_s else ()
            found[name] = Profile(day=tuple(day.tolist()), week=week, base="mean")
    return found


def offset_s(zone: str) -> float:
    """How far a clock is ahead of UTC.

    Raises
    ------
    ValueError
        If the text is neither ``UTC`` nor an offset between -14:00 and +14:00.

    Examples
    --------
    >>> offset_s("+09:00"), offset_s("-03:30"), offset_s("UTC")
    (32400.0, -12600.0, 0.0)
    """
    if zone == "UTC":
        return 0.0
    match = _CLOCK.fullmatch(zone)
    if match is None or int(match[2]) * 60 + int(match[3]) > 14 * 60:
        raise ValueError(f"{zone!r} is no offset from UTC")
    seconds = 3600.0 * int(match[2]) + 60.0 * int(match[3])
    return -seconds if match[1] == "-" else seconds


def course(profile: Profile) -> FloatColumn:
    """Factors of equal parts of a week on the profile's own clock: day times week, as `Profile.base` says.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    (K,) float
        One where the profile has neither day nor week.

    Raises
    ------
    ValueError
        If all factors are zero and the rate is to be their mean or their peak.
    """
    day, week = profile.day or (1.0,), profile.week or (1.0,)
    parts = math.lcm(7 * len(day) if profile.day else 1, len(week))
    at = np.arange(parts)
    of_day = np.asarray(day)[at * 7 * len(day) // parts % len(day)]
    factors = of_day * np.asarray(week)[at * len(week) // parts]
    unit = {"one": 1.0, "mean": math.fsum(factors) / parts, "peak": float(factors.max())}[profile.base]
    if unit == 0:
        raise ValueError("all factors are zero")
    return floats(factors / unit)


def grown(profile: Profile | None, years: float) -> float:
    """Factor of growth after some years: ``growth ** years``."""
    if profile is None or profile.growth == 0:
        return 1.0 if profile is None or years == 0 else 0.0
    return float(maths.pow(np.array([profile.growth]), np.array([float(years)]))[0])


def factor(profile: Profile | None, t_s: ArrayLike, years: float = 0.0) -> FloatColumn:
    """Factor of a rate at some moments of a week that is some years ahead.

    Parameters
    ----------
    profile : Profile or None
        Without one a rate is steady and does not grow.
    t_s : (T,) float [s]
        From Monday, 0 h UTC; any week will do.
    years : float
        Within the week nothing grows.

    Returns
    -------
    (T,) float

    Examples
    --------
    >>> factor(Profile(day=(0.5, 2.0), growth=1.5), [0.0, 46800.0], years=2).tolist()
    [1.125, 4.5]
    """
    times = np.asarray(t_s, dtype=np.float64)
    if profile is None:
        return floats(np.ones(times.shape))
    factors = course(profile)
    part = np.floor(_local(profile, times) * (len(factors) / WEEK_s)).astype(np.int64)
    return floats(factors[np.minimum(part, len(factors) - 1)] * grown(profile, years))


def over(
    profile: Profile | None, start_s: ArrayLike, length_s: ArrayLike, years: float = 0.0
) -> tuple[FloatColumn, FloatColumn]:
    """Mean and highest factor in some intervals.

    Parameters
    ----------
    profile : Profile or None
    start_s, length_s : (I,) float [s]
        Intervals longer than nothing, from Monday, 0 h UTC.
    years : float

    Returns
    -------
    (I,) float, (I,) float

    Examples
    --------
    >>> mean, peak = over(Profile(day=(0.0, 4.0)), [0.0, 39600.0], [86400.0, 7200.0])
    >>> mean.round(9).tolist(), peak.tolist()
    ([2.0, 2.0], [4.0, 4.0])
    """
    start, length = np.asarray(start_s, dtype=np.float64), np.asarray(length_s, dtype=np.float64)
    if profile is None:
        return floats(np.ones(start.shape)), floats(np.ones(start.shape))
    factors, scale = course(profile), grown(profile, years)
    first = _local(profile, start)
    mean = (_area(factors, first + length) - _area(factors, first)) / length
    return floats(mean * scale), floats(_highest(factors, first, length) * scale)


def intervals(length_s: float) -> tuple[FloatColumn, FloatColumn]:
    """Start and length of the intervals of a week; the last is shorter where the length does not divide it.

    >>> [column.tolist() for column in intervals(4 * DAY_s)]
    [[0.0, 345600.0], [345600.0, 259200.0]]
    """
    start = np.arange(math.ceil(WEEK_s / length_s)) * length_s
    return floats(start), floats(np.minimum(start + length_s, WEEK_s) - start)


def _local(profile: Profile, t_s: FloatColumn) -> FloatColumn:
    return floats(np.mod(t_s + offset_s(profile.zone), WEEK_s))


def _area(factors: FloatColumn, t_s: FloatColumn) -> FloatColumn:
    """Integral of the course from 0 to each time, over as many weeks as it takes."""
    width = WEEK_s / len(factors)
    until = np.concatenate([[0.0], np.cumsum(factors)])
    weeks = np.floor(t_s / WEEK_s)
    at = (t_s - weeks * WEEK_s) / width
    part = np.minimum(at.astype(np.int64), len(factors) - 1)
    return floats((weeks * until[-1] + until[part] + (at - part) * factors[part]) * width)


def _highest(factors: FloatColumn, start_s: FloatColumn, length_s: FloatColumn) -> FloatColumn:
    """Highest factor of the parts that each interval touches."""
    width = WEEK_s / len(factors)
    first = np.floor(start_s / width).astype(np.int64)
    last = np.maximum(np.ceil((start_s + length_s) / width).astype(np.int64), first + 1)
    twice = np.append(np.tile(factors, 2), 0.0)
    ends = np.stack([first, np.minimum(last, first + len(factors))], axis=-1).ravel()
    return floats(np.maximum.reduceat(twice, ends)[::2])
