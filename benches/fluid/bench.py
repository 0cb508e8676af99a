"""Fluids: a million flows on a fat-tree of 1,024 hosts, and exact rates beside SimGrid's on the same flows and paths.

Run as ``make bench`` or ``python benches/fluid/bench.py [--format json] [--only compare|million]``. Time is that of the
processor: ours with all that `simulate` does, SimGrid's of its run alone. Needs libsimgrid-dev for the comparison.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from peer import Missing, run, simgrid
from scenario import Scenario, fat_tree

from easterly.base.columns import floats
from easterly.model.fluid import FluidRun
from easterly.predict.fluid import simulate

K, SEED = 16, 7
MILLION, MOST_S, MOST_B, MOST_ERROR = 1_000_000, 60.0, 4e9, 0.01
BARS = {1_000: 100.0, 10_000: 10.0}
"""Least times the rate of SimGrid, by flows at once."""
NEAR = 0.05
"""Between the mean completion times of both."""


def timed(scenario: Scenario, mode: Any) -> tuple[float, FluidRun]:
    """Processor time, and what was found."""
    given, links = scenario.activities(), floats(scenario.capacity_bps)
    start = time.process_time()
    found = simulate(links, given, mode=mode)
    return time.process_time() - start, found


def million(load: float) -> dict[str, Any]:
    """A million flows that arrive at random."""
    took_s, found = timed(fat_tree(K, MILLION, load, SEED), "quantised")
    return {
        "what": f"{MILLION:,} flows at load {load}", "cpu_s": took_s, "flows_per_s": MILLION / took_s,
        "mean_s": float(found.time_s.mean()), "quantum_s": found.quantum_s, "error": found.error,
        "solves": found.solves, "memory_B": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0,
        "met": found.complete and took_s <= MOST_S and found.error <= MOST_ERROR,
    }  # fmt: skip


def compare(flows: int, program: Path, folder: Path) -> dict[str, Any]:
    """Flows that begin at once, exact, beside SimGrid."""
    scenario = fat_tree(K, flows, 0.0, SEED)
    repeats = [timed(scenario, "exact") for _ in range(25 if flows < 5000 else 1)]
    theirs = run(program, scenario, folder)
    took_s, mean_s = statistics.median(each for each, _ in repeats), float(repeats[0][1].time_s.mean())
    times, apart = theirs["cpu_s"] / took_s, abs(mean_s / theirs["mean_s"] - 1.0)
    return {
        "what": f"{flows:,} flows at once", "cpu_s": took_s, "simgrid_s": theirs["cpu_s"], "times": times,
        "flows_per_s": flows / took_s, "mean_s": mean_s, "simgrid_mean_s": theirs["mean_s"],
        "met": times >= BARS[flows] and apart <= NEAR,
    }  # fmt: skip


def main() -> int:
    """Print a row for each; 1 if a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--only", choices=("compare", "million"))
    chosen = parser.parse_args()
    rows: list[dict[str, Any]] = []
    if chosen.only != "million":
        try:
            program = simgrid()
            with tempfile.TemporaryDirectory() as folder:
                rows += [compare(flows, program, Path(folder)) for flows in BARS]
        except Missing as why:
            print(f"skipped the comparison with SimGrid: {why}", file=sys.stderr)
    if chosen.only != "compare":
        rows += [million(load) for load in (0.3, 0.6)]
    for row in rows:
        if chosen.format == "json":
            print(json.dumps(row))
        else:
            print(
                "; ".join(
                    f"{key} {value:.6g}" if isinstance(value, float) else f"{key} {value}" for key, value in row.items()
                )
            )
    if rows and rows[-1].get("memory_B", 0.0) > MOST_B:
        return 1
    return 0 if all(row["met"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
