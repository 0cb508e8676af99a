"""Easterly against ns-3, number by number: the same flows over the same queues, and what both find.

Run as ``make bench-peers`` or ``python benches/packets/differ.py [--only NAME] [--format json]``. Each row is a
mean over several draws of starting times, the same for both; docs/explanation/against-ns-3.md says why rows differ
where they do.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from peer import Missing, Ns3, ns3
from scenario import WIRE_B, Queue, Ramp, Scenario, dumbbell, incast

from easterly.base.columns import ints
from easterly.model.packet_records import Recording
from easterly.predict.packet import simulate, transport

LAWS = {"dctcp": "TcpDctcp", "newreno": "TcpLinuxReno", "cubic": "TcpCubic"}
RECOVERY = "TcpClassicRecovery"
CLOSE = 0.05
"""Relative difference of means up to which rows agree."""
SAMPLES = 4001
LONG_B = 10**10


@dataclass(frozen=True)
class Case:
    """One comparison."""

    name: str
    law: str
    scenarios: tuple[Scenario, ...]
    watched: tuple[int, int]
    window_s: tuple[float, float] | None = None  # from and to; none: until all has arrived
    least_timeout_s: float = 0.2
    settings: dict[str, object] = field(default_factory=dict)


def steady(
    name: str, law: str, pairs: int, rate_bps: float, rtt_s: float, queue: Queue, warm_s: float, last_s: float,
    draws: int = 3, **settings: object,
) -> Case:  # fmt: skip
    """Long flows through one queue, measured when they have settled."""
    made = []
    for draw in range(draws):
        late = np.random.default_rng(draw).random(pairs) * 5 * rtt_s
        made.append(dumbbell(pairs, LONG_B, rate_bps, rtt_s, queue, [3 * rtt_s + float(x) for x in late]))
    ends = (2 * pairs, 2 * pairs + 1)
    return Case(name, law, tuple(made), ends, (warm_s, last_s), settings=settings)


def burst(
    name: str, law: str, senders: int, size_B: int, rate_bps: float, queue: Queue, *, alike: bool = False,
    least_timeout_s: float = 1e-3, **settings: object,
) -> Case:  # fmt: skip
    """Many to one; starts differ by up to a packet's time of each sender, and so do their rates if they are not alike.

    Among equal rates packets arrive at one instant all the time, and who goes first then decides who is dropped.
    """
    made = []
    for draw in range(5):
        scenario = incast(senders, size_B, rate_bps, queue=queue)
        if not alike:
            nics = [round(rate_bps * (1.5 + 0.0371 * i + 0.0007 * i * i) / 1e6) * 1e6 for i in range(senders)]
            ends = zip(scenario.cables, [*nics, rate_bps], strict=True)
            scenario.cables = [(a, b, nic, delay_s) for (a, b, _, delay_s), nic in ends]
        late = np.random.default_rng(draw).random(senders) * senders * WIRE_B * 8 / rate_bps
        scenario.flows = [
            (size, 5e-5 + float(x), there, back) for (size, _, there, back), x in zip(scenario.flows, late, strict=True)
        ]
        made.append(scenario)
    return Case(name, law, tuple(made), (senders + 1, senders), None, least_timeout_s, settings)


def cases() -> Iterator[Case]:
    """Several rates, round trips, numbers of flows and buffers for each law."""
    yield from marked_cases()
    yield from early_cases()
    for law in ("newreno", "cubic"):
        for n, rate, rtt_s, bdp, last_s in LOSSY:
            queue = Queue(limit_B=int(bdp * rate * rtt_s / 8))
            name = f"{law} n={n} {rate / 1e6:g}M {rtt_s * 1e3:g}ms B={bdp:g}BDP"
            for more, settings in (("", {}), (" as written", {"transport": "TcpCubicAsWritten"})):
                if law == "cubic" or not settings:
                    yield steady(
                        name + more, law, n, rate, rtt_s, queue, last_s / 3, last_s, 1 if n == 1 else 3, **settings
                    )
    for n, size_B, rate, k in BURSTS:
        queue = Queue(limit_B=16_000_000, mark_B=k * WIRE_B)
        yield burst(f"incast dctcp {n}x{size_B / 1e6:g}MB {rate / 1e9:g}G K={k}", "dctcp", n, size_B, rate, queue)
    for n, size_B, rate, limit_B in DROPPED:
        name = f"incast newreno {n}x{size_B / 1e6:g}MB {rate / 1e9:g}G B={limit_B / 1e6:g}MB"
        yield burst(name, "newreno", n, size_B, rate, Queue(limit_B=limit_B))
        yield burst(f"{name} alike", "newreno", n, size_B, rate, Queue(limit_B=limit_B), alike=True)


def marked_cases() -> Iterator[Case]:
    """DCTCP, with the recovery of RFC 6675 and with ns-3's default (RFC 6937)."""
    for n, rate, rtt_s, k, last_s in MARKED:
        queue = Queue(limit_B=2000 * WIRE_B, mark_B=k * WIRE_B)
        name = f"dctcp n={n} {rate / 1e9:g}G {rtt_s * 1e6:g}us K={k}"
        yield steady(name, "dctcp", n, rate, rtt_s, queue, last_s / 3, last_s)
        yield steady(f"{name} prr", "dctcp", n, rate, rtt_s, queue, last_s / 3, last_s, recovery="TcpPrrRecovery")


