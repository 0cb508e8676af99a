"""Networks of hosts and switches with flows along paths, for Easterly and for the driver of ns-3."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from easterly.base.columns import bools, floats, indices, ints, texts
from easterly.model.packets import Dcqcn, PacketFlows, Ports
from easterly.model.port_queues import CLASSES, PacketQueues, QueueManagement, SwitchMemories
from easterly.predict.packet.queues import equal_ports

WIRE_B = 1502
"""Full packet of ns-3: 1,448 B of data, 52 B of headers, and 2 B of the link."""
ON_WIRE_B = WIRE_B // 2
"""What is behind the queue disc of ns-3 while it fills: half a packet on the wire,"""
IN_DEVICE_B = WIRE_B + ON_WIRE_B
"""and one in the device, if that takes one before its cable is free."""
IN_DISC_B = 1500
"""The same packet as ns-3 counts it in a queue disc."""


@dataclass(frozen=True)
class Ramp:
    """RED by the mean of what waits, the packet on the wire not being part of it; lengths in packets."""

    low: float
    high: float
    most: float
    weight: float = 0.002
    gentle: bool = True


@dataclass(frozen=True)
class Queue:
    """Before one direction of a cable; without a mark it drops at its limit and nothing else.

    All bytes count that have not left. ns-3 sees those in its queue disc alone, and so it gets what is left of limits.
    """

    limit_B: int = -1
    mark_B: int = -1
    red: Ramp | None = None


@dataclass
class Scenario:
    """Nodes are numbered from 0; a flow is (bytes, start in s, nodes of its path, nodes of the way back)."""

    nodes: int
    cables: list[tuple[int, int, float, float]] = field(default_factory=list)
    queues: dict[tuple[int, int], Queue] = field(default_factory=dict)
    flows: list[tuple[int, float, list[int], list[int]]] = field(default_factory=list)

    def links(self) -> dict[tuple[int, int], int]:
        """Number of each direction."""
        return {
            ends: 2 * i + side for i, (a, b, *_) in enumerate(self.cables) for side, ends in enumerate(((a, b), (b, a)))
        }

    def nouns(self) -> tuple[Ports, PacketFlows]:
        """The same for Easterly."""
        links, count = self.links(), 2 * len(self.cables)
        limit, mark = np.full(count, -1), np.full(count, -1)
        for ends, queue in self.queues.items():
            limit[links[ends]], mark[links[ends]] = queue.limit_B, queue.mark_B
        rate, delay = (np.repeat([cable[i] for cable in self.cables], 2) for i in (2, 3))
        ports = Ports(floats(rate), floats(delay), limit, mark, mark, floats(np.ones(count)), floats(np.zeros(count)))
        paths = [[links[ends] for ends in pairwise(path)] for _, _, path, _ in self.flows]
        backs = [[links[ends] for ends in pairwise(path)] for _, _, _, path in self.flows]
        flows = PacketFlows(
            np.array([flow[0] for flow in self.flows]),
            floats([flow[1] for flow in self.flows]),
            *_csr(paths),
            *_csr(backs),
        )
        return ports, flows

    def managed(self, hosts: int, shared_B: int, alpha: float, headroom_B: int, marks: Dcqcn) -> PacketQueues:
        """Eight lossless classes at every port, and one memory in every node but the first `hosts`.

        Every class pauses its sender by a dynamic threshold, has headroom of its own, and is marked as DCQCN wants it.
        """
        link, reverse, memory = [], [], []
        for (a, _), at in sorted(self.links().items(), key=lambda each: each[1]):
            link.append(at)
            reverse.append(at ^ 1)
            memory.append(a - hosts if a >= hosts else -1)
        shape = len(link), CLASSES
        in_switch = np.array(memory)[:, None] >= 0
        ports = equal_ports(
            link, reverse, memory, lossless=bools(np.broadcast_to(in_switch, shape)),
            alpha=floats(np.full(shape, alpha)), headroom_B=indices(np.full(shape, headroom_B)),
            xon_offset_B=indices(np.full(shape, 3000)), pmax=floats(np.full(shape, marks.pmax)),
            kmin_B=floats(np.full(shape, np.where(in_switch, marks.kmin_B, np.nan))),
            kmax_B=floats(np.full(shape, np.where(in_switch, marks.kmax_B, np.nan))),
        )  # fmt: skip
        count = self.nodes - hosts
        degree = np.bincount([end for a, b, *_ in self.cables for end in (a, b)], minlength=self.nodes)[hosts:]
        memories = SwitchMemories(
            texts([f"s{i}" for i in range(count)]), ints(np.ones(count)), floats(np.full(count, shared_B)),
            floats(np.full(count, shared_B)), floats(headroom_B * CLASSES * degree),
        )  # fmt: skip
        return PacketQueues(ports, memories, of_class=ints(range(CLASSES)))

    def early(self, ecn: bool) -> PacketQueues | None:
        """The same for Easterly, of queues with RED; None if there is none."""
        reds = {self.links()[ends]: queue.red for ends, queue in self.queues.items() if queue.red is not None}
        if not reds:
            return None
        link = sorted(reds)
        none = ints(np.full(len(link), -1))
        managers = tuple(
            QueueManagement(
                (at,), 0, "red", ecn, reds[at].low * WIRE_B, reds[at].high * WIRE_B, reds[at].most, reds[at].weight,
                WIRE_B * 8 / float(self.cables[at // 2][2]), reds[at].gentle,
            )
            for at in link
        )  # fmt: skip
        memories = SwitchMemories(texts([]), ints([]), *(floats([]) for _ in range(3)))
        return PacketQueues(equal_ports(link, none, none), memories, of_class=ints(range(CLASSES)), managers=managers)

    def text(self, **settings: object) -> str:
        """The same for the driver of ns-3; a mark is RED that follows the queue itself and marks all from there on."""
        behind_B = ON_WIRE_B if settings.get("bare") else IN_DEVICE_B
        lines = [f"set {name} {value}" for name, value in settings.items()]
        lines.append(f"nodes {self.nodes}")
        lines += [f"cable {a} {b} {rate:.0f} {round(delay * 1e12)}" for a, b, rate, delay in self.cables]
        for (a, b), queue in self.queues.items():
            limit_B = queue.limit_B - behind_B if queue.limit_B >= 0 else 1 << 30
            mark_B = queue.mark_B - behind_B
            if queue.red is not None:
                by = queue.red
                lengths = f"{by.low * IN_DISC_B} {by.high * IN_DISC_B}"
                lines.append(f"queue {a} {b} red {lengths} {by.most} {by.weight} {1 << 30} 1 {int(by.gentle)} 0")
            elif queue.mark_B < 0:
                lines.append(f"queue {a} {b} fifo {limit_B}")
            else:
                lines.append(f"queue {a} {b} red {mark_B} {mark_B} 1 1 {limit_B} 0 0 0")
        for size_B, start_s, there, back in self.flows:
            lines.append(
                f"flow {size_B} {round(start_s * 1e12)} {' '.join(map(str, there))} / {' '.join(map(str, back))}"
            )
        return "\n".join(lines) + "\n"


def _csr(paths: list[list[int]]) -> tuple[np.ndarray, np.ndarray]:
    return np.cumsum([0, *map(len, paths)]), ints(np.concatenate(paths))


def fat_tree(k: int, rate_bps: float = 100e9, delay_s: float = 1e-6, queue: Queue | None = None) -> Scenario:
    """Hosts first, then edges, aggregations and cores; queues before all links but those out of hosts."""
    h, hosts = k // 2, k**3 // 4
    edge, agg, core = hosts, hosts + k * h, hosts + 2 * k * h
    made = Scenario(core + h * h)
    made.cables = [(a, edge + a // h, rate_bps, delay_s) for a in range(hosts)]
    made.cables += [
        (edge + p * h + e, agg + p * h + a, rate_bps, delay_s) for p in range(k) for e in range(h) for a in range(h)
    ]
    made.cables += [
        (agg + p * h + a, core + a * h + c, rate_bps, delay_s) for p in range(k) for a in range(h) for c in range(h)
    ]
    if queue is not None:
        made.queues = {ends: queue for ends in made.links() if ends[0] >= hosts}
    return made


def fat_tree_path(k: int, a: int, b: int, rng: np.random.Generator) -> list[int]:
    """Nodes from host to host of a fat-tree, one of the shortest ways by draw."""
    h, hosts = k // 2, k**3 // 4
    edge, agg, core = hosts, hosts + k * h, hosts + 2 * k * h
    first, last = edge + a // h, edge + b // h
    if first == last:
        return [a, first, b]
    up, over = int(rng.integers(h)), int(rng.integers(h))
    pod_a, pod_b = a // (h * h), b // (h * h)
    if pod_a == pod_b:
        return [a, first, agg + pod_a * h + up, last, b]
    return [a, first, agg + pod_a * h + up, core + up * h + over, agg + pod_b * h + up, last, b]


def permutation(k: int, size_B: int, seed: int, queue: Queue | None = None) -> Scenario:
    """Every host of a fat-tree sends so much to another one, over paths drawn once."""
    made, rng, hosts = fat_tree(k, queue=queue), np.random.default_rng(seed), k**3 // 4
    to = rng.permutation(hosts)
    while (to == np.arange(hosts)).any():
        to = rng.permutation(hosts)
    made.flows = [
        (size_B, 0.0, fat_tree_path(k, a, int(b), rng), fat_tree_path(k, int(b), a, rng)) for a, b in enumerate(to)
    ]
    return made


def leaf_spine(leaves: int, spines: int, rate_bps: float, delay_s: float = 1e-6) -> Scenario:
    """As many hosts at each leaf as there are spines: hosts first, then leaves and spines."""
    hosts = leaves * spines
    made = Scenario(hosts + leaves + spines)
    made.cables = [(host, hosts + host // spines, rate_bps, delay_s) for host in range(hosts)]
    made.cables += [
        (hosts + leaf, hosts + leaves + spine, rate_bps, delay_s) for leaf in range(leaves) for spine in range(spines)
    ]
    return made


def incast(
    senders: int, size_B: int, rate_bps: float = 100e9, delay_s: float = 1e-6, queue: Queue | None = None
) -> Scenario:
    """So many hosts of one switch send to the last."""
    switch, last = senders + 1, senders
    made = Scenario(senders + 2, [(host, switch, rate_bps, delay_s) for host in range(senders + 1)])
    if queue is not None:
        made.queues = {(switch, host): queue for host in range(senders + 1)}
    made.flows = [(size_B, 0.0, [host, switch, last], [last, switch, host]) for host in range(senders)]
    return made


def dumbbell(
    pairs: int, size_B: int, rate_bps: float, rtt_s: float, queue: Queue, starts_s: list[float], access: float = 10.0
) -> Scenario:
    """Pairs of hosts across one slow cable, which all queue before; the others are `access` times as fast."""
    left, right = 2 * pairs, 2 * pairs + 1
    made = Scenario(2 * pairs + 2, [(left, right, rate_bps, rtt_s / 6)])
    for i in range(pairs):
        made.cables += [(i, left, access * rate_bps, rtt_s / 6), (pairs + i, right, access * rate_bps, rtt_s / 6)]
    made.queues = {(left, right): queue}
    made.flows = [(size_B, starts_s[i], [i, left, right, pairs + i], [pairs + i, right, left, i]) for i in range(pairs)]
    return made
