"""What a simulation of packets is asked to write down, and what it has written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, floats, ratio
from easterly.base.schema import Doc, Unit

EVENTS = ("enqueued", "marked", "dropped", "sent", "lost", "delivered")
"""What happens to a packet at a link, by number; `sent` is when its last bit has left."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What to write down of a run."""

    every_s: Annotated[float, Unit("s"), Doc("Between two samples of ports; 0 for none.")] = 0.0
    links: Annotated[IntColumn | None, Doc("Links that are sampled; all if absent.")] = None
    group: Annotated[
        IntColumn | None, Doc("(F,) group of each flow, whose arrivals are sampled together; -1 for none.")
    ] = None
    depth_links: Annotated[IntColumn | None, Doc("Links whose distribution of depths is kept; none if absent.")] = None
    trace_links: Annotated[IntColumn | None, Doc("Links at which packets are traced; none if absent.")] = None
    trace_flows: Annotated[IntColumn | None, Doc("Flows whose packets are; all if absent.")] = None
    most_samples: Annotated[int, Doc("Samples after which no more are taken.")] = 100_000
    most_sights: Annotated[int, Doc("Rows of the trace after which no more are written.")] = 1_000_000


@dataclass(frozen=True, slots=True)
class Series:
    """Samples at equal distances, the last when nothing was left to happen; counters count from the start of the run."""

    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) time.")]
    link: Annotated[IntColumn, Doc("(S,) links that were sampled.")]
    backlog_B: Annotated[
        IndexColumn, Unit("B"), Doc("(T, S) what waits, and what has not left of the packet on the link.")
    ]
    class_B: Annotated[IndexColumn, Unit("B"), Doc("(T, S, 8) what waits in each class, where ports have classes.")]
    sent_B: Annotated[IndexColumn, Unit("B"), Doc("(T, S) that have left so far.")]
    drops: Annotated[IndexColumn, Doc("(T, S) packets so far.")]
    marks: Annotated[IndexColumn, Doc("(T, S) packets so far.")]
    paused_s: Annotated[FloatColumn, Unit("s"), Doc("(T, S) so far, of all classes together.")]
    packets: Annotated[IndexColumn, Doc("(T, G) that each group of flows has received in order so far.")]
    memory_B: Annotated[IndexColumn, Unit("B"), Doc("(T, M) in the memory of each switch.")]

    def __len__(self) -> int:
        return len(self.time_s)

    @property
    def rate_bps(self) -> FloatColumn:
        """(T, S) [bit/s] that left in the interval before each sample."""
        interval_s = np.diff(self.time_s, prepend=0.0)[:, None]
        return floats(8.0 * np.diff(self.sent_B, axis=0, prepend=0) / interval_s)


@dataclass(frozen=True, slots=True)
class Depths:
    """How long queues were how deep: bins that are narrower than 1/64 of what they begin with."""

    link: Annotated[IntColumn, Doc("(N,) link of each queue.")]
    traffic_class: Annotated[
        IntColumn, Doc("(N,) its class; -1 where a port has one queue, whose depth counts every bit that has not left.")
    ]
    mean_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) mean over time, exact.")]
    most_B: Annotated[FloatColumn, Unit("B"), Doc("(N,) deepest.")]
    ptr: Annotated[IndexColumn, Doc("(N + 1,) bins of queue n: from ptr[n] on.")]
    from_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) lower end of each bin.")]
    to_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) upper end of each bin.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(B,) time in each bin.")]

    def __len__(self) -> int:
        return len(self.link)

    def quantile_B(self, share: float) -> FloatColumn:
        """(N,) [B] depth that was not exceeded for this share of the time, at most 1/64 too high; NaN before anything happened."""
        made = np.full(len(self), np.nan)
        for n in range(len(self)):
            own = slice(int(self.ptr[n]), int(self.ptr[n + 1]))
            below = np.cumsum(self.time_s[own])
            if len(below):
                at = min(int(np.searchsorted(below, share * below[-1])), len(below) - 1)
                made[n] = 0.0 if self.from_B[own][at] == 0.0 else min(self.to_B[own][at], self.most_B[n])
        return floats(made)


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened to packets, by time."""

    time_ps: Annotated[IndexColumn, Unit("ps"), Doc("(E,) time.")]
    link: Annotated[IndexColumn, Doc("(E,) link.")]
    flow: Annotated[IndexColumn, Doc("(E,) flow.")]
    seq: Annotated[IndexColumn, Doc("(E,) number of the packet; of an acknowledgement, the first that is missing.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(E,) on the link.")]
    flags: Annotated[
        IndexColumn,
        Doc(
            "(E,) bits: 1 acknowledgement, 2 may be marked, 4 marked, 8 echoes a mark, 16 sent again, 32 notification."
        ),
    ]
    traffic_class: Annotated[IndexColumn, Doc("(E,) class.")]
    event: Annotated[IndexColumn, Doc("(E,) what happened, an index into `EVENTS`.")]
    untold: Annotated[int, Doc("Events beyond the limit, which are not here.")]

    def __len__(self) -> int:
        return len(self.time_ps)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down; what went to a folder is not here."""

    series: Annotated[Series | None, Doc("Samples.")] = None
    depths: Annotated[Depths | None, Doc("Distributions of depth.")] = None
    trace: Annotated[Trace | None, Doc("Events of packets.")] = None


