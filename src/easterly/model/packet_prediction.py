"""What a simulation of packets says of the jobs of a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit
from easterly.model.packet_records import SizeSlowdowns
from easterly.model.packets import PacketOutcome


@dataclass(frozen=True, slots=True)
class PacketPhases:
    """Messages of one purpose, as they were simulated."""

    owner: Annotated[TextColumn, Doc("(P,) job, service or traffic.")]
    axis: Annotated[TextColumn, Doc("(P,) why it communicates: tp, pp, dp, kv, ...")]
    stage: Annotated[TextColumn, Doc("(P,) forward, backward, optimiser; steady for what has no steps.")]
    collective: Annotated[TextColumn, Doc("(P,) all-reduce, send, ...")]
    traffic_class: Annotated[TextColumn, Doc("(P,) class.")]
    messages: Annotated[IndexColumn, Doc("(P,) messages.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(P,) their bytes.")]
    busy_s: Annotated[FloatColumn, Unit("s"), Doc("(P,) time in which at least one of them was on its way.")]
    median: Annotated[FloatColumn, Unit("1"), Doc("(P,) time of a message over its time alone: median.")]
    p99: Annotated[FloatColumn, Unit("1"), Doc("(P,) the same, 99th percentile.")]
    worst: Annotated[FloatColumn, Unit("1"), Doc("(P,) the same, largest.")]
    worst_src: Annotated[TextColumn, Doc("(P,) interface that the slowest message came from.")]
    worst_dst: Annotated[TextColumn, Doc("(P,) interface that it went to.")]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class PacketGroups:
    """Traffic by class or by tenant."""

    name: Annotated[TextColumn, Doc("(G,) class or tenant.")]
    transport: Annotated[TextColumn, Doc("(G,) transports, joined by commas.")]
    connections: Annotated[IndexColumn, Doc("(G,) connections.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("(G,) data.")]
    again: Annotated[IndexColumn, Doc("(G,) packets sent again.")]
    marked: Annotated[IndexColumn, Doc("(G,) packets marked.")]
    reordered: Annotated[IndexColumn, Doc("(G,) packets that came after a later one.")]
    timeouts: Annotated[IndexColumn, Doc("(G,) retransmission timeouts.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class PacketSpans:
    """When messages of a purpose were under way, in the part that was simulated; gaps that nobody would see are closed."""

    phase: Annotated[IntColumn, Doc("(S,) row of `PacketPhases`.")]
    start_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) when the first of them began.")]
    end_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) when none was under way any more.")]


@dataclass(frozen=True, slots=True)
class PacketWaits:
    """What steps wait for: the time of what computes, by what it does and by what holds it up; of each job, most first."""

    job: Annotated[IntColumn, Doc("(W,) row of the jobs of `PacketPrediction`.")]
    axis: Annotated[
        TextColumn, Doc("(W,) compute, with collectives inside hosts; bubble: compute elsewhere; or tp, pp, ...")
    ]
    stage: Annotated[TextColumn, Doc("(W,) forward, backward, optimiser; empty for compute.")]
    collective: Annotated[TextColumn, Doc("(W,) all-reduce, send, ...; empty for compute.")]
    inside: Annotated[BoolColumn, Doc("(W,) whether it stays inside hosts.")]
    share: Annotated[FloatColumn, Unit("1"), Doc("(W,) part of the step; those of a job make up all of it.")]

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class PacketWaiting:
    """What waits before the ports that are asked for most, over time, in the part that was simulated."""

    link: Annotated[IntColumn, Doc("(S,) links whose ports were sampled.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) time.")]
    waiting_B: Annotated[IndexColumn, Unit("B"), Doc("(T, C) in all of these ports, by class.")]


@dataclass(frozen=True, slots=True)
class PacketPrediction:
    """Step times of jobs by simulation of packets.

    Where only a part of each message and of each computation was simulated, the step time of the whole follows from
    runs of that part, of a half of it and of a quarter: what does not shrink with the messages (latency, windows that
    open) is counted once, the rest is stretched. `spread_s` is how far the two pairs of runs disagree. Where even the
    passes of a step are too many, the first ones are simulated, then a half and a quarter of those, and the time of all
    follows along a line once more.
    """

    job: Annotated[TextColumn, Doc("(J,) job.")]
    step_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) step time of the whole; infinite if it never ended.")]
    spread_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) how far the estimates of it are apart; 0 for all of it.")]
    fixed_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) what of it does not shrink with the messages.")]
    simulated_s: Annotated[FloatColumn, Unit("s"), Doc("(J,) step time of the part that was simulated.")]
    steps: Annotated[int, Unit("1"), Doc("Steps simulated; times are means over them.")]
    part: Annotated[float, Unit("1"), Doc("Part of each message and computation that was simulated.")]
    passes: Annotated[
        FloatColumn, Unit("1"), Doc("(J,) part of the passes of a step that was laid out, the first ones.")
    ]
    phases: Annotated[PacketPhases, Doc("What jobs exchange.")]
    spans: Annotated[PacketSpans, Doc("When they do.")]
    waits: Annotated[PacketWaits, Doc("What a step waits for; nothing of a job that never ended.")]
    classes: Annotated[PacketGroups, Doc("Traffic by class.")]
    tenants: Annotated[PacketGroups, Doc("Traffic by tenant.")]
    waiting: Annotated[PacketWaiting, Doc("What waited.")]
    slowdowns: Annotated[SizeSlowdowns, Doc("Time of messages over their time alone, by their size as simulated.")]
    longest_B: Annotated[
        FloatColumn, Unit("B"), Doc("(G, C) longest queue of each class in each group of ports; NaN where none is.")
    ]
    link: Annotated[TextColumn, Doc("(L,) name of each link.")]
    busy: Annotated[FloatColumn, Unit("1"), Doc("(L,) share of the simulated time in which each link sends.")]
    owner: Annotated[TextColumn, Doc("(F,) job, service or traffic that each connection belongs to.")]
    left_out: Annotated[TextColumn, Doc("What is sent less often than once a step, and was not simulated.")]
    outcome: Annotated[PacketOutcome, Doc("Every connection, message and link.")]
    hops: Annotated[int, Unit("1"), Doc("Packet-hops of all runs.")]


@dataclass(frozen=True, slots=True)
class PacketWitness:
    """What packets say of a plan."""

    prediction: Annotated[PacketPrediction | None, Doc("What was simulated; its outcome without single messages.")]
    because: Annotated[str, Doc("Why nothing was; empty where something was.")]
