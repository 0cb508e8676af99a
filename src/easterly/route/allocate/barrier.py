"""What one round of the first-order engine is for each kind of goal, and what the prices of its barrier prove."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import allocate as kernel
from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.route.allocate.forest import Forest, bare, fit, total
from easterly.route.allocate.posed import Problem
from easterly.route.allocate.problem import within_reach

HALVINGS = 60
"""Steps of the search for the common factor on capacities."""


class Task(Protocol):
    """One kind of goal: what a round is, what it has reached, and what its prices prove."""

    forest: Forest

    def idle(self) -> bool:
        """Whether no round could change anything, so that the value is the bound."""
        ...

    def round(self, level: float, number: int, threads: int) -> None:
        """Improve the flows once under a barrier of this level."""

    def value(self) -> float:
        """What the flows of now are worth."""
        ...

    def phi(self) -> float:
        """Common factor of all rates; NaN where there is none."""
        ...

    def better(self, a: float, b: float) -> bool:
        """Whether the bound b proves more than the bound a."""
        ...

    def most(self) -> FloatColumn:
        """Most that each pair may have."""
        ...

    def potential(self, forest: Forest) -> float:
        """What rounds make less: negative worth, and the barrier; infinite where a link is full."""
        ...

    def prove(self, threads: int) -> tuple[float, FloatColumn]:
        """A bound, and the prices that prove it."""
        ...

    def land(self) -> None:
        """Make flows exact and feasible."""
        ...


def inner(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Sum of products, without a library whose order of additions depends on the machine."""
    return float(np.add.reduce(a * b))


def barred(weight: NDArray[np.float64], room: NDArray[np.float64]) -> float:
    """Sum of -weight log(room); infinite where there is none."""
    if not np.all(room > 0.0):
        return float("inf")
    return -inner(weight, maths.log(room))


def shares(capacity: FloatColumn, most: float) -> NDArray[np.float64]:
    """Weight of each link in the barrier: by capacity, as far as traffic can use it; their sum is 1."""
    used = np.minimum(capacity, most)
    return np.asarray(used / max(float(np.add.reduce(used)), 5e-324))


@dataclass(slots=True)
class Throughput:
    """Most of the sum of weight times rate."""

    problem: Problem
    forest: Forest
    amount: FloatColumn
    share: NDArray[np.float64]
    scale: float
    """Worth of the flows of now, or a guess at it: what the level is relative to."""
    barrier: NDArray[np.float64]

    @classmethod
    def of(cls, problem: Problem) -> Throughput:
        """Nothing is sent, unless shortest paths carry all; worth is guessed from the capacity that they would use."""
        amount, forest = within_reach(problem), bare(problem)
        flow = kernel.tree_shortest(*forest.graph, amount, np.ones(problem.links), 1)
        load = total(flow)
        if np.all(load <= problem.capacity):
            forest = Forest(forest.graph, flow, np.array(amount), load)
        used, there = float(np.add.reduce(load)), float(np.add.reduce(problem.capacity))
        scale = inner(problem.weight, amount) * min(1.0, there / used if used > 0.0 else 0.0)
        share = shares(problem.capacity, float(np.add.reduce(amount)))
        return cls(problem, forest, amount, share, scale, share)

    def idle(self) -> bool:
        """Whether nothing is to be had, or all is carried."""
        return self.scale == 0.0 or self.value() >= self.all()

    def all(self) -> float:
        """Worth of carrying everything: the bound of prices that are 0."""
        return inner(self.problem.weight, self.amount)

    def round(self, level: float, number: int, threads: int) -> None:
        """One round, under a barrier relative to the value."""
        self.barrier = np.asarray(level * self.scale * self.share)
        kernel.tree_sweep(
            *self.forest.graph, self.problem.capacity, np.zeros(self.problem.links), self.barrier, self.amount,
            self.problem.weight, self.forest.flow, self.forest.rate, self.forest.load, number, threads,
        )  # fmt: skip
        self.scale = max(self.value(), self.scale / 2)

    def value(self) -> float:
        """Worth, phi or cost."""
        return inner(self.problem.weight, self.forest.rate)

    def phi(self) -> float:
        """Common factor of all rates."""
        return float("nan")

    def better(self, a: float, b: float) -> bool:
        """Whether a lies on the better side of b."""
        return a > b

    def most(self) -> FloatColumn:
        """Most that each pair may have."""
        return self.amount

    def potential(self, forest: Forest) -> float:
        """The barrier, and what flows are worth."""
        room = self.problem.capacity - forest.load
        return barred(self.barrier, room) - inner(self.problem.weight, forest.rate)

    def prove(self, threads: int) -> tuple[float, FloatColumn]:
        """Sum of capacity times price, and of what pairs are worth beyond their distance."""
        price = floats(self.barrier / (self.problem.capacity - self.forest.load))
        worth = kernel.tree_worth(*self.forest.graph, self.amount, self.problem.weight, price, threads)
        bound = inner(self.problem.capacity, price) + worth
        return (bound, price) if bound < self.all() else (self.all(), floats(np.zeros(self.problem.links)))

    def land(self) -> None:
        """Exact flows below the capacities."""
        fit(self.forest, self.problem.capacity)


