"""Schedules: work and messages as a graph of events, which simulators run and traces exchange."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, TextColumn, ints
from easterly.base.schema import Doc, Unit


class EventKind(IntEnum):
    """What an event is."""

    COMPUTE = 0
    SEND = 1
    LOCAL = 2
    JOIN = 3


@dataclass(frozen=True, slots=True)
class Purposes:
    """Why events happen: one row for each kind of work of each job."""

    job: Annotated[IntColumn, Doc("Row of `Work`.")]
    axis: Annotated[TextColumn, Doc("compute; or tp, cp, ep, pp, dp, ...: why there is communication.")]
    stage: Annotated[TextColumn, Doc("forward, backward or optimiser; steady for what is in no step.")]
    collective: Annotated[TextColumn, Doc("all-reduce, send, ...; empty for compute.")]
    algorithm: Annotated[TextColumn, Doc("ring, hierarchical, direct, ...; empty for compute.")]
    traffic_class: Annotated[IntColumn, Doc("Index into the classes of the demand set.")]
    connections: Annotated[IntColumn, Unit("1"), Doc("Connections that each message is spread over.")]

    def __len__(self) -> int:
        return len(self.job)


@dataclass(frozen=True, slots=True)
class Streams:
    """What computes: GPUs that work in lockstep, such as a tensor-parallel group.

    The interfaces of stream s are ``node_idx[node_ptr[s]:node_ptr[s + 1]]``.
    """

    node_ptr: Annotated[IndexColumn, Doc("CSR pointer into `node_idx`.")]
    node_idx: Annotated[IntColumn, Doc("Nodes of the interfaces of its GPUs, ascending.")]

    def __len__(self) -> int:
        return len(self.node_ptr) - 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """Events in an order in which every event comes after its predecessors.

    An event begins ``delay_s`` after the last of its predecessors is done, and not before ``earliest_s``. Then a send
    puts ``size_B`` on the network from `src` to `dst`; everything else takes ``duration_s``. The predecessors of event e
    are ``pred_idx[pred_ptr[e]:pred_ptr[e + 1]]``; nothing but them holds an event up, so events of one stream, which
    never overlap, are tied by predecessors too.

    Compute is an event at the first interface of its stream. A transfer inside a host has both GPUs' interfaces as its
    ends, takes its own time and needs no network. A join takes no time: it stands for all its predecessors.
    """

    kind: Annotated[IntColumn, Doc("An `EventKind`.")]
    src: Annotated[IntColumn, Doc("Node of the sender, or of what computes.")]
    dst: Annotated[IntColumn, Doc("Node of the receiver; `src` for compute and joins.")]
    size_B: Annotated[FloatColumn, Unit("B"), Doc("Bytes sent; of a transfer inside a host, for information.")]
    duration_s: Annotated[FloatColumn, Unit("s"), Doc("Time that it takes; 0 for sends.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("Latency between the last predecessor and the beginning.")]
    earliest_s: Annotated[FloatColumn, Unit("s"), Doc("When it may begin.")]
    stream: Annotated[IntColumn, Doc("Row of `streams` for compute; -1 for others.")]
    purpose: Annotated[IntColumn, Doc("Row of `purposes`.")]
    step: Annotated[IntColumn, Doc("Step of training, from 0.")]
    micro_batch: Annotated[IntColumn, Doc("Micro-batch; -1 where it belongs to none.")]
    chunk: Annotated[IntColumn, Doc("Chunk of the model on its stage; -1 where it belongs to none.")]
    group: Annotated[IntColumn, Doc("Group of ranks that communicates, numbered within its purpose; -1 for none.")]
    round: Annotated[IntColumn, Doc("Number of the message within its collective.")]
    pred_ptr: Annotated[IndexColumn, Doc("CSR pointer into `pred_idx`.")]
    pred_idx: Annotated[IntColumn, Doc("Predecessors, ascending.")]
    purposes: Annotated[Purposes, Doc("Why events happen.")]
    streams: Annotated[Streams, Doc("What computes.")]

    def __len__(self) -> int:
        return len(self.kind)

    def __repr__(self) -> str:
        return f"<Schedule: {len(self):,} events, {len(self.pred_idx):,} dependencies>"

    @property
    def job(self) -> IntColumn:
        """(E,) row of `Work`."""
        return ints(self.purposes.job[self.purpose])

    @property
    def traffic_class(self) -> IntColumn:
        """(E,) index into the classes of the demand set."""
        return ints(self.purposes.traffic_class[self.purpose])

    @property
    def connections(self) -> IntColumn:
        """(E,) connections that each message is spread over."""
        return ints(self.purposes.connections[self.purpose])


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each event of a schedule begins and ends."""

    start_s: Annotated[FloatColumn, Unit("s"), Doc("Beginning.")]
    finish_s: Annotated[FloatColumn, Unit("s"), Doc("End.")]

    @property
    def makespan_s(self) -> float:
        """End of the last event [s]."""
        return float(self.finish_s.max(initial=0.0))
