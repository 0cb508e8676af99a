"""RED and WRED, packet by packet, against the algorithm of Floyd & Jacobson 1993 (figure 2) and Floyd 2000 (gentle)."""

from __future__ import annotations

import math
from collections import defaultdict
from fractions import Fraction
from random import Random
from typing import NamedTuple

import pytest

from easterly.qos.aqm import Ramp, Red, Verdict, Wred, serve


class Packet(NamedTuple):
    number: int
    time_ns: int
    size_B: int
    flow: int
    colour: int
    ecn: int
    draw: float


class Paper:
    """One line, an average per class and a count per class and colour; RED is one class of one colour."""

    def __init__(self, given: Red | Wred) -> None:
        self.given, self.waiting = given, list[Packet]()
        self.average: dict[int, float] = defaultdict(float)
        self.empty_since: dict[int, int | None] = defaultdict(int)
        self.count: dict[tuple[int, int], int] = defaultdict(lambda: -1)

    def of(self, packet: Packet) -> tuple[int, int]:
        return (packet.flow, packet.colour) if isinstance(self.given, Wred) else (0, 0)

    def ramp(self, packet: Packet) -> Ramp:
        given = self.given
        return given.ramps[packet.flow][packet.colour] if isinstance(given, Wred) else given.ramp

    def own(self, packet: Packet) -> list[Packet]:
        """What waits of its class."""
        return [each for each in self.waiting if self.of(each)[0] == self.of(packet)[0]]

    def update(self, packet: Packet) -> float:
        """The average: moved by the queue, or faded by the time for which it was empty."""
        row, own, given = self.of(packet)[0], self.own(packet), self.given
        since, self.empty_since[row] = self.empty_since[row], None
        if not own and since is not None and given.slot_ns:
            self.average[row] *= (1 - given.weight) ** ((packet.time_ns - since) / given.slot_ns)
        else:
            length = len(own) if given.by_packets else sum(each.size_B for each in own)
            self.average[row] += given.weight * (length - self.average[row])
        return self.average[row]

    def chosen(self, packet: Packet, average: float) -> tuple[bool, bool]:
        """Whether a packet is marked, and whether that is beyond the ramp."""
        ramp, key = self.ramp(packet), self.of(packet)
        if average >= (2 * ramp.high if self.given.gentle else ramp.high):
            self.count[key] = 0
            return True, True
        if average < ramp.low:
            self.count[key] = -1
            return False, False
        if average < ramp.high:
            base = ramp.most * (average - ramp.low) / (ramp.high - ramp.low)
        else:
            base = ramp.most + (1 - ramp.most) * (average - ramp.high) / ramp.high
        if self.given.mean_B:
            base *= packet.size_B / self.given.mean_B
        if base <= 0:
            self.count[key] = -1
            return False, False
        self.count[key] += 1
        left = 1 - self.count[key] * base
        marked = left <= base or packet.draw < base / left
        if marked:
            self.count[key] = 0
        return marked, False

    def offer(self, packet: Packet) -> Verdict:
        marked, beyond = self.chosen(packet, self.update(packet))
        can = self.given.ecn and packet.ecn and not (beyond and self.given.hard_drop)
        full = len(self.waiting) >= self.given.limit_packets
        taken = not full and (not marked or can)
        if taken:
            self.waiting.append(packet)
        self.note_empty(packet, packet.time_ns)
        return (Verdict.MARKED if marked else Verdict.KEPT) if taken else Verdict.REFUSED

    def note_empty(self, packet: Packet, now: int) -> None:
        if not self.own(packet):
            self.empty_since[self.of(packet)[0]] = now

    def played(self, packets: list[Packet], rate_bps: int) -> list[Verdict]:
        free, found = Fraction(0), []

        def send() -> None:
            nonlocal free
            packet = self.waiting.pop(0)
            self.note_empty(packet, math.ceil(free))
            free += Fraction(8 * 10**9 * packet.size_B, rate_bps)

        for packet in packets:
            while self.waiting and math.ceil(free) <= packet.time_ns:
                send()
            found.append(self.offer(packet))
            if self.waiting and math.ceil(free) <= packet.time_ns:
                free = Fraction(packet.time_ns)
                send()
        return found


def drawn(rng: Random) -> tuple[list[Packet], int]:
    """Some load around that of the line, with silences; several classes, colours, and codepoints of ECN."""
    rate = rng.choice([10**6, 10**9, 800 * 10**9])
    slot, now, packets = 12_000 * 10**9 / rate, 0, []
    load = rng.choice([0.7, 1.3, 3])
    for i in range(250):
        now += int(rng.choice([0, slot / load, 2 * rng.random() * slot / load, rng.choice([0, 0, 30 * slot])]))
        size = rng.choice([1, 64, 1500, 1500, 9216])
        packets.append(Packet(i, now, size, rng.randrange(2), rng.randrange(3), rng.randrange(4), rng.random()))
    return packets, rate


def ramp(rng: Random, by_packets: bool) -> Ramp:
    unit = 1 if by_packets else 1500
    low = rng.choice([0, 1, 5]) * unit
    return Ramp(low, low + rng.choice([1, 5, 20]) * unit, rng.choice([0.02, 0.1, 0.5, 1]))


@pytest.mark.parametrize("seed", range(40))
def test_every_verdict_is_that_of_the_paper(seed: int) -> None:
    rng = Random(seed)
    packets, rate = drawn(rng)
    by_packets = rng.random() < 0.4
    common = {
        "weight": rng.choice([0.02, 0.2, 1]), "slot_ns": rng.choice([0.0, 12_000e9 / rate]),
        "gentle": rng.random() < 0.5, "ecn": rng.random() < 0.6, "hard_drop": rng.random() < 0.5,
        "by_packets": by_packets, "mean_B": rng.choice([0.0, 0.0, 1000.0]), "limit_packets": rng.choice([20, 10**6]),
    }  # fmt: skip
    rules = (
        Red(ramp=ramp(rng, by_packets), **common),
        Wred(ramps=[[ramp(rng, by_packets) for _ in range(3)] for _ in range(2)], **common),
    )
    _, time_ns, size_B, flow, colour, ecn, draw = (list(column) for column in zip(*packets, strict=True))
    for rule in rules:
        fates = serve(rule, time_ns, size_B, rate_bps=rate, flow=flow, colour=colour, ecn=ecn, draw=draw)
        wanted = Paper(rule).played(packets, rate)
        assert fates.verdict.tolist() == [int(each) for each in wanted]


def test_the_verdicts_are_not_all_alike() -> None:
    """A control: among what is drawn packets are kept, marked and refused, and gentle and plain do not agree."""
    packets, rate = drawn(Random(2))
    steep = Ramp(1500, 4500, 0.1)
    plain, gentle = (
        Paper(Red(ramp=steep, weight=0.2, ecn=True, gentle=gentle)).played(packets, rate) for gentle in (False, True)
    )
    assert plain != gentle and set(plain) == {Verdict.KEPT, Verdict.MARKED, Verdict.REFUSED}
