"""The kernel's share of a plan on the k=32 fat-tree: 8,192 flows within pods, then between pods.

Usage: python benches/routing.py [k]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.kernel.graphs import Case, fat_tree, hosts_of

from easterly._kernel import flow, graph

BAR_S = 1.0
CONNECTIONS, DRAWS = 4, 64


def timed(name: str, run: Callable[[], Any]) -> tuple[float, Any]:
    """Run once, print the time."""
    start = perf_counter()
    result = run()
    took = perf_counter() - start
    print(f"  {name:36} {took * 1e3:8.1f} ms")
    return took, result


def measure(tree: Case, src: np.ndarray, dst: np.ndarray) -> float:
    """Seconds of all steps for one set of flows."""
    n = len(src)
    one, first = np.ones(n), np.zeros(n, dtype=np.int32)
    capacity = np.full(tree.links, 400e9)
    routed, paths = timed("equal-cost shares", lambda: graph.ecmp_shares(*tree.arrays, tree.even, src, dst))
    shared, _ = timed("max-min fair rates", lambda: flow.max_min_rates(*paths, capacity, one))
    loaded, _ = timed(
        "loads without shares", lambda: graph.ecmp_loads(*tree.arrays, tree.even, src, dst, one, first, 1)
    )
    seeds, connections = np.arange(tree.n, dtype=np.int32), np.full(n, CONNECTIONS, dtype=np.int32)
    whole = np.full(n, 7, dtype=np.int32)  # all of a connection's name is hashed
    hashed, _ = timed(
        f"{DRAWS} hashings of {CONNECTIONS * n} connections",
        lambda: graph.hashed_spread(
            *tree.arrays, tree.even, seeds, src, dst, one, connections, whole, first, 1, capacity[None], 1, DRAWS
        ),
    )
    return routed + shared + loaded + hashed


def main(k: int) -> int:
    """Measure both sets; fail if either takes more than the bar."""
    tree, hosts = fat_tree(k), hosts_of(k)
    pod = k * k // 4
    print(f"fat-tree k={k}: {tree.n} nodes, {tree.links} directed links, {len(hosts)} flows")
    row = np.arange(len(hosts))
    print("within pods")
    inside = measure(tree, hosts, hosts[row // pod * pod + (row + pod // 2 + 1) % pod])
    print("between pods")
    across = measure(tree, hosts, np.roll(hosts, pod + 1))
    return 0 if max(inside, across) <= BAR_S else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 32))
