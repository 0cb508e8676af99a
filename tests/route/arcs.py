"""Oracles for routing over all paths: the arc LP, one commodity per destination, and certificates by scipy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix, hstack, lil_matrix
from scipy.sparse.csgraph import dijkstra

from easterly.base.columns import bools, floats, ints
from easterly.route.allocate.posed import Problem

F = NDArray[np.float64]


def random_problem(seed: int, nodes: int = 8, extra: int = 10, pairs: int = 20, closed: int = 0) -> Problem:
    """A ring with chords, parallel links among them; `closed` nodes may not be passed through."""
    rng = np.random.default_rng(seed)
    ring = np.arange(nodes)
    a = np.concatenate([ring, rng.integers(0, nodes, extra)])
    b = np.concatenate([(ring + 1) % nodes, rng.integers(0, nodes, extra)])
    kept = a != b
    src, dst = np.concatenate([a[kept], b[kept]]), np.concatenate([b[kept], a[kept]])
    transit = np.ones(nodes, dtype=bool)
    transit[rng.permutation(nodes)[:closed]] = False
    links = len(src)
    ends = np.unique(rng.integers(0, nodes, (pairs, 2)), axis=0)
    ends = ends[ends[:, 0] != ends[:, 1]]
    problem = Problem(
        nodes, ints(src), ints(dst), floats(rng.uniform(0.2, 1.0, links)), floats(rng.integers(0, 4, links)),
        bools(transit), ints(ends[:, 1]), ints(ends[:, 0]), floats(rng.uniform(0.05, 1.0, len(ends))),
        floats(rng.integers(1, 4, len(ends))),
    )  # fmt: skip
    return problem if closed == 0 else joined(problem)


def joined(problem: Problem) -> Problem:
    """The pairs that a path joins."""
    kept = np.isfinite(distances(problem, np.ones(problem.links)))
    return Problem(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.cost, problem.transit,
        ints(problem.pair_src[kept]), ints(problem.pair_dst[kept]), floats(problem.amount[kept]),
        floats(problem.weight[kept]),
    )  # fmt: skip


def usable(problem: Problem, source: int) -> NDArray[np.bool_]:
    """Links that traffic of a source may take: none that leaves another node that is not passed through."""
    return np.asarray(problem.transit[problem.src] | (problem.src == source))


def distances(problem: Problem, price: F) -> F:
    """Of every pair, by scipy; prices of 0 are made tiny, as scipy takes them for missing links."""
    found = np.full(problem.pairs, np.inf)
    for source in np.unique(problem.pair_src):
        fine = usable(problem, int(source))
        order = np.argsort(-price[fine], kind="stable")
        least = lil_matrix((problem.nodes, problem.nodes))
        for e in np.flatnonzero(fine)[order]:
            least[problem.src[e], problem.dst[e]] = max(float(price[e]), 1e-300)
        mine = problem.pair_src == source
        found[mine] = dijkstra(csr_matrix(least), indices=int(source))[problem.pair_dst[mine]]
    return found


def rows(problem: Problem) -> tuple[csr_matrix, csr_matrix, NDArray[np.int_]]:
    """Conservation and capacity of flows with one commodity per source, which may leave that source alone if closed.

    Columns are (source, link); gives the balance at (source, node) = what ends there, and the loads.
    """
    sources = np.unique(problem.pair_src)
    balance = lil_matrix((len(sources) * problem.nodes, len(sources) * problem.links))
    load = lil_matrix((problem.links, len(sources) * problem.links))
    for i, source in enumerate(sources):
        for e in np.flatnonzero(usable(problem, int(source)) & (problem.dst != source)):
            column = i * problem.links + e
            balance[i * problem.nodes + problem.dst[e], column] += 1
            balance[i * problem.nodes + problem.src[e], column] -= 1
            load[e, column] = 1
    return csr_matrix(balance), csr_matrix(load), sources


def optimum(problem: Problem, kind: str) -> float:
    """Value of the arc LP, by HiGHS; NaN where it is infeasible."""
    balance, load, sources = rows(problem)
    pairs, flows = problem.pairs, load.shape[1]
    ends = lil_matrix((balance.shape[0], pairs))
    place = {int(s): i for i, s in enumerate(sources)}
    for k in range(pairs):
        i = place[int(problem.pair_src[k])]
        ends[i * problem.nodes + problem.pair_dst[k], k] -= 1
        ends[i * problem.nodes + problem.pair_src[k], k] += 1
    if kind == "throughput":
        value = np.concatenate([np.zeros(flows), -problem.weight])
        matrix, limits = hstack([balance, ends]), [(0, None)] * flows + [(0, a) for a in problem.amount]
        extra = pairs
    elif kind == "concurrent":
        value = np.append(np.zeros(flows), -1.0)
        matrix, limits = hstack([balance, csr_matrix(ends @ problem.amount).T]), [(0, None)] * (flows + 1)
        extra = 1
    else:
        value = np.concatenate([load.T @ problem.cost, np.zeros(pairs)])
        matrix, limits = hstack([balance, ends]), [(0, None)] * flows + [(a, a) for a in problem.amount]
        extra = pairs
    above = hstack([load, csr_matrix((problem.links, extra))])
    found = linprog(value, above, problem.capacity, matrix, np.zeros(balance.shape[0]), limits, method="highs")
    if found.status != 0:
        return float("nan")
    return float(found.fun if kind == "cost" else -found.fun)
