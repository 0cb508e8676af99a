"""Rates of groups of flows, interval by interval of a week."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IndexColumn, TextColumn, floats, texts
from easterly.demand.time.profile import WEEK_s, intervals, over
from easterly.model.demand import DemandSet
from easterly.model.series import Series, StepBars
from easterly.model.spec.time import Profile


@dataclass(frozen=True, slots=True)
class Paced:
    """A demand with its pace: what every flow sends on average, and when.

    Attributes
    ----------
    demands : DemandSet
    rate_bps : (F,) float [bit/s]
        Mean rate of each flow, at factor one of its profile.
    phase_s : (P,) float [s]
        Time of each phase per step, or per interval for what runs beside the steps; 0 where it is steady.
    steps : mapping of str to StepBars
        Step of each job.
    profiles : mapping of str to Profile
        How the rate of a work varies; steady and without growth if absent.
    windows : mapping of str to Profile
        Windows of works that send evenly within them.
    """

    demands: DemandSet
    rate_bps: FloatColumn
    phase_s: FloatColumn
    steps: Mapping[str, StepBars]
    profiles: Mapping[str, Profile]
    windows: Mapping[str, Profile] = field(default_factory=dict)


def series(
    paced: Paced, labels: Mapping[str, TextColumn], interval_s: float | None = None, years: float = 0.0
) -> Series:
    """Mean and peak rate of every group of flows in every interval of a week.

    The mean is exact: factors are constant within their part of the day. The peak of a job is the highest rate of the
    group at any moment of its step; that of everything else its rate at the highest factor in the interval, and of what
    has a window its rate within it. Peaks of
    several works add up, as if they came at once; how likely that is tells `overlap`.

    Parameters
    ----------
    paced : Paced
    labels : mapping of str to (F,) str
        What to group by. Without any, everything is one group.
    interval_s : float [s], optional
        Length of the intervals; the whole week if absent.
    years : float
        How far ahead the week is; rates with a profile that grows have grown.

    Returns
    -------
    Series
        Groups sorted by their labels, each with all its intervals.
    """
    keys = tuple(labels)
    group, names = grouped(list(labels.values()), len(paced.rate_bps))
    start, length = intervals(interval_s or WEEK_s)
    mean, peak = np.zeros((2, len(names), len(start)))
    for owner, rows in by_owner(paced.demands):
        factors, highest = over(paced.profiles.get(owner), start, length, years)
        sent = np.bincount(group[rows], paced.rate_bps[rows], len(names))
        bursts = np.maximum(_bursts(paced, owner, rows, group, len(names)), sent)
        if owner in paced.windows:
            within, most = over(paced.windows[owner], start, length)
            factors, bursts, highest = factors * within, sent, highest * most
        mean += sent[:, None] * factors
        peak += bursts[:, None] * highest
    column = np.repeat(np.arange(len(names)), len(start))
    return Series(
        keys=keys,
        labels=tuple(texts(texts([name[k] for name in names])[column]) for k in range(len(keys))),
        start_s=floats(np.tile(start, len(names))),
        length_s=floats(np.tile(length, len(names))),
        mean_bps=floats(mean.ravel()),
        peak_bps=floats(peak.ravel()),
    )


def grouped(labels: list[TextColumn], count: int) -> tuple[IndexColumn, list[tuple[str, ...]]]:
    """Group of each of some flows, and the labels of each group; groups sorted by their labels."""
    code = np.zeros(count, dtype=np.int64)
    for column in labels:
        names, place = np.unique(column, return_inverse=True)
        _, code = np.unique(code * len(names) + place, return_inverse=True)
    first = np.unique(code, return_index=True)[1]
    return code, [tuple(str(column[row]) for column in labels) for row in first.tolist()]


def by_owner(demands: DemandSet) -> Iterator[tuple[str, IndexColumn]]:
    """Flows of each work that has some: pairs of name and rows, works in the order of their names."""
    names, owner = np.unique(demands.phases.owner, return_inverse=True)
    of_flow = owner[demands.flows.phase]
    order = np.argsort(of_flow, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(of_flow[order])) + 1) if len(order) else ():
        yield str(names[of_flow[rows[0]]]), rows


def _bursts(paced: Paced, owner: str, rows: IndexColumn, group: IndexColumn, count: int) -> FloatColumn:
    """(G,) highest rate of a work in each group: of a moment of its step, and of what runs beside the steps."""
    demands, peak = paced.demands, np.zeros(count)
    phase, phases = demands.flows.phase[rows], demands.phases
    bits = demands.flows.size_B[rows] * phases.times[phase] * 8
    step = paced.steps.get(owner)
    inside = np.unique(step.phase[step.phase >= 0]) if step is not None else np.empty(0, dtype=np.int64)
    for beside in np.setdiff1d(np.unique(phase), inside).tolist():
        own = phase == beside
        if paced.phase_s[beside] > 0:
            peak += np.bincount(group[rows[own]], bits[own], count) / paced.phase_s[beside]
        else:
            peak += np.bincount(group[rows[own]], paced.rate_bps[rows[own]], count)
    if step is not None and len(inside):
        sums = np.zeros((len(running := together(step, inside)), count))
        for k, (row, on_s) in enumerate(zip(inside.tolist(), lasts_s(step, inside).tolist(), strict=True)):
            own = phase == row
            sums += running[:, k, None] * (np.bincount(group[rows[own]], bits[own], count) / on_s)
        peak += sums.max(axis=0)
    return floats(peak)


def lasts_s(step: StepBars, phases: NDArray[np.integer]) -> FloatColumn:
    """(K,) time for which each of some phases, rising, runs in a step."""
    own = np.isin(step.phase, phases)
    place = np.searchsorted(phases, step.phase[own])
    return floats(np.bincount(place, (step.end_s - step.start_s)[own], len(phases)))


def together(step: StepBars, phases: NDArray[np.integer]) -> NDArray[np.float64]:
    """Which phases run at once: (moments, phases), how many bursts of each; every combination once.

    Parameters
    ----------
    step : StepBars
    phases : (K,) int
        Rows of `Phases`, rising.
    """
    edges = np.unique(np.concatenate([[0.0], step.start_s, step.end_s]))
    middle = edges[:-1] + np.diff(edges) / 2
    running = np.zeros((len(middle), len(phases)))
    for k, row in enumerate(phases.tolist()):
        own = step.phase == row
        running[:, k] = np.searchsorted(np.sort(step.start_s[own]), middle) - np.searchsorted(
            np.sort(step.end_s[own]), middle
        )
    return np.unique(running, axis=0)
