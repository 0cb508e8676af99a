"""Fair rates and their course in time, written as one would on paper: in fractions, all anew at every event."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction

INFINITE = Fraction(10**30)


@dataclass
class Flow:
    """One activity; `share` is by link, `after` those that it waits for."""

    path: list[int]
    size_B: Fraction
    weight: Fraction = Fraction(1)
    cap_bps: Fraction = INFINITE
    rank: int = 0
    share: list[Fraction] = field(default_factory=list)
    begin_s: Fraction = Fraction(0)
    delay_s: Fraction = Fraction(0)
    after: list[int] = field(default_factory=list)

    def on(self, link: int) -> Fraction:
        """Part of its rate that crosses a link."""
        share = self.share or [Fraction(1)] * len(self.path)
        return sum((part for each, part in zip(self.path, share, strict=True) if each == link), Fraction(0))


def filled(capacity: list[Fraction], flows: list[Flow]) -> list[Fraction]:
    """Rates of one rank: all rise together by weight, whoever is held back stays."""
    rate: dict[int, Fraction] = {}
    while len(rate) < len(flows):
        rising = [i for i in range(len(flows)) if i not in rate]
        levels = [flows[i].cap_bps / flows[i].weight for i in rising]
        for link, all_of_it in enumerate(capacity):
            rise = sum(flows[i].weight * flows[i].on(link) for i in rising)
            if rise:
                levels.append((all_of_it - sum(rate[i] * flows[i].on(link) for i in rate)) / rise)
        level = min(levels)
        full = {
            link
            for link, all_of_it in enumerate(capacity)
            if sum(flows[i].on(link) * (rate[i] if i in rate else level * flows[i].weight) for i in range(len(flows)))
            == all_of_it
        }
        for i in rising:
            if flows[i].cap_bps == level * flows[i].weight or any(flows[i].on(link) for link in full):
                rate[i] = level * flows[i].weight
    return [rate[i] for i in range(len(flows))]


def rates(capacity: list[Fraction], flows: list[Flow]) -> list[Fraction]:
    """Rates of all ranks, each with what those before it leave."""
    left, found = list(capacity), [Fraction(0)] * len(flows)
    for rank in sorted({flow.rank for flow in flows}):
        of_rank = [i for i, flow in enumerate(flows) if flow.rank == rank]
        for i, rate in zip(of_rank, filled(left, [flows[i] for i in of_rank]), strict=True):
            found[i] = rate
            for link in range(len(left)):
                left[link] -= rate * flows[i].on(link)
    return found


def course(
    capacity: list[Fraction], flows: list[Flow], changes: list[tuple[Fraction, int, Fraction]],
    ways: list[tuple[Fraction, int, list[int]]] = [],  # noqa: B006 only read
) -> list[Fraction | None]:  # fmt: skip
    """When each is done; None if never. Rates anew at every event.

    `changes` are of capacities: when, which link, to what; `ways` of paths: when, whose, which.
    """
    capacity, changes, ways, now = list(capacity), sorted(changes), sorted(ways), Fraction(0)
    flows = [replace(flow) for flow in flows]
    left = [flow.size_B * 8 for flow in flows]
    done: list[Fraction | None] = [None] * len(flows)
    sends: list[Fraction | None] = [None] * len(flows)
    while True:
        for i, flow in enumerate(flows):
            ends = [done[j] for j in flow.after]
            if sends[i] is None and None not in ends:
                sends[i] = max([flow.begin_s, *(end for end in ends if end is not None)]) + flow.delay_s
        active = [i for i, at in enumerate(sends) if at is not None and at <= now and done[i] is None]
        found = rates(capacity, [flows[i] for i in active])
        times = [at for at in sends if at is not None and at > now] + [at for at, *_ in [*changes, *ways]]
        times += [now + left[i] / rate for i, rate in zip(active, found, strict=True) if rate > 0]
        if not times:
            return done
        then = min(times)
        for i, rate in zip(active, found, strict=True):
            left[i] -= rate * (then - now)
            if left[i] == 0:
                done[i] = then
        now = then
        while changes and changes[0][0] <= now:
            _, link, bps = changes.pop(0)
            capacity[link] = bps
        while ways and ways[0][0] <= now:
            _, i, path = ways.pop(0)
            flows[i].path, flows[i].share = path, []
