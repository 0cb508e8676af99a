"""Meters in columns: packets per second of a core, with the conversions of the front; fails below its bar.

Usage: python benches/qos_meters.py [million packets]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from shared.clock import timed

from easterly.qos.meters import (
    BucketTree,
    Cluster,
    Gcra,
    LeakyBucket,
    Rfc4115,
    SrTcm,
    TokenBucket,
    TrTcm,
    enforce,
    judge,
    mark,
    police,
    shape,
)

PACKETS_PER_S = 20e6
"""Of markers and of the token bucket, on one core."""
RATE_bps = 8 * 10**9


def cases(count: int) -> list[tuple[str, bool, Callable[[], Any]]]:
    """Name, whether there is a bar, and what to run: about 0.8 B/ns are offered, and half of that is committed."""
    rng = np.random.default_rng(1)
    when, size = np.cumsum(rng.integers(0, 2000, count)), rng.integers(64, 1519, count)
    colour, number = rng.integers(0, 3, count).astype(np.uint8), rng.integers(0, 3, count)
    half, most = RATE_bps // 2, 100_000
    sr, tr, r4 = SrTcm(half, most, most), TrTcm(half, most, RATE_bps, most), Rfc4115(half, most, half // 2, most)
    tree = BucketTree.of([RATE_bps, half, half], [most] * 3, parent=[-1, 0, 0])
    cluster = Cluster(half, most, points=3, interval_ns=10**8)
    return [
        ("token bucket", True, lambda: police(TokenBucket(half, most), when, size)),
        ("srTCM (RFC 2697)", True, lambda: mark(sr, when, size)),
        ("srTCM, colour-aware", True, lambda: mark(sr, when, size, colour)),
        ("trTCM (RFC 2698)", True, lambda: mark(tr, when, size)),
        ("trTCM, colour-aware", True, lambda: mark(tr, when, size, colour)),
        ("RFC 4115", True, lambda: mark(r4, when, size)),
        ("RFC 4115, colour-aware", True, lambda: mark(r4, when, size, colour)),
        ("GCRA", False, lambda: police(Gcra(900, 10**5), when, size)),
        ("leaky bucket as queue", False, lambda: shape(LeakyBucket(half, most), when, size)),
        ("tree of three buckets", False, lambda: judge(tree, when, size, number)),
        ("cluster of three points", False, lambda: enforce(cluster, when, size, number)),
    ]


def main(count: int) -> int:
    """Measure all; 1 where the bar is missed."""
    fine = True
    for name, barred, run in cases(count):
        rate = count / timed(run)
        fine &= not barred or rate >= PACKETS_PER_S
        print(f"{name:24} {rate / 1e6:8.1f} M packets/s" + (f"  (bar {PACKETS_PER_S / 1e6:.0f})" if barred else ""))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main(int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 4_000_000))
