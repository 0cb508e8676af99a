"""All single-cable failures of a topology, re-optimised with a bound each, and by the policy in place; one thread.

Usage: python benches/route_failures.py [TOPOLOGY]

The bar: all 189 cables of UsCarrier within 30 s in all, certified to 1e-3 each. Demands are a seeded gravity matrix,
scaled so that sum(rate x hops) = 0.7 sum(capacity). Needs the folder of shared data: EASTERLY_DATA, or ../shared/data.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.route import wans

from easterly._kernel import graph
from easterly.base.columns import floats, ints
from easterly.model.allocation import Demands
from easterly.model.failures import Cases
from easterly.model.network import Network
from easterly.route.failing import cases as build
from easterly.route.failing.in_place import under_ecmp
from easterly.route.failing.optimum import Aim, best_of_each

BAR_S, GAP, LOAD, SEED = 30.0, 1e-3, 0.7, 7


def main(name: str) -> int:
    """Print times and proofs; fail beyond the bar."""
    data = Path(os.environ.get("EASTERLY_DATA", Path(__file__).parents[2] / "shared" / "data"))
    file = data / "topologies" / f"{name}.json"
    if not file.is_file():
        print(f"{file} is absent: set EASTERLY_DATA to the folder of shared data")
        return 1
    network = topology(file)
    demands = gravity(network)
    cases = build.joined(build.named(network, [[]]), build.cables(network))
    print(f"{name}: {len(network.nodes)} nodes, {len(network.links)} links, {len(demands)} demands, load {LOAD}")
    in_place(network, demands, cases)
    return optimum(network, demands, cases)


def in_place(network: Network, demands: Demands, cases: Cases) -> None:
    """The sweep of shortest paths, against placing every case anew."""
    started = time.perf_counter()
    found = under_ecmp(network, demands, cases)
    swept = time.perf_counter() - started
    links, ones = network.links, np.ones(len(network.links))
    started = time.perf_counter()
    for case in range(0, len(cases), 10):
        graph.ecmp_loads(
            len(network.nodes), links.src, links.dst, links.cost, network.transit, cases.alive(case, len(links)), ones,
            demands.src, demands.dst, demands.rate_bps, ints(np.zeros(len(demands))), 1,
        )  # fmt: skip
    anew = (time.perf_counter() - started) / len(range(0, len(cases), 10)) * len(cases)
    print(f"ecmp     {swept:7.2f} s for all cases, with what fits; loads alone, each case anew: {anew:.2f} s")
    print(f"         fits {found.fits.min():.4f} to {found.fits.max():.4f}")


def optimum(network: Network, demands: Demands, cases: Cases) -> int:
    """The healthy network cold, then every case from there."""
    ends: list[float] = [time.perf_counter()]
    worked = time.process_time()
    best, _ = best_of_each(
        network, demands, cases, Aim(gap=GAP), progress=lambda done, count: ends.append(time.perf_counter())
    )
    cold, each = ends[1] - ends[0], np.diff(ends[1:])
    print(f"optimum  {each.sum():7.2f} s for {len(each)} failures (bar {BAR_S:.0f}), cold {cold:.2f} s")
    print(f"         processor {time.process_time() - worked:.2f} s with the healthy network: what others leave of it")
    print(f"         each {np.median(each):.3f} s in the middle, {each.max():.3f} s at most")
    print(f"         gaps up to {best.gap.max():.1e}, served {best.served_fraction.min():.4f} to "
          f"{best.served_fraction.max():.4f}, {len(best.unserved)} demands cut off in all")  # fmt: skip
    return 0 if each.sum() <= BAR_S and best.gap.max() <= GAP else 1


def topology(file: Path) -> Network:
    """A topology in node-link form, its capacities as Gbit/s."""
    read = json.loads(file.read_text())
    index = {node["id"]: i for i, node in enumerate(read["nodes"])}
    links = [(index[row["source"]], index[row["target"]], row["capacity"] * 1e9) for row in read["links"]]
    where = {(a, b): row for row, (a, b, _) in enumerate(links)}
    return wans.network(len(index), links, reverse=[where.get((b, a), -1) for a, b, _ in links])


def gravity(network: Network) -> Demands:
    """A demand of every pair, by the masses of its ends."""
    n, links = len(network.nodes), network.links
    mass = np.random.default_rng(SEED).exponential(size=n)
    src, dst = (ends.astype(np.int32) for ends in np.nonzero(~np.eye(n, dtype=bool)))
    up = np.ones(len(links), dtype=bool)
    every = np.arange(n, dtype=np.int32)
    hops = graph.distances(n, links.src, links.dst, np.ones(len(links)), network.transit, up, every)[src, dst]
    some = np.isfinite(hops)
    rate = (mass[src] * mass[dst])[some]
    rate *= LOAD * links.capacity_bps.sum() / (rate @ hops[some])
    ones = np.ones(len(rate))
    return Demands(ints(src[some]), ints(dst[some]), floats(rate), floats(ones), ints(ones * 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "UsCarrier"))
