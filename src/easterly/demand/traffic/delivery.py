"""Distribution of weights to many: from the source to each, handed on, or copied by the switches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.demand import transformer
from easterly.demand.ends import Ends, Nodes, Piece
from easterly.demand.facts import is_known, model_of
from easterly.demand.layout import Traffic as Moved
from easterly.demand.phases import Phase
from easterly.demand.traffic.bulk import shortest_s
from easterly.demand.traffic.parts import Figure, phase
from easterly.demand.traffic.way import Ways, busiest_s
from easterly.model.spec.traffic import Delivery


def size_B(work: Delivery, ends: Ends) -> float:
    """Bytes that each receiver needs: as written, else the weights of the receivers' model in their format."""
    if work.size is not None:
        return float(work.size)
    target = ends.site.jobs.get(work.to) or ends.site.services.get(work.to)
    if target is None or not is_known(target):
        return 0.0
    return model_of(target).params * transformer.BYTES[target.dtype]


def receivers(work: Delivery, ends: Ends) -> list[IntColumn]:
    """Interfaces of each receiving host, in rank order."""
    rows = ends.hosts.get(work.to, ints([]))
    return [ends.own(work.to, i, 1) for i in range(len(rows))]


def moved(work: Delivery, ends: Ends) -> Moved:
    """What one distribution puts on the network."""
    source, targets, size = ends.nodes(work.source), receivers(work, ends), size_B(work, ends)
    if not len(source) or not targets:
        return ends.traffic([])
    if work.method == "unicast":
        return ends.traffic(ends.evenly(source, target, size) for target in targets)
    if work.method == "multicast":
        return ends.traffic(_copied(ends, source, targets, size))
    return ends.traffic(_handed_on(ends, source, targets, size, 1 if work.method == "chain" else work.fanout))


def _handed_on(ends: Ends, source: Nodes, targets: list[IntColumn], size: float, fanout: int) -> Iterator[Piece]:
    """A tree whose root is the source: host i has it from host ``(i - fanout) // fanout``."""
    for i, target in enumerate(targets):
        parent = (i - fanout) // fanout
        yield ends.evenly(source if i < fanout else targets[parent], target, size)


def _copied(ends: Ends, source: Nodes, targets: list[IntColumn], size: float) -> Iterator[Piece]:
    """Every link of a shortest-path tree once, as a flow between its two nodes: one tree per interface of the source.

    Each tree carries an equal part to the interface of each target that has the same number, modulo how many. A target
    without a way to it stays a flow of its own, which routing will miss a path for.
    """
    roots = np.asarray(source).tolist()
    pairs = [(root, int(t[n % len(t)])) for n, root in enumerate(roots) for t in targets]
    pairs = [(root, leaf) for root, leaf in pairs if root != leaf]
    ways = Ways.of(ends.network, ints([root for root, _ in pairs]), ints([leaf for _, leaf in pairs]))
    feeds: dict[int, dict[int, int]] = {root: {} for root in roots}
    for flow, (root, leaf) in enumerate(pairs):
        _join(ends, feeds[root], root, leaf, ways.link[ways.ptr[flow] : ways.ptr[flow + 1]])
    lost = [pair for pair, count in zip(pairs, np.diff(ways.ptr).tolist(), strict=True) if not count]
    yield ints([root for root, _ in lost]), ints([leaf for _, leaf in lost]), np.full(len(lost), size / len(roots))
    links = ints([link for root in roots for link in sorted(feeds[root].values())])
    yield ends.network.links.src[links], ends.network.links.dst[links], np.full(len(links), size / len(roots))


def _join(ends: Ends, feeds: dict[int, int], root: int, leaf: int, links: IntColumn) -> None:
    """Join a leaf to a tree, given as the link into each node, upwards along the first of its cheapest paths."""
    src, dst = ends.network.links.src, ends.network.links.dst
    into = {int(dst[link]): int(link) for link in np.sort(links)[::-1]}
    node = leaf
    while node != root and node not in feeds and node in into:
        feeds[node] = into[node]
        node = int(src[into[node]])


def time_s(work: Delivery, ends: Ends) -> float:
    """Time until the last host has it, with the network to itself.

    Unicast ``N S / B``; multicast ``S / B``; a chain ``S / B + (N - 1) c / B``; a tree of fan-out f and depth d
    ``f S / B + (d - 1) f c / B``: pieces of c are handed on as they come, and a host sends each f times. For N
    hosts, S the size, B the lower of the rate of a host and, for the first hop, of the source; and never sooner than
    the busiest link has carried its bytes.
    """
    return _with_links_s(work, ends, moved(work, ends))


def _with_links_s(work: Delivery, ends: Ends, made: Moved) -> float:
    return max(_at_interfaces_s(work, ends), float(busiest_s(ends.network, made).max(initial=0.0)))


def _at_interfaces_s(work: Delivery, ends: Ends) -> float:
    targets, size = receivers(work, ends), size_B(work, ends)
    if not targets or not len(ends.nodes(work.source)):
        return 0.0
    host_bps = min(ends.total_bps(target) for target in targets)
    root_bps = ends.total_bps(ends.nodes(work.source))
    count = len(targets)
    if work.method == "unicast":
        return max(shortest_s(count * size, root_bps), shortest_s(size, host_bps))
    if work.method == "multicast":
        return shortest_s(size, min(host_bps, root_bps))
    fanout = 1 if work.method == "chain" else min(work.fanout, count)
    piece = min(work.chunk, size)
    return shortest_s(fanout * (size + (depth(count, fanout) - 1) * piece), min(host_bps, root_bps))


def depth(count: int, fanout: int) -> int:
    """Levels of hosts in a tree whose source and hosts all have `fanout` children.

    >>> depth(5, 1), depth(2, 2), depth(3, 2), depth(7, 2)
    (5, 1, 2, 3)
    """
    levels, filled, level = 0, 0, fanout
    while filled < count:
        levels, filled, level = levels + 1, filled + level, level * fanout
    return levels


def phases(work: Delivery, ends: Ends) -> list[Phase]:
    """One burst per distribution."""
    made = moved(work, ends)
    return [phase("weights", made, every_s=work.every, message_B=work.chunk, collective="broadcast",
                  algorithm=work.method)]  # fmt: skip


def figures(work: Delivery, ends: Ends) -> list[Figure]:
    """Bytes at the source and over all links, and the time, beside those of plain unicast."""
    made, targets = moved(work, ends), receivers(work, ends)
    size = size_B(work, ends)
    at_source = np.isin(made.src, ends.nodes(work.source))
    return [
        Figure("size_B", size, "B", "what each receiver needs"),
        Figure("receivers", float(len(targets)), "1", "hosts that need it"),
        Figure("source_B", _sum(made.amount[at_source]), "B", "what the source sends"),
        Figure("unicast_source_B", size * len(targets), "B", "what it would send to each in turn"),
        Figure("links_B", _over_links(ends, made), "B", "bytes over all links together"),
        Figure("time_s", _with_links_s(work, ends, made), "s", "until the last host has it"),
    ]


def _over_links(ends: Ends, made: Moved) -> float:
    ways = Ways.of(ends.network, made.src, made.dst)
    return _sum(made.amount[ways.flow] * ways.share)


def _sum(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(np.cumsum(np.append(0.0, values))[-1])
