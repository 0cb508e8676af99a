"""Demand over time: one step of a job, rates by interval, and jobs that share a link."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class StepBars:
    """One step of one job, as bars over time: what it computes, and the bursts of every phase.

    Occurrences of a phase are drawn together into a few bursts, which keeps its time, its bytes and its rate.
    """

    owner: Annotated[str, Doc("Job.")]
    step_s: Annotated[float, Unit("s"), Doc("Length of the step: compute and what is exposed.")]
    phase: Annotated[IntColumn, Doc("(B,) row of `Phases`; -1 for compute.")]
    axis: Annotated[TextColumn, Doc("(B,) tp, cp, ep, pp, dp, ...; compute, or bubble where the pipeline waits.")]
    collective: Annotated[TextColumn, Doc("(B,) all-reduce, send, ...; empty for compute.")]
    stage: Annotated[TextColumn, Doc("(B,) forward, backward, optimiser.")]
    start_s: Annotated[FloatColumn, Unit("s"), Doc("(B,) start, from the start of the step; sorted.")]
    end_s: Annotated[FloatColumn, Unit("s"), Doc("(B,) end.")]
    exposed_s: Annotated[FloatColumn, Unit("s"), Doc("(B,) time for which compute waits for it; 0 for compute.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) bytes on the network, all senders together.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(B,) rate at which the busiest interface sends.")]

    def __len__(self) -> int:
        return len(self.phase)


@dataclass(frozen=True, slots=True)
class Series:
    """Rates of groups of flows by interval of a week, in long form: one row per group and interval.

    The means of all groups add up to the mean of everything. Peaks do not: each group has its own moment.
    """

    keys: Annotated[tuple[str, ...], Doc("What flows are grouped by: tenant, class, axis, ...")]
    labels: Annotated[tuple[TextColumn, ...], Doc("For every key, its (R,) values.")]
    start_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) start of the interval, from Monday, 0 h UTC.")]
    length_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) length of the interval.")]
    mean_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(R,) mean rate in the interval.")]
    peak_bps: Annotated[
        FloatColumn, Unit("bit/s"), Doc("(R,) highest rate in it: bursts of jobs, all jobs at their worst at once.")
    ]

    def __len__(self) -> int:
        return len(self.start_s)


@dataclass(frozen=True, slots=True)
class Alignments:
    """How the steps of jobs that share a link can fall together on it.

    ``best`` and ``worst`` are over all ways to shift the steps against each other, ``expected`` is the mean over
    them. Where the lengths of the steps have no common multiple, every way comes to pass, and all three are the same.
    """

    link: Annotated[IntColumn, Doc("(K,) row of `Links`.")]
    owners: Annotated[TextColumn, Doc("(K,) jobs, joined by ``+``.")]
    together: Annotated[IntColumn, Unit("1"), Doc("(K,) how many links carry just the same.")]
    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) capacity of the link.")]
    steady_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) what services and other traffic add to every moment.")]
    mean_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) mean of all.")]
    bound_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) peak that no alignment is below.")]
    best_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) peak of the best alignment found.")]
    expected_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) mean of the peak over alignments.")]
    p95_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) peak that 95 % of alignments keep to.")]
    worst_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) peak of the worst alignment.")]
    over_best: Annotated[FloatColumn, Unit("1"), Doc("(K,) least share of time above capacity.")]
    over_expected: Annotated[FloatColumn, Unit("1"), Doc("(K,) mean share of time above capacity.")]
    over_worst: Annotated[FloatColumn, Unit("1"), Doc("(K,) greatest share of time above capacity.")]
    exact: Annotated[BoolColumn, Doc("(K,) True where best and worst are proven, False where they were searched for.")]

    def __len__(self) -> int:
        return len(self.link)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Links that fill up as demand grows: the mean of jobs, and services and other traffic at their busiest hour."""

    link: Annotated[IntColumn, Doc("(K,) row of `Links`; those that fill first come first.")]
    months: Annotated[IntColumn, Unit("1"), Doc("(K,) months from now; 0 where the busiest hour is too much already.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K,) load in the busiest hour of that month.")]
    owner: Annotated[TextColumn, Doc("(K,) what of it grows most.")]

    def __len__(self) -> int:
        return len(self.link)
