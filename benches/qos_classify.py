"""Classification: five-tuples per second of a core against drawn rules, equal to a linear scan; fails below its bar.

Usage: python benches/qos_classify.py [rules]
"""

from __future__ import annotations

import sys
import time

import numpy as np
from shared.clock import timed

from easterly._kernel import classify as kernel
from easterly.qos.classify import Classifier, boxes_of, edge_packets, linear_scan, random_rules, review, tcam

PACKETS_PER_S = 1e6
PACKETS, SCANNED = 200_000, 5_000


def drawn(count: int) -> bool:
    """Rule sets as people write them; packets at the edges of rules and within."""
    fine = True
    for version in (4, 6):
        for kind in ("acl", "fw", "ipc"):
            rules = random_rules(count, kind, version=version)
            boxes = boxes_of(rules)
            packets = edge_packets(boxes, PACKETS)
            some = edge_packets(boxes, SCANNED, seed=2)
            made = Classifier(boxes)
            built = timed(lambda b=boxes: Classifier(b), 1)
            rate = PACKETS / timed(lambda m=made, p=packets: m.classify(p))
            same = bool((made.classify(some) == linear_scan(boxes, some)).all())
            trees = made.trees
            bounded = trees.memory_B <= trees.bound_B
            fine &= same and bounded and rate >= PACKETS_PER_S
            print(f"IPv{version} {kind:3} {rate / 1e6:6.2f} M/s (bar {PACKETS_PER_S / 1e6:.0f}), "
                  f"{'equal to' if same else 'UNLIKE'} a linear scan; built in {built * 1e3:.0f} ms, "
                  f"{trees.memory_B / 1e6:.2f} of at most {trees.bound_B / 1e6:.2f} MB, depth {trees.depth}, "
                  f"largest leaf {trees.largest_leaf}; {tcam(boxes).total:,} TCAM entries")  # fmt: skip
    return fine


def contrived(count: int) -> None:
    """Boxes without any structure, wide in every field: what the bound of memory then costs."""
    rng = np.random.default_rng(1)
    top = np.array([2**32 - 1] * 2 + [65535] * 2 + [255], dtype=np.uint64)
    low = (rng.random((count, 5)) * top).astype(np.uint64)
    high = np.minimum(low + (rng.random((count, 5)) ** 3 * top).astype(np.uint64), top)
    columns = [np.ascontiguousarray((rng.random(PACKETS) * most).astype(np.uint64)) for most in top]
    made = kernel.Classifier(low, high, top, 8, 4)
    rate = PACKETS / timed(lambda: made.classify(columns), 2)
    print(f"random boxes {rate / 1e6:6.2f} M/s, largest leaf {made.state['largest_leaf']}")


def reviewed(count: int) -> None:
    """Which rules others make needless."""
    for kind in ("acl", "fw", "ipc"):
        rules = random_rules(count, kind)
        begin = time.perf_counter()
        found = review(rules)
        took = time.perf_counter() - begin
        print(f"review {kind:3} {took:6.2f} s: {len(found.shadowed):,} shadowed, {len(found.redundant):,} redundant, "
              f"{len(found.removable):,} removable at once, {len(found.undecided)} undecided")  # fmt: skip


if __name__ == "__main__":
    how_many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    kept = drawn(how_many)
    contrived(how_many)
    reviewed(how_many)
    sys.exit(0 if kept else 1)
