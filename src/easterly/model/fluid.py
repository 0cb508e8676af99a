"""What a simulation of flows that share links is given, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats
from easterly.base.schema import Doc, Unit

FluidStatus = Literal["complete", "stopped", "stuck"]
"""All is done; the run was stopped; what is left waits for links that carry nothing."""


@dataclass(frozen=True, slots=True)
class Activities:
    """Things that wait for others, work for a time, and then send bytes along a path.

    Activity a crosses ``link[ptr[a]:ptr[a + 1]]``; those that wait for it are ``follower[follower_ptr[a]:...]``. Columns
    that are None have one value for all, as said.
    """

    size_B: Annotated[FloatColumn, Unit("B"), Doc("(A,) what is sent; 0 for work alone.")]
    ptr: Annotated[IndexColumn, Doc("(A + 1,) CSR pointer into `link`.")]
    link: Annotated[IntColumn, Doc("Links of the paths; none where nothing is shared.")]
    share: Annotated[FloatColumn | None, Unit("1"), Doc("Part of the rate that crosses each link; all of it.")] = None
    delay_s: Annotated[FloatColumn | None, Unit("s"), Doc("(A,) before it sends, from when it begins; 0.")] = None
    begin_s: Annotated[FloatColumn | None, Unit("s"), Doc("(A,) it does not begin before; 0.")] = None
    weight: Annotated[FloatColumn | None, Unit("1"), Doc("(A,) its part among those that share a link; 1.")] = None
    rank: Annotated[IntColumn | None, Doc("(A,) strict priority, 0 first; 0.")] = None
    cap_bps: Annotated[FloatColumn | None, Unit("bit/s"), Doc("(A,) most that it sends; infinite.")] = None
    follower_ptr: Annotated[IndexColumn | None, Doc("(A + 1,) CSR pointer into `follower`; nobody waits.")] = None
    follower: Annotated[IntColumn | None, Doc("Activities that wait for each.")] = None
    tenant: Annotated[IntColumn | None, Doc("(A,) whose it is; -1 for nobody's, which are as one of weight 1.")] = None
    tenant_weight: Annotated[FloatColumn | None, Unit("1"), Doc("(T,) part of a tenant among those of its group.")] = (
        None
    )
    tenant_group: Annotated[IntColumn | None, Doc("(T,) group of tenants; all are of one. Nobody is of another.")] = (
        None
    )
    group_weight: Annotated[FloatColumn | None, Unit("1"), Doc("(G,) part of a group among those on a link.")] = None

    def __len__(self) -> int:
        return len(self.size_B)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changes while activities run: capacities of links, and paths of activities."""

    time_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) when a capacity changes.")]
    link: Annotated[IntColumn, Doc("(C,) of which link.")]
    capacity_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(C,) what it is from then on.")]
    reroute_s: Annotated[FloatColumn | None, Unit("s"), Doc("(R,) when a path changes.")] = None
    activity: Annotated[IntColumn | None, Doc("(R,) of which activity.")] = None
    path_ptr: Annotated[IndexColumn | None, Doc("(R + 1,) CSR pointer into `path_link`.")] = None
    path_link: Annotated[IntColumn | None, Doc("Links of the new paths.")] = None
    path_share: Annotated[FloatColumn | None, Unit("1"), Doc("Part of the rate that crosses each; all of it.")] = None


@dataclass(frozen=True, slots=True)
class LoadSeries:
    """Mean load of some links over equal intervals from 0 on; the last may reach beyond the end."""

    link: Annotated[IntColumn, Doc("(K,) links.")]
    interval_s: Annotated[float, Unit("s"), Doc("Length of an interval, a power of two.")]
    load_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(K, T) mean load in each.")]


@dataclass(frozen=True, slots=True)
class FluidRun:
    """What became of activities and links."""

    begin_s: Annotated[FloatColumn, Unit("s"), Doc("(A,) all that it waits for is done; infinite if never.")]
    sends_s: Annotated[FloatColumn, Unit("s"), Doc("(A,) its delay is over; infinite if never.")]
    done_s: Annotated[FloatColumn, Unit("s"), Doc("(A,) all is sent; infinite if never.")]
    bottleneck_link: Annotated[
        IntColumn, Doc("(A,) link that held it back for most of its time, or stops it; -1: its cap, or none.")
    ]
    carried_B: Annotated[FloatColumn, Unit("B"), Doc("(L,) sent over each link.")]
    busy_s: Annotated[FloatColumn, Unit("s"), Doc("(L,) time in which anything was.")]
    end_s: Annotated[float, Unit("s"), Doc("When the last event happened.")]
    status: Annotated[FluidStatus, Doc("complete, stopped or stuck.")]
    mode: Annotated[str, Doc("How rates were found: exact or quantised.")]
    events: Annotated[int, Doc("Events handled.")]
    solves: Annotated[int, Doc("Times that rates were worked out.")]
    quantum_s: Annotated[
        float, Unit("s"), Doc("What happened within so long shared one search for rates; 0: exact.")
    ] = 0.0
    error: Annotated[float, Unit("1"), Doc("Of mean completion, relative, measured on the beginning of the run.")] = 0.0
    unsettled: Annotated[int, Doc("Searches for the parts of tenants that ended before they were exact.")] = 0
    series: Annotated[LoadSeries | None, Doc("Loads in the course of time, of links that were watched.")] = None

    def __len__(self) -> int:
        return len(self.done_s)

    @property
    def time_s(self) -> FloatColumn:
        """(A,) [s] from when it begins until it is done; infinite where it never is."""
        with np.errstate(invalid="ignore"):
            took = self.done_s - self.begin_s
        return floats(np.where(np.isfinite(self.done_s), took, np.inf))

    @property
    def complete(self) -> bool:
        """Whether all is done."""
        return self.status == "complete"

    def __repr__(self) -> str:
        done = int(np.isfinite(self.done_s).sum())
        return f"FluidRun({self.mode}: {done} of {len(self)} activities, {self.events:,} events, {self.end_s:.6g} s; {self.status})"