@dataclass(slots=True)
class Concurrent:
    """Greatest common factor on all rates: everything is routed, at the least of the highest utilisation.

    The barrier keeps loads below a common factor times the capacities. That factor is chosen before each round so that
    the prices of all capacity add up to 1: then it is the level that lies between it and the bound, relatively.
    """

    problem: Problem
    forest: Forest
    growth: FloatColumn
    share: NDArray[np.float64]
    price: FloatColumn
    joined: bool
    """Whether a path joins every pair that grows; if none joins one, phi is 0."""
    landed: bool = False
    factor: float = 1.0
    level: float = 1.0

    @classmethod
    def of(cls, problem: Problem, growth: FloatColumn) -> Concurrent:
        """Everything on paths that are shortest where links of little capacity are long."""
        forest = bare(problem)
        price = floats(1.0 / problem.capacity)
        forest.flow[:] = kernel.tree_shortest(*forest.graph, growth, price, 1)
        forest.rate[:] = growth
        forest.add_up()
        top = highest(forest.load, problem.capacity)
        most = float(np.add.reduce(growth)) / top if top > 0.0 else float("inf")
        cost = kernel.tree_cost(*forest.graph, growth, price, 1)
        if not np.isfinite(cost):
            forest = bare(problem)
        return cls(problem, forest, floats(growth), shares(problem.capacity, most), price, bool(np.isfinite(cost)))

    def idle(self) -> bool:
        """Whether nothing is to be had."""
        return not self.joined or not np.any(self.forest.load > 0.0)

    def round(self, level: float, number: int, threads: int) -> None:
        """One round, under a barrier relative to the value."""
        capacity = self.problem.capacity
        self.factor = factor = common_factor(self.forest.load / capacity, self.share, level)
        self.level = level
        barrier = level * factor * self.share
        kernel.tree_sweep(
            *self.forest.graph, factor * capacity, np.zeros(self.problem.links), barrier, self.forest.rate,
            np.full(self.problem.pairs, np.inf), self.forest.flow, self.forest.rate, self.forest.load, number, threads,
        )  # fmt: skip
        self.price = floats(barrier / (factor * capacity - self.forest.load))

    def value(self) -> float:
        """Worth, phi or cost."""
        return self.phi()

    def phi(self) -> float:
        """Common factor of all rates."""
        if self.landed:
            some = self.growth > 0.0
            return float(np.min(self.forest.rate[some] / self.growth[some], initial=float("inf")))
        if not self.joined:
            return 0.0
        top = highest(self.forest.load, self.problem.capacity)
        return 1.0 / top if top > 0.0 else float("inf")

    def better(self, a: float, b: float) -> bool:
        """Whether a lies on the better side of b."""
        return a > b

    def most(self) -> FloatColumn:
        """Most that each pair may have."""
        return self.growth

    def potential(self, forest: Forest) -> float:
        """The barrier, and what flows are worth."""
        room = self.factor * self.problem.capacity - forest.load
        return barred(self.level * self.factor * self.share, room)

    def prove(self, threads: int) -> tuple[float, FloatColumn]:
        """Price of all capacity over what routing everything costs at least."""
        cost = kernel.tree_cost(*self.forest.graph, self.growth, self.price, threads)
        return inner(self.problem.capacity, self.price) / cost, floats(self.price / cost)

    def land(self) -> None:
        """Exact flows below the capacities."""
        fit(self.forest, floats(np.full(self.problem.links, np.inf)))
        phi = self.phi()
        if np.isfinite(phi):
            self.forest.flow[:] *= phi
            self.forest.rate[:] *= phi
            self.forest.add_up()
            self.landed = phi > 0.0
        fit(self.forest, self.problem.capacity)


@dataclass(slots=True)
class Cost:
    """Everything is routed below the capacities, at least cost."""

    problem: Problem
    forest: Forest
    share: NDArray[np.float64]
    barrier: NDArray[np.float64]

    @classmethod
    def of(cls, ample: Concurrent) -> Cost:
        """From flows that leave room on every link."""
        return cls(ample.problem, ample.forest, ample.share, ample.share)

    def idle(self) -> bool:
        """Whether nothing is to be had."""
        return self.value() == 0.0

    def round(self, level: float, number: int, threads: int) -> None:
        """One round, under a barrier relative to the value."""
        self.barrier = np.asarray(level * max(self.value(), 1e-300) * self.share)
        kernel.tree_sweep(
            *self.forest.graph, self.problem.capacity, self.problem.cost, self.barrier, self.forest.rate,
            np.full(self.problem.pairs, np.inf), self.forest.flow, self.forest.rate, self.forest.load, number, threads,
        )  # fmt: skip

    def value(self) -> float:
        """Worth, phi or cost."""
        return inner(self.problem.cost, self.forest.load)

    def phi(self) -> float:
        """Common factor of all rates."""
        return float("nan")

    def better(self, a: float, b: float) -> bool:
        """Whether a lies on the better side of b."""
        return a < b

    def most(self) -> FloatColumn:
        """Most that each pair may have."""
        return self.problem.amount

    def potential(self, forest: Forest) -> float:
        """The barrier, and what flows are worth."""
        return barred(self.barrier, self.problem.capacity - forest.load) + inner(self.problem.cost, forest.load)

    def prove(self, threads: int) -> tuple[float, FloatColumn]:
        """What routing everything costs at least with prices on links, less the price of all capacity."""
        price = floats(self.barrier / (self.problem.capacity - self.forest.load))
        least = kernel.tree_cost(*self.forest.graph, self.forest.rate, self.problem.cost + price, threads)
        return least - inner(self.problem.capacity, price), price

    def land(self) -> None:
        """Exact flows below the capacities."""
        fit(self.forest, self.problem.capacity)


def highest(load: NDArray[np.float64], capacity: FloatColumn) -> float:
    """Highest load over capacity."""
    return float(np.max(load / capacity, initial=0.0))


def common_factor(used: NDArray[np.float64], share: NDArray[np.float64], level: float) -> float:
    """The factor u with sum of share level u / (u - used) = 1: between the highest use and that over 1 - level."""
    top = float(np.max(used, initial=0.0))
    low, high = top, top / (1.0 - level)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        if middle <= top or np.add.reduce(share / (1.0 - used / middle)) * level > 1.0:
            low = middle
        else:
            high = middle
    return high
