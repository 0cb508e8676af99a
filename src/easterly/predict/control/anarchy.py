"""What selfishness costs: routes that nobody would leave, against those of least total time; and rates by bids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly.base.columns import FloatColumn, floats
from easterly.base.schema import Doc, Unit
from easterly.predict.control.reals import number, numbers, pow1

Node = int | str
Link = tuple[Node, Node, Sequence[float]]
Demand = tuple[Node, Node, float]
ROUNDS, CLOSE = 5000, 1e-12


@dataclass(frozen=True, slots=True)
class Anarchy:
    """Equilibrium and optimum of one network."""

    selfish: Annotated[FloatColumn, Doc("(L,) load of each link where nobody gains by another path (Wardrop 1952).")]
    best: Annotated[FloatColumn, Doc("(L,) load of each link for the least total delay.")]
    selfish_cost: Annotated[float, Doc("Total delay: sum of load times delay.")]
    best_cost: Annotated[float, Doc("The least total delay.")]
    bound: Annotated[float, Unit("1"), Doc("What the price cannot exceed with delays of this degree.")]
    gap: Annotated[float, Unit("1"), Doc("How much less, as a part, delays could be on shortest paths: 0 at rest.")]

    @property
    def price(self) -> float:
        """Price of anarchy of this network: how many times the least total delay selfish routing takes."""
        return self.selfish_cost / self.best_cost if self.best_cost > 0 else 1.0


def routing(links: Sequence[Link], demands: Sequence[Demand], *, gap: float = CLOSE) -> Anarchy:
    """Selfish and best routing with delays that are polynomials of the load (Roughgarden and Tardos 2002).

    The equilibrium minimises the sum of integrals of the delays (Beckmann 1956); the optimum is the equilibrium of
    marginal delays, d + x d'. Both by shifting flow between paths with Newton steps, new paths by shortest path, until
    what flows take and what shortest paths would take differ by less than `gap`.

    Parameters
    ----------
    links : sequence of (from, to, coefficients)
        Delay of a link: c0 + c1 x + c2 x^2 + ..., none negative.
    demands : sequence of (from, to, amount)
    gap : float

    Returns
    -------
    Anarchy

    Raises
    ------
    ValueError
        A demand without a path, coefficients below 0.

    Examples
    --------
    Pigou's example: a link that always takes 1, and one that takes as much as its load.

    >>> made = routing([("s", "t", [1]), ("s", "t", [0, 1])], [("s", "t", 1)])
    >>> f"{made.price:.6f} {made.bound:.6f}", made.best
    ('1.333333 1.333333', array([0.5, 0.5]))
    """
    table = _coefficients(links)
    powers = np.arange(table.shape[1])
    at_rest, one = _equilibrium(links, demands, table, gap)
    at_best, two = _equilibrium(links, demands, table * (powers + 1), gap)
    cost = [float(load @ _delays(table, load)) for load in (at_rest, at_best)]
    return Anarchy(floats(at_rest), floats(at_best), cost[0], cost[1], worst(_degree(table)), max(one, two))


def worst(degree: float) -> float:
    """Largest price of anarchy with polynomials of a degree: 1 / (1 - d (d + 1)^(-(d + 1) / d)) (Roughgarden 2003).

    >>> [round(worst(d), 4) for d in (0, 1, 2, 3, 4)]
    [1.0, 1.3333, 1.6258, 1.8956, 2.1505]
    """
    d = number("degree", degree, zero=True)
    return 1.0 if d == 0 else 1 / (1 - d * pow1(d + 1, -(d + 1) / d))


def _coefficients(links: Sequence[Link]) -> FloatColumn:
    if not links:
        raise ValueError("there are no links")
    table = np.zeros((len(links), max(max(len(part) for *_, part in links), 1)))
    for i, (*_, part) in enumerate(links):
        table[i, : len(part)] = part
    if not (np.isfinite(table) & (table >= 0)).all():
        raise ValueError("coefficients of a delay must be numbers from 0 on: a delay never falls with load")
    return table


def _degree(table: FloatColumn) -> int:
    return int(np.flatnonzero(table.any(axis=0)).max(initial=0))


def _delays(table: FloatColumn, load: FloatColumn) -> FloatColumn:
    """Polynomials by Horner's rule."""
    made = np.zeros(len(load))
    for column in table.T[::-1]:
        made = made * load + column
    return made


def _slopes(table: FloatColumn, load: FloatColumn) -> FloatColumn:
    powers = np.arange(1, table.shape[1])
    return _delays(table[:, 1:] * powers, load) if len(powers) else np.zeros(len(load))