@dataclass(frozen=True, slots=True)
class PortStatistics:
    """What each of some ports did in the whole run."""

    link: Annotated[IntColumn, Doc("(P,) link.")]
    utilisation: Annotated[FloatColumn, Unit("1"), Doc("(P,) share of the run in which it sent.")]
    sent_B: Annotated[IndexColumn, Unit("B"), Doc("(P,) put on it.")]
    drops: Annotated[IndexColumn, Doc("(P,) packets.")]
    marks: Annotated[IndexColumn, Doc("(P,) packets.")]
    pauses: Annotated[IndexColumn, Doc("(P,) that it was asked for.")]
    paused_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) of all classes together.")]


@dataclass(frozen=True, slots=True)
class FlowStatistics:
    """Flows by label: of a class, a tenant, a job, a size."""

    label: Annotated[TextColumn, Doc("(N,) label.")]
    flows: Annotated[IndexColumn, Doc("(N,) flows.")]
    done: Annotated[IndexColumn, Doc("(N,) that have arrived.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(N,) data.")]
    mean_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) mean completion of those that have arrived; NaN if none.")]
    p50_s: Annotated[
        FloatColumn,
        Unit("s"),
        Doc("(N,) completion that half of all flows do not exceed; infinite where fewer have arrived."),
    ]
    p99_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) the same for 99 %.")]
    most_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) longest completion; infinite where a flow has not arrived.")]
    p50_slowdown: Annotated[
        FloatColumn, Unit("1"), Doc("(N,) completion over that on an empty network, half of all flows.")
    ]
    p99_slowdown: Annotated[FloatColumn, Unit("1"), Doc("(N,) the same for 99 %.")]
    again: Annotated[IndexColumn, Doc("(N,) packets sent again.")]
    marked: Annotated[IndexColumn, Doc("(N,) packets marked.")]
    timeouts: Annotated[IndexColumn, Doc("(N,) timeouts.")]
    reordered: Annotated[IndexColumn, Doc("(N,) packets that came after a later one.")]


@dataclass(frozen=True, slots=True)
class SizeSlowdowns:
    """Times over those on an empty network, of flows or messages of about one size: two bins an octave, the empty left out."""

    count: Annotated[IndexColumn, Doc("(B,) of that size.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(B,) size in the middle of them.")]
    median: Annotated[FloatColumn, Unit("1"), Doc("(B,) slowdown that half of them do not exceed.")]
    p99: Annotated[FloatColumn, Unit("1"), Doc("(B,) the same for 99 %.")]
    worst: Annotated[FloatColumn, Unit("1"), Doc("(B,) largest; infinite where one has not arrived.")]

    def __len__(self) -> int:
        return len(self.count)


def jain(rate: FloatColumn) -> FloatColumn:
    """Fairness of each row of rates: (sum x)^2 / (n sum x^2), between 1/n and 1 (Jain, Chiu & Hawe 1984); NaN where all are 0.

    >>> jain(np.array([[1.0, 1.0], [1.0, 0.0]])).tolist()
    [1.0, 0.5]
    """
    total, squares = rate.sum(axis=-1), (rate * rate).sum(axis=-1)
    return ratio(floats(total * total), floats(rate.shape[-1] * squares))
