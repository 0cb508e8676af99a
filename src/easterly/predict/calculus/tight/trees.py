"""Networks cut into trees of servers, and flows into pieces that stay within one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from easterly.predict.calculus.tight.network import ServerNetwork


@dataclass(frozen=True, slots=True)
class Piece:
    """Hops ``first`` to ``last`` of a flow, within a tree."""

    flow: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Tree:
    """Servers that lead to a root.

    Attributes
    ----------
    root : int
    after : dict of int to int
        Server behind each, but the root.
    depth : dict of int to int
        0 at the root; in the order of depth.
    pieces : tuple of Piece
        Of flows that pass any of them.
    """

    root: int
    after: dict[int, int]
    depth: dict[int, int]
    pieces: tuple[Piece, ...]


def forest(net: ServerNetwork, flow: int, *, reach: int | None = None) -> dict[int, int]:
    """One server behind each, along which flows stay together: those of a flow first, then whatever leads to it.

    Parameters
    ----------
    net : ServerNetwork
    flow : int
        Passes no server twice.
    reach : int, optional
        Servers up to so many hops ahead of the path alone.

    Returns
    -------
    dict of int to int
        Never a ring.
    """
    path = net.hops(flow)
    after = dict(itertools.pairwise(path))
    before = _before(net)
    seen = set(path)
    _grow(after, before, seen, path[::-1], reach)
    for server in () if reach is not None else sorted(set(net.path.tolist()), reverse=True):
        if server not in seen:
            seen.add(server)
            _grow(after, before, seen, [server], None)
    return after


def _grow(after: dict[int, int], before: dict[int, list[int]], seen: set[int], front: list[int],
          reach: int | None) -> None:  # fmt: skip
    """Attach what leads to servers in front, the nearest first."""
    steps = 0
    while front and (reach is None or steps < reach):
        behind, steps = front, steps + 1
        front = []
        for server in behind:
            for each in before.get(server, ()):
                if each not in seen:
                    seen.add(each)
                    after[each] = server
                    front.append(each)


def _before(net: ServerNetwork) -> dict[int, list[int]]:
    """Servers that lead to each."""
    made: dict[int, set[int]] = {}
    for f in range(len(net)):
        hops = net.hops(f)
        for a, b in itertools.pairwise(hops):
            made.setdefault(b, set()).add(a)
    return {server: sorted(each) for server, each in made.items()}


def tree(net: ServerNetwork, after: dict[int, int], root: int) -> Tree:
    """What leads to a root in a forest."""
    above: dict[int, list[int]] = {}
    for each, behind in after.items():
        above.setdefault(behind, []).append(each)
    depth, front = {root: 0}, [root]
    while front:
        front = sorted(each for server in front for each in above.get(server, ()) if server in depth)
        depth.update({each: depth[after[each]] + 1 for each in front})
    inner = {each: after[each] for each in depth if each != root}
    return Tree(root, inner, depth, tuple(_pieces(net, inner, depth)))


def _pieces(net: ServerNetwork, after: dict[int, int], depth: dict[int, int]) -> Iterator[Piece]:
    for f in range(len(net)):
        hops, first = net.hops(f), 0
        for h, server in enumerate(hops):
            goes_on = h + 1 < len(hops) and server in depth and after.get(server) == hops[h + 1]
            if not goes_on:
                if server in depth:
                    yield Piece(f, first, h)
                first = h + 1
