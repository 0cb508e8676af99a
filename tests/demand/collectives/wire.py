"""Runs collectives message by message on small arrays, and counts: slow, obvious, and ignorant of every formula.

Ranks hold arrays of integers; a message carries some of their elements; messages of one round are sent together, from
what was there before the round. A round in which anything leaves a host counts as one between hosts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np

Message = tuple[int, int, np.ndarray]
"""Sender, receiver, which elements."""


@dataclass
class Wire:
    """Ranks in a row, `per_host` of them in each host, and what went over their links.

    Attributes
    ----------
    serial : [inside, outside]
        Elements of the busiest rank and of the busiest host of every round, in its busier direction, summed.
    sent : (2, ranks), (2, hosts)
        Elements sent and received over all rounds, inside and outside.
    """

    ranks: int
    per_host: int
    size: int
    data: np.ndarray = field(init=False)
    sent: list[np.ndarray] = field(init=False)
    serial: list[int] = field(default_factory=lambda: [0, 0])
    rounds: list[int] = field(default_factory=lambda: [0, 0])

    def __post_init__(self) -> None:
        draw = np.random.default_rng(self.ranks * 1000 + self.size)
        self.data = draw.integers(1, 99, (self.ranks, self.size))
        self.sent = self.nothing()

    def nothing(self) -> list[np.ndarray]:
        return [np.zeros((2, self.ranks), dtype=int), np.zeros((2, self.ranks // self.per_host), dtype=int)]

    def count(self, messages: Iterable[tuple[int, int, int]]) -> None:
        """Count the messages of one round: sender, receiver, elements."""
        now, leaves = self.nothing(), []
        for sender, receiver, elements in messages:
            ends = np.array([sender, receiver]) // self.per_host
            leaves.append(bool(ends[0] != ends[1]))
            now[leaves[-1]][[0, 1], ends if leaves[-1] else [sender, receiver]] += elements
        for way in (0, 1):
            self.serial[way] += int(now[way].max())
            self.sent[way] += now[way]
        self.rounds[any(leaves)] += bool(leaves)

    def round(self, messages: Iterable[Message], *, add: bool = False) -> None:
        """Send together; receivers add or overwrite."""
        packets = [(s, r, which, self.data[s, which].copy()) for s, r, which in messages]
        self.count((s, r, len(which)) for s, r, which, _ in packets)
        for _, r, which, values in packets:
            self.data[r, which] = self.data[r, which] + values if add else values


def blocks(size: int, count: int) -> list[np.ndarray]:
    """Indices of equal blocks."""
    return np.array_split(np.arange(size), count)


def ring_reduce_scatter(wire: Wire, groups: list[list[int]], which: list[np.ndarray]) -> None:
    """Afterwards rank i of every group has the sum of block i of the group's elements."""
    n, parts = len(groups[0]), [[part[b] for b in blocks(len(part), len(groups[0]))] for part in which]
    for step in range(n - 1):
        wire.round(
            [
                (g[i], g[(i + 1) % n], p[(i - step - 1) % n])
                for g, p in zip(groups, parts, strict=True)
                for i in range(n)
            ],
            add=True,
        )


def ring_all_gather(wire: Wire, groups: list[list[int]], which: list[np.ndarray]) -> None:
    """Rank i has block i at first, all ranks all blocks at last."""
    n, parts = len(groups[0]), [[part[b] for b in blocks(len(part), len(groups[0]))] for part in which]
    for step in range(n - 1):
        pairs = zip(groups, parts, strict=True)
        wire.round([(g[i], g[(i + 1) % n], p[(i - step) % n]) for g, p in pairs for i in range(n)])


def hosts_of(wire: Wire) -> list[list[int]]:
    return [list(range(h, h + wire.per_host)) for h in range(0, wire.ranks, wire.per_host)]


def rails_of(wire: Wire) -> list[list[int]]:
    return [list(range(i, wire.ranks, wire.per_host)) for i in range(wire.per_host)]


