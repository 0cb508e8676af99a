"""The order of steps whose fullest link is least full, with a bound."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass

State = frozenset[int]
"""Steps that were made."""
Cost = Callable[[State, int], float]
"""Worst utilisation while a step is made from a state, and after it."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order of steps.

    Attributes
    ----------
    steps : tuple of int
        Empty where no order avoids what is impossible.
    worst : float [1]
        Highest utilisation on the way.
    bound : float [1]
        No order has a lower one.
    states : int
        Steps from states that were looked at.
    """

    steps: tuple[int, ...]
    worst: float
    bound: float
    states: int


def best(count: int, cost: Cost, start: float, budget: int) -> Order:
    """Order of least worst utilisation: greedily, then best first.

    States are taken up by the least worst utilisation on any way to them, as in Dijkstra's algorithm for bottlenecks:
    the first that has made all steps is best, and before that the worst utilisation of the one that is taken up next
    bounds every order from below.

    Parameters
    ----------
    count : int
        Number of steps.
    cost : callable
        Of a state and the next step; infinite where that cannot be. Asked once for each pair.
    start : float [1]
        Utilisation before the first step.
    budget : int
        Pairs that are looked at, at most, after the greedy order.

    Examples
    --------
    Two steps of which the second makes room for the first:

    >>> order = best(2, lambda made, step: 0.9 if step == 0 and 1 not in made else 0.5, 0.4, 100)
    >>> order.steps, order.worst, order.bound
    ((1, 0), 0.5, 0.5)
    """
    known: dict[tuple[State, int], float] = {}

    def asked(made: State, step: int) -> float:
        if (made, step) not in known:
            known[made, step] = cost(made, step)
        return known[made, step]

    steps, worst = _greedy(count, asked, start)
    limit, everything = len(known) + budget, frozenset(range(count))
    heap: list[tuple[float, int, tuple[int, ...]]] = [(start, 0, ())]
    done: set[State] = set()
    while heap:
        so_far, _, way = heapq.heappop(heap)
        made = frozenset(way)
        if made in done:
            continue
        if so_far >= worst or made == everything:
            return Order(way if so_far < worst else steps, min(so_far, worst), min(so_far, worst), len(known))
        if len(known) >= limit:
            return Order(steps, worst, so_far, len(known))
        done.add(made)
        for step in range(count):
            if step not in made:
                heapq.heappush(heap, (max(so_far, asked(made, step)), -len(way) - 1, (*way, step)))
    return Order(steps, worst, worst, len(known))


def _greedy(count: int, cost: Cost, start: float) -> tuple[tuple[int, ...], float]:
    """The step that is least bad next, again and again."""
    way: tuple[int, ...] = ()
    worst = start
    while len(way) < count:
        left = [step for step in range(count) if step not in way]
        least, step = min((cost(frozenset(way), each), each) for each in left)
        if least == float("inf"):
            return (), least
        way, worst = (*way, step), max(worst, least)
    return way, worst
