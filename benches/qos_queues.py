"""Queues and memory in columns: packets per second of a core; fails below its bars.

Usage: python benches/qos_queues.py [million packets]
"""

from __future__ import annotations

import sys

import numpy as np
from shared.clock import timed

from easterly.qos.aqm import CoDel, FqCoDel, InstantMarking, Pie, Ramp, Red, TailDrop, Wred, serve
from easterly.qos.memory import Chip, EgressQueue, Group, Pool, play

PACKETS_PER_S = 5e6
"""Of every queue, with its line and what becomes of each packet: a whole run, not one decision."""
MEMORY_PACKETS_PER_S = 2e6
"""Of a chip with 256 groups and queues, arrivals and departures."""

KB = 1000
QUEUES = {
    "tail drop": TailDrop(200 * KB),
    "RED": Red(ramp=Ramp(30 * KB, 90 * KB, 0.1), slot_ns=120.0, limit_B=200 * KB),
    "gentle RED": Red(ramp=Ramp(30 * KB, 90 * KB, 0.1), slot_ns=120.0, gentle=True, ecn=True, limit_B=200 * KB),
    "WRED": Wred(ramps=[[Ramp(40 * KB, 90 * KB, 0.1), Ramp(20 * KB, 60 * KB, 0.2)]] * 8, limit_B=200 * KB),
    "marks": InstantMarking(Ramp(100 * KB, 400 * KB, 0.1), limit_B=800 * KB),
    "CoDel": CoDel(5_000, 100_000, limit_B=800 * KB),
    "FQ-CoDel": FqCoDel(codel=CoDel(5_000, 100_000)),
    "PIE": Pie(15_000, 15_000, 150_000, 125.0, 1250.0, drain_Bps=12_500_000_000),
}


def queues(count: int) -> bool:
    """Poisson arrivals of 64 to 1,518 bytes at 1.05 times the rate of a line of 100 Gb/s."""
    rng, fine = np.random.default_rng(1), True
    size = rng.integers(64, 1519, count)
    gaps = rng.exponential(8 * size.mean() / 100 / 1.05, count)
    when, kind = np.cumsum(gaps).astype(np.int64), rng.integers(0, 8, count).astype(np.int32)
    colour, ecn = (kind % 2).astype(np.int8), (2 * (kind % 2)).astype(np.uint8)
    for name, algorithm in QUEUES.items():
        took = timed(lambda a=algorithm: serve(a, when, size, rate_bps=10**11, flow=kind, colour=colour, ecn=ecn), 3)
        fates = serve(algorithm, when, size, rate_bps=10**11, flow=kind, colour=colour, ecn=ecn)
        fine &= count / took >= PACKETS_PER_S
        share = 1 - fates.sent.mean()
        print(f"{name:12} {count / took / 1e6:7.1f} M packets/s  (bar {PACKETS_PER_S / 1e6:.0f}; {share:.1%} dropped)")
    return fine


def memory(count: int) -> bool:
    """32 ports of 8 groups and 8 queues, 64 MB: packets to random queues, some ports above their rate."""
    rng = np.random.default_rng(2)
    groups = [Group(port=i // 8, alpha=1, headroom_B=50_000 if i % 8 == 3 else 0) for i in range(256)]
    outs = [EgressQueue(port=i // 8, alpha=8) for i in range(256)]
    chip = Chip(memory_B=64_000_000, cell_B=256, ingress_pools=[Pool(60_000_000, 1_600_000)],
                egress_pools=[Pool(64_000_000)], groups=groups, queues=outs)  # fmt: skip
    size, to = rng.integers(64, 9217, count), (256 * rng.random(count) ** 1.3).astype(np.int32)
    when = np.cumsum(rng.exponential(8 * size.mean() / 3200, count)).astype(np.int64)
    came, rates = rng.integers(0, 256, count).astype(np.int32), np.full(256, 12_500_000_000)
    took = timed(lambda: play(chip, when, size, came, to, rate_bps=rates), 3)
    refused = play(chip, when, size, came, to, rate_bps=rates).refused.mean()
    rate, bar = count / took / 1e6, MEMORY_PACKETS_PER_S / 1e6
    print(f"{'memory':12} {rate:7.1f} M packets/s  (bar {bar:.0f}; {refused:.1%} refused)")
    return count / took >= MEMORY_PACKETS_PER_S


def main() -> int:
    count = int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 1_000_000
    fine = queues(count) and memory(count)
    print("all bars met" if fine else "below a bar")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
