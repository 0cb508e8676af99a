"""Schedulers written down as their papers have them, in fractions, one packet after the other: slow and obvious."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Protocol

from tests.qos.scheduling.packets import Packets

Picked = int | tuple[str, int] | None


class Rule(Protocol):
    """Packets come with their size; `dequeue` gives one, a time to ask again, or None where nothing waits."""

    def enqueue(self, queue: int, packet: int, size_B: int) -> None: ...

    def dequeue(self, now: int) -> Picked: ...


def sent(rule: Rule, given: Packets, link_bps: int) -> tuple[list[int], list[int]]:
    """Departures, rounded up, and order, behind a link whose clock is exact."""
    now, arrived, departure, order = Fraction(0), 0, [-1] * len(given), []
    while True:
        for i in range(arrived, len(given)):
            if given.time_ns[i] > now:
                break
            if isinstance(rule, CreditBased):
                rule.advance(given.time_ns[i])
            rule.enqueue(given.queue[i], i, given.size_B[i])
            arrived += 1
        found = rule.dequeue(math.floor(now))
        if isinstance(found, int):
            now += Fraction(8 * 10**9 * given.size_B[found], link_bps)
            departure[found] = math.ceil(now)
            order.append(found)
            continue
        if found is None and arrived == len(given):
            return departure, order
        times = ([] if found is None else [found[1]]) + ([] if arrived == len(given) else [given.time_ns[arrived]])
        now = max(now, Fraction(min(times)))


class Queues:
    def __init__(self, count: int) -> None:
        self.queue: list[list[tuple[int, int]]] = [[] for _ in range(count)]

    def enqueue(self, queue: int, packet: int, size_B: int) -> None:
        self.queue[queue].append((packet, size_B))

    def busy(self) -> list[int]:
        return [q for q, packets in enumerate(self.queue) if packets]


class WeightedRoundRobin(Queues):
    """So many packets per turn."""

    def __init__(self, weight: Sequence[int]) -> None:
        super().__init__(len(weight))
        self.weight, self.turn, self.left = weight, 0, weight[0]

    def pass_on(self) -> None:
        self.turn = (self.turn + 1) % len(self.weight)
        self.left = self.weight[self.turn]

    def dequeue(self, now: int) -> Picked:
        if not self.busy():
            return None
        while not self.queue[self.turn] or not self.left:
            self.pass_on()
        self.left -= 1
        packet, _ = self.queue[self.turn].pop(0)
        if not self.queue[self.turn]:
            self.pass_on()
        return packet


class DeficitRoundRobin(Queues):
    """Shreedhar & Varghese 1996, figure 2: ActiveList, and a deficit that an empty queue loses."""

    def __init__(self, quantum_B: Sequence[int]) -> None:
        super().__init__(len(quantum_B))
        self.quantum, self.deficit = quantum_B, [0] * len(quantum_B)
        self.active: list[int] = []
        self.first: int | None = None

    def enqueue(self, queue: int, packet: int, size_B: int) -> None:
        if not self.queue[queue]:
            self.active.append(queue)
        super().enqueue(queue, packet, size_B)

    def dequeue(self, now: int) -> Picked:
        while self.first is not None or self.active:
            if self.first is None:
                self.first = self.active.pop(0)
                self.deficit[self.first] += self.quantum[self.first]
            q, waiting = self.first, self.queue[self.first]
            if waiting[0][1] > self.deficit[q]:
                self.active.append(q)
                self.first = None
                continue
            packet, size_B = waiting.pop(0)
            self.deficit[q] -= size_B
            if not waiting:
                self.deficit[q], self.first = 0, None
            return packet
        return None


class SelfClocked(Queues):
    """Golestani 1994: the tag of the packet in service is the virtual time."""

    def __init__(self, weight: Sequence[int]) -> None:
        super().__init__(len(weight))
        self.weight, self.virtual = weight, Fraction(0)
        self.tag = [Fraction(0)] * len(weight)
        self.tags: list[list[Fraction]] = [[] for _ in weight]

    def enqueue(self, queue: int, packet: int, size_B: int) -> None:
        super().enqueue(queue, packet, size_B)
        self.tag[queue] = max(self.tag[queue], self.virtual) + Fraction(size_B, self.weight[queue])
        self.tags[queue].append(self.tag[queue])

    def dequeue(self, now: int) -> Picked:
        if not self.busy():
            return None
        self.virtual, q = min((self.tags[q][0], q) for q in self.busy())
        self.tags[q].pop(0)
        return self.queue[q].pop(0)[0]


class CreditBased(Queues):
    """802.1Q, 8.6.8.2: credit in bits as the standard has it, falling while a frame is sent and not all at once."""

    def __init__(self, slope_bps: Sequence[int], link_bps: int) -> None:
        super().__init__(len(slope_bps))
        self.slope, self.link_bps = slope_bps, link_bps
        self.credit = [Fraction(0)] * len(slope_bps)
        self.at = self.end = Fraction(0)
        self.sending: int | None = None

    def advance(self, now: int) -> None:
        until = max(self.at, Fraction(now))
        for q, slope in enumerate(self.slope):
            since = self.at
            if q == self.sending:
                done = min(until, self.end)
                self.credit[q] += (slope - self.link_bps) * (done - since) / 10**9
                since = done
            if since == until or not slope:
                continue
            if not self.queue[q]:
                self.credit[q] = min(self.credit[q], Fraction(0))
            self.credit[q] += slope * (until - since) / 10**9
            if not self.queue[q]:
                self.credit[q] = min(self.credit[q], Fraction(0))
        self.at = until
        if until > self.end:
            self.sending = None

    def dequeue(self, now: int) -> Picked:
        self.advance(now)
        again = []
        for q in self.busy():
            if not self.slope[q] or self.credit[q] >= 0:
                packet, size_B = self.queue[q].pop(0)
                self.sending, self.end = q, self.at + Fraction(8 * 10**9 * size_B, self.link_bps)
                return packet
            again.append(math.floor(self.at) + math.ceil(-self.credit[q] * 10**9 / self.slope[q]))
        return ("wait", min(again)) if again else None
