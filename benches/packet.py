"""Packets on fat-trees: how many packet-hops a second, on one core.

Run as ``python benches/packet.py``. All links have 100 Gb/s and 1 us; each host sends to another one (a seeded
permutation), in packets of 1,500 B, each acknowledged, by DCTCP. A packet-hop is one packet, acknowledgements
included, put on one link.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from easterly.base.columns import floats, ints
from easterly.model.packets import PacketFlows, Ports
from easterly.predict.packet import simulate, transport

RATE_BPS, DELAY_S, MARK_B, SEED = 100e9, 1e-6, 65 * 1500, 7


class FatTree:
    """Links of a k-ary fat-tree, numbered by kind."""

    def __init__(self, k: int) -> None:
        self.half = k // 2
        self.hosts = k**3 // 4
        self.links = 2 * self.hosts + k * k * k

    def path(self, a: int, b: int, rng: np.random.Generator) -> list[int]:
        """Links from host to host, with a seeded choice where several are shortest."""
        h, hosts = self.half, self.hosts
        tier = h * h * 2 * h
        pod_a, pod_b, edge_a, edge_b = a // (h * h), b // (h * h), a // h % h, b // h % h
        up, first = [a], 2 * hosts
        if (pod_a, edge_a) == (pod_b, edge_b):
            return [*up, hosts + b]
        agg, core = int(rng.integers(h)), int(rng.integers(h))
        up.append(first + (pod_a * h + edge_a) * h + agg)
        if pod_a != pod_b:
            up += [first + 2 * tier + (pod_a * h + agg) * h + core, first + 3 * tier + (pod_b * h + agg) * h + core]
        return [*up, first + tier + (pod_b * h + agg) * h + edge_b, hosts + b]


def permutation(tree: FatTree, size_B: int) -> tuple[Ports, PacketFlows]:
    """Every host sends so much to another one."""
    rng = np.random.default_rng(SEED)
    to = rng.permutation(tree.hosts)
    while (to == np.arange(tree.hosts)).any():
        to = rng.permutation(tree.hosts)
    there = [tree.path(a, int(b), rng) for a, b in enumerate(to)]
    back = [tree.path(int(b), a, rng) for a, b in enumerate(to)]
    none, mark = np.full(tree.links, -1), np.full(tree.links, MARK_B)
    mark[: tree.hosts] = -1  # before links out of hosts nothing is marked
    ports = Ports(
        floats(np.full(tree.links, RATE_BPS)), floats(np.full(tree.links, DELAY_S)), none, mark, mark,
        floats(np.ones(tree.links)), floats(np.zeros(tree.links)),
    )  # fmt: skip

    def csr(paths: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
        return np.cumsum([0, *map(len, paths)]), ints(np.concatenate(paths))

    flows = PacketFlows(np.full(tree.hosts, size_B), floats(np.zeros(tree.hosts)), *csr(there), *csr(back))
    return ports, flows


def main() -> int:
    for k, size_B in ((4, 10_000_000), (8, 10_000_000), (16, 2_000_000)):
        ports, flows = permutation(FatTree(k), size_B)
        rates = []
        for _ in range(3):
            started = time.process_time()
            found = simulate(ports, flows, transport("dctcp"))
            rates.append(found.packet_hops / (time.process_time() - started))
        done = int(np.isfinite(found.fct_s).sum())
        drops, last_us = int(found.drops.sum()), found.fct_s.max() * 1e6
        print(
            f"k = {k}: {max(rates) / 1e6:.1f} million packet-hops/s; {done} of {len(flows)} flows, {drops} drops, "
            f"{found.packet_hops:,} hops, last after {last_us:.1f} us"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
