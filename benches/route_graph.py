"""Graph kernels against scipy and netgraph-core in one run, one thread each, interleaved, best of several.

Usage: python benches/route_graph.py [rounds]

Needs scipy and netgraph-core (pip install scipy netgraph-core); what needs the topologies of the data folder
(EASTERLY_DATA, or ../shared/data) is left out, and said to be, where they are absent.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from easterly._kernel import cut, graph, paths

try:
    import netgraph_core
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import dijkstra
except ImportError as missing:
    sys.exit(f"route_graph: {missing.name} is not installed; this comparison needs scipy and netgraph-core")

DATA = Path(os.environ.get("EASTERLY_DATA", Path(__file__).resolve().parents[2] / "shared/data"))
BARS = {"k-shortest": 0.5, "dijkstra": 0.5, "max-flow": 0.2}
Arrays = tuple[int, np.ndarray, np.ndarray, np.ndarray]


def topology(name: str) -> Arrays | None:
    """Nodes and links with capacities of a file of the data folder."""
    path = DATA / "topologies" / f"{name}.json"
    if not path.exists():
        print(f"  {name:34} left out: {path} is absent")
        return None
    read = json.loads(path.read_text())
    number = {node["id"]: i for i, node in enumerate(read["nodes"])}
    src, dst = ([number[link[end]] for link in read["links"]] for end in ("source", "target"))
    capacity = np.array([float(link["capacity"]) for link in read["links"]])
    return len(number), np.array(src, dtype=np.int32), np.array(dst, dtype=np.int32), capacity


def random_links(n: int, m: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Distinct directed links between random nodes."""
    draw = np.random.default_rng(seed)
    pairs = np.unique(draw.integers(0, n * n, 2 * m))
    pairs = draw.permutation(pairs[pairs // n != pairs % n])[:m]
    return (pairs // n).astype(np.int32), (pairs % n).astype(np.int32)


def random_pairs(n: int, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    src = draw.integers(0, n, count)
    return src.astype(np.int32), ((src + draw.integers(1, n, count)) % n).astype(np.int32)


def race(ours: Callable[[], Any], theirs: Callable[[], Any], rounds: int) -> tuple[float, float, Any, Any]:
    """Best times of both, taken in turns, and what they gave."""
    best = [np.inf, np.inf]
    gave: list[Any] = [None, None]
    for _ in range(rounds):
        for side, run in enumerate((ours, theirs)):
            start = perf_counter()
            gave[side] = run()
            best[side] = min(best[side], perf_counter() - start)
    return best[0], best[1], gave[0], gave[1]


def line(bar: str, name: str, ours: float, theirs: float, missed: list[str]) -> None:
    ratio = ours / theirs
    verdict = "" if ratio <= BARS[bar] else "  MISSED"
    print(f"  {name:34} {ours * 1e3:10.2f} ms {theirs * 1e3:10.2f} ms   {ratio:6.3f} (bar {BARS[bar]}){verdict}")
    if verdict:
        missed.append(name)


def all_open(n: int, links: int) -> tuple[np.ndarray, np.ndarray]:
    return np.ones(n, dtype=bool), np.ones(links, dtype=bool)


def peer(n: int, src: np.ndarray, dst: np.ndarray, capacity: np.ndarray, cost: np.ndarray) -> tuple[Any, Any]:
    made = netgraph_core.StrictMultiDiGraph.from_arrays(
        n, src, dst, capacity, cost.astype(np.int64), np.arange(len(src), dtype=np.int64)
    )
    algorithms = netgraph_core.Algorithms(netgraph_core.Backend.cpu())
    return algorithms, algorithms.build_graph(made)


def dijkstras(rounds: int, missed: list[str]) -> None:
    n, m = 10_000, 40_000
    src, dst = random_links(n, m, 1)
    draw = np.random.default_rng(2)
    costs = {
        "unit": np.ones(m),
        "whole, 1 to 100": draw.integers(1, 101, m).astype(float),
        "uniform, 1 to 10": draw.uniform(1, 10, m),
        "uniform, 0 to 1": draw.random(m),
        "log-uniform, 1e-3 to 1e6": 10 ** draw.uniform(-3, 6, m),
    }
    roots = draw.permutation(n)[:200].astype(np.int32)
    for name, cost in costs.items():
        matrix = csr_matrix((cost, (src, dst)), shape=(n, n))
        transit, alive = all_open(n, m)
        ours, theirs, found, known = race(
            lambda c=cost, t=transit, a=alive: graph.distances(n, src, dst, c, t, a, roots),
            lambda x=matrix: dijkstra(x, indices=roots),
            rounds,
        )
        np.testing.assert_allclose(found, known, rtol=1e-12)
        line("dijkstra", f"200 sources, {name}", ours, theirs, missed)


def k_shortest(rounds: int, missed: list[str], name: str, count: int = 100, k: int = 4) -> None:
    read = topology(name)
    if read is None:
        return
    n, src, dst, capacity = read
    draw = np.random.default_rng(3)
    reverse = {(a, b): c for a, b, c in zip(src, dst, draw.integers(1, 101, len(src)), strict=True)}
    for kind, cost in (
        ("hops", np.ones(len(src))),
        ("costs 1..100", np.array([float(reverse[min(a, b), max(a, b)]) for a, b in zip(src, dst, strict=True)])),
    ):
        algorithms, other = peer(n, src, dst, capacity, cost)
        one, two = random_pairs(n, count, 4)
        transit, alive = all_open(n, len(src))
        ours, theirs, found, known = race(
            lambda c=cost, t=transit, a=alive, x=one, y=two: paths.k_shortest(n, src, dst, c, t, a, x, y, k),
            lambda g=algorithms, o=other, x=one, y=two: [
                g.ksp(o, int(a), int(b), k=k) for a, b in zip(x, y, strict=True)
            ],
            rounds,
        )
        for p, b in enumerate(two):
            want = sorted(float(answer[0][b]) for answer in known[p])
            assert found[3][found[0][p] : found[0][p + 1]].tolist() == want, "the costs differ"
        line("k-shortest", f"{name}, {count} pairs, k={k}, {kind}", ours, theirs, missed)


def max_flows(rounds: int, missed: list[str]) -> None:
    src, dst = random_links(2000, 40_000, 5)
    drawn = np.random.default_rng(6).uniform(1, 100, 40_000)
    cases = {"Kdl": topology("Kdl"), "ASN2k": topology("ASN2k"), "random 2000, 40000": (2000, src, dst, drawn)}
    for name, read in cases.items():
        if read is None:
            continue
        n, src, dst, capacity = read
        cost = np.ones(len(src))
        algorithms, other = peer(n, src, dst, capacity, cost)
        one, two = random_pairs(n, 30, 7)
        transit, alive = all_open(n, len(src))
        ours, theirs, found, known = race(
            lambda n=n, s=src, d=dst, c=cost, t=transit, a=alive, q=capacity, x=one, y=two: cut.max_flows(
                n, s, d, c, t, a, q, x, y, False, False
            ),
            lambda g=algorithms, o=other, x=one, y=two: [
                g.max_flow(o, int(a), int(b))[0] for a, b in zip(x, y, strict=True)
            ],
            rounds,
        )
        # The other stops below 1/4096 of a unit.
        np.testing.assert_allclose(found[0], known, rtol=1e-3, atol=1e-2)
        line("max-flow", f"{name}, 30 pairs", ours, theirs, missed)


def main(rounds: int) -> int:
    """Print all ratios; fail if one is above its bar."""
    missed: list[str] = []
    print("distances, against scipy.sparse.csgraph.dijkstra")
    dijkstras(rounds, missed)
    print("k shortest paths, against netgraph-core")
    k_shortest(rounds, missed, "Kdl")
    k_shortest(rounds, missed, "UsCarrier")
    print("maximum flows, against netgraph-core")
    max_flows(rounds, missed)
    print(f"missed: {', '.join(missed)}" if missed else "all bars held")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
