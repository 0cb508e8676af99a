"""Schedules as execution traces: what each interface does, and what it waits for."""

from __future__ import annotations

import numpy as np

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.demand.schedule.pairs import Numbers, Pairs, distinct, joined, through, unique
from easterly.model.network import Network
from easterly.model.schedule import EventKind, Schedule
from easterly.model.traces import TraceGroups, TraceKind, Traces


def traces_of(schedule: Schedule, network: Network) -> Traces:
    """What each interface of a schedule does; a rank of the traces is an interface.

    Compute is a node on every interface of its stream. A message is sent on one rank and received on another;
    transfers inside a host are messages too. Joins are no nodes: what waits for one waits for what it stands for, on
    its own rank. What a rank waits for on another without a message has no place in traces of single ranks, so that
    flows of collectives, which wait for all of their group in a schedule, wait for their own rank only. Latencies
    belong to the network that the traces are run on.

    Parameters
    ----------
    schedule : Schedule
    network : Network

    Returns
    -------
    Traces
        Ranks are the interfaces in the order of their nodes.
    """
    nodes = distinct(np.concatenate([schedule.streams.node_idx, schedule.src, schedule.dst]).astype(np.int64))
    event, rank, kind = _placed(schedule, nodes)
    order = np.lexsort((kind, event, rank))
    event, rank, kind = event[order], rank[order], kind[order]
    deps = unique(_local(schedule, event, rank, len(nodes)))
    ptr = np.zeros(len(event) + 1, dtype=np.int64)
    np.cumsum(np.bincount(deps[0], minlength=len(event)), out=ptr[1:])
    return _table(schedule, network, nodes, (event, rank, kind), ptr, deps[1])


def _placed(schedule: Schedule, nodes: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Event, rank and kind of every node, in no order."""
    compute = np.flatnonzero(schedule.kind == EventKind.COMPUTE)
    streams = schedule.streams
    of_stream = np.repeat(np.arange(len(streams)), np.diff(streams.node_ptr))
    event, node = through(
        (compute, schedule.stream[compute].astype(np.int64)), (of_stream, streams.node_idx.astype(np.int64))
    )
    sent = np.flatnonzero(np.isin(schedule.kind, (EventKind.SEND, EventKind.LOCAL)))
    apart = sent[schedule.src[sent] != schedule.dst[sent]]
    within = sent[schedule.src[sent] == schedule.dst[sent]]
    events = (event, within, apart, apart)
    where = (node, schedule.src[within], schedule.src[apart], schedule.dst[apart])
    kinds = (TraceKind.COMP, TraceKind.COMP, TraceKind.COMM_SEND, TraceKind.COMM_RECV)
    kind = np.repeat(kinds, [len(part) for part in events])
    return np.concatenate(events), np.searchsorted(nodes, np.concatenate(where)), kind


def _local(schedule: Schedule, event: Numbers, rank: Numbers, ranks: int) -> Pairs:
    """Rows of nodes, and rows of the same rank that they depend on; a receipt depends on nothing."""
    waits = np.repeat(np.arange(len(schedule)), np.diff(schedule.pred_ptr))
    before = schedule.pred_idx.astype(np.int64)
    held = _held(schedule, (event, np.arange(len(event))), waits, before)
    keyed = (held[0] * ranks + rank[held[1]], held[1])
    row, pred = through((np.arange(len(event)), event), (waits, before))
    return through((row, pred * ranks + rank[row]), keyed)


def _held(schedule: Schedule, own: Pairs, waits: Numbers, before: Numbers) -> Pairs:
    """Events, and the nodes that each stands for: its own; those of its predecessors for a join."""
    is_join = schedule.kind == EventKind.JOIN
    held, left = own, (waits[is_join[waits]], before[is_join[waits]])
    while len(left[0]):
        waiting = np.zeros(len(schedule), dtype=np.bool_)
        waiting[left[0]] = True
        ready = np.ones(len(schedule), dtype=np.bool_)
        ready[left[0][waiting[left[1]]]] = False
        now = ready[left[0]]
        held = joined(held, unique(through((left[0][now], left[1][now]), held)))
        left = (left[0][~now], left[1][~now])
    return held


def _table(
    schedule: Schedule, network: Network, nodes: Numbers, placed: tuple[Numbers, Numbers, Numbers], ptr: Numbers,
    deps: Numbers,
) -> Traces:  # fmt: skip
    event, rank, kind = placed
    told = np.isin(kind, (TraceKind.COMM_SEND, TraceKind.COMM_RECV))
    first = np.searchsorted(rank, np.arange(len(nodes)))
    src, dst = (np.searchsorted(nodes, ends[event]) for ends in (schedule.src, schedule.dst))
    none = np.full(len(event), -1)
    zero, tag = np.zeros(len(event)), np.where(told, _tags(schedule)[event], -1)
    return Traces(
        rank=ints(rank), node=indices(np.arange(len(event)) - first[rank]), kind=ints(kind),
        on_cpu=bools(schedule.kind[event] == EventKind.LOCAL),
        duration_s=floats(np.where(kind == TraceKind.COMP, schedule.duration_s[event], 0.0)),
        operations=floats(zero), tensor_B=floats(zero), size_B=floats(np.where(told, schedule.size_B[event], 0.0)),
        src=ints(np.where(told, src, -1)), dst=ints(np.where(told, dst, -1)), tag=indices(tag), collective=ints(none),
        group=ints(none), dimensions=indices(zero), dep_ptr=indices(ptr), dep_idx=ints(deps),
        groups=TraceGroups(texts([""])[:0], indices([0]), ints([])), interface=texts(network.nodes.name[nodes]),
    )  # fmt: skip


def _tags(schedule: Schedule) -> Numbers:
    """Number of each message among those between the same two interfaces."""
    pair = schedule.src.astype(np.int64) * (int(schedule.dst.max(initial=0)) + 1) + schedule.dst
    order = np.lexsort((np.arange(len(pair)), pair))
    new = np.diff(pair[order], prepend=-1) != 0
    begin = np.maximum.accumulate(np.where(new, np.arange(len(pair)), 0))
    tags = np.empty(len(pair), dtype=np.int64)
    tags[order] = np.arange(len(pair)) - begin
    return tags
