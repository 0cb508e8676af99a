"""A run of activities: when each begins and ends, what holds it up, and what links carry meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats, indices, ints
from easterly.model.fluid import Activities, FluidRun
from easterly.model.fluid import Changes as FluidChanges
from easterly.model.routing import Paths
from easterly.predict import fluid
from easterly.predict.fluid.simulate import Progress
from easterly.study.fluid.outages import Changes
from easterly.study.fluid.posed import Posed
from easterly.study.fluid.shares import Shares

INTERVALS = 200
"""Intervals of the course of links."""
HOTTEST = 8
"""Links whose course is told."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How activities share links.

    Attributes
    ----------
    weight : (A,) float [1]
        Within their group.
    rank : (A,) int
        Those of a lower one go first.
    shares : Shares
        Groups, which share links before their activities do.
    """

    weight: FloatColumn
    rank: IntColumn
    shares: Shares


def play(
    posed: Posed, standing: Standing, capacity_bps: FloatColumn, changes: Changes, progress: Progress | None = None
) -> FluidRun:
    """Let activities run until nothing is left to happen.

    Parameters
    ----------
    posed : Posed
    standing : Standing
    capacity_bps : (L,) float [bit/s]
    changes : Changes
    progress : callable, optional

    Returns
    -------
    FluidRun
    """
    order = np.argsort(posed.pred_idx, kind="stable")
    event = np.repeat(np.arange(len(posed)), np.diff(posed.pred_ptr))
    given = Activities(
        size_B=floats(posed.size_bit / 8), ptr=posed.paths.ptr, link=posed.paths.link, share=posed.paths.share,
        delay_s=posed.delay_s, begin_s=posed.earliest_s, weight=standing.weight, rank=standing.rank,
        cap_bps=posed.cap_bps, follower=ints(event[order]),
        follower_ptr=indices(np.searchsorted(posed.pred_idx[order], np.arange(len(posed) + 1))),
    )  # fmt: skip
    if len(standing.shares) > 1:  # one has all
        given = _shared(given, standing.shares)
    return fluid.simulate(
        capacity_bps, given, _told(changes), mode="exact", watched=_hottest(posed, changes, capacity_bps),
        intervals=INTERVALS, progress=progress,
    )  # fmt: skip


def _shared(given: Activities, shares: Shares) -> Activities:
    """With classes that share links first, then their tenants."""
    first, of = np.unique(shares.traffic_class, return_index=True, return_inverse=True)[1:]
    return replace(
        given, tenant=shares.of, tenant_weight=shares.within, tenant_group=ints(of), group_weight=shares.of_class[first]
    )


def _hottest(posed: Posed, changes: Changes, capacity_bps: FloatColumn) -> IntColumn:
    """Links that carry most for their capacity, on the first ways and on those that are taken later."""
    tables = [(posed.paths, np.arange(len(posed)))] + [(paths, rows) for _, rows, paths in changes.reroutes]
    bit = np.zeros(len(capacity_bps))
    for paths, rows in tables:
        of = np.repeat(rows, np.diff(paths.ptr))
        bit += np.bincount(paths.link, paths.share * posed.size_bit[of], len(bit))
    order = np.argsort(-bit / capacity_bps, kind="stable")[:HOTTEST]
    return ints(order[bit[order] > 0])


def _told(changes: Changes) -> FluidChanges | None:
    if not changes.capacities and not changes.reroutes:
        return None
    ways = [paths for _, _, paths in changes.reroutes] or [Paths(indices([0]), ints([]), floats([]))]
    starts = np.cumsum([0, *(paths.ptr[-1] for paths in ways)])
    return FluidChanges(
        *_columns(changes.capacities), floats(_joined([bps for _, _, bps in changes.capacities])),
        *_columns(changes.reroutes),
        indices(_joined([[0], *(p.ptr[1:] + at for p, at in zip(ways, starts.tolist(), strict=False))])),
        ints(_joined([paths.link for paths in ways])), floats(_joined([paths.share for paths in ways])),
    )  # fmt: skip


def _columns(rows: Sequence[tuple[float, NDArray[np.int64], object]]) -> tuple[FloatColumn, IntColumn]:
    """When, and of what: each time as often as it changes something."""
    return (
        floats(_joined([np.full(len(own), at) for at, own, _ in rows])),
        ints(_joined([own for _, own, _ in rows])),
    )


def _joined(parts: Sequence[object]) -> NDArray[np.float64]:
    return np.concatenate([np.zeros(0), *(np.asarray(part) for part in parts)])


@dataclass(frozen=True, slots=True)
class Course:
    """What links carried until a time.

    Attributes
    ----------
    busy : (L,) float [1]
        Share of their capacity.
    time_s : (T,) float [s]
        Ends of intervals.
    hottest : (H,) int
        Links that are used most.
    used : (T, H) float [1]
        Share of their capacity in each interval.
    """

    busy: FloatColumn
    time_s: FloatColumn
    hottest: IntColumn
    used: FloatColumn


def course_of(posed: Posed, run: FluidRun, capacity_bps: FloatColumn, until_s: float) -> Course:
    """Use of links until a time: in all, and over time where it is highest.

    Parameters
    ----------
    posed : Posed
    run : FluidRun
    capacity_bps : (L,) float [bit/s]
    until_s : float [s]
    """
    until_s = until_s if np.isfinite(until_s) else run.end_s
    ends_s = np.where(np.isfinite(run.done_s), run.done_s, max(run.end_s, until_s))
    lasts_s = np.maximum(ends_s - np.where(np.isfinite(run.sends_s), run.sends_s, ends_s), 1e-12)
    row = np.repeat(np.arange(len(posed)), np.diff(posed.paths.ptr))
    bit = posed.paths.share * posed.size_bit[row]
    later = np.clip((ends_s - until_s) / lasts_s, 0.0, 1.0)[row]
    beyond = np.bincount(posed.paths.link, bit * later, len(capacity_bps))
    carried = run.carried_B[: len(capacity_bps)] * 8 - beyond
    busy = np.clip(carried / (capacity_bps * max(until_s, 1e-12)), 0.0, 1.0)
    series = run.series
    if series is None:
        return Course(floats(busy), floats([]), ints([]), floats(np.zeros((0, 0))))
    count = min(int(np.ceil(until_s / series.interval_s - 1e-9)), series.load_bps.shape[1])
    own = series.link < len(capacity_bps)
    used = (series.load_bps[own, :count] / capacity_bps[series.link[own]][:, None]).T
    time_s = np.arange(1, count + 1) * series.interval_s
    return Course(floats(busy), floats(time_s), ints(series.link[own]), floats(np.clip(used, 0.0, 1.0)))
