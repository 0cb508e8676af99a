"""Messages between ranks, and the events that they are on the interfaces of a layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from easterly.demand.layout import Layout, Ranks
from easterly.demand.mapping import Group
from easterly.demand.mapping.exits import Exits
from easterly.demand.mapping.latency import ring_hops
from easterly.demand.schedule.pairs import NO_PAIRS, Amounts, Numbers, Pairs, joined, pairs, through
from easterly.demand.schedule.pattern import COLUMNS, Pattern
from easterly.model.schedule import EventKind
from easterly.model.spec.job import Library


@dataclass(frozen=True, slots=True)
class Latency:
    """Latency of one message [s]: between hosts, and inside one."""

    network_s: float
    local_s: float

    @staticmethod
    def of(library: Library) -> Latency:
        """What the cost model of NCCL has for messages of rings."""
        hops = ring_hops(library)
        return Latency(hops.network_s, hops.scaleup_s)


@dataclass(frozen=True, slots=True)
class Hop:
    """Messages that ranks send at the same time.

    Attributes
    ----------
    src, dst : (M,) int
        Ranks.
    out, into : (M, W) int
        Interfaces that they would like to send and receive by, an equal part each (`Layout.wired`).
    group : (M,) int
    size_B : (M,) float [B]
    crossing : (M,) bool
        Messages that keep to these interfaces, though rails differ.
    """

    src: Ranks
    dst: Ranks
    out: Ranks
    into: Ranks
    group: Numbers
    size_B: Amounts
    crossing: NDArray[np.bool_]

    @staticmethod
    def between(layout: Layout, src: Ranks, dst: Ranks, group: Numbers, size_B: Amounts | float) -> Hop:
        """Messages that leave and arrive by the ranks' own interfaces."""
        sizes = np.broadcast_to(np.asarray(size_B, dtype=np.float64), src.shape)
        return Hop(src, dst, layout.own(src), layout.own(dst), group, sizes, np.zeros(len(src), dtype=np.bool_))

    @staticmethod
    def through(exits: Exits, out: Numbers, into: Numbers, group: Numbers, size_B: Amounts) -> Hop:
        """Messages from exit to exit of hosts, by rows of `exits`."""
        ranks, nics, crossing = exits.rank, exits.nic, exits.crossing[group]
        return Hop(ranks[out], ranks[into], nics[out], nics[into], group, size_B, crossing)


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages, in which round each is sent, and what waits for what: pairs as in `Pattern`."""

    hop: Hop
    round: Numbers
    after: Pairs
    enter: Pairs
    leave: Pairs


def in_rounds(rounds: Sequence[Hop]) -> Messages:
    """Messages of rounds: a rank sends when it has sent and received what it did in earlier rounds.

    Parameters
    ----------
    rounds : sequence of Hop
        In each, a rank sends one message at most, and receives one at most.
    """
    ranks = 1 + max((int(max(hop.src.max(), hop.dst.max())) for hop in rounds if len(hop.src)), default=-1)
    sent, received = np.full((2, ranks), -1)
    after, enter, count = [], [], 0
    for hop in rounds:
        mine = np.arange(count, count + len(hop.src))
        after += [pairs(mine, sent[hop.src]), pairs(mine, received[hop.src])]
        first = sent[hop.src] < 0
        enter.append((mine[first], hop.src[first]))
        sent[hop.src], received[hop.dst] = mine, mine
        count += len(mine)
    everyone = np.arange(ranks)
    leave = joined(pairs(everyone, sent), pairs(everyone, received))
    number = np.repeat(np.arange(len(rounds)), [len(hop.src) for hop in rounds])
    return Messages(stacked(rounds), number, joined(*after), joined(*enter), leave)


def stacked(hops: Sequence[Hop]) -> Hop:
    """One hop after the other, as one."""
    return Hop(*(np.concatenate([getattr(hop, f.name) for hop in hops]) for f in fields(Hop)))


def doors(group: Group) -> Exits:
    """Exits of every run; groups within one host have no use for more than one channel."""
    exits = Exits.of(group)
    return replace(exits, channels=np.where(group.runs.hosts == 1, 1, exits.channels))


def woven(layout: Layout, messages: Messages, latency: Latency, beside: Numbers | int = 1) -> Pattern:
    """Events of messages: sends between hosts, one per interface; transfers inside a host, which take their time.

    A message inside a host goes from the first interface of its sender to that of its receiver, on paper.

    Parameters
    ----------
    layout : Layout
    messages : Messages
    latency : Latency
    beside : (M,) int, or one for all
        Messages among which a GPU shares its scale-up rate: nobody who runs the schedule looks into the hosts.
    """
    hop = messages.hop
    crosses, width = layout.host(hop.src) != layout.host(hop.dst), hop.out.shape[1]
    parts = np.where(crosses, width, 1)
    of = np.repeat(np.arange(len(parts)), parts)
    lane = np.arange(len(of)) - np.repeat(np.cumsum(parts) - parts, parts)
    sends, size_B, wires = crosses[of], (hop.size_B / parts)[of], (of, np.arange(len(of)))
    out, into = _nodes(layout, hop, crosses)
    return Pattern(
        kind=np.where(sends, EventKind.SEND, EventKind.LOCAL),
        src=out[of, lane],
        dst=into[of, lane],
        group=hop.group[of],
        round=messages.round[of],
        purpose=np.zeros(len(of), dtype=np.int64),
        size_B=size_B,
        duration_s=np.where(sends, 0.0, layout.scaleup_s(1.0) * size_B * np.broadcast_to(beside, len(parts))[of]),
        delay_s=np.where(sends, latency.network_s, latency.local_s),
        after=_spread(messages.after, wires),
        enter=through((wires[1], wires[0]), messages.enter),
        leave=through(messages.leave, wires),
    )


def _nodes(layout: Layout, hop: Hop, crosses: NDArray[np.bool_]) -> tuple[Ranks, Ranks]:
    """(M, W) nodes of the interfaces; for what stays in a host the first ones of both ranks."""
    home, width = homes(layout), hop.out.shape[1]
    out, into = (np.repeat(home[ranks][:, None], width, axis=1) for ranks in (hop.src, hop.dst))
    wired = [getattr(hop, name)[crosses] for name in ("src", "dst", "out", "into", "crossing")]
    out[crosses], into[crosses] = layout.ends(*wired)
    return out, into


def _spread(after: Pairs, wires: Pairs) -> Pairs:
    """Pairs of messages as pairs of their events."""
    message, before = through(after, wires)
    events, later = through((before, message), wires)
    return later, events


def at_once(layout: Layout, hop: Hop, latency: Latency) -> Pattern:
    """Messages that do not wait for each other; a rank goes on when all that it sends and receives has arrived."""
    mine = np.arange(len(hop.src))
    leave = joined((hop.src, mine), (hop.dst, mine))
    made = woven(layout, Messages(hop, np.zeros_like(mine), NO_PAIRS, (mine, hop.src), leave), latency)
    return gathered(made, homes(layout))


def gathered(pattern: Pattern, node: Numbers) -> Pattern:
    """The same with one join per rank, after which it goes on: what follows needs to wait for one event alone.

    Parameters
    ----------
    pattern : Pattern
    node : (R,) int
        Interface at which the join of each rank is an event.
    """
    ranks, which = np.unique(pattern.leave[0], return_inverse=True)
    count, joins = len(ranks), len(pattern) + np.arange(len(ranks))
    last = {name: np.zeros(count, dtype=getattr(pattern, name).dtype) for name in COLUMNS}
    last |= {"kind": np.full(count, EventKind.JOIN), "src": node[ranks], "dst": node[ranks]}
    last |= {"group": np.full(count, -1), "purpose": np.full(count, pattern.purpose.max(initial=0))}
    columns = {name: np.concatenate([getattr(pattern, name), last[name]]) for name in COLUMNS}
    after = joined(pattern.after, (joins[which], pattern.leave[1]))
    return Pattern(**columns, after=after, enter=pattern.enter, leave=(ranks, joins))


def homes(layout: Layout) -> Numbers:
    """(R,) first interface of every rank that the hosts have room for."""
    ranks = np.arange(len(layout.nic_node) * layout.gpus)
    return layout.nic_node[layout.host(ranks), layout.own(ranks)[:, 0]].astype(np.int64)
