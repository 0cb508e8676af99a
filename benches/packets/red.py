"""RED of Easterly against RED of ns-3, packet by packet: the same arrivals before the same line.

Run as ``make bench-peers`` or ``python benches/packets/red.py``. Where every packet can be marked nothing is dropped,
both queues see the same, and their averages can be held against each other at every arrival.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from peer import Missing, Ns3, ns3
from red_rules import NS3, Rules, play

from easterly.qos.aqm import Ecn, Ramp, Red, serve

MEAN_B = 1000
RATE_BPS = 10_000_000
SLOT_NS = MEAN_B * 8 * 1e9 / RATE_BPS
LIMIT = 10_000
PACKETS = 200_000
PHASE_S = 0.5


@dataclass(frozen=True)
class Set:
    """Parameters, and what arrives: half the time so much of the rate, half the time so much."""

    name: str
    red: Red
    loads: tuple[float, float] = (1.15, 0.6)
    sizes_B: tuple[int, ...] = (MEAN_B,)


def sets() -> tuple[Set, ...]:
    """Of 1993, gentle, steep, by bytes, with marks and drops."""

    def red(low: float, high: float, most: float, weight: float = 0.002, **more: object) -> Red:
        return Red(**{"ramp": Ramp(low, high, most), "weight": weight, "slot_ns": SLOT_NS, "by_packets": True} | more)

    by_bytes = {"by_packets": False, "mean_B": float(MEAN_B)}
    both = (500, 1500)
    return (
        Set("5/15, 1 in 50", red(5, 15, 0.02)),
        Set("5/15, 1 in 10, gentle", red(5, 15, 0.1, gentle=True)),
        Set("20/60, 1 in 10, gentle, weight 0.05", red(20, 60, 0.1, 0.05, gentle=True)),
        Set("30/90, 1 in 2, weight 0.01", red(30, 90, 0.5, 0.01)),
        Set("5/15, 1 in 10, gentle, marks", red(5, 15, 0.1, gentle=True, ecn=True, hard_drop=False), (0.97, 0.6)),
        Set("5/15, 1 in 50, marks", red(5, 15, 0.02, ecn=True, hard_drop=False), (0.97, 0.6)),
        Set("5/15, 1 in 50, marks, drops beyond", red(5, 15, 0.02, ecn=True), (1.1, 0.6)),
        Set("20 kB/60 kB, 1 in 10, of two sizes", red(2e4, 6e4, 0.1, 0.01, **by_bytes), sizes_B=both),
    )  # fmt: skip


def arrivals(of: Set, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Times [ns] and sizes [B]: a Poisson process whose rate changes between two values."""
    rng = np.random.default_rng(seed)
    size_B = rng.choice(of.sizes_B, PACKETS)
    work_s = MEAN_B * 8 / RATE_BPS
    at, passed = np.empty(PACKETS), 0.0
    gaps = rng.exponential(1.0, PACKETS)
    for i, gap in enumerate(gaps):
        passed += gap * work_s / of.loads[int(passed / PHASE_S) % 2]
        at[i] = passed
    return np.round(at * 1e9).astype(np.int64), size_B


def of_ns3(peer: Ns3, red: Red, time_ns: np.ndarray, size_B: np.ndarray, folder: Path) -> dict[str, np.ndarray]:
    """Verdicts, and averages at arrivals."""
    settings = {
        "low": red.ramp.low, "high": red.ramp.high, "most": red.ramp.most, "weight": red.weight,
        "limit": LIMIT * (1 if red.by_packets else MEAN_B), "gentle": int(red.gentle), "ecn": int(red.ecn),
        "hard_drop": int(red.hard_drop), "by_packets": int(red.by_packets),
        "mean_B": MEAN_B, "rate_bps": RATE_BPS, "stream": 1,
    }  # fmt: skip
    lines = [f"set {name} {value}" for name, value in settings.items()]
    lines += [f"packet {time * 1000} {size} 1" for time, size in zip(time_ns.tolist(), size_B.tolist(), strict=True)]
    return {name: np.array(column) for name, column in peer.run("\n".join(lines) + "\n", folder).items()}


def of_easterly(red: Red, time_ns: np.ndarray, size_B: np.ndarray) -> dict[str, np.ndarray]:
    """The same; the queue is stepped through once more for its averages."""
    ecn = np.full(len(time_ns), int(Ecn.ECT_0), dtype=np.uint8)
    verdict = serve(red, time_ns, size_B, rate_bps=RATE_BPS, ecn=ecn).verdict
    queue, average = red.queue(), np.empty(len(time_ns))
    free_ns, waiting = 0, 0
    for i, (time, size) in enumerate(zip(time_ns.tolist(), size_B.tolist(), strict=True)):
        while waiting and free_ns <= time:
            taken = queue.take(free_ns)
            waiting -= 1
            free_ns += -(-taken.size_B * 8 * 10**9 // RATE_BPS)
        kept = int(queue.offer(time, size, ecn=Ecn.ECT_0).verdict) < 2
        average[i] = queue.state["average"]
        waiting += kept
        if kept and free_ns <= time:
            taken = queue.take(time)
            waiting -= 1
            free_ns = time + -(-taken.size_B * 8 * 10**9 // RATE_BPS)
    return {"verdict": np.asarray(verdict), "average": average}


def compare(peer: Ns3, of: Set, folder: Path) -> dict[str, dict[str, np.ndarray]]:
    """What ns-3 and Easterly say of each packet, and what RED in plain Python says by the rules of either."""
    time_ns, size_B = arrivals(of, 1)
    at = (time_ns, size_B, RATE_BPS, MEAN_B)
    return {
        "ns-3": of_ns3(peer, of.red, time_ns, size_B, folder), "ns-3's rules": play(of.red, NS3, *at),
        "Easterly": of_easterly(of.red, time_ns, size_B), "the paper's rules": play(of.red, Rules(), *at),
    }  # fmt: skip


def main() -> int:
    try:
        peer = ns3("ns3_red")
    except Missing as error:
        print(f"ns-3 is left out: {error}")
        return 0
    print(f"{'':<20}{'average':>12}{'marked':>12}{'dropped':>12}{'apart':>12}")
    with tempfile.TemporaryDirectory() as folder:
        for each in sets():
            print(each.name)
            found = compare(peer, each, Path(folder))
            for name, column in found.items():
                other = found["ns-3" if name.startswith("ns-3") else "Easterly"]["average"]
                shares = [(column["verdict"] == verdict).mean() for verdict in (1, 2)]
                apart = np.abs(column["average"] - other).max()
                row = "".join(f"{x:>12.5g}" for x in (column["average"].mean(), *shares, apart))
                print(f"  {name:<18}{row}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
