"""Execution traces as schedules: what ranks did elsewhere, on the hosts of a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from easterly.base.columns import indices, ints, texts
from easterly.base.findings import Finding, FindingsError
from easterly.demand.layout import Layout
from easterly.demand.schedule import matching
from easterly.demand.schedule.draft import Circle, Draft
from easterly.demand.schedule.expand import NAMES, PLAIN, Replay, expanded
from easterly.demand.schedule.longest import critical_path
from easterly.demand.schedule.matching import Matched, Meeting
from easterly.demand.schedule.messages import Hop, Latency, Messages, homes, woven
from easterly.demand.schedule.pairs import NO_PAIRS, Amounts, Pairs, pairs, through
from easterly.demand.schedule.placing import Columns
from easterly.model.schedule import EventKind, Purposes, Schedule, Streams
from easterly.model.traces import TraceCollective, TraceKind, Traces

COMPUTE, SENT = 0, 1
"""Rows of the purposes; those of the kinds of collectives follow."""


def of_traces(traces: Traces, layout: Layout, how: Replay = PLAIN) -> tuple[Schedule, tuple[Finding, ...]]:
    """The schedule of traces on some hosts: rank i of the traces is rank i of the layout.

    Compute of a rank runs one after the other, in the order in which it could begin were there no contention; on the
    host's processor beside that on the GPU. A receipt is over when the message is there and its own dependencies are
    met. Parts of a collective are expanded together. Everything else takes no time.

    Parameters
    ----------
    traces : Traces
    layout : Layout
    how : Replay

    Returns
    -------
    Schedule
    tuple of Finding
        E668: what was passed over.

    Raises
    ------
    FindingsError
        E665 too many events; E666 nodes that wait for each other; E667 messages or collectives whose parts do not fit,
        or more ranks than the hosts have room for.
    """
    faults = [*_room(traces, layout), *matching.ends(traces), *_shape(traces, how.shape)]
    _refuse(faults)
    matched, found = matching.messages_of(traces)
    groups = [
        matching.group_of(traces, row, how.shape) for row in np.flatnonzero(traces.kind == TraceKind.COMM_COLL).tolist()
    ]
    faults = [*(f for f in found if f.code == "E667"), *(g for g in groups if isinstance(g, Finding))][:40]
    _refuse(faults)
    met, faults = matching.collectives(traces, [group for group in groups if not isinstance(group, Finding)])
    _refuse(faults)
    duration_s, timeless = _durations(traces, how)
    try:
        made = _laid_out(traces, layout, how, matched, met, duration_s)
    except Circle as circle:
        raise FindingsError([_waiting(traces, circle)]) from None
    notes = [*(f for f in found if f.code == "E668"), *matching.gone_over(traces, timeless)]
    return _serial(made, layout), tuple(notes)


def _refuse(faults: Sequence[Finding]) -> None:
    if faults:
        raise FindingsError(faults)


def _room(traces: Traces, layout: Layout) -> list[Finding]:
    room = len(layout.nic_node) * layout.gpus
    if traces.ranks <= room:
        return []
    message = f"the traces have {traces.ranks:,} ranks, the hosts {room:,} GPUs"
    return [Finding("E667", "", message, "give more hosts")]


def _shape(traces: Traces, shape: Sequence[int]) -> list[Finding]:
    if not shape or int(np.prod(shape)) == traces.ranks:
        return []
    message = f"dimensions of {' x '.join(map(str, shape))} are not the {traces.ranks:,} ranks of the traces"
    return [Finding("E667", "", message, "the product of the dimensions is the number of ranks")]


def _durations(traces: Traces, how: Replay) -> tuple[Amounts, int]:
    """Time of each node on its GPU, and how many compute nodes there are whose time nobody knows."""
    duration_s = np.where(traces.kind == TraceKind.COMP, traces.duration_s, 0.0)
    works = (traces.kind == TraceKind.COMP) & (duration_s == 0)
    roof_s = np.zeros(len(traces))
    if how.peak_FLOPs > 0:
        roof_s = np.maximum(roof_s, traces.operations / how.peak_FLOPs)
    if how.memory_Bps > 0:
        roof_s = np.maximum(roof_s, traces.tensor_B / how.memory_Bps)
    told = np.where(works, roof_s, duration_s)
    unknown = works & (told == 0) & ((traces.operations > 0) | (traces.tensor_B > 0))
    return told, int(unknown.sum())


def _laid_out(
    traces: Traces, layout: Layout, how: Replay, matched: Matched, met: Sequence[Meeting],
    duration_s: Amounts,
) -> Schedule:  # fmt: skip
    """An event per node, which stands for its end, and the messages between them."""
    draft, node = Draft(), homes(layout)[traces.rank]
    works = traces.kind == TraceKind.COMP
    stream = 2 * traces.rank.astype(np.int64) + traces.on_cpu
    columns: Columns = {
        "kind": np.where(works, EventKind.COMPUTE, EventKind.JOIN), "src": node, "dst": node, "duration_s": duration_s,
        "stream": np.where(works, stream, -1), "purpose": COMPUTE,
    }  # fmt: skip
    draft.add(len(traces), columns)
    deps = (np.repeat(np.arange(len(traces)), np.diff(traces.dep_ptr)), traces.dep_idx.astype(np.int64))
    draft.wait(*deps)
    _add_messages(draft, traces, layout, how, matched, deps)
    _add_collectives(draft, layout, how, met, deps)
    return draft.schedule(_purposes(), _streams(layout, traces.ranks))


def _add_messages(
    draft: Draft, traces: Traces, layout: Layout, how: Replay, matched: Matched, deps: Pairs
) -> None:  # fmt: skip
    """Messages begin with what their sends wait for; sends and receipts are over with them."""
    mine = np.arange(len(matched.send))
    src, dst = (ranks[matched.send].astype(np.int64) for ranks in (traces.rank, traces.dst))
    hop = Hop.between(layout, src, dst, np.full(len(mine), -1), traces.size_B[matched.send])
    # A message stands where ranks do: it comes in and goes on by itself.
    sent = Messages(hop, np.zeros_like(mine), NO_PAIRS, (mine, mine), (mine, mine))
    pattern = woven(layout, sent, Latency.of(how.library))
    first = int(draft.repeat(pattern, 1, {"purpose": SENT})[0]) if len(pattern) else 0
    event, number = pattern.enter
    draft.wait(*through((event + first, matched.send[number]), deps))
    number, event = pattern.leave
    draft.wait(*pairs(matched.send[number], event + first))
    draft.wait(*pairs(matched.receipt[number], event + first))


def _add_collectives(draft: Draft, layout: Layout, how: Replay, met: Sequence[Meeting], deps: Pairs) -> None:
    """Collectives that are alike share a pattern; ranks come in with what their nodes wait for."""
    alike: dict[tuple[TraceCollective, float, tuple[int, ...]], list[tuple[int, ...]]] = {}
    for one in met:
        alike.setdefault((one.kind, one.size_B, one.ranks), []).append(one.nodes)
    for (kind, size_B, ranks), copies in alike.items():
        pattern = expanded(layout, how, kind, size_B, ranks, copies=len(copies), before=draft.count)
        at = np.full(max(ranks) + 1, -1)
        at[list(ranks)] = np.arange(len(ranks))
        nodes = np.array(copies, dtype=np.int64)
        first = draft.repeat(pattern, len(copies), {"purpose": SENT + 1 + int(kind)})
        event, rank = pattern.enter
        entering = pairs(first[:, None] + event, nodes[:, at[rank]])
        draft.wait(*through(entering, deps))
        rank, event = pattern.leave
        draft.wait(*pairs(nodes[:, at[rank]], first[:, None] + event))


def _serial(made: Schedule, layout: Layout) -> Schedule:
    """The same with the compute of each stream one after the other, in the order of the earliest beginnings."""
    rate_bps = float(layout.nic_bps[layout.nic_node].max(initial=0.0)) or 1.0
    start_s = critical_path(made, rate_bps).start_s
    works = np.flatnonzero(made.stream >= 0)
    order = works[np.lexsort((works, start_s[works], made.stream[works]))]
    same = made.stream[order[1:]] == made.stream[order[:-1]]
    draft = Draft()
    names = [f.name for f in fields(Schedule) if f.name not in ("pred_ptr", "pred_idx", "purposes", "streams")]
    draft.add(len(made), {name: getattr(made, name) for name in names})
    waits = np.repeat(np.arange(len(made)), np.diff(made.pred_ptr))
    draft.wait(waits, made.pred_idx.astype(np.int64))
    draft.wait(order[1:][same], order[:-1][same])
    return draft.schedule(made.purposes, made.streams)


def _waiting(traces: Traces, circle: Circle) -> Finding:
    """E666 for a circle: its nodes, in words."""
    rows = [event for event in circle.events if event < len(traces)][::-1]
    told = ", ".join(matching.called(traces, row) for row in rows[:4]) + (", ..." if len(rows) > 4 else "")
    hint = "each waits for the one before it, and the first for the last"
    return Finding("E666", matching.where(traces, rows[0]) if rows else "", f"nodes wait for each other: {told}", hint)


def _purposes() -> Purposes:
    kinds = [NAMES.get(kind, kind.name.lower()) for kind in TraceCollective]
    count = 2 + len(kinds)
    return Purposes(
        job=ints([0] * count), axis=texts(["compute", "trace", *["trace"] * len(kinds)]),
        stage=texts(["steady"] * count), collective=texts(["", "send", *kinds]),
        algorithm=texts(["", "direct", *["" for _ in kinds]]), traffic_class=ints([0] * count),
        connections=ints([1] * count),
    )  # fmt: skip


def _streams(layout: Layout, ranks: int) -> Streams:
    """A stream for the GPU and one for the processor of each rank."""
    nodes = np.repeat(homes(layout)[:ranks], 2)
    return Streams(indices(np.arange(len(nodes) + 1)), ints(nodes))
