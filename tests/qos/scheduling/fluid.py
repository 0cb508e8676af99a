"""Generalised processor sharing as a fluid, in fractions: slow, obvious, exact."""

from __future__ import annotations

from fractions import Fraction

from tests.qos.scheduling.packets import Packets


class Fluid:
    """The fluid system, told of arrivals one after the other."""

    def __init__(self, weight: list[int], link_bps: int) -> None:
        self.weight, self.speed = weight, Fraction(link_bps, 8 * 10**9)
        self.now = Fraction(0)
        self.virtual = Fraction(0)
        self.backlog: list[list[list[Fraction]]] = [[] for _ in weight]
        """Per queue: [bytes left, packet] of everything not yet finished."""
        self.finished: dict[int, Fraction] = {}
        self.last = [Fraction(0)] * len(weight)

    def advance(self, until: Fraction | None) -> None:
        """Serve all backlogged queues in proportion to their weights, from one end of a packet to the next."""
        while any(self.backlog):
            busy = [q for q, left in enumerate(self.backlog) if left]
            total = sum(self.weight[q] for q in busy)
            step = min(self.backlog[q][0][0] * total / (self.weight[q] * self.speed) for q in busy)
            if until is not None and self.now + step > until:
                step = until - self.now
            self.now += step
            self.virtual += step * self.speed / total
            for q in busy:
                self.backlog[q][0][0] -= step * self.speed * self.weight[q] / total
                if self.backlog[q][0][0] == 0:
                    self.finished[int(self.backlog[q].pop(0)[1])] = self.now
            if until is not None and self.now == until:
                break
        if until is not None:
            self.now = until
        if not any(self.backlog):
            self.virtual = Fraction(0)
            self.last = [Fraction(0)] * len(self.weight)

    def arrive(self, packet: int, time_ns: int, queue: int, size_B: int) -> tuple[Fraction, Fraction]:
        """Starting and finishing tag."""
        self.advance(Fraction(time_ns))
        start = max(self.virtual, self.last[queue])
        self.last[queue] = start + Fraction(size_B, self.weight[queue])
        self.backlog[queue].append([Fraction(size_B), Fraction(packet)])
        return start, self.last[queue]


def finish_times(given: Packets, weight: list[int], link_bps: int) -> list[Fraction]:
    """When the fluid system ends each packet."""
    fluid = Fluid(weight, link_bps)
    for i in range(len(given)):
        fluid.arrive(i, given.time_ns[i], given.queue[i], given.size_B[i])
    fluid.advance(None)
    return [fluid.finished[i] for i in range(len(given))]


def order_by_tags(given: Packets, weight: list[int], link_bps: int, *, begun_only: bool) -> list[int]:
    """Packets as WFQ or WF2Q sends them, by the definition."""
    fluid, tags = Fluid(weight, link_bps), {}
    waiting: list[int] = []
    order: list[int] = []
    arrived, now = 0, Fraction(0)
    while len(order) < len(given):
        while arrived < len(given) and given.time_ns[arrived] <= now:
            tags[arrived] = fluid.arrive(arrived, given.time_ns[arrived], given.queue[arrived], given.size_B[arrived])
            waiting.append(arrived)
            arrived += 1
        if not waiting:
            now = Fraction(given.time_ns[arrived])
            continue
        heads = {given.queue[i]: i for i in reversed(waiting)}.values()
        if begun_only:
            fluid.advance(now)
            heads = [i for i in heads if tags[i][0] <= fluid.virtual]
        best = min(heads, key=lambda i: (tags[i][1], given.queue[i]))
        waiting.remove(best)
        order.append(best)
        now += Fraction(8 * 10**9 * given.size_B[best], link_bps)
    return order
