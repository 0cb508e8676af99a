"""Schedulers over columns of packets: packets per second of a core, link and queues included; fails below its bar.

Usage: python benches/qos_schedulers.py [million packets]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from easterly.qos.scheduling import (
    CbqClass,
    HtbClass,
    Scheduler,
    cbq,
    cbs,
    cbwfq,
    drr,
    fifo,
    htb,
    strict_priority,
    wf2q,
    wf2q_plus,
    wfq,
    wrr,
)

DRR_PER_S = 20e6
"""Of eight queues, random arrivals, at 90 % and at 110 % of the link."""
QUEUES = 8
LINK_BPS = 100 * 10**9
RATE = LINK_BPS // QUEUES


def tree() -> Scheduler:
    leaf = [HtbClass(f"c{i}", RATE, "link", ceil_bps=LINK_BPS, quantum_B=3000, burst_B=20_000) for i in range(QUEUES)]
    return htb([HtbClass("link", LINK_BPS, burst_B=200_000), *leaf]).scheduler()


def sharing() -> Scheduler:
    leaf = [CbqClass(f"c{i}", RATE, "link") for i in range(QUEUES)]
    return cbq([CbqClass("link", LINK_BPS), *leaf], link_bps=LINK_BPS)


WEIGHTS = [1, 2, 3, 4, 5, 6, 7, 8]
MADE: dict[str, Callable[[], Scheduler]] = {
    "DRR": lambda: drr([1500 * w for w in WEIGHTS]),
    "FIFO": lambda: fifo(QUEUES),
    "strict priority": lambda: strict_priority(QUEUES),
    "WRR by packets": lambda: wrr(WEIGHTS),
    "WRR by bytes": lambda: wrr([1500 * w for w in WEIGHTS], by="bytes"),
    "WFQ": lambda: wfq(WEIGHTS, link_bps=LINK_BPS),
    "WF2Q": lambda: wf2q(WEIGHTS, link_bps=LINK_BPS),
    "WF2Q+": lambda: wf2q_plus(WEIGHTS, link_bps=LINK_BPS),
    "CBWFQ, LLQ": lambda: cbwfq(WEIGHTS, priority_bps=[RATE] + [0] * (QUEUES - 1)),
    "CBS": lambda: cbs([RATE, RATE] + [0] * (QUEUES - 2), link_bps=LINK_BPS),
    "HTB": tree,
    "CBQ": sharing,
}


def arrivals(count: int, load: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Poisson arrivals of 64 to 1,500 bytes on eight queues."""
    rng = np.random.default_rng(7)
    size = rng.integers(64, 1501, count)
    gap = rng.exponential(8e9 * size.mean() / LINK_BPS / load, count)
    return np.cumsum(gap).astype(np.int64), rng.integers(0, QUEUES, count).astype(np.int32), size


def main(million: float) -> int:
    fine = True
    for load in (0.9, 1.1):
        times, queue, size = arrivals(int(million * 1e6), load)
        for name, make in MADE.items():
            scheduler, best = make(), np.inf
            given = queue + np.int32(name in ("HTB", "CBQ"))
            for _ in range(5 if name == "DRR" else 2):
                begin = time.thread_time()
                scheduler.departures(times, given, size, link_bps=LINK_BPS)
                best = min(best, time.thread_time() - begin)
            rate, bar = len(times) / best, DRR_PER_S if name == "DRR" else 0.0
            fine &= rate >= bar
            note = f"  (bar {bar / 1e6:.0f})" if bar else ""
            print(f"load {load:.0%} {name:16} {rate / 1e6:7.1f} M packets/s{note}")
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0))
