"""How many AS hops each link has to count for, so that BGP takes the cheapest ways of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import ints
from easterly.model.as_hops import AsHops
from easterly.model.network import Network
from easterly.model.spec.site import Site
from easterly.route.rendered import Ground, differing, ground

MOST = 32
"""Hops that a link may count for: all makers can say as many."""
DECIMALS = 6
SLACK = 1e-9
Counts = NDArray[np.int64]


def as_hops(site: Site, network: Network) -> AsHops:
    """Hops that BGP is told to count on each link, so that next hops are those of the costs.

    Tried in turn: 1 for every link; costs of the WAN divided by what divides them all, beside the costs of the fabrics,
    and all costs divided likewise, the lesser of both first. What is above `MOST` counts for that. The first of these
    that gives every router the next hops of the plan towards all routers that announce hosts' prefixes, with all ties,
    is taken. Where none does, every link counts for 1, and pairs of routers say where that is not the plan.

    Parameters
    ----------
    site : Site
        Underlays.
    network : Network
        Costs.

    Returns
    -------
    AsHops

    Examples
    --------
    See `easterly.study.nouns`, whose rendered routers count so.
    """
    here = ground(site, network)
    count = np.ones(len(network.links), dtype=np.int64)
    if here.agrees_by_itself:
        return AsHops(ints(count), ints([]), ints([]))
    first: NDArray[np.int64] | None = None
    for tried in _candidates(here):
        found = differing(here, tried.astype(np.float64))
        if not len(found):
            count[here.link] = tried
            return AsHops(ints(count), ints([]), ints([]))
        first = found if first is None else first
    router, target = here.router[first].T if first is not None else ([], [])
    return AsHops(ints(count), ints(router), ints(target))


def _candidates(here: Ground) -> Iterator[Counts]:
    """Hops of the links between routers: 1 for each, then those in proportion to costs, the least first."""
    yield np.ones(len(here.cost), dtype=np.int64)
    if here.bgp.any():
        yield from sorted(_proportions(here), key=np.max)


def _proportions(here: Ground) -> Iterator[Counts]:
    of_wan = here.bgp & here.wan
    for cost in (np.where(of_wan, _lowest(here.cost, of_wan), here.cost), _lowest(here.cost, here.bgp)):
        count = np.where(here.bgp, np.rint(cost), 1)
        if np.abs(count - cost)[here.bgp].max() <= SLACK and count.min() >= 1:
            yield np.minimum(count, MOST).astype(np.int64)


def _lowest(cost: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Costs of chosen links as the least whole numbers in the same proportion; as they are where there are none.

    >>> _lowest(np.array([2.5, 5.0, 7.5]), np.array([True, True, False]))
    array([1., 2., 3.])
    """
    own = cost[chosen]
    for decimals in range(DECIMALS + 1):
        scaled = own * 10**decimals
        whole = np.rint(scaled)
        if np.abs(scaled - whole).max(initial=0.0) <= SLACK * max(1.0, scaled.max(initial=0.0)):
            common = gcd(*whole.astype(np.int64).tolist()) or 1
            return np.asarray(cost * 10**decimals / common)
    return cost
