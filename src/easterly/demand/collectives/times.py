"""Bytes and rounds to seconds: the alpha-beta-gamma model, with both ends of what can overlap."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from easterly.demand.collectives.cluster import Cluster, rates_of, shape_of
from easterly.demand.collectives.cost import Cost
from easterly.demand.collectives.efficiency import IDEAL, PUBLISHED, Efficiency
from easterly.demand.collectives.latency import Hops, Latency
from easterly.demand.collectives.metrics import Array
from easterly.demand.collectives.table import lookup

GAMMA_S_PER_B = 3 / 3.35e12
"""Time to reduce one byte: two are read and one is written, at the 3.35 TB/s of an H100's memory (data sheet)."""


@dataclass(frozen=True, slots=True)
class Model:
    """What is assumed beyond the rates.

    Attributes
    ----------
    low, high : Efficiency
        Shares of the rates, for either end.
    latency : Latency
        Of one message.
    gamma_s_per_B : float [s/B]
        Time to reduce one byte; a copy takes two thirds of it. Pipelined algorithms reduce while they receive.
    """

    low: Efficiency = IDEAL
    high: Efficiency = PUBLISHED
    latency: Latency = field(default_factory=Latency)
    gamma_s_per_B: float = GAMMA_S_PER_B


@dataclass(frozen=True, slots=True)
class Times:
    """How long a collective takes, and what its parts would take alone.

    Attributes
    ----------
    low_s : float array [s]
        Everything overlaps that can: levels, messages and reductions of different pieces.
    high_s : float array [s]
        One level after the other, messages in the best of NCCL's protocols, links at their measured share.
    latency_s, inside_s, outside_s, local_s : float array [s]
        Parts of the low end: messages, links inside the hosts, interfaces, memory.
    outside_B : float array [B]
        Bytes that the busiest host sends through all its interfaces.
    """

    low_s: Array
    high_s: Array
    latency_s: Array
    inside_s: Array
    outside_s: Array
    local_s: Array
    outside_B: Array

    @property
    def binds(self) -> str:
        """The largest part of a single answer: ``latency``, ``scale-up``, ``network`` or ``memory``."""
        parts = {
            "network": self.outside_s,
            "scale-up": self.inside_s,
            "latency": self.latency_s,
            "memory": self.local_s,
        }
        return max(parts, key=lambda name: float(parts[name]))


DEFAULT = Model()


def times(collective: str, algorithm: str, cluster: Cluster, size_B: ArrayLike, model: Model = DEFAULT) -> Times:
    """Time of one algorithm, for arrays of sizes and of clusters.

    ``low = max(alpha, inside, outside)`` for algorithms that work on pieces of the array at the same time, else the
    sum of the rounds; ``high`` is the sum over the stages. (Hockney 1994, Parallel Computing 20:3; Thakur, Rabenseifner
    & Gropp 2005, IJHPCA 19:1; Chan et al. 2007, Concurrency and Computation 19:13.)

    Parameters
    ----------
    collective, algorithm : str
    cluster : Cluster
    size_B : array_like [B]
    model : Model

    Returns
    -------
    Times
        Infinite where the algorithm cannot run.

    Raises
    ------
    ValueError
        For names that do not exist or do not fit, an algorithm that can run nowhere, and counts, sizes and rates
        that make no sense.

    Examples
    --------
    >>> cluster = Cluster(hosts=4, per_host=8, nics=8, nic_bps=400e9, scaleup_bps=740.64e9 * 8)
    >>> made = times("all-reduce", "hierarchical", cluster, 4 * 2**30)
    >>> round(float(made.low_s) * 1e3, 1), round(float(made.high_s) * 1e3, 1)
    (16.1, 26.4)
    """
    cost = cost_of(collective, algorithm, cluster, size_B)
    if not np.any(cost.possible):
        raise ValueError(f"{algorithm} {lookup(collective, algorithm).refuses}")
    return clock(cost, cluster, model)


def cost_of(collective: str, algorithm: str, cluster: Cluster, size_B: ArrayLike) -> Cost:
    """Bytes and rounds of an algorithm."""
    return lookup(collective, algorithm).cost(collective, shape_of(cluster, size_B))


def clock(cost: Cost, cluster: Cluster, model: Model) -> Times:
    """Seconds of what an algorithm costs."""
    local_s = (cost.total("reduced_B") + cost.total("copied_B") * 2 / 3) * model.gamma_s_per_B
    latency_s = np.minimum.reduce([_latency_s(cost, hops) for hops in model.latency.protocols(cost.family)])
    quick = _links_s(cost, cluster, model.low, 1.0)
    inside_s, outside_s = _sum([inside for inside, _ in quick]), _ways([outside for _, outside in quick], cost.duplex)
    if cost.pipelined:
        low_s = np.maximum(np.maximum(inside_s, outside_s), np.maximum(latency_s, local_s))
    else:
        low_s = latency_s + _serial(quick) + local_s
    never = np.where(cost.possible, 0.0, np.inf)
    high_s = _high_s(cost, _serial(_links_s(cost, cluster, model.high, cost.inside_share)), local_s, model.latency)
    parts = (low_s + never, high_s + never, latency_s, inside_s, outside_s, local_s, cost.outside_B)
    return Times(*np.broadcast_arrays(*parts))


def _links_s(cost: Cost, cluster: Cluster, share: Efficiency, inside_share: float) -> list[tuple[Array, Array]]:
    """Time of the links inside the hosts and of the interfaces, stage by stage."""
    inside_Bps, outside_Bps = rates_of(cluster)
    made: list[tuple[Array, Array]] = []
    for stage in cost.stages:
        inside_s = share.scaleup.wire_B(np.asarray(stage.inside_B)) / (inside_Bps * inside_share)
        each_B = np.asarray(stage.outside_B / cluster.nics)
        made.append((inside_s, share.network.wire_B(each_B) * cluster.nics / outside_Bps))
    return made


def _high_s(cost: Cost, links_s: Array, local_s: Array, latency: Latency) -> Array:
    """One stage after the other, in the protocol that is best for the size."""
    made = []
    for hops in latency.protocols(cost.family):
        wire_s = links_s / hops.share
        made.append(_latency_s(cost, hops) + (np.maximum(wire_s, local_s) if cost.pipelined else wire_s + local_s))
    return np.asarray(np.minimum.reduce(made))


def _latency_s(cost: Cost, hops: Hops) -> Array:
    messages_s = cost.total("inside_hops") * hops.scaleup_s + cost.total("outside_hops") * hops.network_s
    return np.asarray(hops.base_s + messages_s)


def _serial(parts: list[tuple[Array, Array]]) -> Array:
    return _sum([np.maximum(*pair) for pair in parts])


def _ways(parts: list[Array], duplex: bool) -> Array:
    return np.asarray(np.maximum.reduce(np.broadcast_arrays(*parts))) if duplex else _sum(parts)


def _sum(parts: list[Array]) -> Array:
    return np.asarray(sum(parts))
