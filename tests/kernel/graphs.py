"""Graphs for the kernel's tests: small random ones, and fat-trees of any size."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import graph


@dataclass(frozen=True)
class Case:
    """Arguments of the kernel's graph functions, as arrays."""

    n: int
    src: NDArray[np.int32]
    dst: NDArray[np.int32]
    cost: NDArray[np.float64]
    transit: NDArray[np.bool_]
    alive: NDArray[np.bool_]

    @staticmethod
    def of(n: int, links: list[tuple[int, int, float]], ends: tuple[int, ...] = (), down: tuple[int, ...] = ()) -> Case:
        """Directed links as (from, to, cost); `ends` are never passed through; `down` are rows of links."""
        src, dst, cost = (list(c) for c in zip(*links, strict=True)) if links else ([], [], [])
        transit, alive = np.ones(n, dtype=bool), np.ones(len(links), dtype=bool)
        transit[list(ends)], alive[list(down)] = False, False
        return Case(n, i32(src), i32(dst), f64(cost), transit, alive)

    @property
    def links(self) -> int:
        return len(self.src)

    @property
    def arrays(self) -> tuple[Any, ...]:
        return self.n, self.src, self.dst, self.cost, self.transit, self.alive

    @property
    def even(self) -> NDArray[np.float64]:
        """Equal weights."""
        return np.ones(self.links)

    def distances(self, sources: ArrayLike) -> NDArray[np.float64]:
        return graph.distances(*self.arrays, i32(sources))

    def shares(self, src: ArrayLike, dst: ArrayLike, weight: ArrayLike | None = None) -> list[dict[int, float]]:
        """Share by link, one dictionary per flow."""
        ptr, link, share = graph.ecmp_shares(
            *self.arrays, self.even if weight is None else f64(weight), i32(src), i32(dst)
        )
        return [dict(zip(link[a:b].tolist(), share[a:b].tolist(), strict=True)) for a, b in pairwise(ptr.tolist())]

    def between(self, source: int, target: int | None = None) -> nx.DiGraph:
        """The same graph for networkx: alive links, the cheapest of parallel ones, no passing through ends."""
        made = nx.DiGraph()
        made.add_nodes_from(range(self.n))
        for link in np.flatnonzero(self.alive).tolist():
            a, b = int(self.src[link]), int(self.dst[link])
            if (a != source and not self.transit[a]) or (target is not None and b != target and not self.transit[b]):
                continue
            if not made.has_edge(a, b) or made[a][b]["cost"] > self.cost[link]:
                made.add_edge(a, b, cost=float(self.cost[link]))
        return made


def i32(values: ArrayLike) -> NDArray[np.int32]:
    return np.ascontiguousarray(values, dtype=np.int32)


def f64(values: ArrayLike) -> NDArray[np.float64]:
    return np.ascontiguousarray(values, dtype=np.float64)


@st.composite
def cases(draw: st.DrawFn, zero_cost: bool = False) -> Case:
    """Small random graphs: parallel links, loops, unreachable parts, failed links, ends."""
    n = draw(st.integers(1, 9))
    node = st.integers(0, n - 1)
    price = draw(st.sampled_from([[1.0], [1.0, 2.0, 3.0], [0.1, 0.2, 0.3], [1.0, 1000.0]]))
    cost = st.sampled_from([0.0, *price] if zero_cost else price)
    links = draw(st.lists(st.tuples(node, node, cost), max_size=28))
    ends = draw(st.sets(node, max_size=n))
    down = draw(st.sets(st.integers(0, max(len(links) - 1, 0)), max_size=4)) if links else set()
    return Case.of(n, links, tuple(ends), tuple(down))


def fat_tree(k: int) -> Case:
    """Fat-tree of k-port switches (Al-Fares et al. 2008): cores, then pods, then k^3/4 end points."""
    half = k // 2
    first_host = half * half + k * k
    cables = []
    for pod in range(k):
        leaf, spine = half * half + pod * k, half * half + pod * k + half
        for i in range(half):
            cables += [(leaf + i, spine + j) for j in range(half)]
            cables += [(spine + i, i * half + j) for j in range(half)]
            cables += [(first_host + (pod * half + i) * half + j, leaf + i) for j in range(half)]
    links = [(x, y, 1.0) for a, b in cables for x, y in ((a, b), (b, a))]
    n = first_host + k * half * half
    return Case.of(n, links, tuple(range(first_host, n)))


def hosts_of(k: int) -> NDArray[np.int32]:
    """End points of a fat-tree, pod by pod."""
    first = (k // 2) ** 2 + k * k
    return np.arange(first, first + k**3 // 4, dtype=np.int32)