def ring(wire: Wire) -> None:
    everyone, whole = [list(range(wire.ranks))], [np.arange(wire.size)]
    ring_reduce_scatter(wire, everyone, whole)
    ring_all_gather(wire, everyone, whole)


def hierarchical(wire: Wire) -> None:
    """Reduce-scatter in every host, all-reduce on every rail, all-gather in every host."""
    hosts, rails = hosts_of(wire), rails_of(wire)
    whole, parts = [np.arange(wire.size)] * len(hosts), blocks(wire.size, wire.per_host)
    ring_reduce_scatter(wire, hosts, whole)
    ring_reduce_scatter(wire, rails, parts)
    ring_all_gather(wire, rails, parts)
    ring_all_gather(wire, hosts, whole)


def halve_and_double(wire: Wire, groups: list[list[int]], held: dict[int, np.ndarray], between: Callable[[], None]):
    """Halving in all groups at once, whatever is between, doubling back."""
    n = len(groups[0])
    trail = []
    distance = 1
    while distance < n:
        messages, kept = [], {}
        for group in groups:
            for i, rank in enumerate(group):
                low, high = np.array_split(held[rank], 2)
                keep, give = (low, high) if not i & distance else (high, low)
                messages.append((rank, group[i ^ distance], give))
                kept[rank] = keep
        wire.round(messages, add=True)
        trail.append((distance, dict(held)))
        held.update(kept)
        distance *= 2
    between()
    for distance, before in reversed(trail):
        wire.round([(r, g[i ^ distance], held[r]) for g in groups for i, r in enumerate(g)])
        held.update({r: before[r] for g in groups for r in g})


def halving_doubling(wire: Wire) -> None:
    """Inside hosts first, then on rails; what is beyond a power of two folds in and out at each level."""
    whole = np.arange(wire.size)
    hosts, rails = hosts_of(wire), rails_of(wire)
    ranks, crowd = 1 << (wire.per_host.bit_length() - 1), 1 << (len(hosts).bit_length() - 1)
    extra = [(g[i], g[i - ranks]) for g in hosts for i in range(ranks, wire.per_host)]
    inner = [g[:ranks] for g in hosts]
    held = {r: whole for g in inner for r in g}
    lines = [rail[:crowd] for rail in rails[:ranks]]

    def across() -> None:
        folded = [(rail[h], rail[h - crowd]) for rail in rails[:ranks] for h in range(crowd, len(hosts))]
        if folded:
            wire.round([(s, r, held[s]) for s, r in folded], add=True)
        halve_and_double(wire, lines, held, lambda: None)
        if folded:
            wire.round([(r, s, held[s]) for s, r in folded])

    if extra:
        wire.round([(s, r, whole) for s, r in extra], add=True)
    halve_and_double(wire, inner, held, across)
    if extra:
        wire.round([(r, s, whole) for s, r in extra])


def bruck_all_gather(wire: Wire) -> None:
    """Rank i starts with block i; in round k it sends what it has to rank i - 2^k."""
    n, parts = wire.ranks, blocks(wire.size, wire.ranks)
    distance = 1
    while distance < n:
        known = min(distance, n - distance)
        wire.round(
            [(i, (i - distance) % n, np.concatenate([parts[(i + j) % n] for j in range(known)])) for i in range(n)]
        )
        distance *= 2


def bruck_all_to_all(wire: Wire) -> list[list[tuple[int, int]]]:
    """Blocks that have so far to go that bit k is set move on by 2^k; what each rank has at last, as (from, to)."""
    n, each = wire.ranks, wire.size // wire.ranks
    bags = [[(i, j) for j in range(n)] for i in range(n)]
    distance = 1
    while distance < n:
        after: list[list[tuple[int, int]]] = [[] for _ in range(n)]
        messages = []
        for i, bag in enumerate(bags):
            moving = [b for b in bag if ((b[1] - b[0]) % n) & distance]
            after[i] += [b for b in bag if b not in moving]
            after[(i + distance) % n] += moving
            messages.append((i, (i + distance) % n, len(moving) * each))
        wire.count(messages)
        bags = after
        distance *= 2
    return bags


