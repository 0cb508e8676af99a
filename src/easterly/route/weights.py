"""From an allocation to next hops with weights, and the loads that they really give."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import FloatColumn, IntColumn, bools, floats, indices, ints
from easterly.model.allocation import Demands, Trees
from easterly.model.network import Network
from easterly.model.routing import Tunnels
from easterly.model.weights import Weights

DUST = 1e-12  # of the largest rate towards a destination: what subtraction leaves


def trees_of(network: Network, tunnels: Tunnels, dst: IntColumn) -> Trees:
    """The rates of paths, summed by link and destination.

    Parameters
    ----------
    network : Network
    tunnels : Tunnels
    dst : (K,) int
        Destination of each flow that `Tunnels.flow` names.

    Returns
    -------
    Trees
    """
    count, links = np.diff(tunnels.link_ptr), len(network.links)
    key = np.repeat(dst[tunnels.flow].astype(np.int64), count) * links + tunnels.link_idx
    cells, row = np.unique(key, return_inverse=True)
    rate = np.bincount(row, np.repeat(tunnels.rate_bps, count), len(cells))
    return _rows(cells // max(links, 1), cells % max(links, 1), floats(rate))


def weights_of(network: Network, trees: Trees) -> Weights:
    """Shares with which every node splits what it has for a destination, so that links carry what an allocation says.

    Traffic of all sources towards one destination is mixed at the nodes, which look at the destination alone; so what
    runs in circles is taken out first. Then the share of a link is its rate over all that leaves its node.

    Parameters
    ----------
    network : Network
    trees : Trees
        Rates by destination, of `trees_of` or of `Allocation.trees`.

    Returns
    -------
    Weights
        Under `loads_of` they give each link the load of the trees less `Weights.circling_bps`, where each node sends
        what it is granted.

    Examples
    --------
    See the tests, which compare both loads.
    """
    links, n = network.links, len(network.nodes)
    rate = graph.acyclic_rates(n, links.src, links.dst, trees.ptr, trees.link, trees.rate_bps)
    row = np.repeat(np.arange(len(trees.dst)), np.diff(trees.ptr))
    largest = np.zeros(len(trees.dst))
    np.maximum.at(largest, row, rate)
    keep = (rate > DUST * largest[row]) & (links.src[trees.link] != trees.dst[row])
    circling = np.bincount(trees.link, trees.rate_bps - rate, len(links))
    row, link, rate = row[keep], trees.link[keep], rate[keep]
    order = np.lexsort((link, links.src[link], row))
    row, link, rate = row[order], link[order], rate[order]
    node = row * n + links.src[link]
    first = np.flatnonzero(np.diff(node, prepend=-1))
    total = np.repeat(np.add.reduceat(rate, first) if len(first) else rate, np.diff(np.append(first, len(node))))
    made = _rows(trees.dst[row], link, floats(rate / total))
    return Weights(made.dst, made.ptr, made.link, made.rate_bps, floats(circling))


def loads_of(network: Network, demands: Demands, weights: Weights, rate_bps: FloatColumn | None = None) -> FloatColumn:
    """What the weights put on every link.

    Parameters
    ----------
    network : Network
    demands : Demands
    weights : Weights
    rate_bps : (K,) float [bit/s], optional
        What each demand sends, such as what it is granted; what it asks for if absent.

    Returns
    -------
    (L,) float [bit/s]
        A demand whose source has no next hop towards its destination loads nothing.
    """
    links = network.links
    rates = demands.rate_bps if rate_bps is None else rate_bps
    load = graph.weighted_failures(
        len(network.nodes), links.src, links.dst, links.cost, bools(network.transit),
        bools(np.ones(len(links), dtype=np.bool_)), weights.dst, weights.ptr, weights.link, weights.share, demands.src,
        demands.dst, rates, links.capacity_bps, indices([0, 0]), ints([]),
    )[0]  # fmt: skip
    return floats(load[0])


def rows_of(network: Network, weights: Weights) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the next hops of each node towards each destination begin and end.

    Parameters
    ----------
    network : Network
    weights : Weights

    Returns
    -------
    begin, end : (G,) int
        Entries of `Weights.link`, one group per destination and node.
    """
    row = np.repeat(np.arange(len(weights)), np.diff(weights.ptr))
    node = row * max(len(network.nodes), 1) + network.links.src[weights.link]
    begin = np.flatnonzero(np.diff(node, prepend=-1))
    return begin.astype(np.int64), np.append(begin[1:], len(node))[: len(begin)].astype(np.int64)


def _rows(dst: NDArray[np.integer], link: NDArray[np.integer], rate_bps: FloatColumn) -> Trees:
    """Entries sorted by destination as rows."""
    roots, count = np.unique(dst, return_counts=True)
    return Trees(ints(roots), indices(np.concatenate([[0], np.cumsum(count)])), ints(link), floats(rate_bps))