def _equilibrium(
    links: Sequence[Link], demands: Sequence[Demand], table: FloatColumn, gap: float
) -> tuple[FloatColumn, float]:
    """Loads at which no path of a demand is longer than its shortest, and how far that is missed."""
    graph = _Graph(links)
    load, flows = np.zeros(len(links)), []
    for start, end, amount in demands:
        path = graph.shortest(start, end, _delays(table, load))
        flows.append({path: number("demand", amount)})
        load[list(path)] += amount
    missed = 0.0
    for _ in range(ROUNDS):
        delay = _delays(table, load)
        taken, least = float(load @ delay), 0.0
        for (start, end, amount), paths in zip(demands, flows, strict=True):
            path = graph.shortest(start, end, delay)
            least += amount * float(delay[list(path)].sum())
            paths.setdefault(path, 0.0)
        missed = (taken - least) / taken if taken > 0 else 0.0
        if missed <= gap:
            break
        for paths in flows:
            _shift(paths, load, table)
    return load, max(missed, 0.0)


def _shift(paths: dict[tuple[int, ...], float], load: FloatColumn, table: FloatColumn) -> None:
    """Move flow of one demand to its shortest path, from each other by a Newton step, and drop paths that are empty."""
    for path in sorted(paths, key=lambda p: (len(p), p)):
        delay, slope = _delays(table, load), _slopes(table, load)
        best = min(paths, key=lambda p: (float(delay[list(p)].sum()), p))
        if path == best:
            continue
        apart = [*set(path) ^ set(best)]
        excess = float(delay[list(path)].sum() - delay[list(best)].sum())
        bend = float(slope[sorted(apart)].sum())
        moved = min(paths[path], excess / bend if bend > 0 else np.inf)
        paths[path] -= moved
        paths[best] += moved
        load[list(path)] -= moved
        load[list(best)] += moved
    np.maximum(load, 0.0, out=load)
    for path in [p for p, amount in paths.items() if amount <= 0]:
        del paths[path]


class _Graph:
    """Links by the node that they leave."""

    def __init__(self, links: Sequence[Link]) -> None:
        self.leaving: dict[Node, list[tuple[int, Node]]] = {}
        for i, (start, end, _) in enumerate(links):
            self.leaving.setdefault(start, []).append((i, end))

    def shortest(self, start: Node, end: Node, length: FloatColumn) -> tuple[int, ...]:
        """Links of a shortest path (Dijkstra 1959); of equals the one that is found first."""
        heap: list[tuple[float, int, Node, tuple[int, ...]]] = [(0.0, 0, start, ())]
        done, count = set(), 0
        while heap:
            far, _, node, path = heappop(heap)
            if node == end and path:
                return path
            if node in done:
                continue
            done.add(node)
            for i, there in self.leaving.get(node, ()):
                count += 1
                heappush(heap, (far + float(length[i]), count, there, (*path, i)))
        raise ValueError(f"there is no path from {start} to {end}: add a link, or leave the demand out")


@dataclass(frozen=True, slots=True)
class Bids:
    """One link whose rate is sold by bids, each bidder knowing what a bid does to the price."""

    rate: Annotated[FloatColumn, Doc("(F,) of each bidder at the equilibrium.")]
    price: Annotated[float, Doc("Per rate.")]
    efficiency: Annotated[float, Unit("1"), Doc("Utility of that over the largest utility: never below 3/4.")]


def bids(worth: ArrayLike, capacity: float = 1.0) -> Bids:
    """Equilibrium of Kelly's mechanism at one link when bidders of linear utility anticipate prices.

    Bidder i gets the part of the capacity that its bid is of all bids. At the equilibrium worth (1 - x / C) = price
    for all with x > 0, and worth <= price for others; the total utility is at least 3/4 of the largest, which all of
    the rate to the one of the highest worth would give (Johari and Tsitsiklis 2004).

    Parameters
    ----------
    worth : (F,) array_like
        Utility per rate of each bidder; two at least.
    capacity : float

    Returns
    -------
    Bids

    Examples
    --------
    >>> made = bids([1] + [0.5] * 1000)
    >>> f"{made.rate[0]:.3f} {made.efficiency:.3f}"
    '0.500 0.750'
    """
    value = numbers("worth", worth)
    if len(value) < 2:
        raise ValueError("one bidder alone has no price to anticipate: give the worth of two at least")
    ordered = np.sort(value)[::-1]
    # With the m highest taking part, the sum of 1 - price / worth is 1: the largest m whose last one still gains.
    prices = (np.arange(2, len(ordered) + 1) - 1) / np.cumsum(1 / ordered)[1:]
    fits = np.flatnonzero(ordered[1:] > prices)
    price = float(prices[fits.max()])
    rate = number("capacity", capacity) * np.maximum(1 - price / value, 0.0)
    return Bids(floats(rate), price, float(value @ rate / (value.max() * capacity)))
