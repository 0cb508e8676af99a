"""Collective operations: bytes on the wire, alpha-beta times, and the two bandwidths that benchmarks print.

``size_B`` is the size of the whole array: what every rank holds before an all-reduce, before a reduce-scatter,
or after an all-gather (nccl-tests, doc/PERFORMANCE.md). Rates are in bit/s and per direction.
"""

from __future__ import annotations

from dataclasses import dataclass

# Latency of one message, from the tuning tables that NCCL publishes (src/graph/tuning.cc; ring, Simple protocol).
BASE_S = 8.4e-6
SCALEUP_HOP_S = 3.4e-6
NETWORK_HOP_S = 14e-6


def wire_factor(collective: str, ranks: int) -> float:
    """Bytes that each rank sends, over the size of the array, in a bandwidth-optimal algorithm.

    2(n-1)/n for all-reduce, (n-1)/n for reduce-scatter, all-gather and all-to-all, 1 for broadcast and reduce
    (nccl-tests, doc/PERFORMANCE.md). The bus bandwidth of a benchmark is this times its algorithm bandwidth.

    Raises
    ------
    KeyError
        For a collective that is none of these.

    Examples
    --------
    >>> wire_factor("all-reduce", 8), wire_factor("all-to-all", 16)
    (1.75, 0.9375)
    """
    once = (ranks - 1) / ranks
    factors = {"all-reduce": 2 * once, "reduce-scatter": once, "all-gather": once, "all-to-all": once}
    return {**factors, "broadcast": 1.0, "reduce": 1.0}[collective]


def steps(collective: str, ranks: int) -> int:
    """Serial messages of a ring: 2(n-1) for all-reduce, n-1 for the others."""
    return (ranks - 1) * (2 if collective == "all-reduce" else 1)


def algbw_bps(size_B: float, time_s: float) -> float:
    """Algorithm bandwidth: size of the array over time (nccl-tests).

    >>> round(algbw_bps(33_554_432, 768e-6) / 8e9, 2)
    43.69
    """
    return size_B * 8 / time_s


def busbw_bps(collective: str, ranks: int, size_B: float, time_s: float) -> float:
    """Bus bandwidth: algorithm bandwidth times `wire_factor`, comparable with the rate of a link (nccl-tests)."""
    return algbw_bps(size_B, time_s) * wire_factor(collective, ranks)


def ring_s(collective: str, ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of a ring: ``steps * alpha + factor * S / B`` (Thakur et al. 2005, IJHPCA 19:1).

    >>> round(ring_s("all-reduce", 4, 1e9, 400e9) * 1e3, 1)
    30.0
    """
    return steps(collective, ranks) * alpha_s + wire_factor(collective, ranks) * size_B * 8 / rate_bps


def halving_doubling_s(ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of a recursive halving-doubling all-reduce: ``2 ceil(lg n) * alpha + 2 (n-1)/n * S / B``.

    Where `ranks` is no power of two, those beyond it fold in and out: one more exchange of the whole array at
    each end (Thakur et al. 2005, section 4.5).
    """
    rounds = ranks.bit_length() - 1
    inner = 1 << rounds
    fold = 0.0 if inner == ranks else 2 * (alpha_s + size_B * 8 / rate_bps)
    return fold + 2 * rounds * alpha_s + wire_factor("all-reduce", inner) * size_B * 8 / rate_bps


def tree_s(ranks: int, size_B: float, rate_bps: float, alpha_s: float = 0.0) -> float:
    """Time of an all-reduce over two pipelined binary trees: ``2 ceil(lg n) * alpha + 2 S / B``.

    Each rank is inner node of one tree only (Sanders, Speck & Traeff 2009, Parallel Computing 35:12).
    """
    return 2 * (ranks - 1).bit_length() * alpha_s + 2 * size_B * 8 / rate_bps


@dataclass(frozen=True, slots=True)
class Cluster:
    """Hosts of equal make that run one collective.

    Attributes
    ----------
    hosts, per_host : int
        Number of hosts, ranks in each.
    nics : int
        Interfaces that a host uses.
    nic_bps, scaleup_bps : float [bit/s]
        Rate of one interface; rate of one rank inside its host.
    """

    hosts: int
    per_host: int
    nics: int
    nic_bps: float
    scaleup_bps: float

    @property
    def ranks(self) -> int:
        """All ranks."""
        return self.hosts * self.per_host


def ring_nic_B(collective: str, cluster: Cluster, size_B: float) -> float:
    """Bytes that each interface sends when rings fill the hosts: every ring leaves each host once.

    ``factor(n) * S`` leaves a host, spread over its interfaces by one ring (channel) each.
    """
    return wire_factor(collective, cluster.ranks) * size_B / cluster.nics if cluster.hosts > 1 else 0.0


def hierarchical_nic_B(collective: str, cluster: Cluster, size_B: float) -> float:
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
    return max(outside_s, inside_B * 8 / cluster.scaleup_bps)


def cluster_hierarchical_s(collective: str, cluster: Cluster, size_B: float) -> tuple[float, float]:
    """Least and greatest time of a two-level collective: levels fully pipelined, and one after the other.

    Inside a host the array is reduce-scattered and gathered again; across hosts each rank treats its part
    on its own rail (Cho et al. 2019, BlueConnect, MLSys).

    Returns
    -------
    (float, float) [s]
    """
    inside_s = wire_factor(collective, cluster.per_host) * size_B * 8 / cluster.scaleup_bps
    outside_s = hierarchical_nic_B(collective, cluster, size_B) * 8 / cluster.nic_bps
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
