"""Rules of routing: traffic that has no way, or none that is wide enough."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, ratio
from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, format_short
from easterly.model.as_hops import AsHops
from easterly.model.demand import DemandSet
from easterly.model.network import LinkKind, Network
from easterly.model.routing import Paths, rows_of
from easterly.model.spec.site import Site
from easterly.model.underlays import of_fabric
from easterly.route import checks_expansion, checks_hashing, checks_reliability, checks_structured
from easterly.route.as_hops import MOST
from easterly.route.ecmp import through_leaves, unserved

MORE = (checks_expansion, checks_hashing, checks_reliability, checks_structured)
"""Modules whose rules register themselves when they are imported."""


@rule("E701", "traffic has no path")
def every_flow_has_a_path(site: Site, network: Network, demands: DemandSet, paths: Paths) -> Iterator[Finding]:
    """The network joins the interfaces of every job and service."""
    lost = unserved(demands.flows, paths)
    owners = demands.phases.owner[demands.flows.phase]
    for owner in sorted(set(owners[lost].tolist())):
        own = lost[owners[lost] == owner]
        source, target = network.nodes.name[demands.flows.src[own[0]]], network.nodes.name[demands.flows.dst[own[0]]]
        yield Finding(
            "E701",
            _origin(site, owner),
            f"{len(own)} of {np.count_nonzero(owners == owner)} flows have no path, such as {source} to {target}",
            "join the switches that these interfaces are on, or move it with first_host",
            on_key=True,
        )


@rule("E702", "steady traffic is more than a link carries")
def links_carry_services(site: Site, network: Network, demands: DemandSet, paths: Paths) -> Iterator[Finding]:
    """Steady rates, split evenly over equal-cost paths, fit into every link."""
    steady = np.flatnonzero(demands.flows.rate_bps)
    paths = rows_of(paths, steady)
    sent = np.repeat(demands.flows.rate_bps[steady], np.diff(paths.ptr)) * paths.share
    load = floats(np.bincount(paths.link, sent, len(network.links)))
    over = ratio(load, network.links.capacity_bps)
    full = np.flatnonzero(over > 1 + 1e-9)
    if not len(full):
        return
    worst = int(full[np.argmax(over[full])])
    text = (
        f"steady traffic puts {_rate(load[worst])} on {network.link_ids[worst]}, "
        f"which carries {_rate(network.links.capacity_bps[worst])}"
    )
    yield Finding(
        "E702",
        _origin(site, _largest_sender(demands, steady, paths, sent, worst)),
        text + (f" (one of {len(full)} such links)" if len(full) > 1 else ""),
        "add links or a faster rate there, or spread the hosts that send",
        Severity.WARNING,
        on_key=True,
    )


@rule("E703", "equal-cost links have unequal rates")
def equal_cost_means_equal_rate(network: Network, paths: Paths) -> Iterator[Finding]:
    """Where traffic is split evenly, the links can carry equal parts."""
    starts, narrow, wide = _splits(network, paths)
    uneven = narrow < wide
    nodes = network.links.src[paths.link[starts[uneven]]]
    for fabric in sorted(set(network.nodes.fabric[nodes].tolist())):
        at = np.flatnonzero(uneven)[network.nodes.fabric[nodes] == fabric]
        names = network.nodes.name[network.links.src[paths.link[starts[at]]]].tolist()
        name = min(names)
        first = at[names.index(name)]
        yield Finding(
            "E703",
            (network.origins or {}).get(fabric, f"fabrics/{fabric}"),
            f"{name} splits traffic evenly over links of {_rate(narrow[first])} and {_rate(wide[first])}",
            "give the slower links a higher cost, or all the same rate",
            Severity.WARNING,
            on_key=True,
        )


@rule("E704", "costs send traffic where rendered routers do not")
def costs_agree_with_hops(site: Site, network: Network, hops: AsHops) -> Iterator[Finding]:
    """Rendered BGP counts hops: where links cannot count for so many that the cheapest ways win, the plan is alone."""
    if not len(hops.router):
        return
    names = network.nodes.name
    router, target = names[hops.router[0]], names[hops.target[0]]
    more = f" (one of {len(hops.router)} destinations)" if len(hops.router) > 1 else ""
    yield Finding(
        "E704",
        _unequal(site, network),
        f"{router} has other next hops to {target}{more} than the cheapest, as rendered: {_reason(site)}",
        f"state costs that are whole multiples, up to {MOST}, of the least of them, or one protocol for all",
        Severity.WARNING,
        on_key=True,
    )


def _reason(site: Site) -> str:
    """What keeps rendered routers from the cheapest ways."""
    spoken = {of_fabric(site, name).protocol for name in [*site.fabrics, ""]}
    if spoken == {"bgp"}:
        return "AS paths cannot be told as long as these costs are"
    return "costs are not handed from one protocol to another" if "bgp" in spoken else "costs are rounded"


def _unequal(site: Site, network: Network) -> str:
    """Where the costs stand that differ: of the first fabric that states several, or else those of the WAN."""
    links = network.links
    for name in site.fabrics:
        own = (links.kind == LinkKind.FABRIC) & (network.nodes.fabric[links.src] == name)
        if len(np.unique(links.cost[own])) > 1:
            return f"{(network.origins or {}).get(name, f'fabrics/{name}')}/links"
    return "wan/links"


@rule("E705", "traffic passes through a leaf")
def leaves_are_ends(site: Site, network: Network, demands: DemandSet, paths: Paths) -> Iterator[Finding]:
    """A leaf announces its own prefixes and no others (RFC 7938): it is no way for other leaves' traffic."""
    for owner in _owners(demands, through_leaves(network, demands.flows, paths)):
        yield Finding(
            "E705",
            _origin(site, owner),
            "its cheapest paths go down to a leaf and up again, which the rendered BGP refuses",
            "join these leaves to a common spine",
            Severity.WARNING,
            on_key=True,
        )


