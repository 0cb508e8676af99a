"""Models beside the plan: seconds of one thread for estimates, optima and random graphs.

Usage: python benches/models.py
"""

from __future__ import annotations

import sys

import numpy as np
from shared.clock import timed

from easterly.predict.control import alpha_fair
from easterly.predict.robustness import betweenness, erdos_renyi, percolate, uniform
from easterly.predict.traffic import fractional_noise, hurst

VALUES = 1 << 14
EXPONENTS = (0.5, 0.6, 0.7, 0.8, 0.9)


def estimates() -> None:
    """Mean and deviation of the Hurst exponent over twelve drawings each."""
    for true in EXPONENTS:
        found = [hurst(fractional_noise(true, VALUES, seed)).hurst for seed in range(12)]
        print(f"Hurst exponent {true}: {np.mean(found):.3f}, standard deviation {np.std(found, ddof=1):.3f}")


def main() -> int:
    estimates()
    series, rng = fractional_noise(0.8, VALUES), np.random.default_rng(1)
    ways = (rng.random((100, 1000)) < 0.05).astype(float)
    ways[rng.integers(0, 100, 1000), np.arange(1000)] = 1.0
    graph, small = erdos_renyi(100_000, 4.0), uniform(2_000, 6_000)
    for name, run in (
        (f"Hurst exponent of {VALUES:,} values", lambda: hurst(series)),
        ("fractional Gaussian noise, 2^18 values", lambda: fractional_noise(0.8, 1 << 18)),
        ("proportional fairness, 100 links, 1,000 flows", lambda: alpha_fair(ways, np.full(100, 1e9), 1.0)),
        ("random graph of 100,000 nodes, 200,000 edges", lambda: erdos_renyi(100_000, 4.0)),
        ("percolation of it, 20 orders", lambda: percolate(graph, runs=20)),
        ("betweenness, 2,000 nodes, 6,000 edges", lambda: betweenness(small)),
    ):
        print(f"{name}: {1e3 * timed(run, 3):.2f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
