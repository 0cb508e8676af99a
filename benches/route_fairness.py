"""Fairness over all paths: max-min against one programme per level, alpha-fairness against the linear problem.

Run as ``python benches/route_fairness.py``; needs highspy, scipy and topohub, and pytest for the oracle. GEANT
(topohub's Geant2012) has seeded capacities and a seeded gravity matrix at load 2.0; UsCarrier is read from the shared
data. Exit code 1 where a bar is missed.

The naive iteration is one programme per level on the arc form, warm-started, which freezes whoever has a positive
dual: each step is the same solver, model and basis as the last.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]
DATA = Path(os.environ.get("EASTERLY_DATA", ROOT.parent / "shared/data"))
LOAD, SEED = 2.0, 7


def instance(nodes, edges):
    """Seeded capacities where there are none, and a gravity matrix: hop-weighted demand is 0.35 LOAD of capacity."""
    from tests.route import oracles

    from easterly._kernel import graph

    rng = np.random.default_rng(SEED)
    links = []
    for a, b, *capacity in edges:
        rate = capacity[0] if capacity else float(rng.choice([10.0, 40.0, 100.0]))
        links += [(a, b, float(rate))] if capacity else [(a, b, rate), (b, a, rate)]
    net = oracles.network(nodes, links)
    every = np.ones(len(links), dtype=np.bool_)
    hops = graph.distances(nodes, net.links.src, net.links.dst, np.ones(len(links)), np.asarray(net.transit), every,
                           np.arange(nodes, dtype=np.int32))  # fmt: skip
    out, into = rng.lognormal(0, 1, nodes), rng.lognormal(0, 1, nodes)
    src, dst = np.nonzero(np.isfinite(hops) & (hops > 0))
    rate = out[src] * into[dst]
    rate *= 0.35 * LOAD * net.links.capacity_bps.sum() / (rate * hops[src, dst]).sum()
    return net, oracles.demands(list(zip(src.tolist(), dst.tolist(), rate.tolist(), strict=True)))


def naive(problem):
    """Rates and the number of programmes: raise a common level, freeze whoever has a dual, until all are frozen."""
    import highspy
    from scipy import sparse
    from tests.route import oracles

    a = oracles.arcs(problem)
    count, width = problem.pairs, len(a.most)
    # f - level >= 0 for those that grow (row k), 0 <= f <= amount; level is the last column
    k = np.arange(count)
    link = sparse.csr_matrix(
        (np.r_[np.ones(count), -np.ones(count)], (np.r_[k, k], np.r_[a.flows + k, np.full(count, width - 1)])),
        shape=(count, width),
    )
    rows = sparse.vstack([a.rows, link]).tocsc()
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = width, rows.shape[0]
    cost = np.zeros(width)
    cost[-1] = -1.0
    model.col_cost_, model.col_lower_, model.col_upper_ = cost, np.zeros(width), a.most
    model.row_lower_ = np.r_[a.low, np.zeros(count)]
    model.row_upper_ = np.r_[a.high, np.full(count, np.inf)]
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = rows.indptr, rows.indices, rows.data
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    first, open_, rate, steps = len(a.low), np.ones(count, dtype=np.bool_), np.zeros(count), 0
    order = np.argsort(problem.amount)
    at = 0
    while open_.any():
        cap = problem.amount[order[at]] if at < count else np.inf
        while at < count and not open_[order[at]]:
            at += 1
            cap = problem.amount[order[at]] if at < count else np.inf
        solver.changeColBounds(width - 1, 0.0, cap)
        solver.run()
        steps += 1
        level = solver.getInfo().objective_function_value * -1
        dual = np.abs(np.array(solver.getSolution().row_dual)[first:])
        frozen = np.flatnonzero(open_ & (dual > 1e-9))
        if level >= cap * (1 - 1e-9):
            frozen = np.array([order[at]])
        for k in frozen.tolist():
            open_[k], rate[k] = False, level
            solver.changeRowBounds(first + k, -np.inf, np.inf)
            solver.changeColBounds(a.flows + k, level * (1 - 1e-9), level)
    return rate, steps


def timed(work, times=3):
    best, result = np.inf, None
    for _ in range(times):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def main() -> int:
    import topohub

    from easterly import route
    from easterly.route.allocate.problem import pose

    missed = False
    found = topohub.get("topozoo/Geant2012")
    place = {node["id"]: i for i, node in enumerate(found["nodes"])}
    net, want = instance(len(place), [(place[e["source"]], place[e["target"]]) for e in found["edges"]])
    ours, routing = timed(lambda: route.solve(net, want, objective="max-min"))
    p = pose(net, want, capacity_bps=net.links.capacity_bps, cost=net.links.cost, merge="none")
    start = time.perf_counter()
    rate, steps = naive(p.problem)
    theirs = time.perf_counter() - start
    far = np.abs(routing.allocation.rate_bps[p.row >= 0] / p.unit_bps - rate[p.row[p.row >= 0]]).max() / rate.max()
    print(f"max-min on GEANT, {p.problem.pairs} pairs: {ours:.3f} s, {steps} programmes {theirs:.2f} s: "
          f"{theirs / ours:.0f} times (bar 20), rates differ by {far:.1e}")  # fmt: skip
    missed |= theirs < 20 * ours
    file = DATA / "topologies/UsCarrier.json"
    if not file.exists():
        print(f"no UsCarrier in {DATA}")
        return int(missed)
    text = json.loads(file.read_text(encoding="utf-8"))
    place = {node["id"]: i for i, node in enumerate(text["nodes"])}
    net, want = instance(len(place), [(place[e["source"]], place[e["target"]], e["capacity"]) for e in text["links"]])
    linear, _ = timed(lambda: route.solve(net, want, objective="max-throughput", gap=1e-4))
    for alpha in (0.5, 1.0, 2.0):
        fair, routing = timed(lambda a=alpha: route.solve(net, want, objective="alpha-fair", alpha=a, gap=1e-4))
        print(f"alpha {alpha} on UsCarrier: {fair:.2f} s, gap {routing.allocation.gap:.1e}, "
              f"{fair / linear:.2f} of its linear problem's {linear:.2f} s (bar 3)")  # fmt: skip
        missed |= fair > 3 * linear or routing.allocation.gap > 1e-4
    swept, routing = timed(lambda: route.solve(net, want, objective="max-min"), 1)
    print(f"max-min on UsCarrier, {len(want)} pairs: {swept:.2f} s, gap {routing.allocation.gap:.1e}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