def early_cases() -> Iterator[Case]:
    """RED by its average, with drops and with marks."""
    for n, rate, rtt_s, ramp, last_s in EARLY:
        name = f"n={n} {rate / 1e6:g}M {rtt_s * 1e3:g}ms {ramp.low:g}/{ramp.high:g} {ramp.most:g}"
        name += f" w={ramp.weight:g}{' gentle' if ramp.gentle else ''}"
        for ecn in (0, 1):
            for more, written in (("", 0), (" as written", 1)):
                yield steady(
                    f"red {'marks' if ecn else 'drops'} {name}{more}", "newreno", n, rate, rtt_s, Queue(red=ramp),
                    last_s / 3, last_s, ecn=ecn, red_as_written=written,
                )  # fmt: skip


MARKED = (
    (2, 10e9, 100e-6, 65, 0.06), (8, 10e9, 100e-6, 65, 0.06), (4, 1e9, 400e-6, 20, 0.4), (2, 1e9, 400e-6, 8, 0.4),
    (10, 10e9, 300e-6, 65, 0.08),
)  # fmt: skip
"""Flows, rate, round trip, packets from which on all are marked, and for how long."""
EARLY = (
    (4, 50e6, 0.04, Ramp(30, 90, 0.1), 30), (8, 50e6, 0.04, Ramp(30, 90, 0.1, gentle=False), 30),
    (8, 50e6, 0.02, Ramp(5, 15, 0.02), 30), (20, 50e6, 0.04, Ramp(50, 150, 0.1, 0.02), 30),
    (4, 50e6, 0.02, Ramp(20, 60, 0.5, 0.01), 30),
)  # fmt: skip
"""Flows, rate, round trip, ramp, and for how long."""
LOSSY = ((1, 100e6, 0.02, 1.0, 40), (4, 100e6, 0.02, 1.0, 40), (8, 200e6, 0.02, 1.0, 20), (4, 100e6, 0.04, 0.5, 40),
         (1, 50e6, 0.1, 0.5, 120))  # fmt: skip
"""Flows, rate, round trip, buffer in parts of their product, and for how long."""
BURSTS = ((15, 10**6, 100e9, 65), (8, 10**6, 100e9, 65), (32, 10**5, 100e9, 65), (15, 10**6, 10e9, 65))
DROPPED = ((8, 10**5, 10e9, 10**7), (15, 10**6, 10e9, 10**6), (30, 3 * 10**5, 10e9, 3 * 10**5))


Found = dict[str, float]


