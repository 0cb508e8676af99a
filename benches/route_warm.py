"""Bars of warm re-solving: a changed matrix, a failed link, and every single-link failure of UsCarrier.

    python benches/route_warm.py [--only UsCarrier,GEANT,TataNld]

Cold and warm are run in turn on the same problem to the same gap of 1e-3, the best of three each: after a change of
every amount by up to 5 % (seeded), and with one link less (the median over twenty links, seeded). Topologies and
matrices are those of route_lp.py; topohub is needed for those that are not in EASTERLY_DATA. Exit code 1 where a bar
is missed.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np
from route_lp import INSTANCES, gravity, verdict

from easterly.base.columns import floats, indices, ints
from easterly.model.allocation import Warm
from easterly.route.allocate.engine import Answer, solve
from easterly.route.allocate.posed import Goal, Problem

QUARTER = 0.25
ALL_S = 30.0
GOAL = Goal("throughput")


def without(problem: Problem, link: int) -> tuple[Problem, Any] | None:
    """The problem with one link less, and which links stay; None where a pair would lose its last path."""
    stay = np.arange(problem.links) != link
    less = replace(
        problem, src=ints(problem.src[stay]), dst=ints(problem.dst[stay]), capacity=floats(problem.capacity[stay]),
        cost=floats(problem.cost[stay]),
    )  # fmt: skip
    reached = np.eye(problem.nodes, dtype=bool)
    np.logical_or.at(reached, (less.src, less.dst), True)
    for _ in range(int(np.ceil(np.log2(problem.nodes))) + 1):
        reached = (reached.astype(np.float32) @ reached.astype(np.float32)) > 0
    kept = reached[less.pair_src, less.pair_dst]
    return replace(
        less, pair_src=ints(less.pair_src[kept]), pair_dst=ints(less.pair_dst[kept]), amount=floats(less.amount[kept]),
        weight=floats(less.weight[kept]),
    ), stay  # fmt: skip


def kept(warm: Warm, stay: Any) -> Warm:
    """What of a warm start means something once links are gone."""
    place = np.where(stay, np.cumsum(stay) - 1, -1)
    counts = np.diff(warm.link_ptr)
    lost = np.add.reduceat(~stay[warm.link_idx], warm.link_ptr[:-1]) > 0
    row = np.repeat(~lost, counts)
    return replace(
        warm, src=ints(warm.src[~lost]), dst=ints(warm.dst[~lost]),
        link_ptr=indices(np.concatenate([[0], np.cumsum(counts[~lost])])), link_idx=ints(place[warm.link_idx[row]]),
        price=floats(warm.price[stay]), share=None if warm.share is None else floats(warm.share[~lost]),
        early=None if warm.early is None else floats(warm.early[stay]),
    )  # fmt: skip


def timed(problem: Problem, warm: Warm | None, runs: int = 3) -> tuple[float, Answer]:
    """Best seconds of some runs, and the answer."""
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        answer = solve(problem, GOAL, warm=warm)
        seconds.append(time.perf_counter() - start)
    return min(seconds), answer


def both(problem: Problem, warm: Warm) -> tuple[float, float, float]:
    """Seconds cold and warm, and the worse of both gaps."""
    cold, one = timed(problem, None)
    hot, other = timed(problem, warm)
    return cold, hot, max(one.gap, other.gap)


def failures(name: str, problem: Problem, first: Answer) -> bool:
    """Every single link, one after the other, each from the answer without failures."""
    start, worst, direct = time.perf_counter(), 0.0, 0
    for link in range(problem.links):
        less, stay = without(problem, link)
        answer = solve(less, GOAL, warm=kept(first.warm, stay))
        worst, direct = max(worst, answer.gap), direct + (answer.iterations == 0)
    seconds = time.perf_counter() - start
    met = seconds * 189 / problem.links <= ALL_S and worst <= 1e-3
    some = seconds * 189 / problem.links
    print(f"  {problem.links} failures of one link: {seconds:.1f} s, worst gap {worst:.1e}, {direct} at once")
    print(f"  189 of them take {some:.1f} s (bar 30): {verdict(met)}", flush=True)
    return met


def main() -> int:
    """Run the bars that can be run here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="UsCarrier,GEANT,TataNld")
    given, met = parser.parse_args(), True
    for name in given.only.split(","):
        read, part = INSTANCES[name]
        try:
            problem = gravity(read(), part, 7)
        except (ImportError, KeyError, OSError) as absent:
            print(f"{name}: not here ({type(absent).__name__}); left out")
            continue
        first, rng = solve(problem, GOAL), np.random.default_rng(1)
        changed = replace(problem, amount=floats(problem.amount * rng.uniform(0.95, 1.05, problem.pairs)))
        cold, hot, gap = both(changed, first.warm)
        fine = hot <= QUARTER * cold and gap <= 1e-3
        print(f"{name}: changed matrix {cold * 1e3:.1f} ms cold, {hot * 1e3:.1f} ms warm", end=", ")
        print(f"{hot / cold:.2f} (bar 0.25): {verdict(fine)}", flush=True)
        met &= fine
        ratios = []
        for link in rng.choice(problem.links, 20, replace=False):
            less, stay = without(problem, int(link))
            cold, hot, gap = both(less, kept(first.warm, stay))
            ratios.append(hot / cold)
        fine = float(np.median(ratios)) <= QUARTER
        print(f"  one link less: warm over cold {np.median(ratios):.2f} in the median", end=", ")
        print(f"{min(ratios):.2f} to {max(ratios):.2f} (bar 0.25): {verdict(fine)}", flush=True)
        met &= fine
        if name == "UsCarrier":
            met &= failures(name, problem, first)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