def _owners(demands: DemandSet, flows: NDArray[np.intp]) -> list[str]:
    """Jobs and services of some flows, sorted."""
    return sorted(set(demands.phases.owner[demands.flows.phase[flows]].tolist()))


def _splits(network: Network, paths: Paths) -> tuple[NDArray[np.intp], FloatColumn, FloatColumn]:
    """Runs of entries that leave one node for one flow: first entry, least and greatest capacity of their links.

    Only of nodes whose links differ in capacity: of the others there is nothing to say, and they are nearly all.
    """
    entry = np.flatnonzero(_of_mixed_nodes(network)[paths.link])
    if not len(entry):
        return np.zeros(0, dtype=np.intp), np.zeros(0), np.zeros(0)
    flow = np.searchsorted(paths.ptr, entry, side="right")
    node, capacity = network.links.src[paths.link[entry]], network.links.capacity_bps[paths.link[entry]]
    starts = np.flatnonzero(np.r_[True, (np.diff(flow) != 0) | (np.diff(node) != 0)])
    return entry[starts], np.minimum.reduceat(capacity, starts), np.maximum.reduceat(capacity, starts)


def _of_mixed_nodes(network: Network) -> NDArray[np.bool_]:
    """(L,) True for links that leave a node whose links have several capacities."""
    least, most = np.full(len(network.nodes), np.inf), np.zeros(len(network.nodes))
    np.minimum.at(least, network.links.src, network.links.capacity_bps)
    np.maximum.at(most, network.links.src, network.links.capacity_bps)
    mixed: NDArray[np.bool_] = (least < most)[network.links.src]
    return mixed


def _largest_sender(
    demands: DemandSet, members: NDArray[np.intp], paths: Paths, sent_bps: FloatColumn, link: int
) -> str:
    """The service with the largest part of the load of a link, of the flows named; of equals, the first by name."""
    on = np.flatnonzero(paths.link == link)
    flow = members[np.searchsorted(paths.ptr, on, side="right") - 1]
    names, row = np.unique(demands.phases.owner[demands.flows.phase[flow]], return_inverse=True)
    return str(names[np.argmax(np.bincount(row, sent_bps[on]))])


def _origin(site: Site, owner: str) -> str:
    if owner in site.jobs:
        return f"jobs/{owner}"
    return f"services/{owner}" if owner in site.services else f"traffic/{owner}"


def _rate(bps: float) -> str:
    return format_short(float(bps), RATE)
