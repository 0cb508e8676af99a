"""Several periodic jobs on one link: best, worst and expected peak, and the time above capacity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from easterly._kernel import random
from easterly.base.columns import floats
from easterly.base.seeds import stream
from easterly.demand.time.alignment import above, peaks
from easterly.demand.time.waves import NEAR, Levels, Wave, independent, levels, repeated, shifted, total

COMMON = 16
"""Most periods after which two jobs have to be where they began to count as commensurate."""

ROUNDS = 8
DRAWS = 512


@dataclass(frozen=True, slots=True)
class Overlap:
    """How periodic rates can fall together.

    Attributes
    ----------
    mean_bps : float [bit/s]
    bound_bps : float [bit/s]
        Peak that no alignment is below: the mean of what shares a period, or the highest of its peaks.
    best_bps, expected_bps, p95_bps, worst_bps : float [bit/s]
        Peak at the best alignment, in the mean over alignments, of 95 % of them at most, at the worst.
    over_best, over_expected, over_worst : float
        Share of time above the capacity, likewise.
    exact : bool
        Best and worst are proven, not searched for.
    """

    mean_bps: float
    bound_bps: float
    best_bps: float
    expected_bps: float
    p95_bps: float
    worst_bps: float
    over_best: float
    over_expected: float
    over_worst: float
    exact: bool


def overlap(waves: Sequence[Wave], capacity_bps: float) -> Overlap:
    """Best, worst and expected alignment of several periodic rates.

    Waves whose periods have a common multiple within `COMMON` periods keep the shifts that they start with. Two of
    them are compared exactly (`alignment`). For more, best and worst are searched for, one wave after the other at its
    exact best shift against the sum of the rest until nothing improves; the mean over shifts is taken from `DRAWS`
    random ones. All others drift through every alignment: their peaks add up whatever the shifts, and the time above
    capacity follows from the convolution of their levels.

    Parameters
    ----------
    waves : sequence of Wave
        At least one.
    capacity_bps : float [bit/s]

    Returns
    -------
    Overlap

    Examples
    --------
    >>> from easterly.demand.time.waves import bursts
    >>> half = bursts(2.0, [0.0], [1.0], [8.0])
    >>> found = overlap([half, half], 10.0)
    >>> found.best_bps, found.worst_bps, found.over_best, found.over_expected, found.over_worst
    (8.0, 16.0, 0.0, 0.25, 0.5)
    """
    groups = [_in_step(group) for group in commensurate(waves)]
    spreads = [_spread(group) for group in groups]
    together = independent(spreads)
    least, most = _time_above(groups, capacity_bps)
    return Overlap(
        mean_bps=math.fsum(w.mean_bps for w in waves),
        bound_bps=math.fsum(max(math.fsum(w.mean_bps for w in g), *(w.peak_bps for w in g), 0.0) for g in groups),
        best_bps=math.fsum(total(_apart(group)).peak_bps for group in groups),
        expected_bps=together.mean_bps,
        p95_bps=together.quantile(0.95),
        worst_bps=math.fsum(w.peak_bps for w in waves),
        over_best=least,
        over_expected=_tail([levels(w) for w in waves], capacity_bps),
        over_worst=most,
        exact=max(map(len, groups)) <= 2 and sum(len(group) > 1 for group in groups) <= 1,
    )


def commensurate(waves: Sequence[Wave]) -> list[list[Wave]]:
    """Waves sorted into groups whose periods have a common multiple; longest periods first."""
    groups: list[list[Wave]] = []
    for given in sorted(waves, key=lambda w: -w.period_s):
        home = next((g for g in groups if _ratio(g[0].period_s, given.period_s) is not None), None)
        if home is None:
            groups.append([given])
        else:
            home.append(given)
    return groups


def _ratio(long_s: float, short_s: float) -> Fraction | None:
    """Periods as a ratio of small whole numbers, if they are one."""
    near = Fraction(long_s / short_s).limit_denominator(COMMON)
    close = abs(float(near) - long_s / short_s) <= NEAR * float(near) and near.numerator <= COMMON
    return near if close else None


def _in_step(group: Sequence[Wave]) -> list[Wave]:
    """The same waves with one period, their least common multiple."""
    ratios = [_ratio(group[0].period_s, given.period_s) or Fraction(1) for given in group]
    common = math.lcm(*(ratio.denominator for ratio in ratios))
    made = [repeated(given, int(common * ratio)) for given, ratio in zip(group, ratios, strict=True)]
    period = made[0].period_s
    return [Wave(period, given.start_s, given.rate_bps) for given in made]


def _apart(group: Sequence[Wave]) -> list[Wave]:
    """The waves, shifted to where their sum peaks least; the peak of what was found, for more than two."""
    placed = list(group[:1])
    for given in group[1:]:
        placed.append(shifted(given, peaks(total(placed), given).best_s))
    for _ in range(ROUNDS if len(group) > 2 else 0):
        before = total(placed).peak_bps
        for k, given in enumerate(placed):
            rest = total([*placed[:k], *placed[k + 1 :]])
            placed[k] = shifted(given, peaks(rest, given).best_s)
        if total(placed).peak_bps >= before * (1 - NEAR):
            break
    return placed


def _spread(group: Sequence[Wave]) -> Levels:
    """Peaks of a group over all shifts, each with its share of them."""
    if len(group) == 1:
        return Levels(floats([group[0].peak_bps]), floats([1.0]))
    if len(group) == 2:
        return peaks(*group).spread
    drawn = np.sort([_drawn_bps(group, draw) for draw in range(DRAWS)])
    rate, count = np.unique(drawn, return_counts=True)
    return Levels(floats(rate), floats(count / DRAWS))


def _drawn_bps(group: Sequence[Wave], draw: int) -> float:
    """Peak at random shifts."""
    name = np.array([stream(draw, "alignment")], dtype=np.uint64)
    shifts = random.uniform(name, len(group)).ravel() * group[0].period_s
    return total([shifted(w, float(s)) for w, s in zip(group, shifts, strict=True)]).peak_bps


def _time_above(groups: Sequence[Sequence[Wave]], capacity_bps: float) -> tuple[float, float]:
    """Least and greatest share of time above the capacity; of what was found, where a group has more than two."""
    found = []
    for worst in (False, True):
        placed = [levels(w) for w in (group[0] for group in groups)]
        for g, group in enumerate(groups):
            later = [levels(w) for rest in groups[g + 1 :] for w in rest[1:]]
            beside = [*placed[:g], *placed[g + 1 :], *later]
            placed[g] = levels(total(_placed(group, beside, capacity_bps, worst)))
        found.append(_tail(placed, capacity_bps))
    return found[0], found[1]


def _tail(parts: Sequence[Levels], limit_bps: float) -> float:
    """Share of time that the sum of independent parts spends above a limit."""
    return float(independent(parts).above([limit_bps])[0])


def _placed(group: Sequence[Wave], beside: list[Levels], capacity_bps: float, worst: bool) -> list[Wave]:
    """A group shifted to little, or much, time above the capacity, beside what knows nothing of it.

    First each wave in turn at its best shift while those still to come may be anywhere: so the result is never worse
    than the mean over all shifts (the method of conditional expectations, Erdos & Selfridge 1973). Then each anew.
    """
    made = list(group[:1])
    for k, given in enumerate(group[1:], 1):
        open_yet = independent([*beside, *map(levels, group[k + 1 :]), _NOTHING])
        made.append(_shifted(given, total(made), open_yet, capacity_bps, worst))
    for k in list(range(1, len(group))) * (ROUNDS if len(group) > 2 else 0):
        rest = total([*made[:k], *made[k + 1 :]])
        made[k] = _shifted(made[k], rest, independent([*beside, _NOTHING]), capacity_bps, worst)
    return made


_NOTHING = Levels(floats([0.0]), floats([1.0]))


def _shifted(given: Wave, rest: Wave, beside: Levels, capacity_bps: float, worst: bool) -> Wave:
    """One wave at its best, or worst, shift against the rest."""
    found = above(rest, given, lambda rate_bps: beside.above(capacity_bps - rate_bps))
    return shifted(given, found.greatest_s if worst else found.least_s)
