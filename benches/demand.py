"""What a job on 16,384 GPUs sends, from every interface, and what each of its phases puts on every link.

TP 8, PP 16, DP 128 on three tiers of switches: `examples/llama3-405b.yaml`, read, built, placed, expanded to flows
between interfaces, summed per interface and phase, and mapped to links.

Usage: python benches/demand.py [site.yaml]
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import TypeVar

import numpy as np

from easterly import demand, route, site
from easterly.base.columns import FloatColumn
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.site import blueprints

LLAMA = Path(__file__).parents[1] / "examples/llama3-405b.yaml"
BAR_S, BAR_B = 2.0, 500e6
T = TypeVar("T")


def timed(name: str, run: Callable[[], T]) -> tuple[float, T]:
    """Run once, print the processor time."""
    start = process_time()
    result = run()
    took = process_time() - start
    print(f"  {name:44} {took * 1e3:8.1f} ms")
    return took, result


def of_interfaces(network: Network, wanted: DemandSet) -> FloatColumn:
    """(2, P, N) bits that every node sends and receives in each phase; only interfaces have any."""
    flows, shape = wanted.flows, (len(wanted.phases), len(network.nodes))
    bits = flows.size_B * 8 + flows.rate_bps
    ends = ((flows.phase.astype(np.int64) * shape[1] + end) for end in (flows.src, flows.dst))
    return np.stack([np.bincount(end, bits, shape[0] * shape[1]).reshape(shape) for end in ends])


def on_links(network: Network, wanted: DemandSet, seed: int) -> FloatColumn:
    """(P, L) bits that each phase puts on every link, split evenly over equal-cost paths."""
    policy = route.policy_of(network, seed=seed)
    return route.loads_of(network, wanted.flows, policy, wanted.flows.phase, len(wanted.phases))


def main(path: Path) -> int:
    """Measure; fail above the bar of time or of memory."""
    read, made = timed("read the site file", lambda: site.load(path).site)
    built, network = timed("build the network", lambda: blueprints.build(made))
    grown, wanted = timed(
        "place, and expand to flows between interfaces",
        lambda: demand.build(made, network, demand.place(made, network)),
    )
    summed, bits = timed("sum by interface and phase", lambda: of_interfaces(network, wanted))
    mapped, load = timed("map to links, by phase", lambda: on_links(network, wanted, made.seed))
    took, peak_B = read + built + grown + summed + mapped, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    gpus, flows, phases = int(wanted.work.gpus.sum()), len(wanted.flows), len(wanted.phases)
    print(f"{gpus:,} GPUs, {flows:,} flows, {phases} phases, {len(network.links):,} links")
    print(f"{took:.2f} s of processor time, {peak_B / 1e6:.0f} MB with the interpreter and its libraries")
    sends = np.count_nonzero(bits[0].any(axis=0))
    print(f"{sends:,} interfaces send; the busiest link carries {load.max() / 8e9:.1f} GB in one phase")
    return 0 if took <= BAR_S and peak_B <= BAR_B else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else LLAMA))
