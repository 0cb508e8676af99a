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
from easterly.route.rendered import Ground, agree, differing, ground

MOST = 32
"""Hops that a link may count for: all makers can say as many."""
DECIMALS = 6
GREATEST = 2.0**53
"""What a float counts to one by one."""
SLACK = 1e-9
Counts = NDArray[np.int64]
NONE = np.zeros((0, 2), dtype=np.int64)


def as_hops(site: Site, network: Network) -> AsHops:
    """Hops that BGP is told to count on each link, so that next hops are those of the costs.

    Tried in turn: 1 for every link; the least whole numbers in proportion to all costs, or to those of the WAN beside
    the fabrics' as they are; costs rounded on scales from 2 to `MOST`; and whole numbers cut at `MOST`. The first of
    these that gives every router the next hops of the plan towards all routers that announce hosts' prefixes, with all
    ties, is taken. Where none does, every link counts for 1, and pairs of routers say where that is not the plan.

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
    here, count = ground(site, network), np.ones(len(network.links), dtype=np.int64)
    wrong = NONE if here.agrees_by_itself else differing(here, np.ones(len(here.link)))
    tried = (
        next((each for each in _candidates(here) if agree(here, each.astype(np.float64))), None) if len(wrong) else None
    )
    if tried is not None:
        count[here.link], wrong = tried, NONE
    router, target = here.router[wrong].T
    return AsHops(ints(count), ints(router), ints(target))


def _candidates(here: Ground) -> Iterator[Counts]:
    """Hops of the links between routers, of which some are above 1: those that people read as costs come first."""
    if not here.bgp.any():
        return
    told = {np.ones(len(here.cost), dtype=np.int64).tobytes()}
    whole = sorted(_proportions(here), key=np.max)
    greatest = here.cost[here.bgp].max()
    rounded = (np.maximum(np.rint(here.cost * (top / greatest)), 1) for top in range(2, MOST + 1) if greatest > 0)
    cut = (np.minimum(count, MOST) for count in whole)
    for count in (*(each for each in whole if each.max() <= MOST), *rounded, *cut):
        made = np.where(here.bgp, count, 1).astype(np.int64)
        if made.tobytes() not in told:
            told.add(made.tobytes())
            yield made


def _proportions(here: Ground) -> Iterator[Counts]:
    of_wan, own = here.bgp & here.wan, np.minimum(here.cost, GREATEST)
    for cost in (np.where(of_wan, _lowest(own, of_wan), own), _lowest(own, here.bgp)):
        count = np.where(here.bgp, np.rint(cost), 1)
        if np.abs(count - cost)[here.bgp].max() <= SLACK and count.min() >= 1 and count.max() <= GREATEST:
            yield count.astype(np.int64)


def _lowest(cost: NDArray[np.float64], chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Costs of chosen links as the least whole numbers in the same proportion; as they are where there are none.

    >>> _lowest(np.array([2.5, 5.0, 7.5]), np.array([True, True, False]))
    array([1., 2., 3.])
    """
    own = cost[chosen]
    for decimals in range(DECIMALS + 1):
        scaled = own * 10**decimals
        whole = np.rint(scaled)
        if scaled.max(initial=0.0) > GREATEST:
            break
        if np.abs(scaled - whole).max(initial=0.0) <= SLACK * max(1.0, scaled.max(initial=0.0)):
            common = gcd(*whole.astype(np.int64).tolist()) or 1
            return np.asarray(cost * 10**decimals / common)
    return cost
