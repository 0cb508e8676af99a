"""Which nodes of different ranks belong together: sends and receipts, and the parts of a collective."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.findings import Finding, Severity, did_you_mean
from easterly.demand.schedule.pairs import Numbers
from easterly.model.traces import TraceCollective, TraceKind, Traces

SHOWN = 20
"""Findings of one kind that are told one by one."""


@dataclass(frozen=True, slots=True)
class Matched:
    """Sends, and the receipt of each; -1 where nobody receives.

    Attributes
    ----------
    send, receipt : (M,) int
        Rows of the traces.
    """

    send: Numbers
    receipt: Numbers


@dataclass(frozen=True, slots=True)
class Meeting:
    """One collective: its kind, what each rank puts in, the ranks in order and the node of each."""

    kind: TraceCollective
    size_B: float
    ranks: tuple[int, ...]
    nodes: tuple[int, ...]


def where(traces: Traces, row: int) -> str:
    """Place of a node, for findings."""
    return f"ranks/{int(traces.rank[row])}/nodes/{int(traces.node[row])}"


def called(traces: Traces, row: int) -> str:
    """A node in words."""
    return f"node {int(traces.node[row])} of rank {int(traces.rank[row])}"


def ends(traces: Traces) -> Iterator[Finding]:
    """E667: messages of ranks that are not there, or that are not those of the trace."""
    for kind, own, other in (
        (TraceKind.COMM_SEND, traces.src, traces.dst),
        (TraceKind.COMM_RECV, traces.dst, traces.src),
    ):
        mine = traces.kind == kind
        strange = mine & (own >= 0) & (own != traces.rank)
        lost = mine & ((other < 0) | (other >= traces.ranks))
        for row in np.flatnonzero(strange)[:SHOWN].tolist():
            message = f"{called(traces, row)} is a {kind.name.lower()} of rank {int(own[row])}"
            yield Finding("E667", where(traces, row), message, "a trace holds what its own rank does")
        for row in np.flatnonzero(lost)[:SHOWN].tolist():
            there = "no rank" if other[row] < 0 else f"rank {int(other[row])}"
            message = f"{called(traces, row)} names {there}; there are {traces.ranks}"
            yield Finding("E667", where(traces, row), message, "give the traces of all ranks")


def messages_of(traces: Traces) -> tuple[Matched, list[Finding]]:
    """Sends and receipts by ends and tag: the first sent is the first received.

    Returns
    -------
    Matched
    list of Finding
        E667 for receipts of what nobody sends and for sizes that differ, E668 for sends that nobody receives.
    """
    keys = []
    for kind in (TraceKind.COMM_SEND, TraceKind.COMM_RECV):
        rows = np.flatnonzero(traces.kind == kind)
        a, b = (traces.rank, traces.dst) if kind == TraceKind.COMM_SEND else (traces.src, traces.rank)
        keys.append((rows, np.column_stack([a[rows], b[rows], traces.tag[rows]]).astype(np.int64)))
    (sends, sent), (receipts, received) = keys
    _, number = np.unique(np.concatenate([sent, received]), axis=0, return_inverse=True)
    number = number.ravel()
    turns_a, turns_b = _counted(number[: len(sends)]), _counted(number[len(sends) :])
    place = dict(zip(map(tuple, turns_b.tolist()), receipts.tolist(), strict=True))
    receipt = np.array([place.pop(key, -1) for key in map(tuple, turns_a.tolist())], dtype=np.int64)
    return Matched(sends, receipt), [*_unmatched(traces, sends, receipt, sorted(place.values()))]


def _counted(keys: Numbers) -> Numbers:
    """(N, 2) key, and the how-manieth of its key each is."""
    order = np.argsort(keys, kind="stable")
    new = np.diff(keys[order], prepend=-1) != 0
    begin = np.maximum.accumulate(np.where(new, np.arange(len(keys)), 0))
    count = np.empty(len(keys), dtype=np.int64)
    count[order] = np.arange(len(keys)) - begin
    return np.column_stack([keys, count])


def _unmatched(traces: Traces, sends: Numbers, receipt: Numbers, left: Sequence[int]) -> Iterator[Finding]:
    for row in left[:SHOWN]:
        message = f"{called(traces, row)} receives from rank {int(traces.src[row])} what that never sends"
        hint = "ends and tag (comm_src, comm_dst, comm_tag) tell what belongs together"
        yield Finding("E667", where(traces, row), message, hint)
    both = receipt >= 0
    other = sends[both][traces.size_B[sends[both]] != traces.size_B[receipt[both]]]
    for row in other[:SHOWN].tolist():
        message = f"{called(traces, row)} sends {traces.size_B[row]:,.0f} B, and another number is received"
        yield Finding("E667", where(traces, row), message, "both ends of a message have the same comm_size")
    lost = sends[~both]
    if len(lost):
        message = f"{len(lost):,} messages are sent that no trace receives; the first is {called(traces, int(lost[0]))}"
        yield Finding("E668", where(traces, int(lost[0])), message, "they are sent anyway", Severity.WARNING)


def collectives(traces: Traces, members: Sequence[tuple[int, ...]]) -> tuple[list[Meeting], list[Finding]]:
    """Collectives of groups: the first of each rank belong together, then the second, and so on.

    Parameters
    ----------
    traces : Traces
    members : sequence of tuple of int
        Ranks of the group of each collective node, in the order of the nodes.

    Returns
    -------
    list of Meeting
    list of Finding
        E667 where ranks disagree, or miss.
    """
    rows = np.flatnonzero(traces.kind == TraceKind.COMM_COLL).tolist()
    calls: dict[tuple[tuple[int, ...], int], dict[int, int]] = {}
    number: dict[tuple[int, tuple[int, ...]], int] = {}
    for row, group in zip(rows, members, strict=True):
        rank = int(traces.rank[row])
        turn = number.get((rank, group), 0)
        number[rank, group] = turn + 1
        calls.setdefault((group, turn), {})[rank] = row
    met: list[Meeting] = []
    faults: list[Finding] = []
    for (group, _), nodes in calls.items():
        fault = _disagreement(traces, group, nodes)
        if fault is not None:
            faults.append(fault)
            continue
        first = nodes[group[0]]
        kind = TraceCollective(int(traces.collective[first]))
        met.append(Meeting(kind, float(traces.size_B[first]), group, tuple(nodes[rank] for rank in group)))
    return met, faults[:SHOWN]


def _disagreement(traces: Traces, group: tuple[int, ...], nodes: dict[int, int]) -> Finding | None:
    rows = sorted(nodes.values())
    row = rows[0]
    outside, missing = sorted(set(nodes) - set(group)), sorted(set(group) - set(nodes))
    if outside:
        message = f"rank {outside[0]} takes part in a collective of {_listed(group)}"
        return Finding("E667", where(traces, nodes[outside[0]]), message, "name its own group (pg_name)")
    if missing:
        message = f"{called(traces, row)} is a collective of {_listed(group)}, in which rank {missing[0]} has no part"
        return Finding("E667", where(traces, row), message, "give the traces of all ranks, and their groups")
    for other in rows[1:]:
        same = traces.collective[other] == traces.collective[row] and traces.size_B[other] == traces.size_B[row]
        if not same:
            message = f"{called(traces, row)} and {called(traces, other)} are parts of one collective, and differ"
            return Finding("E667", where(traces, other), message, "kind and size (comm_type, comm_size) are the same")
    if not 0 <= traces.collective[row] <= max(TraceCollective):
        message = f"{called(traces, row)} is a collective of type {int(traces.collective[row])}"
        return Finding("E667", where(traces, row), message, "types go from 0 to 9")
    return None


def _listed(group: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, group[:6]))
    return f"ranks {shown}" + (f" and {len(group) - 6} more" if len(group) > 6 else "")


def group_of(traces: Traces, row: int, shape: Sequence[int]) -> tuple[int, ...] | Finding:
    """Ranks of the group of a collective node, or why it is not known.

    Parameters
    ----------
    traces : Traces
    row : int
    shape : sequence of int
        Ranks along each dimension of the network, the fastest first; of no use where no node names dimensions.
    """
    group = int(traces.group[row])
    if group == -2 and len(shape):
        return _along(int(traces.rank[row]), int(traces.dimensions[row]), shape)
    if group < 0:
        return tuple(range(traces.ranks))
    groups, name = traces.groups, str(traces.groups.name[group])
    ranks = tuple(dict.fromkeys(groups.member_idx[groups.member_ptr[group] : groups.member_ptr[group + 1]].tolist()))
    if not ranks and name in ("", "0"):
        return tuple(range(traces.ranks))
    if not ranks:
        told = [str(n) for n, size in zip(groups.name.tolist(), np.diff(groups.member_ptr), strict=True) if size]
        message = f"{called(traces, row)} names the group {name!r}, whose ranks nobody tells"
        return Finding("E667", where(traces, row), message, did_you_mean(name, told) or "give a file of groups")
    if max(ranks) >= traces.ranks:
        message = f"{called(traces, row)} names the group {name!r} with rank {max(ranks)}; there are {traces.ranks}"
        return Finding("E667", where(traces, row), message, "give the traces of all ranks")
    return ranks


def _along(rank: int, dimensions: int, shape: Sequence[int]) -> tuple[int, ...]:
    """Ranks that differ from one in the given dimensions only."""
    found, step = [rank], 1
    for place, size in enumerate(shape):
        if dimensions >> place & 1:
            base = rank // step % size
            found = [one + (other - base) * step for one in found for other in range(size)]
        step *= size
    return tuple(sorted(found))


_PASSED = (
    TraceKind.MEM_LOAD, TraceKind.MEM_STORE, TraceKind.STORAGE, TraceKind.BATCH, TraceKind.CHECKPOINT,
)  # fmt: skip


def gone_over(traces: Traces, timeless: int) -> Iterator[Finding]:
    """E668: nodes that a schedule has no time for, and compute whose time nobody knows."""
    for kind in _PASSED:
        rows = np.flatnonzero(traces.kind == kind)
        if len(rows):
            message = f"{len(rows):,} nodes of type {kind.name} take no time here"
            yield Finding("E668", where(traces, int(rows[0])), message, "what waits for them waits on", Severity.NOTE)
    if timeless:
        message = f"{timeless:,} compute nodes have neither a duration nor work for a known peak"
        yield Finding("E668", "", message, "give the peak of a GPU; they take no time", Severity.WARNING)
