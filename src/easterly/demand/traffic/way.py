"""The way between two ends: what it lets through, and how long it takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, bools, floats, indices, ints
from easterly.demand.layout import Traffic
from easterly.demand.traffic.direct import by_formula
from easterly.model.network import Network


@dataclass(frozen=True, slots=True)
class Ways:
    """Shares of flows on links, by equal-cost multipath or the routing of a direct network.

    The entries of flow f are ``ptr[f]:ptr[f + 1]``.
    """

    ptr: IndexColumn
    link: IntColumn
    share: FloatColumn

    @staticmethod
    def of(network: Network, src: IntColumn, dst: IntColumn) -> Ways:
        """Cheapest paths, split evenly at every node that has several, or a fabric's own, as routing will find them."""
        parts = by_formula(network, src, dst)
        if not parts:
            return _searched(network, src, dst)
        rest = np.setdiff1d(np.arange(len(src)), np.concatenate([rows for rows, _ in parts]))
        other = _searched(network, ints(src[rest]), ints(dst[rest]))
        return _joined(len(src), [(rest, other), *((rows, Ways(*table)) for rows, table in parts)])

    @property
    def flow(self) -> IndexColumn:
        """Flow of each entry."""
        return np.repeat(np.arange(len(self.ptr) - 1), np.diff(self.ptr))


def _searched(network: Network, src: IntColumn, dst: IntColumn) -> Ways:
    links = network.links
    alive = bools(np.ones(len(links), dtype=np.bool_))
    found = graph.ecmp_shares(
        len(network.nodes), links.src, links.dst, links.cost, bools(network.transit), alive,
        floats(np.ones(len(links))), ints(src), ints(dst),
    )  # fmt: skip
    return Ways(*found)


def _joined(flows: int, parts: list[tuple[NDArray[np.intp], Ways]]) -> Ways:
    """Tables of some flows each as one of all."""
    flow = np.concatenate([rows[part.flow] for rows, part in parts])
    order = np.argsort(flow, kind="stable")
    link = np.concatenate([part.link for _, part in parts])[order]
    share = np.concatenate([part.share for _, part in parts])[order]
    ptr = np.concatenate([[0], np.cumsum(np.bincount(flow, minlength=flows))])
    return Ways(indices(ptr), ints(link), floats(share))


def one_way_s(network: Network, src: IntColumn, dst: IntColumn) -> FloatColumn:
    """(F,) mean delay of flows from end to end: propagation and forwarding, without queues and serialisation.

    Parameters
    ----------
    network : Network
    src, dst : (F,) int
        Nodes.

    Returns
    -------
    (F,) float [s]
        Infinite where there is no path.
    """
    ways, links = Ways.of(network, src, dst), network.links
    hop_s = links.delay_s + np.where(network.transit[links.dst], network.nodes.delay_s[links.dst], 0.0)
    count = len(ways.ptr) - 1
    delay = np.bincount(ways.flow, hop_s[ways.link] * ways.share, minlength=count)
    return floats(np.where((np.diff(ways.ptr) > 0) | (src == dst), delay, np.inf))


def narrowest_bps(network: Network, src: IntColumn, dst: IntColumn) -> FloatColumn:
    """(F,) rate of the slowest link that a flow may cross [bit/s]; infinite without a path."""
    ways = Ways.of(network, src, dst)
    rate = np.full(len(ways.ptr) - 1, np.inf)
    np.minimum.at(rate, ways.flow, network.links.capacity_bps[ways.link])
    return floats(rate)


def busiest_s(network: Network, traffic: Traffic) -> FloatColumn:
    """(F,) time in which the busiest link on the way of each flow carries what all flows put on it.

    A lower bound for the flow's own time when all start at once, which fair sharing reaches for the last of them.

    Parameters
    ----------
    network : Network
    traffic : Traffic
        Amounts in bytes.

    Returns
    -------
    (F,) float [s]
        Infinite where there is no path.
    """
    ways = Ways.of(network, traffic.src, traffic.dst)
    load = np.bincount(ways.link, traffic.amount[ways.flow] * ways.share, minlength=len(network.links))
    longest = np.where(np.diff(ways.ptr) > 0, 0.0, np.inf)
    np.maximum.at(longest, ways.flow, (load * 8 / network.links.capacity_bps)[ways.link])
    return floats(longest)


@dataclass(frozen=True, slots=True)
class Limit:
    """What holds a transfer up.

    Attributes
    ----------
    rate_bps : float [bit/s]
        Of all its flows together, in their proportions; 0 where one has no path, infinite where nothing is sent.
    link : int
        The first link to be full; -1 if there is none.
    """

    rate_bps: float
    link: int


def limit(network: Network, traffic: Traffic) -> Limit:
    """How fast a transfer can be when it has the network to itself and every flow is split evenly.

    The amounts of the flows are scaled by one factor until the first link is full.
    """
    if not len(traffic.src):
        return Limit(float("inf"), -1)
    ways = Ways.of(network, traffic.src, traffic.dst)
    if (np.diff(ways.ptr) == 0).any():
        return Limit(0.0, -1)
    load = np.bincount(ways.link, traffic.amount[ways.flow] * ways.share, minlength=len(network.links))
    use = load / network.links.capacity_bps
    worst = int(np.argmax(use))
    total = float(np.cumsum(traffic.amount)[-1])
    return Limit(total / float(use[worst]), worst)
