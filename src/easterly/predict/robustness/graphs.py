"""Seeded random graphs: the same seed gives the same edges on every machine.

None has more than 50 million edges: what would have is a ValueError, as are arguments that no such graph has.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import maths, random, robust
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.seeds import stream
from easterly.model.robustness import Graph

MOST_DEGREE = 10**6


def erdos_renyi(nodes: int, mean_degree: float, *, seed: int = 1) -> Graph:
    """G(n, p): each pair is joined with the same probability (Gilbert 1959), p = mean_degree / (n - 1).

    Parameters
    ----------
    nodes : int
    mean_degree : float [1]
        At most nodes - 1.
    seed : int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        A mean degree that such a graph cannot have.

    Examples
    --------
    >>> erdos_renyi(1000, 4, seed=7)
    <Graph G(n, p): 1,000 nodes, 1,985 edges>
    """
    top = max(nodes - 1, 0)
    if not 0 <= mean_degree <= top:
        raise ValueError(f"mean degree {mean_degree:g} among {nodes:,} nodes: it must be from 0 to {top:,}")
    made = robust.gnp(nodes, mean_degree / top if top else 0.0, stream(seed, "erdos-renyi"))
    return _graph(nodes, made, "G(n, p)")


def uniform(nodes: int, edges: int, *, seed: int = 1) -> Graph:
    """G(n, m): a set of m edges, each such set equally likely (Erdos & Renyi 1959).

    Parameters
    ----------
    nodes, edges : int
    seed : int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        More edges than pairs.

    Examples
    --------
    >>> uniform(1000, 2000, seed=7)
    <Graph G(n, m): 1,000 nodes, 2,000 edges>
    """
    return _graph(nodes, robust.gnm(nodes, edges, stream(seed, "uniform")), "G(n, m)")


def barabasi_albert(nodes: int, links: int, *, seed: int = 1) -> Graph:
    """Graph that grows: each new node links to others by their degree (Barabasi & Albert 1999, Science 286:509).

    It begins as a complete graph of links + 1 nodes; the links of a new node end at distinct nodes. A node has degree k
    with probability 2 m (m + 1) / (k (k + 1) (k + 2)), m = links, in the limit (Dorogovtsev et al. 2000).

    Parameters
    ----------
    nodes : int
    links : int
        Of each new node, below `nodes`.
    seed : int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        As many links as nodes, or none.

    Examples
    --------
    >>> barabasi_albert(1000, 2, seed=7)
    <Graph Barabasi-Albert: 1,000 nodes, 1,997 edges>
    """
    return _graph(nodes, robust.preferential(nodes, links, stream(seed, "barabasi-albert")), "Barabasi-Albert")


def configuration(degree: ArrayLike, *, seed: int = 1, erased: bool = True) -> Graph:
    """Random graph of given degrees: their stubs are matched at random (Bollobas 1980).

    Parameters
    ----------
    degree : (N,) int
        If their sum is odd, one node drawn at random has one more.
    seed : int
    erased : bool
        Leave out loops and repeated edges: few where the second moment of the degrees is finite, so that some degrees
        are a little lower than asked for.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        A degree below 0.

    Examples
    --------
    >>> made = configuration([3, 3, 2, 2, 1, 1], seed=7, erased=False)
    >>> made.degree
    array([3, 3, 2, 2, 1, 1])
    """
    wanted = np.array(degree, dtype=np.int32)
    if len(wanted) and int(wanted.sum()) % 2:
        draw = random.uniform(np.array([stream(seed, "odd stub")], dtype=np.uint64), 1)[0, 0]
        wanted[int(draw * len(wanted))] += 1
    a, b = robust.configuration(wanted, stream(seed, "configuration"))
    if erased:
        a, b = _simple(a, b)
    return _graph(len(wanted), (a, b), "configuration")


def power_law(nodes: int, exponent: float, *, least: int = 1, most: int | None = None, seed: int = 1) -> Graph:
    """Configuration model whose degrees follow P(k) ~ k^-exponent from `least` to `most`.

    Parameters
    ----------
    nodes : int
    exponent : float [1]
        Above 1.
    least : int
    most : int, optional
        Largest degree; the square root of nodes times the mean of a pure law, at most nodes - 1, if absent, so that
        repeated edges stay rare (the structural cutoff, Boguna et al. 2004).
    seed : int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        As `power_law_degrees`.

    Examples
    --------
    >>> power_law(1000, 2.5, least=2, seed=7).nodes
    1000
    """
    top = max(least, min(nodes - 1, math.isqrt(nodes * least))) if most is None else most
    k, share = power_law_degrees(exponent, least, top)
    name = np.array([stream(seed, "power-law")], dtype=np.uint64)
    at = np.searchsorted(np.cumsum(share)[:-1], random.uniform(name, nodes)[0], side="right")
    made = configuration(k[at], seed=seed)
    return Graph(made.nodes, made.a, made.b, f"power law {exponent:g}")


def power_law_degrees(exponent: float, least: int, most: int) -> tuple[IndexColumn, FloatColumn]:
    """Degrees and their probabilities, P(k) ~ k^-exponent.

    Parameters
    ----------
    exponent : float [1]
    least, most : int

    Returns
    -------
    k : (K,) int
    share : (K,) float [1]

    Raises
    ------
    ValueError
        An exponent up to 1, degrees out of order.

    Examples
    --------
    >>> power_law_degrees(2.0, 1, 2)[1].tolist()
    [0.8, 0.2]
    """
    if not 1 < exponent <= 100:
        raise ValueError(f"exponent {exponent:g}: it must be above 1 and at most 100, or degrees have no law")
    if not 1 <= least <= most <= MOST_DEGREE:
        raise ValueError(f"degrees from {least:,} to {most:,}: they must rise, within 1 to {MOST_DEGREE:,}")
    k = np.arange(least, most + 1, dtype=np.int64)
    weight = maths.pow(k.astype(np.float64) / least, np.full(len(k), -exponent))
    return indices(k), floats(weight / weight.sum())


def random_regular(nodes: int, degree: int, *, seed: int = 1) -> Graph:
    """Simple graph in which all nodes have one degree (Steger & Wormald 1999, Comb. Prob. Comput. 8:377).

    Parameters
    ----------
    nodes, degree : int
        Their product is even.
    seed : int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        No graph has so many nodes of that degree.

    Examples
    --------
    >>> set(random_regular(10, 3, seed=7).degree.tolist())
    {3}
    """
    return _graph(nodes, robust.regular(nodes, degree, stream(seed, "random regular")), f"random {degree}-regular")


def geometric(nodes: int, mean_degree: float, *, torus: bool = True, seed: int = 1) -> Graph:
    """Points of the unit square, joined where they are near (Gilbert 1961): mean degree (n - 1) pi r^2.

    Parameters
    ----------
    nodes : int
    mean_degree : float [1]
        Of a node that is not near the border.
    torus : bool
        The square has no border: what leaves on one side comes back on the other.
    seed : int

    Returns
    -------
    Graph
        With the places of its nodes.

    Raises
    ------
    ValueError
        A mean degree below 0, or above what a torus has room for.

    Examples
    --------
    >>> geometric(1000, 6, seed=7)
    <Graph random geometric: 1,000 nodes, 3,004 edges>
    """
    most = (nodes - 1) * math.pi / 4
    if not 0 <= mean_degree <= max(most, 0):
        raise ValueError(f"mean degree {mean_degree:g} among {nodes:,} points: it must be from 0 to {most:,.4g}")
    radius = math.sqrt(mean_degree / ((nodes - 1) * math.pi)) if nodes > 1 else 0.0
    x, y, a, b = robust.geometric(nodes, radius, torus, stream(seed, "geometric"))
    return Graph(nodes, ints(a), ints(b), "random geometric", floats(x), floats(y))


def lattice(side: int, *, torus: bool = True) -> Graph:
    """Square lattice of side x side nodes; on a torus each has four neighbours.

    Parameters
    ----------
    side : int
        From 3 on, on a torus: of two, neighbours would be joined twice.
    torus : bool

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        A side that is too short.

    Examples
    --------
    >>> lattice(4), lattice(4, torus=False)
    (<Graph square lattice: 16 nodes, 32 edges>, <Graph square lattice: 16 nodes, 24 edges>)
    """
    if side < (3 if torus else 1) or side > 14_000:
        raise ValueError(f"side {side}: it must be from {3 if torus else 1} to 14,000")
    place = np.arange(side * side, dtype=np.int32).reshape(side, side)
    if torus:
        a = np.concatenate([place.ravel(), place.ravel()])
        b = np.concatenate([np.roll(place, -1, 1).ravel(), np.roll(place, -1, 0).ravel()])
    else:
        a = np.concatenate([place[:, :-1].ravel(), place[:-1].ravel()])
        b = np.concatenate([place[:, 1:].ravel(), place[1:].ravel()])
    return _graph(side * side, (a, b), "square lattice")


def from_edges(nodes: int, a: ArrayLike, b: ArrayLike) -> Graph:
    """A graph of one's own.

    Parameters
    ----------
    nodes : int
    a, b : (E,) int

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        Ends that are no nodes.

    Examples
    --------
    >>> from_edges(3, [0, 1], [1, 2]).degree
    array([1, 2, 1])
    """
    ends = np.asarray(a, dtype=np.int64), np.asarray(b, dtype=np.int64)
    if ends[0].shape != ends[1].shape or ends[0].ndim != 1:
        raise ValueError(f"edges of {ends[0].shape} and {ends[1].shape} ends: both must be columns of one length")
    for column in ends:
        if len(column) and not 0 <= column.min() <= column.max() < nodes:
            raise ValueError(f"an edge ends at a node outside 0 to {nodes - 1:,}")
    return _graph(nodes, (ends[0].astype(np.int32), ends[1].astype(np.int32)), "given")


def _graph(nodes: int, made: tuple[IntColumn, IntColumn], model: str) -> Graph:
    return Graph(nodes, ints(made[0]), ints(made[1]), model)


def _simple(a: IntColumn, b: IntColumn) -> tuple[IntColumn, IntColumn]:
    """Edges without loops, each once, in their order."""
    low, high = np.minimum(a, b).astype(np.int64), np.maximum(a, b)
    _, first = np.unique(low << 32 | high, return_index=True)
    keep = np.sort(first[low[first] != high[first]])
    return a[keep], b[keep]
