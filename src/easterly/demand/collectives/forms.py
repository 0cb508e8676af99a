"""Closed forms for numbers: the flat algorithms of the textbooks, and two levels without latency."""

from __future__ import annotations

from easterly.demand.collectives.cluster import Cluster
from easterly.demand.collectives.latency import BASE_S, NETWORK_HOP_S, SCALEUP_HOP_S
from easterly.demand.collectives.metrics import Reals, steps, wire_factor


def ring_s(collective: str, ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of a ring: ``steps * alpha + factor * S / B`` (Thakur et al. 2005, IJHPCA 19:1).

    >>> round(ring_s("all-reduce", 4, 1e9, 400e9) * 1e3, 1)
    30.0
    """
    return steps(collective, ranks) * alpha_s + float(wire_factor(collective, ranks)) * size_B * 8 / rate_bps


def halving_doubling_s(ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of a recursive halving-doubling all-reduce: ``2 lg n * alpha + 2 (n-1)/n * S / B``.

    Where `ranks` is no power of two, those beyond it fold in and out: one more exchange of the whole array at
    each end (Thakur et al. 2005, section 4.5).
    """
    rounds = ranks.bit_length() - 1
    inner = 1 << rounds
    fold = 0.0 if inner == ranks else 2 * (alpha_s + size_B * 8 / rate_bps)
    return fold + 2 * rounds * alpha_s + float(wire_factor("all-reduce", inner)) * size_B * 8 / rate_bps


def tree_s(ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of an all-reduce over two pipelined binary trees: ``2 ceil(lg n) * alpha + 2 S / B``.

    Each rank is inner node of one tree only (Sanders, Speck & Traeff 2009, Parallel Computing 35:12).
    """
    return 2 * (ranks - 1).bit_length() * alpha_s + 2 * size_B * 8 / rate_bps


def ring_nic_B(collective: str, cluster: Cluster, size_B: Reals) -> Reals:
    """Bytes that each interface sends when rings fill the hosts: every ring leaves each host once.

    ``factor(n) * S`` leaves a host, spread over its interfaces by one ring (channel) each.
    """
    return wire_factor(collective, cluster.ranks) * size_B / cluster.nics * (cluster.hosts > 1)


def hierarchical_nic_B(collective: str, cluster: Cluster, size_B: Reals) -> Reals:
    """Bytes that each interface sends when hosts reduce inside first: ``factor(K) * S / nics`` for K hosts."""
    return wire_factor(collective, cluster.hosts) * size_B / cluster.nics


def cluster_ring_s(collective: str, cluster: Cluster, size_B: float) -> float:
    """Time of a collective by rings through all ranks, one per interface; the slower of both kinds of hop binds.

    4 GiB over 4 hosts of 8 ranks with 50 GB/s interfaces: 20.8 ms, not the 85.9 ms of one interface alone.

    >>> cluster = Cluster(hosts=4, per_host=8, nics=8, nic_bps=400e9, scaleup_bps=3600e9)
    >>> round(cluster_ring_s("all-reduce", cluster, 4 * 2**30) * 1e3, 1)
    20.8
    """
    inside_B = wire_factor(collective, cluster.ranks) * size_B
    outside_s = ring_nic_B(collective, cluster, size_B) * 8 / cluster.nic_bps
    return max(float(outside_s), float(inside_B * 8 / cluster.scaleup_bps))


def cluster_hierarchical_s(collective: str, cluster: Cluster, size_B: float) -> tuple[float, float]:
    """Least and greatest time of a two-level collective: levels fully pipelined, and one after the other.

    Inside a host the array is reduce-scattered and gathered again; across hosts each rank treats its part
    on its own rail (Cho et al. 2019, BlueConnect, MLSys).

    Returns
    -------
    (float, float) [s]
    """
    inside_s = float(wire_factor(collective, cluster.per_host) * size_B * 8 / cluster.scaleup_bps)
    outside_s = float(hierarchical_nic_B(collective, cluster, size_B) * 8 / cluster.nic_bps)
    return max(inside_s, outside_s), inside_s + outside_s


def ring_latency_s(collective: str, hosts: int, ranks: int) -> float:
    """Latency of a ring of `ranks` on `hosts`: of its serial messages, one per host and round crosses the network.

    ``base + (steps(n) - steps'(K)) * scale-up + steps'(K) * network`` with steps' = 2(K-1) or K-1: the cost
    model of NCCL (src/graph/tuning.cc), Simple protocol.
    """
    outside = steps(collective, hosts)
    inside = steps(collective, ranks) - outside
    return BASE_S + inside * SCALEUP_HOP_S + outside * NETWORK_HOP_S


def hierarchical_latency_s(collective: str, hosts: int, per_host: int) -> float:
    """Latency of a two-level collective: that of the ring inside the hosts and of the ring across them."""
    return ring_latency_s(collective, 1, per_host) + ring_latency_s(collective, hosts, hosts)
