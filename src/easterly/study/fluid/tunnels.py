"""Ways that an allocation found: between switches over its tunnels, in the shares of their rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn, floats, indices, ints
from easterly.base.findings import did_you_mean
from easterly.model.network import Network
from easterly.model.routing import Paths, Tunnels, rows_of
from easterly.study import engineering
from easterly.study.nouns import Nouns

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Between:
    """Tunnels, by the switches that they join.

    Attributes
    ----------
    edge : (N,) int
        The switch behind each interface; any other node is its own.
    src, dst : (T,) int
        Ends of each tunnel.
    tunnels : Tunnels
    """

    edge: IntColumn
    src: IntColumn
    dst: IntColumn
    tunnels: Tunnels


def tunnels_of(nouns: Nouns, intent: str) -> Between:
    """Tunnels of the allocation that an intent asks for, with nothing down.

    Parameters
    ----------
    nouns : Nouns
    intent : str

    Raises
    ------
    ValueError
        No intent of this name asks for an allocation, or there is nothing to allocate.
    """
    known = [name for name, each in nouns.site.intents.items() if each.allocate is not None]
    if intent not in known:
        said = did_you_mean(intent, known) if known else "give an intent `allocate:`"
        raise ValueError(f"no intent that allocates is called {intent!r}: {said}")
    asked, routing = engineering.allocated(nouns, intent)
    if routing.tunnels is None or not len(routing.tunnels.flow):
        raise ValueError(f"intent {intent!r} allocates nothing: nobody sends from one switch to another")
    flow = routing.tunnels.flow
    return Between(
        engineering.edges(nouns.network.value), ints(asked.src[flow]), ints(asked.dst[flow]), routing.tunnels
    )


def over(between: Between, network: Network, src: IntColumn, dst: IntColumn, alive: BoolColumn) -> Paths:
    """Links of pairs of interfaces over tunnels, and the share of a pair's bytes on each.

    What tunnels that are down carried goes over the others of the same switches, in proportion to their rates. Classes
    of strict priority are allocated apart; here all classes of two switches take the ways of all their tunnels.

    Parameters
    ----------
    between : Between
    network : Network
    src, dst : (F,) int
    alive : (L,) bool

    Returns
    -------
    Paths
        An empty row where no tunnel is left, or an interface is cut off.
    """
    nodes = len(network.nodes)
    known, pair = np.unique(between.src.astype(np.int64) * nodes + between.dst, return_inverse=True)
    table = _shares(between.tunnels, pair, len(known), alive)
    key = between.edge[src].astype(np.int64) * nodes + between.edge[dst]
    at = np.minimum(np.searchsorted(known, key), len(known) - 1)
    up, down = _links(network, src, between.edge[src]), _links(network, between.edge[dst], dst)
    met = (known[at] == key) & (np.diff(table.ptr)[at] > 0) & (src != dst)
    for link in (up, down):
        met &= (link == OWN) | ((link >= 0) & alive[np.maximum(link, 0)])
    rows = np.flatnonzero(met)
    inner = rows_of(table, indices(at[rows]))
    row = [np.repeat(rows, np.diff(inner.ptr)), rows[up[rows] >= 0], rows[down[rows] >= 0]]
    link = np.concatenate([inner.link, up[row[1]], down[row[2]]])
    share = np.concatenate([inner.share, np.ones(len(row[1]) + len(row[2]))])
    whole = np.concatenate(row)
    order = np.argsort(whole, kind="stable")
    return Paths(
        indices(np.searchsorted(whole[order], np.arange(len(src) + 1))), ints(link[order]), floats(share[order])
    )


OWN = -2
"""Of an interface that tunnels begin or end at themselves."""


def _links(network: Network, src: IntColumn, dst: IntColumn) -> Rows:
    """(F,) link from one node to another; `OWN` where they are one, -1 where there is none."""
    links, nodes = network.links, len(network.nodes)
    key = links.src.astype(np.int64) * nodes + links.dst
    order = np.argsort(key, kind="stable")
    wanted = src.astype(np.int64) * nodes + dst
    at = np.minimum(np.searchsorted(key[order], wanted), len(order) - 1)
    return np.where(src == dst, OWN, np.where(key[order][at] == wanted, order[at], -1))


def _shares(tunnels: Tunnels, pair: Rows, pairs: int, alive: BoolColumn) -> Paths:
    """Shares of links for each pair of switches, by the rates of tunnels that are up."""
    tunnel = np.repeat(np.arange(len(tunnels.flow)), np.diff(tunnels.link_ptr))
    broken = np.bincount(tunnel, ~alive[tunnels.link_idx], len(tunnels.flow)) > 0
    rate_bps = np.where(broken, 0.0, tunnels.rate_bps)
    whole_bps = np.bincount(pair, rate_bps, pairs)
    kept = (rate_bps > 0)[tunnel]
    width = 1 + int(tunnels.link_idx.max(initial=0))
    key, at = np.unique(pair[tunnel[kept]] * width + tunnels.link_idx[kept], return_inverse=True)
    link_bps = np.bincount(at, rate_bps[tunnel[kept]], len(key))
    row = key // width
    return Paths(
        indices(np.searchsorted(row, np.arange(pairs + 1))), ints(key % width), floats(link_bps / whole_bps[row])
    )
