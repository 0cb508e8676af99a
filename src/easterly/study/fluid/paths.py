"""Which links every message takes, and which part of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly import route
from easterly.base.columns import IntColumn, floats, indices, ints
from easterly.model.demand import Flows
from easterly.model.network import Network
from easterly.model.routing import Paths, Policy
from easterly.predict.packet.routes import connections as columns_of
from easterly.predict.packet.routes import mixed_names
from easterly.route.hashing.walk import walk_named

FLOWLETS = 16
"""Ways that the messages of a pair of interfaces take in turn, where each of them is hashed anew."""

Rows = NDArray[np.int64]


def ways_of(
    network: Network, policy: Policy, src: IntColumn, dst: IntColumn, connections: IntColumn, *, routing: str,
    number: Rows | None = None, seed: int = 1, draw: int = 0,
) -> Paths:  # fmt: skip
    """Links of pairs of interfaces, and the share of a pair's bytes on each.

    By hash, every connection of a pair takes one way, that of a simulation of packets, and carries an equal part.
    Where packets are sprayed, or go where least waits, all cheapest ways carry equal parts. Fabrics that do not route
    by equal cost are routed as they route, in any case.

    Parameters
    ----------
    network : Network
    policy : Policy
    src, dst, connections : (F,) int
    routing : str
        One of `ROUTINGS`.
    number : (F,) int, optional
        What else the hash tells apart: flowlets of a pair.
    seed, draw : int
        Of the hashing.

    Returns
    -------
    Paths
        An empty row where there is no way.
    """
    flows = _flows(src, dst)
    if routing in ("spray", "adaptive"):
        return route.paths_of(network, flows, policy)
    own = _own_routing(network, src, dst)
    hashed = _hashed(network, policy, src, dst, connections, number, (seed, draw))
    if not own.any():
        return hashed
    even = route.paths_of(network, flows, policy)
    return chosen(own, even, hashed)


def _flows(src: IntColumn, dst: IntColumn) -> Flows:
    zero = np.zeros(len(src))
    return Flows(ints(src), ints(dst), floats(zero), floats(zero), ints(zero + 1), ints(zero))


def _own_routing(network: Network, src: IntColumn, dst: IntColumn) -> NDArray[np.bool_]:
    """(F,) pairs within fabrics that do not route by equal cost."""
    named = [structure.fabric for structure in network.structures if structure.routing != "ecmp"]
    fabric = network.nodes.fabric
    within: NDArray[np.bool_] = np.isin(fabric[src], named) & (fabric[src] == fabric[dst])
    return within


def _hashed(
    network: Network, policy: Policy, src: IntColumn, dst: IntColumn, connections: IntColumn, number: Rows | None,
    seeds: tuple[int, int],
) -> Paths:  # fmt: skip
    """Each connection walks by its hash; a pair has the share of its connections that took a link."""
    pair = np.repeat(np.arange(len(src)), connections)
    first = np.cumsum(connections) - connections
    of_pair = np.arange(len(pair)) - first[pair]
    if number is not None:
        of_pair = of_pair + int(connections.max(initial=1)) * number[pair]
    names = mixed_names(policy, columns_of(src[pair], dst[pair], of_pair), *seeds).value[:, 0]
    hops = walk_named(network, policy, names, src[pair], dst[pair])
    lost = np.zeros(len(src), dtype=np.bool_)
    lost[pair[hops.stuck]] = True
    width = len(network.links)
    key, count = np.unique(pair[hops.connection] * np.int64(width) + hops.link, return_counts=True)
    row, link = key // width, key % width
    kept = ~lost[row]
    row, link, share = row[kept], link[kept], (count / connections[row])[kept]
    return Paths(indices(np.searchsorted(row, np.arange(len(src) + 1))), ints(link), floats(share))


def chosen(first: NDArray[np.bool_], some: Paths, others: Paths) -> Paths:
    """Rows of one table where `first` says so, and of another elsewhere."""
    rows = np.arange(len(first))
    parts = [entries(table, rows[mask]) for table, mask in ((some, first), (others, ~first))]
    row = np.concatenate([rows[mask][part[0]] for part, mask in zip(parts, (first, ~first), strict=True)])
    order = np.argsort(row, kind="stable")
    link, share = (np.concatenate([part[k] for part in parts])[order] for k in (1, 2))
    return Paths(indices(np.searchsorted(row[order], np.arange(len(first) + 1))), ints(link), floats(share))


def entries(paths: Paths, rows: NDArray[np.signedinteger[Any]]) -> tuple[Rows, IntColumn, NDArray[np.float64]]:
    """Links of some rows: which of them each belongs to, the link, and the share."""
    count = np.diff(paths.ptr)[rows]
    of = np.repeat(np.arange(len(rows)), count)
    place = np.arange(len(of)) - (np.cumsum(count) - count)[of] + paths.ptr[rows][of]
    return of, paths.link[place], paths.share[place]