def pairwise_all_to_all(wire: Wire) -> list[set[tuple[int, int]]]:
    """One block to every other rank, those of the own host first."""
    g, hosts, each = wire.per_host, wire.ranks // wire.per_host, wire.size // wire.ranks
    bags = [{(i, i)} for i in range(wire.ranks)]
    for far in range(hosts):
        for shift in range(1 if far == 0 else 0, g):
            to = [((i // g + far) % hosts) * g + (i % g + shift) % g for i in range(wire.ranks)]
            wire.count((i, j, each) for i, j in enumerate(to))
            for i, j in enumerate(to):
                bags[j].add((i, j))
    return bags


def two_level_all_to_all(wire: Wire) -> list[set[tuple[int, int]]]:
    """Blocks go to the rank of their host whose rail is that of the receiver, then along the rail."""
    g, hosts, each = wire.per_host, wire.ranks // wire.per_host, wire.size // wire.ranks
    bags = [{(i, j) for j in range(wire.ranks)} for i in range(wire.ranks)]
    levels: list[tuple[list[list[int]], Callable[[int, int], int]]] = [
        (hosts_of(wire), lambda i, j: i // g * g + j % g),
        (rails_of(wire), lambda i, j: j),
    ]
    for groups, way in levels:
        for shift in range(1, len(groups[0])):
            messages = []
            for group in groups:
                for place, i in enumerate(group):
                    j = group[(place + shift) % len(group)]
                    moving = {block for block in bags[i] if way(i, block[1]) == j}
                    messages.append((i, j, moving))
            wire.count((i, j, len(moving) * each) for i, j, moving in messages)
            for i, j, moving in messages:
                bags[i] -= moving
                bags[j] |= moving
    assert hosts * g == wire.ranks
    return bags


def binomial_broadcast(wire: Wire) -> None:
    """Rank 0 has the array; hosts first, then ranks, twice as many each round."""
    whole = np.arange(wire.size)
    g, hosts = wire.per_host, wire.ranks // wire.per_host
    levels = ((hosts, g, [0]), (g, 1, [h * g for h in range(hosts)]))
    for count, step, starts in levels:
        have = 1
        while have < count:
            wire.round(
                [(s + i * step, s + (i + have) * step, whole) for s in starts for i in range(have) if i + have < count]
            )
            have *= 2


def parent(node: int, count: int) -> int | None:
    """In-order binary tree over 0..count-1 with root 0: leaves are odd."""
    if node == 0:
        return None
    bit = node & -node
    above = (node ^ bit) | (bit << 1)
    return above if above < count else node ^ bit


def double_tree(wire: Wire) -> list[int]:
    """All-reduce of one half of the array in each of two trees of single ranks; depths of both."""
    n = wire.ranks
    depths = []
    for half, name in zip(blocks(wire.size, 2), (lambda v: v, _twin(n)), strict=True):
        up = {name(v): name(parent(v, n)) for v in range(1, n)}
        level = {v: _depth(v, up) for v in range(n)}
        for depth in range(max(level.values()), 0, -1):
            wire.round([(v, up[v], half) for v in up if level[v] == depth], add=True)
        for depth in range(1, max(level.values()) + 1):
            wire.round([(up[v], v, half) for v in up if level[v] == depth])
        depths.append(max(level.values()))
    return depths


def _twin(count: int) -> Callable[[int], int]:
    """The second tree: mirrored, or turned by one where the number is odd."""
    return (lambda v: count - 1 - v) if count % 2 == 0 else (lambda v: (v + 1) % count)


def _depth(node: int, up: dict[int, int]) -> int:
    return 0 if node not in up else 1 + _depth(up[node], up)
