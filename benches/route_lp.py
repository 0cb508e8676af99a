"""Bars of the interior-point engine against HiGHS on the path form, and against ngraph's placement.

    python benches/route_lp.py [--only UsCarrier,Colt,Cogentco,TataNld,GEANT,Kdl10] [--ngraph] [--graph FILE ...]

Throughput of a seeded gravity matrix whose demand x fewest links is 0.7 x the sum of capacities. HiGHS solves the
path form with four paths per pair that share no link, with the model handed over as arrays; the engine optimises over
all paths to a gap of 1e-3, so that its answer may be better and must not be worse. Best of three for the engine, one
run for HiGHS (two minutes at most). Topologies come from EASTERLY_DATA or ../shared/data, from topohub, or from files
of the REPETITA format. Needs highspy and scipy, topohub for the others, ngraph with --ngraph. Exit code 1 where a bar
is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from easterly.base.columns import bools, floats, ints
from easterly.route.allocate.engine import Answer, solve
from easterly.route.allocate.posed import Goal, Problem

DATA = Path(os.environ.get("EASTERLY_DATA", Path(__file__).parents[2] / "shared" / "data"))
CAPACITIES = (1000.0, 2500.0, 10000.0, 40000.0)
FASTER = {"simplex": 20.0, "ipm": 20.0, "pdlp": 8.0}  # than the best of the first two, and than the third
LIMIT_S = 120.0
Graph = tuple[int, Any, Any, Any]  # nodes, src, dst, capacity


def both_ways(count: int, ends: list[tuple[int, int]], seed: int) -> Graph:
    """Cables with seeded capacities, a link each way."""
    a, b = np.array(ends).T
    capacity = np.random.default_rng(seed).choice(CAPACITIES, len(a))
    return count, np.concatenate([a, b]), np.concatenate([b, a]), np.concatenate([capacity, capacity])


def of_json(name: str) -> Graph:
    graph = json.loads((DATA / "topologies" / f"{name}.json").read_text())
    place = {node["id"]: i for i, node in enumerate(graph["nodes"])}
    src, dst = (np.array([place[link[end]] for link in graph["links"]]) for end in ("source", "target"))
    return len(place), src, dst, np.array([link["capacity"] for link in graph["links"]])


def of_topohub(key: str, seed: int) -> Graph:
    import topohub

    graph = topohub.get(key)
    place = {str(node["id"]): i for i, node in enumerate(graph["nodes"])}
    return both_ways(len(place), [(place[str(e["source"])], place[str(e["target"])]) for e in graph["edges"]], seed)


def of_repetita(path: Path, seed: int) -> Graph:
    lines = path.read_text().splitlines()
    count = int(lines[0].split()[1])
    rows = [line.split() for line in lines if line.startswith("edge_")]
    ends = [(int(row[1]), int(row[2])) for row in rows]
    return both_ways(count, [e for e in ends if e[0] < e[1]], seed)


def hops_from(graph: Graph, source: int, shut: set[int]) -> tuple[list[int], list[int]]:
    """Fewest links from a node, and the link by which each node is reached."""
    count, src, dst, _ = graph
    leaving: list[list[int]] = [[] for _ in range(count)]
    for link, tail in enumerate(src.tolist()):
        leaving[tail].append(link)
    return search(leaving, dst.tolist(), source, shut)


def search(leaving: list[list[int]], dst: list[int], source: int, shut: set[int]) -> tuple[list[int], list[int]]:
    """Breadth-first search."""
    distance, by = [-1] * len(leaving), [-1] * len(leaving)
    distance[source] = 0
    queue = deque([source])
    while queue:
        node = queue.popleft()
        for link in leaving[node]:
            head = dst[link]
            if distance[head] < 0 and link not in shut:
                distance[head], by[head] = distance[node] + 1, link
                queue.append(head)
    return distance, by


def gravity(graph: Graph, part: float, seed: int) -> Problem:
    """The largest part of the pairs of a gravity matrix with exponential masses, loaded to 0.7."""
    count, src, dst, capacity = graph
    hops = np.array([hops_from(graph, node, set())[0] for node in range(count)]).T  # [destination, source]
    mass = np.random.default_rng(seed).exponential(size=count)
    wanted = np.where(hops > 0, np.outer(mass, mass), 0.0)
    if part < 1.0:
        wanted[wanted < np.quantile(wanted[hops > 0], 1 - part)] = 0.0
    pair_dst, pair_src = np.nonzero(wanted)
    amount = wanted[pair_dst, pair_src]
    amount *= 0.7 * capacity.sum() / (amount * hops[pair_dst, pair_src]).sum()
    return Problem(
        count, ints(src), ints(dst), floats(capacity), floats(np.zeros(len(src))), bools(np.ones(count, dtype=bool)),
        ints(pair_src), ints(pair_dst), floats(amount), floats(np.ones(len(amount))),
    )  # fmt: skip


def disjoint(problem: Problem, most: int = 4) -> tuple[Any, Any, Any]:
    """Paths that share no link, each of fewest hops once those before are gone: (pair, ptr, link)."""
    leaving: list[list[int]] = [[] for _ in range(problem.nodes)]
    for link, tail in enumerate(problem.src.tolist()):
        leaving[tail].append(link)
    dst, src = problem.dst.tolist(), problem.src.tolist()
    pair, counts, links = [], [], []
    for k, (a, b) in enumerate(zip(problem.pair_src.tolist(), problem.pair_dst.tolist(), strict=True)):
        shut: set[int] = set()
        for _ in range(most):
            by = search(leaving, dst, a, shut)[1]
            if by[b] < 0:
                break
            path, node = [], b
            while node != a:
                path.append(by[node])
                node = src[by[node]]
            shut.update(path)
            pair.append(k)
            counts.append(len(path))
            links += path
    return np.array(pair), np.concatenate([[0], np.cumsum(counts)]), np.array(links)


def highs(problem: Problem, paths: tuple[Any, Any, Any], solver: str) -> tuple[float, float, str]:
    """Seconds (building the model too), value and status of the path form."""
    import highspy

    pair, ptr, link = paths
    start = time.perf_counter()
    model = highspy.HighsLp()
    count, rows = len(pair), problem.links + problem.pairs
    model.num_col_, model.num_row_ = count, rows
    model.col_cost_ = np.ones(count)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_lower_, model.col_upper_ = np.zeros(count), np.full(count, np.inf)
    model.row_lower_ = np.full(rows, -np.inf)
    model.row_upper_ = np.concatenate([problem.capacity, problem.amount])
    index = np.insert(link, ptr[1:], problem.links + pair)
    model.a_matrix_.start_, model.a_matrix_.index_ = ptr + np.arange(count + 1), index
    model.a_matrix_.value_ = np.ones(len(index))
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    engine = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("time_limit", LIMIT_S), ("solver", solver)):
        engine.setOptionValue(option, value)
    engine.passModel(model)
    engine.run()
    seconds = time.perf_counter() - start
    return seconds, engine.getInfo().objective_function_value, engine.modelStatusToString(engine.getModelStatus())


def ours(problem: Problem, gap: float, runs: int = 3) -> tuple[float, Answer]:
    """Best seconds of some runs, and the answer."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = solve(problem, Goal("throughput"), gap=gap)
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def against_highs(name: str, problem: Problem) -> bool:
    """Print one line a solver; whether the bars are met."""
    full = problem.amount.sum()
    seconds, answer = ours(problem, 1e-3)
    print(f"{name}: {problem.nodes} nodes, {problem.links} links, {problem.pairs:,} pairs")
    say(f"  easterly  {seconds:8.3f} s ", answer, full)
    paths = disjoint(problem)
    taken, met = {}, answer.gap <= 1e-3
    for solver in ("simplex", "ipm", "pdlp"):
        taken[solver], value, status = highs(problem, paths, solver)
        print(f"  {solver:8s}  {taken[solver]:8.3f} s  {value / full:.6f} on {len(paths[0]):,} paths ({status})")
        met &= status == "Time limit reached" or answer.value >= value * (1 - 1e-3)
    best = min(taken["simplex"], taken["ipm"]) / seconds
    met &= best >= FASTER["simplex"] and taken["pdlp"] / seconds >= FASTER["pdlp"]
    other = taken["pdlp"] / seconds
    print(f"  {best:.1f}x simplex or ipm (bar 20), {other:.1f}x pdlp (bar 8): {verdict(met)}", flush=True)
    return met


