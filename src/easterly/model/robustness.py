"""Graphs without direction, what is left of them while parts go, and what spreads along them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, floats, indices
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Graph:
    """An undirected graph as columns of edges."""

    nodes: Annotated[int, Unit("1"), Doc("Nodes, numbered from 0 on.")]
    a: Annotated[IntColumn, Doc("(E,) one end of each edge.")]
    b: Annotated[IntColumn, Doc("(E,) the other end.")]
    model: Annotated[str, Doc("What it was made by.")] = ""
    x: Annotated[FloatColumn | None, Unit("1"), Doc("(N,) place across the unit square, where nodes have one.")] = None
    y: Annotated[FloatColumn | None, Unit("1"), Doc("(N,) place up the unit square.")] = None

    def __len__(self) -> int:
        return len(self.a)

    @property
    def degree(self) -> IndexColumn:
        """(N,) edges of each node; a loop counts twice."""
        return indices(np.bincount(np.concatenate([self.a, self.b]), minlength=self.nodes))

    @property
    def mean_degree(self) -> float:
        """Edges of a node, in the mean; 0 without nodes."""
        return 2 * len(self) / self.nodes if self.nodes else 0.0

    def __repr__(self) -> str:
        return f"<Graph {self.model}: {self.nodes:,} nodes, {len(self):,} edges>"


@dataclass(frozen=True, slots=True)
class Percolation:
    """What is left of a graph while nodes or edges go, in the mean over runs."""

    of: Annotated[str, Doc("What goes: nodes or edges.")]
    order: Annotated[str, Doc("In which order.")]
    runs: Annotated[int, Unit("1"), Doc("Runs, each with draws of its own.")]
    removed: Annotated[FloatColumn, Unit("1"), Doc("(K,) share that is gone.")]
    largest: Annotated[FloatColumn, Unit("1"), Doc("(K,) weight of the largest component over that of all nodes.")]
    largest_half: Annotated[FloatColumn, Unit("1"), Doc("(K,) half width of its 95 % interval; infinite with one run.")]
    second: Annotated[FloatColumn, Unit("1"), Doc("(K,) the same of the next component.")]
    susceptibility: Annotated[
        FloatColumn, Unit("1"), Doc("(K,) weight of the component of a random node, the largest left out.")
    ]
    robustness: Annotated[
        float, Unit("1"), Doc("R: mean of the largest component over all removals; at most 1/2 for nodes.")
    ]
    robustness_half: Annotated[float, Unit("1"), Doc("Half width of its 95 % interval; infinite with one run.")]

    @property
    def peak(self) -> float:
        """Share removed at which the susceptibility is highest: near the threshold, off by some n^(-1/3).

        With degrees of a heavy tail (exponents below 3) it says little: the largest component fades before it ends.
        """
        return float(self.removed[np.argmax(self.susceptibility)])


@dataclass(frozen=True, slots=True)
class Epidemic:
    """Runs of something that spreads: who has it, who ever had it, when it ended."""

    method: Annotated[str, Doc("What was simulated or solved.")]
    population: Annotated[int, Unit("1"), Doc("Nodes.")]
    time: Annotated[FloatColumn, Unit("1"), Doc("(K,) when it was looked at, in the unit of the rates.")]
    infected: Annotated[FloatColumn, Unit("1"), Doc("(K,) share infected, in the mean over runs.")]
    infected_half: Annotated[FloatColumn, Unit("1"), Doc("(K,) half width of its 95 % interval.")]
    ever: Annotated[FloatColumn, Unit("1"), Doc("(K,) share that has been infected by then.")]
    ever_half: Annotated[FloatColumn, Unit("1"), Doc("(K,) half width of its 95 % interval.")]
    final: Annotated[FloatColumn, Unit("1"), Doc("(R,) share ever infected, at the end of each run.")]
    most: Annotated[FloatColumn, Unit("1"), Doc("(R,) largest share infected at one time.")]
    end: Annotated[
        FloatColumn, Unit("1"), Doc("(R,) when nobody was infected any more; infinite where it was stopped before.")
    ]

    def __len__(self) -> int:
        return len(self.final)

    def outbreaks(self, least: float = 0.05) -> FloatColumn:
        """Final sizes of the runs that reached at least this share: below it, it died out by chance."""
        return floats(self.final[self.final >= least])


@dataclass(frozen=True, slots=True)
class Segments:
    """Groups of alike nodes and who reaches whom: everybody meets everybody that its group reaches."""

    name: Annotated[TextColumn, Doc("(G,) what a group is called.")]
    size: Annotated[IndexColumn, Unit("1"), Doc("(G,) nodes.")]
    reach: Annotated[BoolColumn, Doc("(G, G) bool: row reaches column.")]

    @property
    def population(self) -> int:
        """Nodes of all groups."""
        return int(self.size.sum())

    @property
    def meets(self) -> IndexColumn:
        """(G,) others whom a node of each group reaches."""
        return indices((self.reach * self.size).sum(axis=1) - np.diagonal(self.reach))
