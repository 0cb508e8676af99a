"""Bounds of single flows by linear programmes: seconds of one thread, beside what the bars allow; fails above them.

Usage: python benches/calculus/tight.py
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from benches.shared.clock import timed
from tests.predict.calculus.servers import fat_tree, interleaved, ring

from easterly.predict.calculus.tight import bound_flow, known
from easterly.site.load import load
from easterly.study.bounds import bound_site
from easterly.study.nouns import Nouns

FLOW_s, REFINED_s, REFINED = 0.2, 60.0, 100
"""One flow of a 64-flow fat-tree of four ports; the worst flows of a fabric."""
SITE = Path(__file__).parents[2] / "examples" / "fat-tree-32.yaml"


def one_flow() -> bool:
    """The flow of the largest bound by total flow analysis, on each of several fat-trees."""
    took = []
    for seed in range(5):
        net = fat_tree(4, 64, seed)
        given = known(net)
        worst = int(np.argmax([bound_flow(net, flow, "total", given=given).delay_s for flow in range(len(net))]))
        took.append(timed(lambda net=net, worst=worst: bound_flow(net, worst, "linear"), 3))
    print(
        f"one flow of 64 on a fat-tree of k = 4, five drawings: {min(took):.3f} to {max(took):.3f} s (bar {FLOW_s:g})"
    )
    return max(took) <= FLOW_s


def worst_flows() -> bool:
    """What refinement adds to the bounds of a site."""
    nouns = Nouns(load(SITE).site)
    plain, tight = (timed(lambda n=n: bound_site(nouns, refine=n), 2) for n in (0, REFINED))
    print(f"{REFINED} worst connections of 8,192 hosts: {tight - plain:.1f} s (bar {REFINED_s:g}), all: {plain:.1f} s")
    return tight - plain <= REFINED_s


def main() -> int:
    """1 where a bar is missed."""
    fine = [one_flow(), worst_flows()]
    for name, net in (("interleaved, 40 hops", interleaved(40)), ("ring of ten, 0.3", ring(10, 0.3))):
        print(f"{name}: {timed(lambda net=net: bound_flow(net, 0, 'linear'), 1):.2f} s")
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