def against_ngraph(name: str, problem: Problem, factor: float) -> bool:
    """At least 99.9 % of the optimum, or what ngraph serves where the factor is above 1, in its time."""
    from ngraph.model.network import Link, Network, Node

    problem, cables = symmetric(problem)
    network = Network()
    for node in range(problem.nodes):
        network.add_node(Node(str(node)))
    for a, b, capacity in cables:
        network.add_link(Link(str(a), str(b), capacity=capacity, cost=1.0))  # both ways
    seconds, served = placed_by_ngraph(network, problem)
    taken, answer = ours(problem, 1e-2 if factor > 1 else 1e-3)
    good = answer.value >= served * problem.amount.sum() if factor > 1 else answer.gap <= 1e-3
    met = bool(good and taken <= factor * seconds)
    full = problem.amount.sum()
    print(f"{name}, the same capacity both ways: ngraph {served:.6f} in {seconds:.3f} s")
    say(f"  easterly in {taken:.3f} s, {verdict(met)}:", answer, full)
    return met


def symmetric(problem: Problem) -> tuple[Problem, list[tuple[int, int, float]]]:
    """The same with the mean capacity of both ways, which is all that ngraph's links know; and the cables."""
    ends = np.stack([problem.src, problem.dst])
    key = ends.min(0).astype(np.int64) * problem.nodes + ends.max(0)
    pairs, row, count = np.unique(key, return_inverse=True, return_counts=True)
    mean = np.bincount(row, problem.capacity) / count
    cables = [
        (int(k // problem.nodes), int(k % problem.nodes), float(c))
        for k, c, n in zip(pairs, mean, count, strict=True)
        for _ in range(n // 2)
    ]
    return replace(problem, capacity=floats(mean[row])), cables


def placed_by_ngraph(network: Any, problem: Problem) -> tuple[float, float]:
    """Seconds and served part of TE_WCMP_UNLIM."""
    from ngraph.analysis.functions import build_demand_placement_inputs, demand_placement_analysis

    rows = [
        {"source": f"^{a}$", "target": f"^{b}$", "volume": float(v), "mode": "pairwise", "flow_policy": "TE_WCMP_UNLIM"}
        for a, b, v in zip(problem.pair_src, problem.pair_dst, problem.amount, strict=True)
    ]
    context, expansion, ids = build_demand_placement_inputs(network, rows)  # not timed
    start = time.perf_counter()
    found = demand_placement_analysis(
        network, set(), set(), rows, context=context, expansion=expansion, resolved_ids=ids
    )
    return time.perf_counter() - start, float(found.summary.overall_ratio)


def say(what: str, answer: Answer, full: float) -> None:
    low, high = answer.value / full, answer.bound / full
    print(f"{what} {low:.6f} <= optimum over all paths <= {high:.6f}, gap {answer.gap:.1e}", flush=True)


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


INSTANCES: dict[str, tuple[Callable[[], Graph], float]] = {
    "UsCarrier": (lambda: of_json("UsCarrier"), 1.0),
    "Colt": (lambda: of_topohub("topozoo/Colt", 1), 1.0),
    "Cogentco": (lambda: of_topohub("topozoo/Cogentco", 1), 1.0),
    "TataNld": (lambda: of_topohub("topozoo/TataNld", 1), 1.0),
    "GEANT": (lambda: of_topohub("topozoo/Geant2012", 1), 1.0),
    "Kdl10": (lambda: of_json("Kdl"), 0.1),
}


def main() -> int:
    """Run the bars that can be run here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="UsCarrier,Colt,Cogentco,TataNld,Kdl10")
    parser.add_argument("--graph", type=Path, nargs="*", default=[])
    parser.add_argument("--ngraph", action="store_true")
    given = parser.parse_args()
    met = True
    made = {name: INSTANCES[name] for name in given.only.split(",") if name}
    made |= {path.stem: (lambda path=path: of_repetita(path, 1), 1.0) for path in given.graph}
    for name, (read, part) in made.items():
        try:
            problem = gravity(read(), part, 7)
        except (ImportError, KeyError, OSError) as absent:
            print(f"{name}: not here ({type(absent).__name__}: {absent}); left out")
            continue
        if given.ngraph:
            met &= against_ngraph(name, problem, 2.0 if part < 1 else 1.0)
        elif part < 1:
            seconds, answer = ours(problem, 1e-2, 2)
            fine = seconds <= 10.0 and answer.gap <= 1e-2
            full = problem.amount.sum()
            print(f"{name}: {problem.pairs:,} pairs, {seconds:.2f} s (bar 10), gap of at most 1e-2: {verdict(fine)}")
            say(" ", answer, full)
            met &= fine
        else:
            met &= against_highs(name, problem)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
