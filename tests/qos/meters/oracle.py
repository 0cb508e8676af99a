"""Meters in rational arithmetic, written from their texts: slow, obvious, and unlike the integers of the kernel."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Packet(NamedTuple):
    """When, how large, and what it brings: a colour, a bucket or a point."""

    time_ns: int
    size_B: int
    extra: int = 0


SECOND_NS = 10**9


def earned(rate_bps: int, elapsed_ns: int) -> Fraction:
    """Bytes at a rate within a time."""
    return Fraction(rate_bps, 8) * Fraction(elapsed_ns, SECOND_NS)


def token_bucket(rate_bps: int, burst_B: int, packets: Sequence[Packet]) -> tuple[list[bool], Fraction]:
    tokens, last, passed = Fraction(burst_B), 0, []
    for packet in packets:
        tokens = min(Fraction(burst_B), tokens + earned(rate_bps, packet.time_ns - last))
        last = packet.time_ns
        passed.append(tokens - packet.size_B >= 0)
        tokens -= packet.size_B if passed[-1] else 0
    return passed, tokens


def virtual_scheduling(
    increment_ns: Fraction, tolerance_ns: Fraction, packets: Sequence[Packet], by_size: bool
) -> tuple[list[bool], Fraction]:
    """I.371, figure of the virtual scheduling algorithm: TAT is the theoretical arrival time."""
    tat, passed = Fraction(packets[0].time_ns), []
    for packet in packets:
        early = tat < packet.time_ns
        if early:
            tat = Fraction(packet.time_ns)
        passed.append(tat <= packet.time_ns + tolerance_ns)
        if passed[-1]:
            tat += increment_ns * (packet.size_B if by_size else 1)
    return passed, max(Fraction(0), tat - packets[-1].time_ns)


def srtcm(cir: int, cbs: int, ebs: int, packets: Sequence[Packet]) -> tuple[str, Fraction, Fraction]:
    """RFC 2697, section 3, with tokens that come continuously."""
    c, e, last, colours = Fraction(cbs), Fraction(ebs), 0, ""
    for packet in packets:
        fresh = earned(cir, packet.time_ns - last)
        into_c = min(fresh, cbs - c)
        c, e, last = c + into_c, min(Fraction(ebs), e + fresh - into_c), packet.time_ns
        if packet.extra == 0 and c - packet.size_B >= 0:
            c, colours = c - packet.size_B, colours + "G"
        elif packet.extra in (0, 1) and e - packet.size_B >= 0:
            e, colours = e - packet.size_B, colours + "Y"
        else:
            colours += "R"
    return colours, c, e


def trtcm(cir: int, cbs: int, pir: int, pbs: int, packets: Sequence[Packet]) -> tuple[str, Fraction, Fraction]:
    """RFC 2698, section 3."""
    c, p, last, colours = Fraction(cbs), Fraction(pbs), 0, ""
    for packet in packets:
        c = min(Fraction(cbs), c + earned(cir, packet.time_ns - last))
        p = min(Fraction(pbs), p + earned(pir, packet.time_ns - last))
        last = packet.time_ns
        if packet.extra == 2 or p - packet.size_B < 0:
            colours += "R"
        elif packet.extra == 1 or c - packet.size_B < 0:
            p, colours = p - packet.size_B, colours + "Y"
        else:
            p, c, colours = p - packet.size_B, c - packet.size_B, colours + "G"
    return colours, c, p


def rfc4115(
    cir: int, cbs: int, eir: int, ebs: int, packets: Sequence[Packet], strict: bool = False
) -> tuple[str, Fraction, Fraction]:
    """RFC 4115, section 3."""

    def enough(tokens: Fraction, size: int) -> bool:
        return tokens - size > 0 if strict else tokens - size >= 0

    c, e, last, colours = Fraction(cbs), Fraction(ebs), 0, ""
    for packet in packets:
        c = min(Fraction(cbs), c + earned(cir, packet.time_ns - last))
        e = min(Fraction(ebs), e + earned(eir, packet.time_ns - last))
        last = packet.time_ns
        if packet.extra == 0 and enough(c, packet.size_B):
            c, colours = c - packet.size_B, colours + "G"
        elif packet.extra in (0, 1) and enough(e, packet.size_B):
            e, colours = e - packet.size_B, colours + "Y"
        else:
            colours += "R"
    return colours, c, e


def leaky_queue(rate_bps: int, queue_B: int, burst_B: int, packets: Sequence[Packet]) -> list[Fraction | None]:
    """Departures of a greedy shaper, from what it has let in: max over j of a_j + (sum from j to i - burst) / rate."""
    let_in: list[Packet] = []
    left: list[Fraction | None] = []
    for packet in packets:
        level = backlog(rate_bps, let_in, packet.time_ns)
        if level + packet.size_B > burst_B + queue_B:
            left.append(None)
            continue
        let_in.append(packet)
        tail, latest = 0, Fraction(packet.time_ns)
        for earlier in reversed(let_in):
            tail += earlier.size_B
            latest = max(latest, earlier.time_ns + Fraction((tail - burst_B) * 8 * SECOND_NS, rate_bps))
        left.append(latest)
    return left


def backlog(rate_bps: int, let_in: Sequence[Packet], now_ns: int) -> Fraction:
    """What a queue of constant rate still holds: the most of what came from j on, less what has drained since."""
    most, tail = Fraction(0), 0
    for earlier in reversed(let_in):
        tail += earlier.size_B
        most = max(most, tail - earned(rate_bps, now_ns - earlier.time_ns))
    return most


def tree(
    rates: Sequence[int], bursts: Sequence[int], parent: Sequence[int], packets: Sequence[Packet]
) -> tuple[list[int], list[Fraction]]:
    """All buckets are filled before every packet."""
    tokens, last, refused = [Fraction(b) for b in bursts], 0, []
    for packet in packets:
        for n, burst in enumerate(bursts):
            tokens[n] = min(Fraction(burst), tokens[n] + earned(rates[n], packet.time_ns - last))
        last = packet.time_ns
        way, n = [], packet.extra
        while n >= 0:
            way.append(n)
            n = parent[n]
        short = [n for n in way if tokens[n] < packet.size_B]
        refused.append(short[0] if short else -1)
        for n in [] if short else way:
            tokens[n] -= packet.size_B
    return refused, tokens


def all_shares(limit: int, points: int, least: int) -> list[tuple[int, ...]]:
    """Every way to share a limit out in whole numbers of at least `least`."""
    if points == 1:
        return [(limit,)] if limit >= least else []
    return [
        (first, *rest)
        for first in range(least, limit - least * (points - 1) + 1)
        for rest in all_shares(limit - first, points - 1, least)
    ]
