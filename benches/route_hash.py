"""Hashing in columns: five-tuples per second of a core, packets, and weights in tables; fails below its bars.

Usage: python benches/route_hash.py [million tuples]
"""

from __future__ import annotations

import sys
import zlib

import numpy as np
from shared.clock import timed

from easterly.route.hashing import FUNCTIONS, Tuples, hash_of, reduce_groups, reduce_weights, split, spray, tuples_of

HASHES_PER_S = 20e6
"""Of Toeplitz and of CRC-32, for IPv4 and for IPv6, on one core."""
GROUP_S = 1e-3
"""To reduce a group of 64 members to any table of up to 4,096 entries."""


def made(count: int, width: int) -> Tuples:
    rng = np.random.default_rng(width)
    src, dst = (rng.integers(0, 256, (count, width), dtype=np.uint8) for _ in range(2))
    return tuples_of(src, dst, rng.integers(0, 65536, count), rng.integers(0, 65536, count), 17)


def hashes(count: int) -> bool:
    """Every function on IPv4 and IPv6; whether those with a bar keep it."""
    fine = True
    for width, name in ((4, "IPv4"), (16, "IPv6")):
        rows = made(count, width)
        first = rows.src[0].tobytes() + rows.dst[0].tobytes()
        assert int(hash_of(rows, "crc32", fields=["src-ip", "dst-ip"])[0]) == zlib.crc32(first)
        for function in FUNCTIONS:
            rate = count / timed(lambda f=function, r=rows: hash_of(r, f))
            bar = HASHES_PER_S if function in ("crc32", "toeplitz") else 0.0
            fine &= rate >= bar
            note = f"  (bar {bar / 1e6:.0f})" if bar else ""
            print(f"{name} {function:18} {rate / 1e6:8.1f} M/s{note}")
    return fine


def choices(count: int) -> None:
    """Members of a group by each way to split, and packets by each way to spray."""
    hashed = hash_of(made(count, 4), "siphash")
    for method in ("modulo", "threshold", "resilient", "rendezvous"):
        took = timed(lambda m=method: split(hashed, 16, method=m), 2)
        print(f"split {method:17} {count / took / 1e6:8.1f} M/s of 16")
    flow, when = np.arange(count, dtype=np.int32) % 997, np.arange(count) * 1e-7
    for choice in ("flow", "flowlet", "two-choices", "shortest"):
        took = timed(lambda c=choice: spray(flow, when, 1500.0, [1e11] * 16, [1e-6] * 16, choice=c, gap_s=1e-5), 2)
        print(f"spray {choice:17} {count / took / 1e6:8.1f} M packets/s")


def tables() -> bool:
    """Reduction of one group and of many."""
    rng, fine = np.random.default_rng(1), True
    weights = rng.uniform(1, 100, 64)
    for table in (128, 512, 4096):
        took = timed(lambda t=table: reduce_weights(weights, t))
        fine &= took <= GROUP_S
        error = reduce_weights(weights, table).error
        print(f"64 members in {table:5} entries {took * 1e6:8.0f} us  (bar {GROUP_S * 1e6:.0f}), {error - 1:.2%} over")
    groups = [rng.uniform(1, 100, 16) for _ in range(500)]
    worst = max(fit.error for fit in reduce_groups(groups, 32768))
    print(f"500 groups of 16 in 32768   {timed(lambda: reduce_groups(groups, 32768), 2) * 1e3:8.1f} ms, "
          f"worst {worst - 1:.1%} over")  # fmt: skip
    return fine


def main(count: int) -> int:
    """Measure all; 1 where a bar is missed."""
    fine = hashes(count)
    choices(count)
    return 0 if tables() and fine else 1


if __name__ == "__main__":
    sys.exit(main(int(float(sys.argv[1]) * 1e6) if len(sys.argv) > 1 else 2_000_000))
