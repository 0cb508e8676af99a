"""Shortest paths: one, several, all of equal cost, and figures over all pairs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import paths
from easterly.base.columns import bools, floats, indices, ints
from easterly.model.network import Network
from easterly.model.paths import EqualCost, Overview, PathSet
from easterly.route.paths.mask import Ends, Mask, graph_of, nodes_of, pairs_of


def shortest(
    network: Network, src: Ends, dst: Ends, *, mask: Mask | None = None, cost: ArrayLike | None = None
) -> PathSet:
    """The cheapest path of each pair over links that a mask admits; of several, the first as of `k_shortest`.

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
        One or several; a single one meets all of the other side.
    mask : Mask, optional
    cost : (L,) float, optional
        In the place of the links' routing cost: their delay, say.

    Returns
    -------
    PathSet
        No path where none is admissible.

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit.
    """
    return k_shortest(network, src, dst, 1, mask=mask, cost=cost)


def k_shortest(
    network: Network, src: Ends, dst: Ends, k: int, *, mask: Mask | None = None, cost: ArrayLike | None = None
) -> PathSet:
    """The k cheapest loopless paths of each pair (Yen 1971, with exact potentials).

    Ordered by cost, then hops, then link numbers from the source on. Parallel links make different paths. Interfaces
    are ends, never passed through.

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
        One or several; a single one meets all of the other side.
    k : int
        At least 1; fewer are found where there are no more.
    mask : Mask, optional
    cost : (L,) float, optional
        In the place of the links' routing cost.

    Returns
    -------
    PathSet

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, k below 1.
    """
    one, two = pairs_of(network, src, dst)
    return pathset(one, two, paths.k_shortest(*graph_of(network, mask, cost), one, two, k))


def pathset(src: np.ndarray, dst: np.ndarray, columns: tuple[np.ndarray, ...]) -> PathSet:
    """The noun of what the kernel gives."""
    pair_ptr, path_ptr, link, cost = columns[:4]
    return PathSet(ints(src), ints(dst), indices(pair_ptr), indices(path_ptr), ints(link), floats(cost))


def equal_cost(
    network: Network,
    roots: Ends,
    *,
    towards: bool = True,
    limit: float = math.inf,
    mask: Mask | None = None,
    cost: ArrayLike | None = None,
) -> EqualCost:
    """Distances and links of all cheapest paths, towards or from each root (Dijkstra 1959).

    Parameters
    ----------
    network : Network
    roots : node names or indices
    towards : bool
        Next hops of every node towards the root; otherwise the last links on the way from it.
    limit : float
        Nothing costlier is looked at.
    mask : Mask, optional
    cost : (L,) float, optional

    Returns
    -------
    EqualCost

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, a negative limit.
    """
    root = nodes_of(network, roots)
    distance, ptr, link = paths.trees(*graph_of(network, mask, cost), root, towards, limit)
    return EqualCost(root, towards, floats(distance), indices(ptr), ints(link))


def summary(
    network: Network, *, ends: Ends | None = None, mask: Mask | None = None, cost: ArrayLike | None = None
) -> Overview:
    """Eccentricity, mean distance, hops, equal-cost paths and link betweenness over all pairs, without storing them.

    Parameters
    ----------
    network : Network
    ends : node names or indices, optional
        Nodes whose ordered pairs count; all if absent.
    mask : Mask, optional
    cost : (L,) float, optional

    Returns
    -------
    Overview

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit.
    """
    counts = np.full(len(network.nodes), ends is None)
    if ends is not None:
        counts[nodes_of(network, ends)] = True
    made = paths.summary(*graph_of(network, mask, cost), counts)
    far, mean, reached, hops, path_counts, most, carried = made
    return Overview(
        bools(counts), floats(far), floats(mean), indices(reached), indices(hops), indices(path_counts), most,
        floats(carried),
    )  # fmt: skip
