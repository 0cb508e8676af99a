"""Demands on a network as a problem in canonical form, and the way back from its rows to the demands.

The form depends neither on the order of the demands nor on the unit of rates: links that are down or have no capacity
are left out, demands of 0 and of a node to itself too, equal pairs are one row, rows are sorted, and rates are
multiples of the greatest capacity, rounded to 44 bits, so that the last bit of a conversion of units decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, bools, floats, indices, ints, texts
from easterly.model.allocation import Demands, Names
from easterly.model.network import Network
from easterly.route.allocate.posed import Problem

BITS = 44
SOURCES_AT_ONCE = 256
MARGIN = 1.125
"""Factor on what links at the ends of a pair carry, so that they bind it and not its limit."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A problem, what it was made from, and which row stands for which demand."""

    problem: Problem
    demands: Demands
    capacity_bps: FloatColumn  # (L,) of the network, 0 where a link is down
    link: IntColumn  # (L',) link of the network of each link of the problem
    unit_bps: float  # what 1 stands for in the problem
    row: IntColumn  # (D,) row of the problem of each demand, -1 where it has none
    part: FloatColumn  # (D,) part of its row's rate that a demand gets
    count: FloatColumn  # (K,) demands behind each row
    priority: IntColumn  # (K,) strict priority class of each row
    hops: FloatColumn  # (K,) links of a shortest path
    unserved: IntColumn  # demands above 0 without a path
    own_bps: FloatColumn  # (D,) rate granted without any link: of a node to itself
    names: Names


def quantised(values: NDArray[np.float64]) -> FloatColumn:
    """Numbers rounded to 44 bits, so that two that differ in the last bits alone are one.

    Parameters
    ----------
    values : (N,) float
        Infinity stays.

    Returns
    -------
    (N,) float
    """
    mantissa, exponent = np.frexp(values)
    return floats(np.ldexp(np.round(np.ldexp(mantissa, BITS)), exponent - BITS))


def pose(
    network: Network, demands: Demands, *, capacity_bps: FloatColumn, cost: FloatColumn, merge: str = "pair"
) -> Posed:
    """Bring demands on a network into canonical form.

    Parameters
    ----------
    network : Network
    demands : Demands
        Checked; see `asked`.
    capacity_bps : (L,) float [bit/s]
        0 where a link is down.
    cost : (L,) float
        Of a unit of rate on each link, not negative.
    merge : str
        What of one pair of nodes and one class is one row: ``pair`` all demands, ``weight`` those of equal weight,
        ``equal`` those of equal weight and rate, ``none`` no two.

    Returns
    -------
    Posed
    """
    link = np.flatnonzero(capacity_bps > 0)
    unit = float(capacity_bps[link].max()) if len(link) else 1.0
    live = np.flatnonzero((demands.rate_bps > 0) & (demands.src != demands.dst))
    hops = _hops(network, bools(capacity_bps > 0), demands.src[live], demands.dst[live])
    joined = np.isfinite(hops)
    row, first, total = _rows(demands, live[joined], merge)
    priority = demands.priority[first]
    capacity = quantised(capacity_bps[link] / unit)
    problem = Problem(
        nodes=len(network.nodes), src=ints(network.links.src[link]), dst=ints(network.links.dst[link]),
        capacity=capacity, cost=floats(cost[link]), transit=bools(network.transit), pair_src=ints(demands.src[first]),
        pair_dst=ints(demands.dst[first]), amount=quantised(total / unit), weight=floats(demands.weight[first]),
    )  # fmt: skip
    places = np.full(len(demands), -1, dtype=np.int32)
    places[live[joined]] = row
    own = np.where((demands.src == demands.dst) & np.isfinite(demands.rate_bps), demands.rate_bps, 0.0)
    first_hops = np.zeros(len(first))
    first_hops[row] = hops[joined]
    return Posed(
        problem, demands, floats(capacity_bps), ints(link), unit, ints(places), _parts(demands, places, len(first)),
        floats(np.bincount(row, minlength=len(first))), ints(priority), floats(first_hops), ints(live[~joined]),
        floats(own), names_of(network),
    )  # fmt: skip


