"""Bars of the first-order engine on graphs of hundreds to thousands of nodes, all pairs, certified over all paths.

    python benches/route_kdl.py [--threads 2] [--only kdl|tenth|asn]

Topologies come from EASTERLY_DATA or ../shared/data; demands are a seeded gravity matrix, scaled so that the sum of
demand x fewest links is 0.7 x the sum of capacities. Exit code 1 where a bar is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from pathlib import Path

import numpy as np

from easterly._kernel import allocate
from easterly.base.columns import bools, floats, ints
from easterly.route.allocate import first_order
from easterly.route.allocate.forest import graph_of, total
from easterly.route.allocate.posed import Goal, Problem

DATA = Path(os.environ.get("EASTERLY_DATA", Path(__file__).parents[2] / "shared" / "data"))
GIB = 2.0**20  # of ru_maxrss, in KiB

# Bar: topology, part of the pairs, goal, gap asked for, seconds and GiB at most.
BARS = {
    "kdl": ("Kdl", 1.0, "throughput", 1e-2, 60.0, 12.0),
    "tenth": ("Kdl", 0.1, "throughput", 1e-2, 10.0, 12.0),
    "concurrent": ("Kdl", 1.0, "concurrent", 1e-2, 60.0, 12.0),
    "asn": ("ASN2k", 1.0, "throughput", 3e-2, 120.0, 12.0),
}


def posed(name: str, part: float, seed: int = 7, load: float = 0.7) -> Problem:
    """The largest part of the pairs of a gravity matrix with exponential masses."""
    graph = json.loads((DATA / "topologies" / f"{name}.json").read_text())
    place = {node["id"]: i for i, node in enumerate(graph["nodes"])}
    n, links = len(place), graph["links"]
    src, dst = (ints([place[link[end]] for link in links]) for end in ("source", "target"))
    capacity = np.array([link["capacity"] for link in links], dtype=float)
    mass = np.random.default_rng(seed).exponential(size=n)
    wanted = np.outer(mass, mass)  # rows are destinations
    np.fill_diagonal(wanted, 0.0)
    if part < 1.0:
        wanted[wanted < np.quantile(wanted[~np.eye(n, dtype=bool)], 1 - part)] = 0.0
    pair_dst, pair_src = np.nonzero(wanted)
    amount = wanted[pair_dst, pair_src]
    problem = Problem(
        n, src, dst, floats(capacity / capacity.max()), floats(np.ones(len(src))), bools(np.ones(n, dtype=bool)),
        ints(pair_src), ints(pair_dst), floats(amount), floats(np.ones(len(amount))),
    )  # fmt: skip
    used = total(allocate.tree_shortest(*graph_of(problem), problem.amount, np.ones(len(src)), 1)).sum()
    scaled = floats(amount * load * problem.capacity.sum() / used)
    return Problem(
        n, src, dst, problem.capacity, problem.cost, problem.transit, problem.pair_src, problem.pair_dst, scaled,
        problem.weight,
    )  # fmt: skip


def bar(label: str, threads: int) -> bool:
    """Run one bar and print it; whether it is met."""
    name, part, kind, gap, seconds, memory = BARS[label]
    problem = posed(name, part)
    goal = Goal("concurrent" if kind == "concurrent" else "throughput")
    wall, cpu = time.perf_counter(), time.process_time()
    answer = first_order.solve(problem, goal, gap=gap, threads=threads)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIB
    full = problem.amount.sum() if kind == "throughput" else 1.0
    met = answer.gap <= gap and wall <= seconds and peak <= memory and bool((answer.load <= problem.capacity).all())
    print(
        f"{label:10s} {name}, {problem.pairs:,} pairs, {kind}: value {answer.value / full:.5f}, bound "
        f"{answer.bound / full:.5f}, gap {answer.gap:.2%} (bar {gap:.0%}), {answer.iterations} rounds, "
        f"{wall:.1f} s wall (bar {seconds:.0f}), {cpu:.1f} s cpu, {peak:.2f} GiB: {'met' if met else 'MISSED'}",
        flush=True,
    )
    return met


def main() -> int:
    """Run the bars that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", choices=sorted(BARS))
    asked = parser.parse_args()
    if not (DATA / "topologies").is_dir():
        print(f"no topologies under {DATA}; set EASTERLY_DATA")
        return 1
    met = [bar(label, asked.threads) for label in BARS if asked.only in (None, label)]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
