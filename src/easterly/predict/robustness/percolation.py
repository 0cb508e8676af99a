"""What is left of a graph while nodes or edges go: at random, the busiest first, or the most in between first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import random, robust
from easterly.base.columns import FloatColumn, IntColumn, floats, ints
from easterly.base.seeds import stream
from easterly.model.robustness import Graph, Percolation
from easterly.predict.intervals import interval, student

Part = Literal["nodes", "edges"]
Order = Literal["random", "degree", "degree-again", "betweenness", "betweenness-again"]
ORDERS: tuple[Order, ...] = ("random", "degree", "degree-again", "betweenness", "betweenness-again")
POINTS = 100
MOST_AGAIN = 2e9
"""Nodes times edges times removals: what working out betweenness after each removal may cost."""


def percolate(
    graph: Graph, *, of: Part = "nodes", order: Order = "random", runs: int = 20, points: int = POINTS, seed: int = 1,
    weight: ArrayLike | None = None,
) -> Percolation:  # fmt: skip
    """Remove nodes or edges one by one, and follow the components that are left.

    Each run is one order of removal, followed backwards: what goes last comes first, and components only merge, so that
    a whole run costs as much as one look (Newman & Ziff 2001, Phys. Rev. E 64, 016706).

    Parameters
    ----------
    graph : Graph
    of : "nodes" or "edges"
    order : str
        random; degree or betweenness of the whole graph, the highest first (of an edge: the product of the degrees of
        its ends); "-again": of what is left after each removal. Equals are drawn.
    runs : int
    points : int
        Shares at which the mean is taken, evenly from 0 to 1; the index R always takes all.
    seed : int
        Runs are named by it and their number: more of them do not change the first ones.
    weight : (N,) int, optional
        What a node adds to the size of its component; 1 if absent.

    Returns
    -------
    Percolation

    Raises
    ------
    ValueError
        No such order, nothing to remove, or a graph that is too large for betweenness after each removal.

    Examples
    --------
    >>> from easterly.predict.robustness import erdos_renyi
    >>> made = percolate(erdos_renyi(50_000, 4, seed=1), runs=20)
    >>> f"{made.peak:.2f}"  # 1 - 1 / 4, and what a finite graph is off by
    '0.74'
    """
    if runs < 1 or points < 1:
        raise ValueError(f"{runs} runs at {points} points: at least one of both")
    things = graph.nodes if of == "nodes" else len(graph)
    if not things:
        raise ValueError(f"the graph has no {of}: there is nothing to remove")
    orders = np.stack([removal(graph, of=of, order=order, seed=stream(seed, f"run {r}")) for r in range(runs)])
    removed = np.round(np.linspace(0, things, points + 1)).astype(np.int64)
    whole = np.ones(graph.nodes, dtype=np.int32) if weight is None else ints(weight)
    largest, second, squares, total = robust.percolate(graph.nodes, graph.a, graph.b, whole, of == "nodes", orders,
                                                       removed)  # fmt: skip
    all_weight = max(int(whole.sum()), 1)
    mean = interval(total / things / all_weight)
    others = (squares - largest.astype(np.float64) ** 2) / all_weight
    return Percolation(
        of, order, runs, floats(removed / things), floats(largest.mean(axis=0) / all_weight),
        half(largest / all_weight), floats(second.mean(axis=0) / all_weight), floats(others.mean(axis=0)),
        mean.mean, mean.half,
    )  # fmt: skip


def half(rows: NDArray[np.float64]) -> FloatColumn:
    """(K,) half width of the 95 % interval of the mean over rows; infinite of one row."""
    runs = len(rows)
    if runs < 2:
        return floats(np.full(rows.shape[1], np.inf))
    spread = np.where(rows.max(axis=0) > rows.min(axis=0), rows.std(axis=0, ddof=1), 0.0)  # rounding is no spread
    return floats(student(runs - 1, 0.95) * spread / np.sqrt(runs))


def removal(graph: Graph, *, of: Part = "nodes", order: Order = "random", seed: int = 1) -> IntColumn:
    """One order in which nodes or edges go.

    Parameters
    ----------
    graph : Graph
    of, order : str
        As `percolate` has them.
    seed : int

    Returns
    -------
    (M,) int
        All nodes, or all edges.

    Raises
    ------
    ValueError
        No such order, or a graph that is too large for betweenness after each removal.

    Examples
    --------
    >>> from easterly.predict.robustness import from_edges
    >>> star = from_edges(5, [0, 0, 0, 0], [1, 2, 3, 4])
    >>> int(removal(star, order="degree")[0])
    0
    """
    if of not in ("nodes", "edges") or order not in ORDERS:
        raise ValueError(f"{of} in the order {order!r}: nodes or edges, in one of {', '.join(ORDERS)}")
    draw = random.uniform(np.array([stream(seed, f"{of} {order}")], dtype=np.uint64), _things(graph, of))[0]
    if order == "random":
        return ints(np.argsort(draw, kind="stable"))
    if order == "degree":
        return _falling(_degree(graph, of).astype(np.float64), draw)
    if order == "betweenness":
        return _falling(_between(graph, np.ones(len(graph), dtype=np.bool_))[of == "edges"], draw)
    if order == "degree-again" and of == "nodes":
        return ints(robust.by_degree(graph.nodes, graph.a, graph.b, stream(seed, "degree")))
    if order == "degree-again":
        return _again(graph, of, draw, lambda alive: _degree(graph, of, alive).astype(np.float64))
    _affordable(graph, of)
    return _again(graph, of, draw, lambda alive: _between(graph, alive)[of == "edges"])


def _things(graph: Graph, of: Part) -> int:
    return graph.nodes if of == "nodes" else len(graph)


def _falling(score: FloatColumn, draw: FloatColumn) -> IntColumn:
    return ints(np.lexsort((draw, -score)))


def _degree(graph: Graph, of: Part, alive: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    ends = np.concatenate([graph.a, graph.b] if alive is None else [graph.a[alive], graph.b[alive]])
    degree = np.bincount(ends, minlength=graph.nodes)
    return degree if of == "nodes" else degree[graph.a] * degree[graph.b]


def _between(graph: Graph, alive: NDArray[np.bool_]) -> tuple[FloatColumn, FloatColumn]:
    sources = np.arange(graph.nodes, dtype=np.int32)
    return robust.betweenness(graph.nodes, graph.a, graph.b, alive, sources)


def betweenness(graph: Graph) -> tuple[FloatColumn, FloatColumn]:
    """Pairs of nodes whose shortest paths pass each node and each edge (Freeman 1977), by Brandes 2001.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    node : (N,) float
        Pairs counted once, those that end there left out; shares where several paths are equally short.
    edge : (E,) float

    Examples
    --------
    >>> from easterly.predict.robustness import from_edges
    >>> node, edge = betweenness(from_edges(3, [0, 1], [1, 2]))
    >>> node.tolist(), edge.tolist()
    ([0.0, 1.0, 0.0], [2.0, 2.0])
    """
    node, edge = _between(graph, np.ones(len(graph), dtype=np.bool_))
    return floats(node / 2), floats(edge / 2)


def _affordable(graph: Graph, of: Part) -> None:
    cost = float(graph.nodes) * len(graph) * _things(graph, of)
    if cost > MOST_AGAIN:
        raise ValueError(
            f"betweenness after each removal would take {cost:.2g} steps on {graph.nodes:,} nodes and {len(graph):,} "
            f"edges: take the order 'betweenness', or a graph below {MOST_AGAIN:.0e} (nodes x edges x removals)"
        )


def _again(
    graph: Graph, of: Part, draw: FloatColumn, score: Callable[[NDArray[np.bool_]], NDArray[np.float64]]
) -> IntColumn:
    """The highest score first, worked out anew on what is left after each removal."""
    alive, here = np.ones(len(graph), dtype=np.bool_), np.ones(_things(graph, of), dtype=np.bool_)
    order = np.empty(len(here), dtype=np.int32)
    for i in range(len(here)):
        own = np.where(here, score(alive), -1.0)
        best = np.flatnonzero(own == own.max())
        gone = int(best[np.argmin(draw[best])])
        order[i], here[gone] = gone, False
        alive &= (graph.a != gone) & (graph.b != gone) if of == "nodes" else here
    return ints(order)
