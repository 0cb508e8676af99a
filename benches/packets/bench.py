"""Easterly against ns-3 on one fat-tree: packet-hops per second of one core, in one run, repetitions side by side.

Run as ``make bench-peers`` or ``python benches/packets/bench.py [--repeat 3] [--format json]``. A packet-hop is one
packet, acknowledgements included, put on one link. Completed flows and drops stand beside each rate, as dropping is
fast. ns-3 sends less per flow (``--ns3-bytes``), as it would take minutes otherwise: the figure is a rate. Time is that
of the processor in the simulation alone, without building the network.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from peer import Missing, Ns3, ns3
from scenario import Queue, Scenario, leaf_spine, permutation

from easterly.base.columns import floats, indices, ints
from easterly.model.packets import Dcqcn, PacketMessages
from easterly.predict.packet import simulate, transport

K, SIZE_B, SEED, CLASSES = 8, 10_000_000, 7, 8
QUEUE = Queue(limit_B=16_000_000, mark_B=65 * 1500)
BARS = {"first in, first out": 100.0, "managed": 60.0}
"""Least times the rate of ns-3 in the same run."""
MOST_B = 300e6
"""Memory of k = 16."""
MOST_S = 30.0
"""Time of the all-reduce."""
HEADROOM_B = 60_000
RING_BPS = 400e9


@dataclass
class Row:
    """One engine on one scenario; the rates are those of the repetitions."""

    what: str
    rates: list[float]
    hops: int = 0
    flows: int = 0
    done: int = 0
    drops: int = 0
    marks: int = 0
    last_us: float = 0.0
    note: str = ""

    @property
    def rate(self) -> float:
        return statistics.median(self.rates)


def fifo(scenario: Scenario) -> Callable[[Row], None]:
    """DCTCP over queues first in, first out."""
    ports, flows = scenario.nouns()

    def once(row: Row) -> None:
        _count(row, lambda: simulate(ports, flows, transport("dctcp")))

    return once


def managed(scenario: Scenario, hosts: int) -> Callable[[Row], None]:
    """DCQCN over switches with eight classes, memory shared by dynamic thresholds, and pauses."""
    ports, flows = scenario.nouns()
    flows = replace(flows, traffic_class=ints(np.arange(len(flows)) % CLASSES))
    how = transport("dcqcn-paper")
    queues = scenario.managed(hosts, 16_000_000, 1.0, HEADROOM_B, how.dcqcn)

    def once(row: Row) -> None:
        _count(row, lambda: simulate(ports, flows, how, queues=queues))

    return once


def ring(row: Row) -> None:
    """All-reduce of 1 GB over a ring of 64 hosts, of which every eighth hop crosses the spine."""
    ranks, rounds = 64, 126
    scenario = leaf_spine(8, 8, RING_BPS)
    leaf, spine = ranks, ranks + 8
    for i in range(ranks):
        j = (i + 1) % ranks
        over = [leaf + i // 8, spine + i // 8, leaf + j // 8] if i // 8 != j // 8 else [leaf + i // 8]
        scenario.flows.append((0, 0.0, [i, *over, j], [j, *over[::-1], i]))
    ports, flows = scenario.nouns()
    count, at = ranks * rounds, np.arange(ranks * rounds)
    nothing = floats(np.zeros(count))
    waits_for = at[ranks:] - ranks - at[ranks:] % ranks + (at[ranks:] - 1) % ranks
    messages = PacketMessages(
        ints(at % ranks), indices(np.full(count, 10**9 // ranks)), nothing, nothing, nothing,
        indices(np.maximum(np.arange(count + 1) - ranks, 0)), ints(waits_for),
    )  # fmt: skip
    marks = Dcqcn(kmin_B=400_000, kmax_B=1_600_000, pmax=0.2)
    how = replace(transport("dcqcn-paper"), packet_B=4096, dcqcn=marks)
    queues = scenario.managed(ranks, 32_000_000, 1.0, 2 * HEADROOM_B, marks)
    begun = time.process_time()
    found = simulate(ports, flows, how, messages=messages, queues=queues)
    took_s = time.process_time() - begun
    row.rates.append(found.packet_hops / took_s)
    row.hops, row.flows, row.done = found.packet_hops, count, int(np.isfinite(found.done_s).sum())
    row.drops, row.marks, row.last_us = int(found.drops.sum()), int(found.marks.sum()), found.done_s.max() * 1e6
    row.note = f"{took_s:.1f}"


def _count(row: Row, run: Callable[[], object]) -> None:
    begun = time.process_time()
    found = run()
    took_s = time.process_time() - begun
    row.rates.append(found.packet_hops / took_s)
    row.hops, row.flows, row.done = found.packet_hops, len(found.fct_s), int(np.isfinite(found.fct_s).sum())
    row.drops, row.marks, row.last_us = int(found.drops.sum()), int(found.marks.sum()), float(found.fct_s.max()) * 1e6


def of_ns3(peer: Ns3, scenario: Scenario, folder: Path) -> Callable[[Row], None]:
    """DCTCP, RED and the same paths in ns-3."""
    text = scenario.text(transport="TcpDctcp", ecn=1, least_timeout_ps=10**9, count_again=0)

    def once(row: Row) -> None:
        found = peer.run(text, folder)
        row.rates.append(found["hops"] / found["cpu_s"])
        fct_ps = np.array(found["fct_ps"])
        row.hops, row.flows, row.done = found["hops"], len(fct_ps), int((fct_ps >= 0).sum())
        row.drops, row.marks, row.last_us = found["drops"], found["marks"], fct_ps.max() * 1e-6

    return once


def memory_B() -> int:
    """Peak of a process of its own that simulates k = 16 with 1,024 hosts, the interpreter included."""
    with subprocess.Popen([sys.executable, __file__, "--only-k16"], stdout=subprocess.DEVNULL) as child:
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        raise RuntimeError("k = 16 does not end")
    return used.ru_maxrss * 1024


def measure(repeat: int, ns3_B: int) -> tuple[list[Row], str]:
    """All rows, their repetitions interleaved; why ns-3 is not among them, if so."""
    scenario = permutation(K, SIZE_B, SEED, QUEUE)
    runs = {"first in, first out": fifo(scenario), "managed": managed(scenario, K**3 // 4)}
    why = ""
    with tempfile.TemporaryDirectory() as folder:
        try:
            runs["ns-3"] = of_ns3(ns3(), permutation(K, ns3_B, SEED, QUEUE), Path(folder))
        except Missing as error:
            why = str(error)
        rows = [Row(what, []) for what in runs]
        for _ in range(repeat):
            for row, once in zip(rows, runs.values(), strict=True):
                once(row)
    return rows, why


def results(rows: list[Row], why: str) -> list[str]:
    """Sentences, and whether each bar is met."""
    peer = next((row for row in rows if row.what == "ns-3"), None)
    said = [] if peer else [f"ns-3 is left out: {why}"]
    for row in rows:
        if peer and row.what in BARS:
            times = [mine / its for mine, its in zip(row.rates, peer.rates, strict=True)]
            bar = BARS[row.what]
            verdict = "met" if statistics.median(times) >= bar else "MISSED"
            said.append(
                f"{row.what}: {statistics.median(times):.0f} times ns-3 ({min(times):.0f} to {max(times):.0f}); "
                f"the bar is {bar:.0f}: {verdict}"
            )
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--ns3-bytes", type=int, default=1_000_000, help="of each flow in ns-3")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--only-k16", action="store_true", help="simulate k = 16 once, for its memory")
    given = parser.parse_args()
    if given.only_k16:
        fifo(permutation(16, 2_000_000, SEED, QUEUE))(Row("k = 16", []))
        return 0
    rows, why = measure(given.repeat, given.ns3_bytes)
    peak_B = memory_B()
    said = results(rows, why)
    around = Row("ring all-reduce", [])
    ring(around)
    rows.append(around)
    took_s = float(around.note)
    verdict = "met" if took_s < MOST_S else "MISSED"
    said.append(f"1 GB all-reduce over a ring of 64: {took_s:.1f} s; the bar is {MOST_S:.0f} s: {verdict}")
    verdict = "met" if peak_B < MOST_B else "MISSED"
    said.append(f"k = 16 with 1,024 hosts: {peak_B / 1e6:.0f} MB; the bar is {MOST_B / 1e6:.0f} MB: {verdict}")
    if given.format == "json":
        print(
            json.dumps(
                {"rows": [asdict(row) | {"rate": row.rate} for row in rows], "k16_B": peak_B, "said": said}, indent=2
            )
        )
        return 0
    print(f"{'engine':<22}{'hops/s':>12}{'hops':>14}{'flows':>10}{'drops':>8}{'marks':>10}{'last':>12}")
    for row in rows:
        print(
            f"{row.what:<22}{row.rate:>12,.0f}{row.hops:>14,}{row.done:>6}/{row.flows}{row.drops:>8,}{row.marks:>10,}"
            f"{row.last_us:>9,.1f} us"
        )
    print(*said, sep="\n")
    return 0 if "MISSED" not in " ".join(said) and peak_B < MOST_B else 1


if __name__ == "__main__":
    sys.exit(main())
