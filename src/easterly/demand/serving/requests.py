"""Requests of a service one by one: when they come, how long their prompts are, and which replicas take them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly._kernel import maths, random
from easterly.base.columns import FloatColumn, IndexColumn, IntColumn, floats, indices, ints
from easterly.base.seeds import stream
from easterly.demand.layout import Layout
from easterly.demand.serving.pools import ranks
from easterly.demand.serving.rates import cache_B, users_bps
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec

AXES = ("kv", "prefix", "users")
"""What is sent for a request: its cache, from prefill to decode or from a store; its text, and the answer's."""


@dataclass(frozen=True, slots=True)
class Ways:
    """Between whom one thing goes that is sent for a request: one of several ways.

    Flows of way w are ``src[ptr[w]:ptr[w + 1]]`` and so on.

    Attributes
    ----------
    phase : int
        Row of `Phases`.
    size_B : float [B]
        Of a mean request.
    upto : (W,) float [1]
        Share of requests that take this way, or one before it; the rest stay inside hosts.
    ptr : (W + 1,) int
    src, dst : (F,) int
    part : (F,) float [1]
        Of what goes the way.
    """

    phase: int
    size_B: float
    upto: FloatColumn
    ptr: IndexColumn
    src: IntColumn
    dst: IntColumn
    part: FloatColumn


def ways_of(
    service: Service, model: ModelSpec, network: Network, hosts: IntColumn, demands: DemandSet
) -> Iterator[Ways]:
    """Ways of all that a service sends at once for a request, in parts as its flows have rates.

    A cache goes from one replica to another, from each of its interfaces; what comes from a store goes to one replica;
    text goes between a gate and an interface.

    Parameters
    ----------
    service : Service
    model : ModelSpec
    network : Network
    hosts : (H,) int
        Of the service, in rank order.
    demands : DemandSet
    """
    layout, phases, flows = Layout.of(network, hosts), demands.phases, demands.flows
    pools = ranks(service, layout.gpus)
    taker = _replica(layout, pools[0], len(network.nodes))
    maker = _replica(layout, pools[-1], len(network.nodes))
    for phase in np.flatnonzero((phases.owner == service.name) & np.isin(phases.axis, AXES)).tolist():
        rows = np.flatnonzero((flows.phase == phase) & (flows.rate_bps > 0))
        size_B = _size_B(service, model, demands, phase)
        if not len(rows) or not size_B > 0:
            continue
        src, dst = flows.src[rows].astype(np.int64), flows.dst[rows].astype(np.int64)
        alone = np.arange(len(rows))
        key = {"kv": taker[src] * (1 + maker.max()) + maker[dst], "prefix": taker[dst], "users": alone}[
            str(phases.axis[phase])
        ]
        order = np.argsort(key, kind="stable")
        new = np.flatnonzero(np.diff(key[order], prepend=-1))
        rate_bps = flows.rate_bps[rows][order]
        sums = np.add.reduceat(rate_bps, new)
        share = np.cumsum(sums / (service.load.requests * size_B * 8))
        yield Ways(
            phase, size_B, floats(np.where(share > 1 - 1e-9, np.maximum(share, 1.0), share)),
            indices(np.append(new, len(rows))), ints(src[order]), ints(dst[order]),
            floats(rate_bps / np.repeat(sums, np.diff(np.append(new, len(rows))))),
        )  # fmt: skip


def _size_B(service: Service, model: ModelSpec, demands: DemandSet, phase: int) -> float:
    """What is sent for a mean request."""
    phases = demands.phases
    if phases.axis[phase] == "prefix":
        return float(phases.message_B[phase])
    if phases.axis[phase] == "kv" or not service.load.requests:
        return cache_B(service, model)
    return float(users_bps(service)[int(phases.collective[phase] == "answer")] / 8 / service.load.requests)


def _replica(layout: Layout, pool: NDArray[np.int64], nodes: int) -> NDArray[np.int64]:
    """(N,) replica that each interface belongs to, of several the first; 0 for all other nodes."""
    made = np.zeros(nodes, dtype=np.int64)
    for number, members in reversed(list(enumerate(pool))):
        made[layout.nic_node[layout.host(members)[:, None], layout.own(members)]] = number
    return made


def gaps(uniform: FloatColumn, variation: float) -> FloatColumn:
    """Times or lengths of mean 1 with a coefficient of variation.

    Up to 1 a constant and an exponential part, ``1 - c + c E``, so that 1 is exponential; above it one of two
    exponentials with balanced means (Tijms 2003, A First Course in Stochastic Models, appendix B).

    Parameters
    ----------
    uniform : (2, N) float
        In [0, 1); the second row is used above 1.
    variation : float [1]

    Returns
    -------
    (N,) float [1]

    Examples
    --------
    >>> gaps(floats([[0.5, 0.9], [0.0, 0.0]]), 0.0).tolist()
    [1.0, 1.0]
    """
    drawn = -maths.log(1 - uniform[0])
    if variation <= 1:
        return floats(1 - variation + variation * drawn)
    square = variation * variation
    first = (1 + np.sqrt((square - 1) / (square + 1))) / 2
    return floats(drawn / (2 * np.where(uniform[1] < first, first, 1 - first)))


def arrivals_s(
    service: Service, intervals: Sequence[tuple[float, float, float]], seed: int
) -> FloatColumn:  # fmt: skip
    """When requests come: as a process of rate 1 whose clock runs as fast as the rate is.

    Parameters
    ----------
    service : Service
    intervals : sequence of (float [s], float [s], float [1])
        From, until, and the factor of the rate in between.
    seed : int

    Returns
    -------
    (R,) float [s]
        Rising.
    """
    if not intervals:
        return floats([])
    edges = np.array([intervals[0][0], *(until for _, until, _ in intervals)])
    clock = np.cumsum([0.0, *(service.load.requests * (b - a) * factor for a, b, factor in intervals)])
    count, ticks = 16, np.zeros(0)
    while not len(ticks) or ticks[-1] < clock[-1]:
        count *= 2
        ticks = np.cumsum(gaps(_uniform(seed, service.name, "comes", count), service.load.arrival_cv))
    return floats(np.interp(ticks[ticks < clock[-1]], clock, edges))


def lengths(service: Service, count: int, seed: int) -> FloatColumn:
    """(R,) prompts of requests over the mean one."""
    return gaps(_uniform(seed, service.name, "prompt", count), service.load.prompt_cv)


def kind(demands: DemandSet, phase: int) -> str:
    """What a phase sends for a request: kv, prefix, request or answer."""
    axis, collective = demands.phases.axis[phase], demands.phases.collective[phase]
    return str(collective if axis == "users" else axis)


def taken(service: Service, ways: Ways, what: str, count: int, seed: int) -> IndexColumn:
    """(R,) way that each request takes; their number where it stays inside hosts."""
    return indices(np.searchsorted(ways.upto, _uniform(seed, service.name, what, count)[0], side="right"))


def _uniform(seed: int, name: str, what: str, count: int) -> FloatColumn:
    """(2, N) draws, of which a longer row begins with a shorter one."""
    keys = [stream(seed, f"{name} {what} {row}") for row in range(2)]
    return floats(random.uniform(np.array(keys, dtype=np.uint64), count))
