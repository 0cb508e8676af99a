"""Stations beside line-solver: equal on 10,000 random cases where both are exact; fails beyond 1e-10.

Usage: python benches/queueing/against_line.py [cases]

line-solver (https://pypi.org/project/line-solver) is no dependency: without it, this is skipped, and says so.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np

from easterly.predict.queueing import general, markov, mva, priority

ALLOWED = 1e-10
Pairs = Iterator[tuple[np.ndarray, np.ndarray]]


def mmc(rng: np.random.Generator, n: int) -> Pairs:
    """Ours at once, theirs one by one."""
    from line_solver.api.qsys import qsys_mmk

    servers, rate = rng.integers(1, 100, n), rng.uniform(0.1, 10, n)
    arrival = rng.uniform(0.01, 0.99, n) * servers * rate
    made = markov.mmc(arrival, 1 / rate, servers)
    theirs = [qsys_mmk(a, m, int(c)) for a, m, c in zip(arrival, rate, servers, strict=True)]
    yield from ((getattr(made, name), np.array([t[name] for t in theirs])) for name in ("L", "Lq", "W", "Wq", "rho"))


def mmck(rng: np.random.Generator, n: int) -> Pairs:
    from line_solver.api.qsys import qsys_mmck

    servers, rate = rng.integers(1, 20, n), rng.uniform(0.1, 10, n)
    places, arrival = servers + rng.integers(0, 30, n), rng.uniform(0.05, 2.0, n) * servers * rate
    made = markov.mmck(arrival, 1 / rate, servers, places)
    theirs = [qsys_mmck(a, m, int(c), int(k)) for a, m, c, k in zip(arrival, rate, servers, places, strict=True)]
    names = {"L": "L", "Lq": "Lq", "W": "W", "P_loss": "lossProbability", "entering": "throughput"}
    yield from ((getattr(made, ours), np.array([t[name] for t in theirs])) for ours, name in names.items())


def mg1(rng: np.random.Generator, n: int) -> Pairs:
    from line_solver.api.qsys import qsys_mg1

    rate, cs = rng.uniform(0.1, 10, n), rng.uniform(0, 4, n)
    arrival = rng.uniform(0.01, 0.99, n) * rate
    made = general.mg1(arrival, 1 / rate, cs**2)
    theirs = [qsys_mg1(a, m, c) for a, m, c in zip(arrival, rate, cs, strict=True)]
    yield from ((getattr(made, name), np.array([t[name] for t in theirs])) for name in ("L", "Lq", "W", "Wq", "rho"))


def batches(rng: np.random.Generator, n: int) -> Pairs:
    from line_solver.api.qsys import qsys_mxm1

    rate, size, vary = rng.uniform(0.1, 10, n), rng.uniform(1, 9, n), rng.uniform(0, 3, n)
    arrival = rng.uniform(0.01, 0.99, n) * rate / size
    made = general.mxg1(arrival, 1 / rate, 1.0, size, vary)
    square = size**2 * (1 + vary)
    theirs = np.array([qsys_mxm1(*row) for row in zip(arrival, rate, size, square, strict=True)])
    yield made.W, theirs[:, 0]


def cobham(rng: np.random.Generator, n: int) -> Pairs:
    from line_solver.api.qsys import qsys_mg1_prio

    share = rng.dirichlet(np.ones(4), n) * rng.uniform(0.05, 0.98, (n, 1))
    rate, cs = rng.uniform(0.1, 10, (n, 4)), rng.uniform(0, 3, (n, 4))
    made = priority.non_preemptive(share * rate, 1 / rate, cs**2)
    yield made.W, np.array([qsys_mg1_prio(*row)[0] for row in zip(share * rate, rate, cs, strict=True)])


def closed(rng: np.random.Generator, n: int) -> Pairs:
    from line_solver.api.pfqn import pfqn_mva

    for _ in range(n):
        demand, people = rng.uniform(0.05, 3, (2, 3)), rng.integers(1, 6, 2)
        think = rng.uniform(0, 4, 2)
        made = mva.exact(demand, people, think)
        theirs = pfqn_mva(demand.T.copy(), people.astype(float), think)
        yield made.entering[:, 0], np.ravel(theirs[0])
        yield made.L.T, theirs[2]


PARTS: tuple[tuple[str, float, Callable[[np.random.Generator, int], Pairs]], ...] = (
    ("M/M/c", 0.3, mmc), ("M/M/c/K", 0.15, mmck), ("M/G/1", 0.25, mg1), ("M^X/M/1", 0.1, batches),
    ("priority, four classes", 0.15, cobham), ("closed, two classes", 0.05, closed),
)  # fmt: skip


def main() -> int:
    try:
        import line_solver  # noqa: F401
    except ImportError:
        print("skipped: line-solver is not installed (pip install line-solver)")
        return 0
    cases, worst = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, 0.0
    for name, share, compare in PARTS:
        n = round(cases * share)
        distance = max(
            float(np.max(np.abs(ours / theirs - 1))) for ours, theirs in compare(np.random.default_rng(7), n)
        )
        print(f"{name:24} {n:6,} cases  largest relative distance {distance:.1e}")
        worst = max(worst, distance)
    print(f"all {cases:,}: {worst:.1e}, at most {ALLOWED:.0e}: {'fine' if worst <= ALLOWED else 'too far'}")
    return 0 if worst <= ALLOWED else 1


if __name__ == "__main__":
    sys.exit(main())
