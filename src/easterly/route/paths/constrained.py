"""Paths under constraints of their own: rates and affinities per pair, a limit on delay."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import paths
from easterly.base.columns import FloatColumn, floats
from easterly.model.network import Network
from easterly.model.paths import BoundedPaths, Placed
from easterly.route.paths.mask import Ends, Mask, free_of, graph_of, groups_of, pairs_of
from easterly.route.paths.searches import pathset

STATUS = ("infeasible", "optimal", "feasible", "unproven")


def constrained(
    network: Network,
    src: Ends,
    dst: Ends,
    rate_bps: ArrayLike,
    *,
    group: ArrayLike | None = None,
    free_bps: FloatColumn | None = None,
    exclude_any: ArrayLike = 0,
    include_any: ArrayLike = 0,
    include_all: ArrayLike = 0,
    reserve: bool = False,
    mask: Mask | None = None,
) -> Placed:
    """The cheapest admissible path of each pair (CSPF), with affinities of RFC 3209 and a rate for every pair.

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
    rate_bps : float or (P,) float [bit/s]
        Links with less left are out.
    group : (L,) int, optional
        Administrative groups of each link, one per bit of 32.
    free_bps : (L,) float, optional [bit/s]
        What is left on each link; its capacity if absent.
    exclude_any, include_any, include_all : int or (P,) int
    reserve : bool
        Pairs come in order, and each takes its rate from the links of its path, as tunnels that are set up one by one.
    mask : Mask, optional
        What holds for all pairs.

    Returns
    -------
    Placed

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, negative rates.
    """
    one, two = pairs_of(network, src, dst)

    def bits(values: ArrayLike) -> NDArray[np.uint32]:
        return np.ascontiguousarray(np.broadcast_to(np.asarray(values, dtype=np.uint32), one.shape))

    rate = floats(np.broadcast_to(np.asarray(rate_bps, dtype=np.float64), one.shape))
    made = paths.constrained(
        *graph_of(network, mask), groups_of(group, len(network.links)), free_of(network, free_bps), one, two, rate,
        bits(exclude_any), bits(include_any), bits(include_all), reserve,
    )  # fmt: skip
    return Placed(pathset(one, two, made), floats(made[4]))


def delay_bounded(
    network: Network,
    src: Ends,
    dst: Ends,
    limit_s: ArrayLike,
    *,
    labels: int = 1_000_000,
    mask: Mask | None = None,
    cost: ArrayLike | None = None,
) -> BoundedPaths:
    """The cheapest path of each pair whose links delay it by no more than a limit.

    Label setting with dominance (Desrochers & Soumis 1988): exact while `labels` suffice for a pair, and with a bound
    on the cost beyond. The problem is NP-hard; on networks few pairs need more than some hundred labels.

    Parameters
    ----------
    network : Network
    src, dst : node names or indices
    limit_s : float or (P,) float [s]
        May be infinite.
    labels : int
        Most labels of a pair.
    mask : Mask, optional
    cost : (L,) float, optional

    Returns
    -------
    BoundedPaths

    Raises
    ------
    ValueError
        Unknown nodes, columns that do not fit, a negative limit.
    """
    one, two = pairs_of(network, src, dst)
    limit = floats(np.broadcast_to(np.asarray(limit_s, dtype=np.float64), one.shape))
    made = paths.delay_bounded(*graph_of(network, mask, cost), network.links.delay_s, one, two, limit, labels)
    status = tuple(STATUS[s] for s in made[6].tolist())
    return BoundedPaths(pathset(one, two, made), floats(made[4]), floats(made[5]), status)
