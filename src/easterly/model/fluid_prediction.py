"""What a simulation of flows says of the jobs of a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit
from easterly.model.packet_prediction import PacketPhases, PacketSpans, PacketWaits
from easterly.model.packet_records import SizeSlowdowns


@dataclass(frozen=True, slots=True)
class FluidReasons:
    """What held messages of a job up beyond their time alone: the links that did so most."""

    job: Annotated[IntColumn, Doc("(R,) row of the jobs.")]
    kind: Annotated[
        TextColumn,
        Doc("(R,) incast, collision (of hashes), shared (with others), failed, policed, or full (its own traffic)."),
    ]
    link: Annotated[TextColumn, Doc("(R,) link, by its ports.")]
    with_whom: Annotated[TextColumn, Doc("(R,) others that were held up there too; empty for none.")]
    messages: Annotated[IndexColumn, Doc("(R,) messages that it held up for most of their time.")]
    worst: Annotated[FloatColumn, Unit("1"), Doc("(R,) longest time of these over their time alone.")]
    late_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) most that one of them lost.")]

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class FluidStragglers:
    """Who computes more slowly than others that do the same: the slowest of each job."""

    job: Annotated[IntColumn, Doc("(S,) row of the jobs.")]
    host: Annotated[TextColumn, Doc("(S,) host.")]
    factor: Annotated[FloatColumn, Unit("1"), Doc("(S,) its computing over the median of its stage.")]
    late_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) how much more it computes in a step.")]

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class FluidTenants:
    """What each tenant had of the link on which its messages lost most time, or which it needed for longest."""

    tenant: Annotated[TextColumn, Doc("(T,) tenant; empty for those who have none, beside tenants.")]
    link: Annotated[TextColumn, Doc("(T,) the link, by its ports.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("(T,) part of it that is the tenant's while all send who cross it.")]
    had: Annotated[FloatColumn, Unit("1"), Doc("(T,) part of it that the tenant had in the mean of that time.")]
    held_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) time in which it held messages up, or carried any at all.")]
    late_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) most that one of its messages lost there.")]
    beside: Annotated[TextColumn, Doc("(T,) other tenants that send over it; empty for none.")]

    def __len__(self) -> int:
        return len(self.tenant)


@dataclass(frozen=True, slots=True)
class FluidSaves:
    """Checkpoints that jobs wrote between their steps."""

    job: Annotated[IntColumn, Doc("(C,) row of the jobs.")]
    step: Annotated[IntColumn, Doc("(C,) step behind which it was written, from 0.")]
    begun_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) when that step had ended.")]
    took_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) from then until it was in its store; infinite if never.")]
    copy_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) of it, the copy for which all stand still; 0 if none is made.")]
    planned_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) time of writing alone, as planned.")]
    slower: Annotated[
        FloatColumn,
        Unit("1"),
        Doc("(C,) mean of the steps that began meanwhile over the median of the others; NaN without such or others."),
    ]

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class FluidRequests:
    """What services sent for requests one by one: from when a request came until all of it was there."""

    owner: Annotated[TextColumn, Doc("(R,) service.")]
    what: Annotated[
        TextColumn,
        Doc("(R,) kv (cache from prefill to decode), prefix (cache from a store), request or answer (text)."),
    ]
    requests: Annotated[IndexColumn, Unit("1"), Doc("(R,) requests that crossed the network.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(R,) mean size.")]
    mean_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) mean time.")]
    median_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) median time.")]
    p95_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) 95th percentile.")]
    p99_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) 99th percentile.")]
    slowdown: Annotated[FloatColumn, Unit("1"), Doc("(R,) mean of the time over the time alone.")]
    slowdown_p95: Annotated[FloatColumn, Unit("1"), Doc("(R,) 95th percentile of the same.")]
    slowdown_p99: Annotated[FloatColumn, Unit("1"), Doc("(R,) 99th percentile.")]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class FluidRates:
    """What is sent at rates, and how far it was held back."""

    owner: Annotated[TextColumn, Doc("(R,) service or other traffic.")]
    axis: Annotated[TextColumn, Doc("(R,) why it is sent.")]
    flows: Annotated[IndexColumn, Unit("1"), Doc("(R,) flows, one for each rate that they have in turn.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(R,) all that they send, over the time that others send.")]
    slowdown: Annotated[
        FloatColumn,
        Unit("1"),
        Doc("(R,) time of sending over the time at their rate, by bytes; infinite if never done."),
    ]
    worst: Annotated[FloatColumn, Unit("1"), Doc("(R,) the same of the one that was held back most.")]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class FluidAnswers:
    """Times of what services sent for the requests that came until the jobs were done, one by one."""

    service: Annotated[TextColumn, Doc("(S,) service.")]
    ptr: Annotated[IndexColumn, Doc("(S + 1,) where the times of each begin.")]
    took_s: Annotated[FloatColumn, Unit("s"), Doc("(R,) until all of it was there, the shortest first.")]

    def of(self, service: str) -> FloatColumn:
        """(K,) [s] times of one service; none where no request crossed the network."""
        names = self.service.tolist()
        return self.took_s[slice(*self.ptr[names.index(service) :][:2])] if service in names else self.took_s[:0]


@dataclass(frozen=True, slots=True)
class FluidPrediction:
    """Step times of jobs by simulation of flows, and what makes them so long."""

    job: Annotated[TextColumn, Doc("(J,) job.")]
    begins_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) when each job begins.")]
    step_s: Annotated[
        FloatColumn,
        Unit("s"),
        Doc("(J, K) time of each step; infinite from one that never ended on, NaN where a job has fewer steps."),
    ]
    end_s: Annotated[FloatColumn, Unit("s"), Doc("(J, K) when each step ended.")]
    exposed_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) of a step, in which what computes waits for messages.")]
    waits: Annotated[PacketWaits, Doc("What steps wait for.")]
    reasons: Annotated[FluidReasons, Doc("What held messages up.")]
    tenants: Annotated[FluidTenants, Doc("What tenants had of links; no rows where there are none.")]
    stragglers: Annotated[FluidStragglers, Doc("Who computes more slowly than others.")]
    saves: Annotated[FluidSaves, Doc("Checkpoints that were written.")]
    requests: Annotated[FluidRequests, Doc("What services sent for requests, where these come one by one.")]
    rates: Annotated[FluidRates, Doc("What is sent at rates.")]
    phases: Annotated[PacketPhases, Doc("What jobs exchange.")]
    spans: Annotated[PacketSpans, Doc("When they do.")]
    slowdowns: Annotated[SizeSlowdowns, Doc("Time of messages over their time alone, by size.")]
    slowdown_at: Annotated[FloatColumn, Unit("1"), Doc("(101,) percentiles of the same.")]
    link: Annotated[TextColumn, Doc("(L,) name of each link.")]
    busy: Annotated[FloatColumn, Unit("1"), Doc("(L,) share of its capacity that was used, until the jobs were done.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) ends of the intervals of the series.")]
    hottest: Annotated[IntColumn, Doc("(H,) links whose course is told.")]
    used: Annotated[FloatColumn, Unit("1"), Doc("(T, H) share of their capacity that was used in each interval.")]
    at_s: Annotated[
        float, Unit("s"), Doc("Moment of the week, from Monday, 0 h UTC, at which it begins; NaN if nothing varies.")
    ]
    left_out: Annotated[TextColumn, Doc("What is sent less often than it is simulated.")]
    at_mean: Annotated[TextColumn, Doc("Services with too many requests to come one by one.")]
    stuck: Annotated[str, Doc("Why a job never ends; empty where all do.")]
    activities: Annotated[int, Unit("1"), Doc("Computations and messages that were simulated.")]
    merged: Annotated[int, Unit("1"), Doc("Messages that are told as one with those beside them.")]
    complete: Annotated[bool, Doc("Whether it was let run to its end.")]
    answers: Annotated[FluidAnswers, Doc("Times of requests that came until the jobs were done.")]
    unsettled: Annotated[
        int, Unit("1"), Doc("Times at which the parts of tenants were used before they were exact.")
    ] = 0
