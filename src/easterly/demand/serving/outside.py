"""What a service exchanges with others: its users, a store of prefixes, a store of weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import IntColumn, ints
from easterly.demand.ends import nodes_of
from easterly.demand.layout import Layout
from easterly.demand.phases import Phase
from easterly.demand.serving.inside import steady
from easterly.demand.serving.pools import Pool, pools, ranks
from easterly.demand.serving.rates import users_bps
from easterly.demand.serving.weights import token_B, weights
from easterly.demand.spread import spread
from easterly.model.network import Network
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Site:
    """Where the others are.

    Attributes
    ----------
    network : Network
    hosts : mapping of str to (H,) int
        Hosts of the works that a service names.
    layout : Layout
        Of the service itself.
    """

    network: Network
    hosts: Mapping[str, IntColumn]
    layout: Layout

    def nodes(self, name: str | None) -> IntColumn:
        """Nodes of a store; none if it is not named."""
        return ints([]) if name is None else nodes_of(self.network, self.hosts, name)

    def gates(self, name: str | None) -> IntColumn:
        """Where users come in: a WAN site's router, or the border routers of a fabric."""
        nodes = self.network.nodes
        border = np.flatnonzero((nodes.role == "border") & (nodes.fabric == (name or "")))
        return ints(border) if len(border) else self.nodes(name)


def partners(service: Service) -> tuple[str, ...]:
    """Names that a service reads from or answers to, sorted."""
    stores = (part.source for part in (service.users, service.prefix, service.weights) if part is not None)
    return tuple(sorted({name for name in stores if name}))


def users(service: Service, where: Site) -> Iterator[Phase]:
    """Requests from users to the replicas that compute prompts, and answers back from those that make them."""
    gates = where.gates(service.users.source)
    if not len(gates):
        return
    rows = ranks(service, where.layout.gpus)
    inwards, outwards = users_bps(service)
    rate_bps, each = where.layout.nic_bps, service.load.requests or 1.0
    asked = spread(gates, where.layout.interfaces(rows[0]), inwards, rate_bps)
    told = spread(where.layout.interfaces(rows[-1]), gates, outwards, rate_bps)
    yield steady("users", "request", "direct", asked, message_B=inwards / 8 / each)
    yield steady("users", "answer", "direct", told, message_B=service.users.token + service.users.per_token)


def prefixes(service: Service, model: ModelSpec, where: Site) -> Iterator[Phase]:
    """Caches of known prefixes from their store to the replicas that compute the rest of the prompt."""
    if service.prefix is None:
        return
    store, load = where.nodes(service.prefix.source), service.load
    if len(store):
        each_B = load.prompt * service.prefix.hit * token_B(service, model)
        nics = where.layout.interfaces(ranks(service, where.layout.gpus)[0])
        traffic = spread(store, nics, load.requests * each_B * 8, where.layout.nic_bps)
        yield steady("prefix", "send", "direct", traffic, message_B=each_B)


def loading(service: Service, model: ModelSpec, where: Site) -> Iterator[Phase]:
    """Weights from their store to replicas that start; every GPU reads what it holds. Bytes per start, not a rate."""
    spec = service.weights
    if spec is None:
        return
    store = where.nodes(spec.source)
    started = starting(service, where.layout.gpus)
    if not len(store) or not spec.every:
        return
    sizes = [weights(service, model, pool).gpu_B * pool.gpus * count for pool, count in started]
    rows = ranks(service, where.layout.gpus)
    members = [row[len(row) - count :].ravel() for row, (_, count) in zip(rows, started, strict=True)]
    traffic = spread(store, where.layout.interfaces(np.concatenate(members)), sum(sizes), where.layout.nic_bps)
    message_B = max(weights(service, model, pool).gpu_B for pool, _ in started)
    yield steady("weights", "send", "direct", traffic, message_B=message_B, every_s=spec.every)


def starting(service: Service, gpus: int) -> list[tuple[Pool, int]]:
    """Replicas of each pool that start together: the last ones of the last pool first."""
    made = pools(service, gpus)
    left = sum(pool.replicas for pool in made)
    if service.weights is not None and service.weights.replicas is not None:
        left = min(left, service.weights.replicas)
    counts = []
    for pool in reversed(made):
        counts.append((pool, min(left, pool.replicas)))
        left -= counts[-1][1]
    return counts[::-1]
