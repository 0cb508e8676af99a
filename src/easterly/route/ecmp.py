"""Shortest paths with equal-cost multipath: where flows go, and how unevenly hashing spreads them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import graph
from easterly.base.columns import BoolColumn, FloatColumn, IntColumn, bools, floats, ints
from easterly.model.demand import DemandSet, Flows
from easterly.model.network import LinkKind, Network
from easterly.model.routing import Paths, Policy, Routing, Spread
from easterly.model.spec.fabric import Hash
from easterly.route import structured
from easterly.route.seeds import ALL, seeds_of, told_apart


def solve(
    network: Network, demands: DemandSet, *, seed: int, alive: BoolColumn | None = None, draws: int = 64
) -> Routing:
    """Route every flow over its cheapest paths, split evenly at every node that has several.

    A flow's path and a phase's spread depend on the network, the seed and that phase alone: routing owners one
    by one and joining the answers gives what routing them together gives.

    Parameters
    ----------
    network : Network
    demands : DemandSet
    seed : int
        Seed of the site; names the hash seed of every node and the random draws.
    alive : (L,) bool, optional
        Links that are up; all if absent.
    draws : int
        Number of hashings over which `Spread` takes its statistics.

    Returns
    -------
    Routing
        Flows without any path are rows of `Routing.unserved`, not errors.

    Examples
    --------
    See `easterly.study.plan`, which routes the demands of a site.
    """
    policy = policy_of(network, seed=seed, alive=alive)
    paths = paths_of(network, demands.flows, policy)
    spread, uplinks = spreads_of(network, demands, policy, seed=seed, draws=draws)
    return Routing(policy, paths, spread, unserved(demands.flows, paths), uplinks)


def policy_of(
    network: Network, *, seed: int, alive: BoolColumn | None = None, hashes: Mapping[str, Hash] | None = None
) -> Policy:
    """How paths are chosen on this network: costs of the links, even weights, hash seeds of the nodes.

    Parameters
    ----------
    network : Network
    seed : int
    alive : (L,) bool, optional
        Links that are up; all if absent.
    hashes : mapping of str to Hash, optional
        By fabric, what its switches hash and whose seeds differ; one seed per node and everything hashed if absent.

    Returns
    -------
    Policy
    """
    links = len(network.links)
    return Policy(
        cost=network.links.cost,
        transit=bools(network.transit),
        alive=bools(np.ones(links, dtype=np.bool_) if alive is None else alive),
        hash="mix64",
        seed=seeds_of(network, seed, hashes),
        weight=floats(np.ones(links)),
        told=told_apart(network, hashes or {}),
    )


def paths_of(network: Network, flows: Flows, policy: Policy) -> Paths:
    """Share of each flow on each link under equal-cost multipath (RFC 2992, with many connections).

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy

    Returns
    -------
    Paths
        An empty row where a flow has no path, or ends where it starts. Structured fabrics are routed by formula where
        they are whole; the result is that of a search, unless they have another routing (`Network.structures`). Where
        links are down, flows of such a routing keep their way by formula, as far as all of it is up; others are
        searched.
    """
    return structured.paths(network, flows, policy, lambda some: _searched(network, some, policy))


def _searched(network: Network, flows: Flows, policy: Policy) -> Paths:
    """Paths over all links, by search."""
    columns = graph.ecmp_shares(
        len(network.nodes), network.links.src, network.links.dst, policy.cost, policy.transit, policy.alive,
        policy.weight, flows.src, flows.dst,
    )  # fmt: skip
    for made in columns:  # nobody else holds them, and a copy may be of hundreds of megabytes
        made.flags.writeable = False
    return Paths(*columns)


def loads_of(
    network: Network, flows: Flows, policy: Policy, group: IntColumn | None = None, groups: int = 1
) -> FloatColumn:
    """What flows put on every link, split evenly as in `paths_of`, without a share for every flow and link.

    Traffic towards one switch is carried to it together, from the farthest sender on: a large site takes a fraction of
    the time and of the memory of its paths. Structured fabrics are loaded by formula, see `paths_of`.

    Parameters
    ----------
    network : Network
    flows : Flows
    policy : Policy
    group : (F,) int, optional
        Whose load each flow is, such as its phase; all the same if absent.
    groups : int

    Returns
    -------
    (G, L) float [bit or bit/s]
        Bits of flows with bytes, rates of steady ones. What has no path loads nothing.
    """
    own = ints(np.zeros(len(flows), dtype=np.int32)) if group is None else group
    return structured.loads(
        network, flows, policy, own, groups, lambda some, of: _searched_loads(network, some, policy, of, groups)
    )


def _searched_loads(network: Network, flows: Flows, policy: Policy, own: IntColumn, groups: int) -> FloatColumn:
    """Loads over all links, by search."""
    load = graph.ecmp_loads(
        len(network.nodes), network.links.src, network.links.dst, policy.cost, policy.transit, policy.alive,
        policy.weight, flows.src, flows.dst, floats(flows.size_B * 8 + flows.rate_bps), own, groups,
    )  # fmt: skip
    return floats(load)


def spreads_of(
    network: Network, demands: DemandSet, policy: Policy, *, seed: int, draws: int = 64
) -> tuple[Spread, Spread]:
    """Time of the busiest link of each phase, split evenly and over random hashings: of all links, and of uplinks.

    Every connection picks a next hop at every node by a hash of its own name, the node's seed and the number of
    the draw. Of its name counts what `Policy.told` says, and nodes of one seed choose alike. The busiest of many links
    that share the load by chance is fuller than the mean: for few connections per link by a factor of two and more
    (Raab & Steger 1998, balls into bins).

    Parameters
    ----------
    network : Network
    demands : DemandSet
    policy : Policy
    seed : int
    draws : int

    Returns
    -------
    Spread, Spread
        Over all links, and over those between switches alone. In seconds for jobs; for services, which have rates and
        no bytes, load over capacity. Phases in fabrics of another routing are not hashed hop by hop: their three
        numbers are the even one.
    """
    flows, every = demands.flows, network.links.capacity_bps
    told = np.full(len(flows), ALL, dtype=np.int32) if policy.told is None else policy.told[flows.src]
    between = np.where(network.links.kind == LinkKind.HOST, np.inf, every)
    even, mean, p95, even_link, p95_link = graph.hashed_spread(
        len(network.nodes), network.links.src, network.links.dst, policy.cost, policy.transit, policy.alive,
        policy.weight, policy.seed, flows.src, flows.dst, floats(flows.size_B * 8 + flows.rate_bps),
        flows.connections, told, flows.phase, len(demands.phases), np.stack([every, between]),
        seed & (2**64 - 1), draws,
    )  # fmt: skip
    for phase, load in structured.unhashed(network, flows, policy):
        full = load / np.stack([every, between])
        even_link[:, phase] = p95_link[:, phase] = full.argmax(axis=1)
        even[:, phase] = mean[:, phase] = p95[:, phase] = full.max(axis=1)
    spread, uplinks = (
        Spread(floats(even[i]), floats(mean[i]), floats(p95[i]), ints(even_link[i]), ints(p95_link[i]), draws)
        for i in range(2)
    )
    return spread, uplinks


def unserved(flows: Flows, paths: Paths) -> IntColumn:
    """Flows that have somewhere to go and no way to get there.

    Parameters
    ----------
    flows : Flows
    paths : Paths

    Returns
    -------
    (K,) int32
        Rows of `Flows`, ascending.
    """
    return ints(np.flatnonzero((np.diff(paths.ptr) == 0) & (flows.src != flows.dst)))


def through_leaves(network: Network, flows: Flows, paths: Paths) -> NDArray[np.intp]:
    """Flows that go down to a leaf and up again.

    The cheapest way may lead there when links have failed, but no router would take it: a leaf whose cables to
    switches all lead upwards announces nothing but its own prefixes (RFC 7938).

    Parameters
    ----------
    network : Network
    flows : Flows
    paths : Paths

    Returns
    -------
    (K,) int
        Rows of `Flows`, ascending.
    """
    links, tier = network.links, network.nodes.tier
    edge = network.nodes.role == "leaf"
    edge[links.src[(links.kind != LinkKind.HOST) & (tier[links.dst] <= tier[links.src])]] = False
    down = edge[links.dst] & (tier[links.src] > tier[links.dst])
    up = edge[links.src] & (tier[links.dst] > tier[links.src])
    reached, left = _visits(paths, down, links.dst, len(tier)), _visits(paths, up, links.src, len(tier))
    return np.unique(np.intersect1d(reached, left) // len(tier))


def _visits(paths: Paths, chosen: NDArray[np.bool_], node: IntColumn, nodes: int) -> NDArray[np.int64]:
    """``flow * nodes + node`` of the entries on chosen links, given the node of each link."""
    entry = np.flatnonzero(chosen[paths.link])
    visit = (np.searchsorted(paths.ptr, entry, side="right") - 1) * nodes + node[paths.link[entry]]
    return np.asarray(visit[np.diff(visit, prepend=-1) != 0], dtype=np.int64)  # links of a node follow each other
