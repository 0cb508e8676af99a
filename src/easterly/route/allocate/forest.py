"""Flows by destination: the arrays that the first-order engine works on, and paths to trees and back."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import allocate as kernel
from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.model.allocation import Trees
from easterly.route.allocate.posed import Problem

Graph = tuple[IntColumn, IntColumn, BoolColumn, IntColumn, IndexColumn, IntColumn]
"""Ends of links, transit nodes, destinations, CSR of their pairs, sources."""


@dataclass(frozen=True, slots=True)
class Forest:
    """Flows towards all destinations while they are worked on: the arrays are changed in place."""

    graph: Graph
    """Links, nodes and pairs by destination, as every function of the kernel takes them."""
    flow: NDArray[np.float64]
    """(T, L) flow on each link towards each destination."""
    rate: NDArray[np.float64]
    """(K,) what each pair has."""
    load: NDArray[np.float64]
    """(L,) sum of flow."""

    @property
    def root(self) -> IntColumn:
        """Destinations, ascending."""
        return self.graph[3]

    def copy(self) -> Forest:
        """A state to come back to."""
        return replace(self, flow=self.flow.copy(), rate=self.rate.copy(), load=self.load.copy())

    def add_up(self) -> None:
        """Loads anew from flows, without the roundings of many small moves."""
        self.load[:] = total(self.flow)


def graph_of(problem: Problem) -> Graph:
    """Links, nodes, and pairs by destination: what functions of the kernel take first."""
    root, first = np.unique(problem.pair_dst, return_index=True)
    ptr = indices(np.append(first, problem.pairs))
    return problem.src, problem.dst, problem.transit, ints(root), ptr, problem.pair_src


def bare(problem: Problem) -> Forest:
    """No flow at all."""
    graph = graph_of(problem)
    return Forest(graph, np.zeros((len(graph[3]), problem.links)), np.zeros(problem.pairs), np.zeros(problem.links))


def total(flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum over destinations, one after the other: the same bits on every machine."""
    load = np.zeros(flow.shape[1])
    for row in flow:
        load += row
    return load


def fit(forest: Forest, capacity: FloatColumn) -> None:
    """Make flows exact, and scale them by what roundings put on top of capacities, if anything."""
    forest.load[:] = kernel.tree_tidy(*forest.graph, forest.rate, forest.flow)
    while np.any(forest.load > capacity):
        factor = float(np.min(capacity / np.maximum(forest.load, capacity))) * (1 - 2**-52)
        forest.flow[:] *= factor
        forest.rate[:] *= factor
        forest.add_up()


def trees_of(forest: Forest) -> Trees:
    """The flow as sparse rows, one per destination."""
    row, link = np.nonzero(forest.flow)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(forest.root)))])
    return Trees(forest.root, indices(ptr), ints(link), floats(forest.flow[row, link]))


def trees_of_paths(dst: IntColumn, link_ptr: IndexColumn, link_idx: IntColumn, rate: FloatColumn, links: int) -> Trees:
    """Add up paths by the node that they end in.

    Parameters
    ----------
    dst : (P,) int
        Last node of each path.
    link_ptr : (P + 1,) int
    link_idx : (link_ptr[P],) int
        Links of each path.
    rate : (P,) float
    links : int
        Number of links of the graph.

    Returns
    -------
    Trees
        One row per node that a path ends in, with the links that carry anything. Equal paths in another order give
        equal trees up to the rounding of sums.

    Examples
    --------
    >>> trees = trees_of_paths(ints([2, 2]), indices([0, 2, 3]), ints([0, 1, 1]), floats([1.0, 2.0]), 2)
    >>> trees.dst.tolist(), trees.link.tolist(), trees.rate_bps.tolist()
    ([2], [0, 1], [1.0, 3.0])
    """
    root, row = np.unique(dst, return_inverse=True)
    length = np.diff(link_ptr)
    place, entry = np.unique(np.repeat(row, length) * links + link_idx, return_inverse=True)
    sums = np.zeros(len(place))
    np.add.at(sums, entry, np.repeat(rate, length))
    kept = sums > 0
    place, sums = place[kept], sums[kept]
    ptr = np.searchsorted(place, np.arange(len(root) + 1) * links)
    return Trees(ints(root), indices(ptr), ints(place % max(links, 1)), floats(sums))


@dataclass(frozen=True, slots=True)
class PathList:
    """Paths with rates, CSR over links; those of one pair follow each other."""

    pair: IndexColumn
    """(P,) pair of each path."""
    ptr: IndexColumn
    """(P + 1,) CSR pointer."""
    link: IntColumn
    """Links of each path, in order."""
    rate: FloatColumn
    """(P,) what each path carries."""


def paths_of_trees(problem: Problem, rate: FloatColumn, trees: Trees) -> PathList:
    """Take the flow towards each destination apart into paths of its pairs.

    Pair by pair, over the fullest links that are left, lowest link first among equals: at most one path per pair and
    one more per link of a tree. Circles carry nothing to anyone and are left out.

    Parameters
    ----------
    problem : Problem
    rate : (K,) float
        What each pair has; the trees conserve it.
    trees : Trees
        One row per destination of the problem, in the same order.

    Returns
    -------
    PathList
        Rates of a pair's paths add up to its rate, and loads of links to those of the trees, up to roundings.

    Raises
    ------
    ValueError
        For trees of other destinations.
    """
    graph = graph_of(problem)
    if not np.array_equal(graph[3], trees.dst):
        raise ValueError("the trees do not lead to the destinations of the pairs")
    pair, ptr, link, share = kernel.tree_paths(*graph, rate, trees.ptr, trees.link, trees.rate_bps)
    return PathList(indices(pair), indices(ptr), ints(link), floats(share))
