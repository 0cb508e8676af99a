"""Demands on at most k paths each: an allocation rounded, with the bound of all paths and the gap to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import allocate as kernel
from easterly.base.columns import FloatColumn, bools, floats, indices, ints
from easterly.model.allocation import Allocation
from easterly.model.network import Network
from easterly.model.routing import Paths, Routing, Tunnels
from easterly.route.allocate.result import OPTIMAL, fullest, gap_of, served

OBJECTIVES = ("max-throughput", "max-concurrent", "min-max-utilisation")
NEAR = 1e-3  # of the mean price: what tells paths of equal price apart, the shorter first


def few_paths(
    network: Network, routing: Routing, *, splits: int = 1, whole: bool = False, seed: int = 0, rounds: int = 4
) -> Routing:
    """Put every demand of an allocation on at most `splits` paths, as well as can be found.

    The best of several rounds: the first keeps the largest paths of each demand, the others draw by their rates
    (Raghavan & Thompson 1987, Combinatorica 7:4); a search then moves paths, exchanges them and fills what is left.
    Choosing paths is NP-hard, so this proves nothing of its own: the bound is that of the allocation, whose demands
    may split at will, and the gap is the distance to it.

    Parameters
    ----------
    network : Network
    routing : Routing
        Of `easterly.route.solve`, for ``max-throughput``, ``max-concurrent`` or ``min-max-utilisation``.
    splits : int
        Paths that a demand may have; 1 is unsplittable.
    whole : bool
        Throughput alone: a demand is granted in full or not at all. Else it may have any part of what it asks for.
    seed : int
        Of the draws, which are named by round and ends of the demand.
    rounds : int

    Returns
    -------
    Routing
        Tunnels, shares and allocation of the few paths. Duals are those of the allocation that was given.

    Raises
    ------
    ValueError
        Another objective, a routing without an allocation, several priority classes, no path or no round allowed.

    Examples
    --------
    See the tests, which compare with mixed-integer programmes.
    """
    given = _checked(routing, splits, rounds)
    if given.status == "infeasible":
        return routing
    verb = kernel.split_throughput if given.objective == "max-throughput" else kernel.split_utilisation
    found = [_round(network, routing, given, verb, splits, whole, seed, turn) for turn in range(rounds)]
    least = given.objective == "min-max-utilisation"
    best = min(found, key=lambda made: made[1] if least else -made[1])
    return _routing(routing, given, *best, splits)


def _checked(routing: Routing, splits: int, rounds: int) -> Allocation:
    given = routing.allocation
    if given is None or routing.tunnels is None:
        raise ValueError("the routing has no allocation with paths: solve for an objective first")
    if given.objective not in OBJECTIVES:
        raise ValueError(f"{given.objective} has no form with few paths: {', '.join(OBJECTIVES)} have")
    if splits < 1 or rounds < 1:
        raise ValueError(f"splits is {splits} and rounds is {rounds}: at least one of each")
    if given.objective == "max-throughput" and len(np.unique(given.demands.priority)) > 1:
        raise ValueError("few paths of several priority classes: solve class by class")
    return given


def _round(  # type: ignore[no-untyped-def]
    network: Network, routing: Routing, given: Allocation, verb, splits: int, whole: bool, seed: int, turn: int
) -> tuple[Tunnels, float]:
    """Tunnels of one round, and what they are worth."""
    links, demands, tunnels = network.links, given.demands, routing.tunnels
    assert tunnels is not None
    demand, ptr, link, rate = verb(
        len(network.nodes), links.src, links.dst, _lengths(given), bools(network.transit),
        bools(given.capacity_bps > 0), given.capacity_bps, demands.src, demands.dst, _amounts(network, given),
        demands.weight, tunnels.flow, tunnels.link_ptr, tunnels.link_idx, tunnels.rate_bps, splits, whole,
        seed & (2**64 - 1), turn,
    )  # fmt: skip
    if given.objective == "max-throughput":
        value = float((rate * demands.weight[demand]).sum() + (_own(given) * demands.weight).sum())
    else:
        use = fullest(_load(link, ptr, rate, len(links)), given.capacity_bps)
        value = use
        if given.objective == "max-concurrent":
            value = 1 / use if use else given.value
            rate = rate * value
    return Tunnels(ints(demand), indices(ptr), ints(link), floats(rate), ints(np.full(len(demand), -1))), value


def _routing(routing: Routing, given: Allocation, tunnels: Tunnels, value: float, splits: int) -> Routing:
    """The noun of the best round."""
    rate = np.bincount(tunnels.flow, tunnels.rate_bps, len(given.demands)) + _own(given)
    load = _load(tunnels.link_idx, tunnels.link_ptr, tunnels.rate_bps, len(given.capacity_bps))
    bound = min(given.bound, value) if given.objective == "min-max-utilisation" else max(given.bound, value)
    gap = gap_of(value, bound)
    word = "paths" if splits > 1 else "path"
    allocation = replace(
        given, status="optimal" if gap <= OPTIMAL else "feasible", value=value, bound=bound, gap=gap,
        rate_bps=floats(rate), load_bps=floats(load), served_fraction=served(given.demands, floats(rate)),
        max_utilisation=fullest(floats(load), given.capacity_bps), method=f"{given.method}, rounded and searched",
        reason=f"at most {splits} {word} each; the bound is that of demands that split at will",
        trees=None,
    )  # fmt: skip
    return replace(routing, tunnels=tunnels, paths=_shares(tunnels, rate), allocation=allocation)


def _own(given: Allocation) -> NDArray[np.float64]:
    """Rates granted to demands of a node to itself, which need no link."""
    return np.where(given.demands.src == given.demands.dst, given.rate_bps, 0.0)


def _amounts(network: Network, given: Allocation) -> FloatColumn:
    """What demands ask for; where there is no limit, what their ends can send and take."""
    n, links, demands = len(network.nodes), network.links, given.demands
    out = np.bincount(links.src, given.capacity_bps, n)
    into = np.bincount(links.dst, given.capacity_bps, n)
    reach = np.minimum(out[demands.src], into[demands.dst])
    return floats(np.where(np.isinf(demands.rate_bps), reach, demands.rate_bps))


def _lengths(given: Allocation) -> FloatColumn:
    """Prices as lengths, with a little for each link."""
    mean = float(given.dual.mean()) if len(given.dual) else 0.0
    return floats(given.dual / mean + NEAR if mean > 0 else np.ones(len(given.dual)))


def _load(link: NDArray[np.int32], ptr: NDArray[np.int64], rate: NDArray[np.float64], links: int) -> FloatColumn:
    return floats(np.bincount(link, np.repeat(rate, np.diff(ptr)), links))


def _shares(tunnels: Tunnels, rate: NDArray[np.float64]) -> Paths:
    """Share of each demand's rate on each link."""
    width = int(tunnels.link_idx.max(initial=0)) + 1
    entry = np.repeat(np.arange(len(tunnels.flow)), np.diff(tunnels.link_ptr))
    key = tunnels.flow[entry].astype(np.int64) * width + tunnels.link_idx
    cell, index = np.unique(key, return_inverse=True)
    sums = np.bincount(index, tunnels.rate_bps[entry], len(cell))
    share = np.minimum(sums / rate[cell // width], 1.0) if len(cell) else sums
    ptr = np.concatenate([[0], np.cumsum(np.bincount(cell // width, minlength=len(rate)))])
    return Paths(indices(ptr), ints(cell % width), floats(share))
