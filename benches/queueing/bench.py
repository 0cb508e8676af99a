"""Stations per second on one thread, beside line-solver where it is installed; fails below its bars.

Usage: python benches/queueing/bench.py [thousand stations]
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from shared.clock import timed

from easterly.predict.queueing import general, invert, markov, priority
from easterly.predict.queueing.invert import Aim

EACH, INVERTED, RATIO = 1e6, 1e5, 10.0
"""Evaluations per second, inversions per second, and how many of line-solver's calls an evaluation takes at least."""


def evaluations(n: int) -> list[tuple[str, Callable[[], Any], Callable[[int], Any] | None]]:
    """Name, ours for all, theirs for the first some; loads from 0.1 to 0.99, up to 64 servers, three classes."""
    rng = np.random.default_rng(1)
    servers, rho = rng.integers(1, 65, n), rng.uniform(0.1, 0.99, n)
    arrival, cs = rho * servers, rng.uniform(0, 3, n)
    rates = rng.dirichlet(np.ones(3), n) * rho[:, None]
    ones, spreads = np.ones((n, 3)), rng.uniform(0, 3, (n, 3))
    theirs: list[Callable[[int], Any] | None] = [None, None, None]
    try:
        from line_solver.api.qsys import qsys_mg1, qsys_mg1_prio, qsys_mmk

        theirs = [
            lambda m: [qsys_mmk(a, 1.0, c) for a, c in zip(arrival[:m].tolist(), servers[:m].tolist(), strict=True)],
            lambda m: [qsys_mg1(a, 1.0, c) for a, c in zip(rho[:m].tolist(), cs[:m].tolist(), strict=True)],
            lambda m: [qsys_mg1_prio(rates[i], ones[i], spreads[i]) for i in range(m)],
        ]
    except ImportError:
        print("line-solver is not installed: no ratio (pip install line-solver)")
    return [
        ("M/M/c", lambda: markov.mmc(arrival, 1.0, servers), theirs[0]),
        ("M/G/1", lambda: general.mg1(rho, 1.0, cs**2), theirs[1]),
        ("priority, three classes", lambda: priority.non_preemptive(rates, ones, spreads**2), theirs[2]),
    ]


def inversions(n: int) -> list[tuple[str, Callable[[], Any]]]:
    rng = np.random.default_rng(2)
    load, servers = rng.uniform(0.5, 60, n), rng.integers(1, 65, n)
    return [
        ("servers for a mean wait", lambda: invert.fewest_servers(Aim.WAIT, load, 1.0, 0.05)),
        ("servers for P(Wq > 1) < 1%", lambda: invert.fewest_servers(Aim.WAIT_BEYOND, load, 1.0, 0.01, 1.0)),
        ("servers for a loss of 1%", lambda: invert.fewest_servers(Aim.LOSS, load, 1.0, 0.01)),
        ("load for a mean wait", lambda: invert.most_load(Aim.WAIT, 1.0, servers, 0.05)),
        ("load for P(Wq > 1) < 1%", lambda: invert.most_load(Aim.WAIT_BEYOND, 1.0, servers, 0.01, 1.0)),
        ("load for a p99 of 6 in all", lambda: invert.most_load(Aim.TIME_BEYOND, 1.0, servers, 0.01, 6.0)),
    ]


def main() -> int:
    n = 1000 * (int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    slow = 0
    for name, ours, theirs in evaluations(n):
        rate = n / timed(ours)
        text, fine = f"{name:28} {rate:12,.0f}/s", rate >= EACH
        if theirs is not None:
            calls = 2000 / timed(lambda run=theirs: run(2000), 3)
            text += f"  line-solver {calls:10,.0f}/s  ratio {rate / calls:6.1f}"
            fine &= rate >= RATIO * calls
        slow += not fine
        print(text + ("" if fine else "  below its bar"))
    for name, run in inversions(n):
        rate = n / timed(run, 3)
        slow += rate < INVERTED
        print(f"{name:28} {rate:12,.0f}/s" + ("" if rate >= INVERTED else "  below its bar"))
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
