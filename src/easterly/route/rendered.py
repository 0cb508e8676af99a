"""Next hops that rendered routers take, beside those of the plan's costs.

BGP counts hops of its links and sees nothing of what an interior protocol counts: a border tells the prefixes of its
fabric from there on, whatever the way behind it costs, and hands what it hears outside to all routers inside, which go
to the nearest border that has a way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import bools, floats, ints
from easterly.base.schema import Doc
from easterly.model.network import LinkKind, Network
from easterly.model.routing import HOP, TIES
from easterly.model.spec.site import Site
from easterly.model.underlays import METRICS, metric, of_fabric

BLOCK = 4_000_000
"""Pairs of link and destination that are looked at together."""
Distances = NDArray[np.float64]
Rows = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Ground:
    """Routers and the directed links between them; R routers, M links."""

    router: Annotated[Rows, Doc("(R,) node of each router.")]
    link: Annotated[Rows, Doc("(M,) row of each link in the network.")]
    src: Annotated[Rows, Doc("(M,) router that it leaves.")]
    dst: Annotated[Rows, Doc("(M,) router that it leads to.")]
    cost: Annotated[Distances, Doc("(M,) cost in the plan.")]
    wan: Annotated[Marks, Doc("(M,) links of the WAN.")]
    bgp: Annotated[Marks, Doc("(M,) links with sessions of BGP.")]
    passes: Annotated[Marks, Doc("(R,) routers that others' traffic may pass through.")]
    domain: Annotated[Rows, Doc("(R,) routers of one number share an interior protocol; -1 for those of BGP alone.")]
    ends: Annotated[Rows, Doc("Routers that announce hosts' prefixes; of those that are alike, one.")]

    @property
    def agrees_by_itself(self) -> bool:
        """Whether nothing but hops, or nothing but costs, decides all ways."""
        if self.bgp.all():
            return not len(self.cost) or bool((self.cost == self.cost[0]).all())
        low, high = METRICS
        whole = (self.cost == np.rint(self.cost)) & (self.cost >= low) & (self.cost <= high)
        return not self.bgp.any() and bool(whole.all())

    @cached_property
    def metric(self) -> Distances:
        """(M,) cost in an interior protocol."""
        return floats([metric(cost) for cost in self.cost.tolist()])

    @cached_property
    def borders(self) -> Rows:
        """Routers of interior protocols that speak BGP too."""
        speaks = np.zeros(len(self.router), dtype=np.bool_)
        speaks[self.src[self.bgp]] = True
        return np.flatnonzero(speaks & (self.domain >= 0))


def ground(site: Site, network: Network) -> Ground:
    """What next hops depend on.

    Parameters
    ----------
    site : Site
        Underlays, and places of anycast services.
    network : Network
    """
    nodes, links = network.nodes, network.links
    link = np.flatnonzero(links.kind != LinkKind.HOST)
    router = np.flatnonzero(network.transit)
    place = np.full(len(nodes), -1, dtype=np.int64)
    place[router] = np.arange(len(router))
    wan = links.kind[link] == LinkKind.WAN
    own = {name: of_fabric(site, name).protocol for name in np.unique(nodes.fabric[router]).tolist()}
    interior = np.isin(nodes.fabric, [name for name, protocol in own.items() if protocol != "bgp"])
    of_wan = of_fabric(site, "").protocol != "bgp"
    bgp = ~np.where(wan, of_wan, interior[links.src[link]])
    _, fabric = np.unique(nodes.fabric[router], return_inverse=True)
    domain = np.where(interior[router], 0 if of_wan else fabric, -1)
    made = Ground(
        router, link, place[links.src[link]], place[links.dst[link]], links.cost[link], wan, bgp,
        ~network.ending[router], domain, np.zeros(0, dtype=np.int64),
    )  # fmt: skip
    announcing = place[_announcing(site, network)]
    return replace(made, ends=_apart(made, np.unique(announcing[announcing >= 0])))


def _announcing(site: Site, network: Network) -> Rows:
    """Switches beside hosts, and places of anycast services."""
    links = network.links
    beside = links.src[links.kind == LinkKind.HOST].tolist()
    served = [network.index[name] for given in site.anycast.values() for name in given.at if name in network.index]
    return np.array([*beside, *served], dtype=np.int64)


def _apart(here: Ground, ends: Rows) -> Rows:
    """One of each set of destinations with the same neighbours at the same costs.

    To swap two of them changes nothing else in the graph, so next hops towards one agree where those towards the other
    do.
    """
    order = np.lexsort((here.cost, here.dst, here.src))
    ptr = np.searchsorted(here.src[order], np.arange(len(here.router) + 1))
    seen: dict[tuple[int, bool, bytes, bytes], int] = {}
    for end in ends.tolist():
        own = order[ptr[end] : ptr[end + 1]]
        key = (int(here.domain[end]), bool(here.passes[end]), here.dst[own].tobytes(), here.cost[own].tobytes())
        seen.setdefault(key, end)
    return np.array(sorted(seen.values()), dtype=np.int64)


def differing(here: Ground, count: Distances) -> Rows:
    """Where rendered routers have other next hops than the plan.

    Parameters
    ----------
    here : Ground
    count : (M,) float
        AS hops that each link counts for.

    Returns
    -------
    (K, 2) int
        Routers, and destinations among `Ground.ends`, rows of `Ground.router`; one pair for each destination.
    """
    found = list(_differing(here, count, max(1, BLOCK // max(1, len(here.link)))))
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def agree(here: Ground, count: Distances) -> bool:
    """Whether there is no such place; the first destination alone is looked at first, which is mostly enough."""
    return not any(True for _ in _differing(here, count, 1))


def _differing(here: Ground, count: Distances, first: int) -> Iterator[tuple[int, int]]:
    low, step = 0, first
    while low < len(here.ends):
        targets = here.ends[low : low + step]
        wrong = _planned(here, targets) != _rendered(here, targets, count)
        for row in np.flatnonzero(wrong.any(axis=1)).tolist():
            yield int(here.src[wrong[row]].min()), int(targets[row])
        low, step = low + step, max(1, BLOCK // max(1, len(here.link)))


def _planned(here: Ground, targets: Rows) -> Marks:
    """(T, M) links on cheapest ways; where a link costs nothing, the end with fewer hops to go is the nearer one."""
    every = np.ones(len(here.link), dtype=np.bool_)
    on = _on(here, here.cost, every, _towards(here, here.cost, every, targets), targets)
    free = here.cost == 0
    if free.any():
        far = _towards(here, here.cost + HOP, every, targets)
        on &= ~free | (far[:, here.dst] < far[:, here.src])
    return on


def _rendered(here: Ground, targets: Rows, count: Distances) -> Marks:
    """(T, M) links that rendered routers take towards each target."""
    if here.bgp.all():
        return _on(here, count, here.bgp, _towards(here, count, here.bgp, targets), targets)
    inside = here.domain[targets][:, None]
    interior = _on(here, here.metric, ~here.bgp, _towards(here, here.metric, ~here.bgp, targets), targets)
    told = _told(here, count, targets)
    near = _nearest(here, np.isfinite(told))
    first = np.isfinite(told)[:, here.src]
    handed = _on(here, here.metric, ~here.bgp, near, targets) & ~first
    outer = (_on(here, count, here.bgp, told, targets) & first) | handed
    return np.where((here.domain[here.src][None, :] == inside) & (inside >= 0), interior, outer)


def _told(here: Ground, count: Distances, targets: Rows) -> Distances:
    """(T, R) AS hops to whoever tells of each target: itself, or the borders of its domain."""
    domain = here.domain[targets]
    alone = _towards(here, count, here.bgp, targets)
    borders = _towards(here, count, here.bgp, here.borders)
    for row in np.flatnonzero(domain >= 0).tolist():
        own = here.domain[here.borders] == domain[row]
        alone[row] = borders[own].min(axis=0, initial=np.inf)
    return alone


def _nearest(here: Ground, knows: Marks) -> Distances:
    """(T, R) way inside a domain to the nearest border that knows a way to each target."""
    best = np.full(knows.shape, np.inf)
    for border, far in zip(here.borders.tolist(), _towards(here, here.metric, ~here.bgp, here.borders), strict=True):
        np.minimum(best, np.where(knows[:, border, None], far[None, :], np.inf), out=best)
    return best


def _towards(here: Ground, cost: Distances, alive: Marks, targets: Rows) -> Distances:
    """(T, R) distances of all routers to some."""
    if not len(targets):
        return np.zeros((0, len(here.router)))
    made = graph.distances(
        len(here.router), ints(here.dst), ints(here.src), floats(cost), bools(here.passes), bools(alive), ints(targets)
    )
    return np.array(made)


def _on(here: Ground, cost: Distances, alive: Marks, distance: Distances, targets: Rows) -> Marks:
    """(T, M) links on a cheapest way."""
    own = distance[:, here.src]
    with np.errstate(invalid="ignore"):
        near = np.asarray(distance[:, here.dst] + cost <= own * (1 + TIES))
    near &= np.isfinite(own) & (here.src != targets[:, None]) & alive
    near &= here.passes[here.dst] | (here.dst == targets[:, None])
    return near
