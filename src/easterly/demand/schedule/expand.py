"""Collectives of traces, expanded into messages."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easterly.base.findings import Finding, FindingsError
from easterly.demand import mapping
from easterly.demand.layout import Layout
from easterly.demand.mapping import Group
from easterly.demand.mapping.group import PLAIN as LIBRARY
from easterly.demand.schedule.choose import messages
from easterly.demand.schedule.messages import Hop, Latency, at_once, homes
from easterly.demand.schedule.pairs import Numbers
from easterly.demand.schedule.pattern import Pattern, empty
from easterly.demand.schedule.size import LIMIT
from easterly.model.schedule import EventKind
from easterly.model.spec.job import Library
from easterly.model.traces import TraceCollective

NAMES = {
    TraceCollective.ALL_REDUCE: "all-reduce", TraceCollective.REDUCE: "reduce",
    TraceCollective.ALL_GATHER: "all-gather", TraceCollective.BROADCAST: "broadcast",
    TraceCollective.ALL_TO_ALL: "all-to-all", TraceCollective.REDUCE_SCATTER: "reduce-scatter",
    TraceCollective.REDUCE_SCATTER_BLOCK: "reduce-scatter",
}  # fmt: skip

QUADRATIC = ("ring", "pairwise")
"""Algorithms in which every rank sends n-1 messages or more."""


@dataclass(frozen=True, slots=True)
class Replay:
    """How traces are run.

    Attributes
    ----------
    algorithm : str
        Of collectives, as for `mapping.run`.
    library : Library
    shape : tuple of int
        Ranks along each dimension of the network that traces may name, the fastest first; if absent, collectives of
        dimensions join all ranks.
    peak_FLOPs, memory_Bps : float
        Rates of a GPU [FLOP/s, B/s], for compute that says its work instead of its time: the slower of both counts
        (roofline, Williams et al. 2009, CACM 52:4). Unknown if 0.
    limit : int
        Events that are made at most.
    """

    algorithm: str = "auto"
    library: Library = LIBRARY
    shape: tuple[int, ...] = ()
    peak_FLOPs: float = 0.0
    memory_Bps: float = 0.0
    limit: int = LIMIT


PLAIN = Replay()


def expanded(
    layout: Layout, how: Replay, kind: TraceCollective, size_B: float, ranks: tuple[int, ...], *, copies: int = 1,
    before: int = 0,
) -> Pattern:  # fmt: skip
    """One collective message by message.

    Parameters
    ----------
    layout : Layout
    how : Replay
    kind : TraceCollective
        Gathering at one rank, and scattering from one, are direct messages to and from the first rank.
    size_B : float [B]
        What each rank puts in: of an all-gather its part, of a reduce-scatter the whole array.
    ranks : tuple of int
    copies, before : int
        How often it happens, and how many events there are besides.

    Raises
    ------
    FindingsError
        E665 if there would be too many events.
    """
    members = np.sort(np.array([ranks], dtype=np.int64))
    if kind == TraceCollective.BARRIER or len(ranks) == 1:
        return _barrier(layout, members[0])
    if kind not in NAMES:
        return _directly(layout, how, kind == TraceCollective.GATHER, size_B, members[0])
    whole_B = size_B * len(ranks) if kind == TraceCollective.ALL_GATHER else size_B
    group = Group.of("trace", layout, members, how.library)
    chosen = mapping.run(group, NAMES[kind], whole_B, how.algorithm, how.library).algorithm
    _check(before + copies * len(ranks) * (len(ranks) - 1 if chosen in QUADRATIC else 1), how.limit)
    made = messages(group, NAMES[kind], whole_B, chosen, how.library)
    _check(before + copies * len(made), how.limit)
    return made


def _check(events: int, limit: int) -> None:
    if events > limit:
        message = f"the schedule of the traces would have {events:,} events or more; at most {limit:,} are made"
        raise FindingsError([Finding("E665", "", message, "replay fewer steps or ranks, or raise the limit")])


def _directly(layout: Layout, how: Replay, gathers: bool, size_B: float, ranks: Numbers) -> Pattern:
    others, root = ranks[1:], np.full(len(ranks) - 1, ranks[0])
    src, dst = (others, root) if gathers else (root, others)
    each_B = size_B if gathers else size_B / len(ranks)
    return at_once(layout, Hop.between(layout, src, dst, np.zeros_like(root), each_B), Latency.of(how.library))


def _barrier(layout: Layout, ranks: Numbers) -> Pattern:
    """One join that all ranks wait for."""
    node, zero, none = homes(layout)[ranks[:1]], np.zeros(1, dtype=np.int64), np.zeros(1)
    made = replace(
        empty(), kind=zero + EventKind.JOIN, src=node, dst=node, group=zero - 1, round=zero, purpose=zero, size_B=none,
        duration_s=none, delay_s=none,
    )  # fmt: skip
    return replace(made, enter=(np.zeros_like(ranks), ranks), leave=(ranks, np.zeros_like(ranks)))
