"""Delays and bursts of flows by linear programmes over the trees that lead to their last servers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight import rows
from easterly.predict.calculus.tight.dates import Dates, chain
from easterly.predict.calculus.tight.network import ServerNetwork
from easterly.predict.calculus.tight.programme import Answer
from easterly.predict.calculus.tight.separated import Separated, separated
from easterly.predict.calculus.tight.total import Total, total
from easterly.predict.calculus.tight.trees import Piece, Tree, tree

Floats = NDArray[np.float64]
Cut = tuple[int, int]
"""A flow and the hop ahead of which it is cut."""


@dataclass(frozen=True, slots=True)
class Within:
    """What total and separated flow analysis say of a forest, with all that enters its trees.

    Attributes
    ----------
    delay_s : (S,) float [s]
    separated : Separated
    row : dict of Cut to int
        Row of the piece that begins there.
    """

    delay_s: Floats
    separated: Separated
    row: dict[Cut, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a network before any programme is solved, and the bursts that programmes add.

    Attributes
    ----------
    net : ServerNetwork
    total : Total
    separated : Separated
    burst_B : dict of Cut to float
        Bursts beside the lowest rate, ahead of hops.
    within : Within, optional
    """

    net: ServerNetwork
    total: Total
    separated: Separated
    burst_B: dict[Cut, float] = field(default_factory=dict)
    within: Within | None = None

    def entry(self, flow: int, hop: int) -> list[tuple[float, float]]:
        """Buckets [B], [B/s] of a flow ahead of a hop, the lowest rate first."""
        every = self.net.buckets(flow)
        if hop == 0:
            return every
        at = int(self.net.ptr[flow]) + hop
        late_s = float(self.total.before_s[at])
        (size, rate), others = every[0], every[1:]
        sizes = [self.burst_B.get((flow, hop), np.inf), float(self.separated.burst_B[at])]
        if np.isfinite(late_s):
            return [(min(*sizes, size + rate * late_s), rate), *((b + r * late_s, r) for b, r in others)]
        return [(min(sizes), rate)]

    def piece_s(self, piece: Piece) -> float:
        """Delay [s] of a piece; infinite if nothing is known."""
        hops = piece.last - piece.first + 1
        whole = piece.first == 0 and hops == len(self.net.hops(piece.flow))
        known = self.separated.over(piece.flow, hops)[0] if whole else np.inf
        if self.within is None:
            return known
        return min(known, self.within.separated.over(self.within.row[piece.flow, piece.first], hops)[0])

    def server_s(self, server: int) -> float:
        """Delay [s] of a server."""
        one = float(self.total.delay_s[server])
        return one if self.within is None else min(one, float(self.within.delay_s[server]))


def within(given: Known, after: dict[int, int]) -> Known:
    """Also what holds in a forest with the bursts that are known."""
    net = given.net
    begins: dict[Cut, int] = {}
    cut: list[tuple[list[int], list[tuple[float, float]], int]] = []
    for f in range(len(net)):
        hops, first = net.hops(f), 0
        for h, server in enumerate(hops):
            if h + 1 == len(hops) or after.get(server) != hops[h + 1]:
                begins[f, first] = len(cut)
                cut.append((hops[first : h + 1], given.entry(f, first), net.line_to(f, first)))
                first = h + 1
    if not all(np.isfinite(b) for _, buckets, _ in cut for b, _ in buckets):
        return replace(given, within=None)
    made = ServerNetwork.like(net, cut)
    return replace(given, within=Within(total(made).delay_s, separated(made), begins))


def known(net: ServerNetwork) -> Known:
    """Total and separated flow analysis."""
    return Known(net, total(net), separated(net))


def chains(whole: Tree) -> dict[int, Dates]:
    """As many dates at every server as there are behind it, and two."""
    return {server: chain(depth) for server, depth in whole.depth.items()}


@dataclass(frozen=True, slots=True)
class Posed:
    """A programme about one piece of a flow."""

    made: rows.Tableau
    streams: list[rows.Stream]
    tree: Tree


def pose(
    given: Known, after: dict[int, int], piece: Piece, dates: Callable[[Tree], dict[int, Dates]] | None = None
) -> Posed:
    """The programme of a piece: its tree, with all that enters it.

    Raises
    ------
    OverflowError
        A burst that enters has no bound, or more comes for ever than is served.
    """
    root = given.net.hops(piece.flow)[piece.last]
    whole = tree(given.net, after, root)
    own = next(p for p in whole.pieces if p.flow == piece.flow and p.first <= piece.last <= p.last)
    enters = rows.streams(given.net, whole, own, given.entry, given.piece_s)
    if any(not np.isfinite(b) for each in enters for b, _ in each.buckets):
        raise OverflowError("a burst that enters has no bound")
    looks = chains(whole) if dates is None else dates(whole)
    made = rows.tableau(given.net, whole, enters, looks, given.server_s)
    return Posed(made, enters, whole)


def delay_of(posed: Posed) -> float:
    """Longest delay [s] of the piece."""
    first = posed.made.ages[posed.streams[0].servers[0]][0]
    return posed.made.programme.solve({int(first): 1.0}).bound * posed.made.unit_s


def burst_of(posed: Posed) -> tuple[float, Answer]:
    """Most of the piece that waits [B], which is its burst behind the root (Bouillard 2022, section 4)."""
    made, own = posed.made, posed.streams[0]
    size, rate = own.buckets[0][0] / made.unit_B, own.buckets[0][1] * made.unit_s / made.unit_B
    age, lag = made.ages[own.servers[0]], made.lags[0]
    late = np.concatenate(made.programme.most)[age[0]]
    waits = made.programme.variables(np.array([(size + rate * late) * (1 + 1e-9)]))
    columns = np.stack([np.repeat(waits, len(age)), lag, age], 1)
    made.bursts[0].append(made.programme.demand(columns, [1.0, 1.0, -rate], np.full(len(age), size)))
    answer = made.programme.solve({int(waits[0]): 1.0})
    return answer.bound * made.unit_B, answer
