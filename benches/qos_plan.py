"""The QoS plan of a fabric of 1,024 hosts with all its traffic: seconds on one core; fails above its bar.

Usage: python benches/qos_plan.py [hosts]
"""

from __future__ import annotations

import sys
import time

from shared.clos import clos

from easterly import qos
from easterly.study.nouns import Nouns

BAR_S = 2.0


def main() -> int:
    """Print seconds of each part; 1 where the plan takes too long."""
    hosts = int(sys.argv[1]) if len(sys.argv) > 1 else 1024
    made = clos(hosts, hosts // 16)
    nouns = Nouns(made)
    begun = time.perf_counter()
    network, demands, paths = nouns.network.value, nouns.demands.value, nouns.paths.value
    ready = time.perf_counter()
    best = float("inf")
    for _ in range(3):
        start = time.thread_time()  # processor time: other work on the machine counts less
        plan = qos.plan(made, network, demands, paths, nouns.placement.value.hosts)
        best = min(best, time.thread_time() - start)
    print(
        f"{hosts} hosts, {len(network.links):,} links, {len(demands.flows):,} flows: {len(plan.groups)} groups of ports"
    )
    print(f"network, demand and paths {ready - begun:.2f} s; QoS plan {best:.3f} s, bar {BAR_S:g} s")
    return int(best > BAR_S)


if __name__ == "__main__":
    sys.exit(main())
