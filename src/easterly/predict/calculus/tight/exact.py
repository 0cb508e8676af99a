"""The longest delay of a small tree of servers, from both sides."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.tight.dates import Dates, doubled, ordered
from easterly.predict.calculus.tight.linear import Known, Posed, pose
from easterly.predict.calculus.tight.trees import Piece, Tree

Order = NDArray[np.bool_]
Orders = dict[int, Order]
Choices = tuple[tuple[int, int, int], ...]
"""Server, and two of its dates, of which the first is not before the second."""

DEEPEST = 6
PROGRAMMES = (300, 300, 300, 300, 120, 24, 6)
"""That are solved, by the servers ahead of the last: each takes some eight times as long as with one server less."""
CLOSE, SLIP = 1e-9, 1e-8


@dataclass(frozen=True, slots=True)
class Exact:
    """Longest delay of a flow.

    Attributes
    ----------
    delay_s : float [s]
        No bit takes longer.
    reached_s : float [s]
        A bit takes that long in some trajectory, but for rounding.
    programmes : int
        That were solved.
    """

    delay_s: float
    reached_s: float
    programmes: int


def exact(given: Known, after: dict[int, int], piece: Piece, *, programmes: int | None = None) -> Exact:
    """Longest delay of a piece, by programmes with dates of service for every date.

    The order of dates is known in part. A programme without the rest bounds all trajectories; one with any whole order
    is a trajectory (Bouillard & Stea 2015, IEEE/ACM ToN 23:5). Where they differ, both orders of a pair of dates are
    looked at.

    Parameters
    ----------
    given : Known
    after : dict of int to int
        The forest.
    piece : Piece
    programmes : int, optional
        After which the best is told that is proven; as many as take seconds if absent.

    Raises
    ------
    ValueError
        A tree of more than 7 servers in a row: dates double with each.
    OverflowError
        As in `pose`.
    """
    number, solved, reached = count(), 0, 0.0
    first = _looked(given, after, piece, ())
    most = PROGRAMMES[max(first.posed.tree.depth.values())] if programmes is None else programmes
    front = [(-first.upper_s, next(number), first)]
    done_s = 0.0
    while front:
        _, _, node = heapq.heappop(front)
        reached, solved = max(reached, node.reached_s), solved + 2
        if node.upper_s <= max(reached, done_s) * (1 + CLOSE) or solved >= most:
            done_s = max(done_s, node.upper_s)
            break
        pair = _pair(node)
        if pair is None:
            done_s = max(done_s, node.upper_s)
            continue
        server, x, y = pair
        for choice in ((server, x, y), (server, y, x)):
            new = _looked(given, after, piece, (*node.choices, choice))
            heapq.heappush(front, (-new.upper_s, next(number), new))
    return Exact(max(done_s, reached), reached, solved)


@dataclass(frozen=True, slots=True)
class _Node:
    choices: Choices
    upper_s: float
    reached_s: float
    posed: Posed
    orders: Orders
    ages: dict[int, NDArray[np.float64]]
    lags: list[NDArray[np.float64]]


def _looked(given: Known, after: dict[int, int], piece: Piece, choices: Choices) -> _Node:
    """Both sides under some choices."""
    known: Orders = {}
    posed = pose(given, after, piece, lambda whole: _dates(whole, choices, known))
    first = int(posed.made.ages[posed.streams[0].servers[0]][0])
    answer = posed.made.programme.solve({first: 1.0})
    ages = {server: answer.x[age] for server, age in posed.made.ages.items()}
    lags = [answer.x[lag] for lag in posed.made.lags]
    whole = {server: _total(order) for server, order in _merged(posed.tree, ages).items()}
    fixed = pose(given, after, piece, lambda _: {server: ordered(order) for server, order in whole.items()})
    reached = float(fixed.made.programme.solve({first: 1.0}).x[first]) * (1 - SLIP)
    return _Node(choices, answer.bound * posed.made.unit_s, reached * posed.made.unit_s, posed, known, ages, lags)


def _dates(whole: Tree, choices: Choices, known: Orders) -> dict[int, Dates]:
    """Dates of all servers, in the order that follows from choices."""
    deepest = max(whole.depth.values())
    if deepest > DEEPEST:
        raise ValueError(f"{deepest + 1} servers in a row have {2 ** (deepest + 1):,} dates: {DEEPEST + 1} at most")
    for server in whole.depth:
        behind = known[whole.after[server]] if server in whole.after else np.eye(1, dtype=bool)
        order = doubled(behind)
        for at, x, y in choices:
            if at == server:
                order |= np.outer(order[:, x], order[y])
        known[server] = order
    return {server: ordered(order) for server, order in known.items()}


def _merged(whole: Tree, ages: dict[int, NDArray[np.float64]]) -> dict[int, list[int]]:
    """Dates of all servers from the latest on: two rows, each as at the server behind, merged by age."""
    made: dict[int, list[int]] = {}
    for server in whole.depth:
        behind = made[whole.after[server]] if server in whole.after else [0]
        half, age = len(behind), ages[server]
        row: list[int] = []
        i = j = 0
        while j < half:
            if i < half and (i <= j or age[behind[i]] <= age[behind[j] + half]):
                row.append(behind[i])
                i += 1
            else:
                row.append(behind[j] + half)
                j += 1
        made[server] = row
    return made


def _total(row: list[int]) -> Order:
    place = np.argsort(row)
    made: Order = place[:, None] <= place[None, :]
    return made


def _pair(node: _Node) -> tuple[int, int, int] | None:
    """The pair of dates in no order yet that breaks most, were it in the order of its ages."""
    best: tuple[float, int, int, int] | None = None
    for server, x, y in _open(node):
        late = (x, y) if node.ages[server][x] <= node.ages[server][y] else (y, x)
        broken = _broken(node, server, *late)
        if best is None or broken > best[0]:
            best = (broken, server, x, y)
    return None if best is None else best[1:]


def _open(node: _Node) -> Iterator[tuple[int, int, int]]:
    for server, order in node.orders.items():
        for x, y in np.argwhere(~(order | order.T)).tolist():
            if x < y:
                yield server, x, y


def _broken(node: _Node, server: int, later: int, earlier: int) -> float:
    """By how much what follows from an order is broken: ahead of the server, and by streams that enter."""
    worst, age = 0.0, node.ages[server]
    for stream, lag in zip(node.posed.streams, node.lags, strict=True):
        if stream.servers[0] == server:
            brings = lag[earlier] - lag[later]
            unit_s, unit_B = node.posed.made.unit_s, node.posed.made.unit_B
            for burst, rate in stream.buckets:
                most = burst / unit_B + rate * unit_s / unit_B * (age[earlier] - age[later])
                worst = max(worst, float(-brings), float(brings - most))
    for ahead, behind in node.posed.tree.after.items():
        if behind == server:
            own, half = node.ages[ahead], len(age)
            worst = max(worst, float(own[later] - own[earlier]), float(own[later + half] - own[earlier + half]))
    return worst