def of_ns3(peer: Ns3, case: Case, scenario: Scenario, folder: Path) -> Found:
    """What ns-3 finds."""
    window = {} if case.window_s is None else {
        "measure_from_ps": round(case.window_s[0] * 1e12), "measure_to_ps": round(case.window_s[1] * 1e12),
        "stop_ps": round(case.window_s[1] * 1e12) + 1,
    }  # fmt: skip
    settings = {
        "transport": LAWS[case.law], "recovery": RECOVERY, "ecn": int(case.law == "dctcp"), "watch": 1, "bare": 1,
        "least_timeout_ps": round(case.least_timeout_s * 1e12),
    }  # fmt: skip
    found = peer.run(scenario.text(**(settings | window | case.settings)), folder)
    queue = found["queues"][f"{case.watched[0]}-{case.watched[1]}"]
    if case.window_s is None:
        return _completions(np.array(found["fct_ps"]) * 1e-12, found["drops"], found["marks"], sum(found["again"]))
    span_s = case.window_s[1] - case.window_s[0]
    return {
        "rate_bps": queue["sent_B"] * 8 / span_s, "queue_B": queue["mean_B"], "drops": queue["drops"],
        "marks": queue["marks"],
    }  # fmt: skip


def of_easterly(case: Case, scenario: Scenario) -> Found:
    """What Easterly finds, with packets and acknowledgements of the sizes that ns-3 puts on the wire."""
    ports, flows = scenario.nouns()
    ecn = bool(case.settings.get("ecn", False))
    how = replace(
        transport(case.law), packet_B=WIRE_B, header_B=54, ack_B=54, least_timeout_s=case.least_timeout_s,
        nic_B=1 << 30, classic_ecn=ecn,
    )  # fmt: skip
    if case.window_s is None:
        found = simulate(ports, flows, how)
        return _completions(found.fct_s, int(found.drops.sum()), int(found.marks.sum()), int(found.again.sum()))
    link = scenario.links()[case.watched]
    every_s = case.window_s[1] / (1.5 * SAMPLES)
    found = simulate(
        ports, flows, how, queues=scenario.early(ecn), until_s=case.window_s[1],
        recording=Recording(every_s=every_s, links=ints([link])),
    )  # fmt: skip
    series = found.recorded.series
    inside = np.flatnonzero(series.time_s >= case.window_s[0])
    first, last = inside[0], inside[-1]
    span_s = series.time_s[last] - series.time_s[first]
    scale = (case.window_s[1] - case.window_s[0]) / span_s
    return {
        "rate_bps": float(series.sent_B[last, 0] - series.sent_B[first, 0]) * 8 / span_s,
        "queue_B": float(series.backlog_B[inside, 0].mean()),
        "drops": float(series.drops[last, 0] - series.drops[first, 0]) * scale,
        "marks": float(series.marks[last, 0] - series.marks[first, 0]) * scale,
    }


def _completions(fct_s: np.ndarray, drops: int, marks: int, again: int) -> Found:
    return {
        "fct_mean_s": float(fct_s.mean()), "fct_max_s": float(fct_s.max()), "drops": drops, "marks": marks,
        "again": again,
    }  # fmt: skip


def compare(peer: Ns3, case: Case, folder: Path) -> dict[str, object]:
    """Means over draws of both, and their ratio."""
    theirs = [of_ns3(peer, case, scenario, folder) for scenario in case.scenarios]
    ours = [of_easterly(case, scenario) for scenario in case.scenarios]
    rows = {}
    for name in theirs[0]:
        a, b = (np.array([found[name] for found in both]) for both in (theirs, ours))
        rows[name] = {
            "ns3": float(a.mean()), "easterly": float(b.mean()),
            "ns3_spread": float(np.ptp(a)), "easterly_spread": float(np.ptp(b)),
            "ratio": float(b.mean() / a.mean()) if a.mean() else (1.0 if not b.mean() else float("inf")),
        }  # fmt: skip
    return {"case": case.name, "found": rows}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="cases whose name holds this")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    given = parser.parse_args()
    try:
        peer = ns3()
    except Missing as error:
        print(f"ns-3 is left out: {error}")
        return 0
    all_found = []
    with tempfile.TemporaryDirectory() as folder:
        for case in cases():
            if given.only not in case.name:
                continue
            found = compare(peer, case, Path(folder))
            all_found.append(found)
            if given.format == "text":
                show(found)
    if given.format == "json":
        print(json.dumps(all_found, indent=2))
    return 0


def show(found: dict[str, object]) -> None:
    print(found["case"])
    for name, row in found["found"].items():
        mark = "" if abs(row["ratio"] - 1) <= CLOSE else "  <-"
        print(f"  {name:<12}{row['ns3']:>16,.6g}{row['easterly']:>16,.6g}{row['ratio']:>9.3f}{mark}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
