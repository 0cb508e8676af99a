"""What it matters who goes first among packets that arrive at one instant, where a queue drops.

Run as ``python benches/packets/ties.py``. Easterly takes the link of the lower number first. The same scenarios with
delays of links that differ by up to a packet's time have no ties, and are drawn several times.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from scenario import Queue, Scenario, incast, permutation

from easterly.predict.packet import simulate, transport

DRAWS = 8
PACKET_B = 1500


def cases() -> dict[str, tuple[str, Scenario, float]]:
    """Law, scenario, and rate of its links."""
    made = {}
    for law in ("newreno", "dctcp"):
        for senders, size_B, rate_bps, limit_B in ((15, 10**6, 10e9, 10**6), (30, 3 * 10**5, 10e9, 3 * 10**5)):
            queue = Queue(limit_B=limit_B, mark_B=65 * PACKET_B if law == "dctcp" else -1)
            name = f"incast {law} {senders} x {size_B / 1e6:g} MB, {limit_B / 1e6:g} MB"
            made[name] = (law, incast(senders, size_B, rate_bps, queue=queue), rate_bps)
        queue = Queue(limit_B=200 * PACKET_B, mark_B=65 * PACKET_B if law == "dctcp" else -1)
        made[f"permutation {law} k = 8, 128 x 1 MB, 0.3 MB"] = (law, permutation(8, 10**6, 1, queue), 100e9)
    return made


def found(law: str, scenario: Scenario) -> np.ndarray:
    """Mean, spread and last of completion times [s], drops, timeouts."""
    ports, flows = scenario.nouns()
    how = replace(transport(law), least_timeout_s=1e-3, nic_B=1 << 30)
    seen = simulate(ports, flows, how)
    return np.array([seen.fct_s.mean(), seen.fct_s.std(), seen.fct_s.max(), seen.drops.sum(), seen.timeouts.sum()])


def untied(scenario: Scenario, rate_bps: float, seed: int) -> Scenario:
    """Delays longer by up to a packet's time on the link."""
    more = np.random.default_rng(seed).random(len(scenario.cables)) * PACKET_B * 8 / rate_bps
    cables = [
        (a, b, rate, delay_s + x) for (a, b, rate, delay_s), x in zip(scenario.cables, more.tolist(), strict=True)
    ]
    return replace(scenario, cables=cables)


def main() -> int:
    print(f"{'':<54}{'mean':>10}{'spread':>10}{'last':>10}{'drops':>9}{'timeouts':>9}")
    for name, (law, scenario, rate_bps) in cases().items():
        tied = found(law, scenario)
        drawn = np.array([found(law, untied(scenario, rate_bps, seed)) for seed in range(DRAWS)])
        for label, row in (("ties", tied), ("without", drawn.mean(axis=0)), ("least", drawn.min(axis=0)),
                           ("most", drawn.max(axis=0))):  # fmt: skip
            times = "".join(f"{x * 1e6:>10.1f}" for x in row[:3])
            print(f"{name if label == 'ties' else '':<46}{label:<8}{times}{row[3]:>9.0f}{row[4]:>9.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
