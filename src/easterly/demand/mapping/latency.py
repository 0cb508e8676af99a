"""Latency of the serial messages of an algorithm, inside hosts and between them, by protocol of the library."""

from __future__ import annotations

from easterly.demand.collectives.latency import NVLS, RING, SHARP, TREE, Hops
from easterly.model.spec.job import Library

PROTOCOLS = ("ll", "ll128", "simple")
POST_S = 1e-6
"""Time to post one more message to the network (NCCL, src/graph/tuning.cc: NET_OVERHEAD)."""


def latency_s(hops: Hops, inside: float, across: float) -> float:
    """``base + inside * scale-up hop + across * network hop``."""
    return hops.base_s + inside * hops.scaleup_s + across * hops.network_s


def ring_hops(library: Library) -> Hops:
    """Messages of rings and of exchanges between pairs."""
    return RING[PROTOCOLS.index(library.protocol)]


def tree_hops(library: Library) -> Hops:
    """Messages of trees."""
    return TREE[PROTOCOLS.index(library.protocol)]


def switch_hops(library: Library, across: bool) -> Hops:
    """Messages to switches that reduce: of the scale-up domain where the library may (NVLS), else of the fabric."""
    return NVLS[0] if library.nvls or not across else SHARP[0]


def wire_share(library: Library) -> float:
    """Share of the bytes on the wire that is data: LL and LL128 send flags beside it."""
    return ring_hops(library).share