def _hops(network: Network, alive: BoolColumn, src: IntColumn, dst: IntColumn) -> NDArray[np.float64]:
    """Links of a shortest path of each pair; infinite where there is none."""
    hops = np.full(len(src), np.inf)
    there = np.bincount(src, minlength=len(network.nodes)) > 0
    sources, index = np.flatnonzero(there), (np.cumsum(there) - 1)[src]
    block = (index // SOURCES_AT_ONCE).astype(np.uint16)
    order, starts = np.argsort(block, kind="stable"), csr(np.bincount(block))
    ones, transit = floats(np.ones(len(network.links))), bools(network.transit)
    for i, (low, high) in enumerate(pairwise(starts.tolist())):
        own, some = order[low:high], ints(sources[i * SOURCES_AT_ONCE : (i + 1) * SOURCES_AT_ONCE])
        table = graph.distances(
            len(network.nodes), network.links.src, network.links.dst, ones, transit, alive, some
        )  # fmt: skip
        hops[own] = table[index[own] - i * SOURCES_AT_ONCE, dst[own]]
    return hops


def _rows(
    demands: Demands, live: NDArray[np.intp], merge: str
) -> tuple[NDArray[np.intp], NDArray[np.intp], FloatColumn]:
    """Row of each live demand, one demand of each row, and the sum of each row: the same whatever the order."""
    rate, weight = demands.rate_bps[live], demands.weight[live]
    keys: list[NDArray[Any]] = [rate, weight, demands.priority[live], demands.src[live], demands.dst[live]]
    order = _order(keys, lambda: _curve_keys(demands, live, merge))
    told: dict[str, list[NDArray[Any]]] = {
        "pair": keys[2:],
        "weight": keys[1:],
        "equal": keys,
        "none": [np.arange(len(live))],
    }
    new = np.zeros(len(live), dtype=np.bool_)
    new[:1] = True
    for key in told.get(merge, [np.arange(len(live))]):
        new[1:] |= key[order[1:]] != key[order[:-1]]
    starts = np.flatnonzero(new)
    row = np.empty(len(live), dtype=np.intp)
    row[order] = np.cumsum(new) - 1
    total = np.add.reduceat(rate[order], starts) if len(starts) else np.zeros(0)
    return row, live[order[starts]], floats(total)


def _order(keys: list[NDArray[Any]], more: Callable[[], list[NDArray[np.intp]]]) -> NDArray[np.intp]:
    """Order by the last of the keys, then the one before, and so on; by the last two alone where these differ."""
    pair = keys[-1].astype(np.int64) << 32 | keys[-2]
    order = np.argsort(pair)
    ascending = pair[order]
    return order if (ascending[1:] != ascending[:-1]).all() else np.lexsort([*more(), *keys])


def _curve_keys(demands: Demands, live: NDArray[np.intp], merge: str) -> list[NDArray[np.intp]]:
    """Where rows are not merged, what else tells two demands apart: the place of their curves among all, sorted."""
    curves = demands.curves
    if merge != "none" or curves is None:
        return []
    points = [
        (curves.share[a:b].tolist(), curves.rate_bps[a:b].tolist())
        for a, b in zip(curves.ptr[live], curves.ptr[live + 1], strict=True)
    ]
    rank = np.empty(len(live), dtype=np.intp)
    rank[sorted(range(len(live)), key=points.__getitem__)] = np.arange(len(live))
    return [rank]


def _parts(demands: Demands, row: NDArray[np.int32], rows: int) -> FloatColumn:
    """Part of a row's rate that each of its demands gets: by rate; of unlimited ones, the same each."""
    held = np.flatnonzero(row >= 0)
    if len(held) == rows:  # one of each
        return floats(row >= 0)
    held = held[np.lexsort((demands.rate_bps[held], row[held]))]  # sums in this order, whatever that of the demands
    of, rate = row[held], demands.rate_bps[held]
    endless = np.bincount(of, np.isinf(rate), rows)[of] > 0
    own = np.where(endless, np.isinf(rate), rate)
    part = np.zeros(len(demands))
    part[held] = own / np.bincount(of, own, rows)[of]
    return floats(part)


def names_of(network: Network) -> Names:
    """Names of nodes and links, which the answer carries so that it can speak.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Names
    """
    name, links = network.nodes.name.tolist(), network.links
    ends = zip(links.src.tolist(), links.dst.tolist(), strict=True)
    return Names(network.nodes.name, texts([f"{name[a]}>{name[b]}" for a, b in ends]))


def within_reach(problem: Problem) -> FloatColumn:
    """(K,) some more than can leave the source or reach the destination of each pair, or its amount if that is less.

    Finite, and beyond what any pair can have: a limit that were reached would have the price that links there have.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    (K,) float
        Finite.
    """
    out = np.bincount(problem.src, problem.capacity, problem.nodes)
    into = np.bincount(problem.dst, problem.capacity, problem.nodes)
    return floats(np.minimum(problem.amount, MARGIN * np.minimum(out[problem.pair_src], into[problem.pair_dst])))


def rows_where(problem: Problem, chosen: NDArray[np.bool_]) -> Problem:
    """The problem of some of its pairs.

    Parameters
    ----------
    problem : Problem
    chosen : (K,) bool

    Returns
    -------
    Problem
    """
    return Problem(
        problem.nodes, problem.src, problem.dst, problem.capacity, problem.cost, problem.transit,
        ints(problem.pair_src[chosen]), ints(problem.pair_dst[chosen]), floats(problem.amount[chosen]),
        floats(problem.weight[chosen]),
    )  # fmt: skip


def csr(counts: NDArray[np.integer]) -> IndexColumn:
    """Pointer of rows with so many entries each.

    Parameters
    ----------
    counts : (R,) int

    Returns
    -------
    (R+1,) int64
    """
    return indices(np.concatenate([[0], np.cumsum(counts, dtype=np.int64)]))
