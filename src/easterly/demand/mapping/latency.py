"""Latency of the serial messages of an algorithm, inside hosts and between them."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.model.spec.job import Library


@dataclass(frozen=True, slots=True)
class Hop:
    """What starting an algorithm costs, and each of its serial messages; per protocol."""

    base_s: float
    inside_s: float
    across_s: float

    def latency_s(self, inside: float, across: float) -> float:
        """``base + inside * scale-up hop + across * network hop``."""
        return self.base_s + inside * self.inside_s + across * self.across_s


# NCCL, src/graph/tuning.cc: baseLat and hwLat (NVLink, NET) of Ring, Tree, CollNetChain and NVLS.
RING = {
    "simple": Hop(8.4e-6, 3.4e-6, 14e-6),
    "ll": Hop(6.6e-6, 0.6e-6, 2.7e-6),
    "ll128": Hop(14e-6, 1.9e-6, 4.0e-6),
}
TREE = {
    "simple": Hop(8.4e-6, 4.0e-6, 14e-6),
    "ll": Hop(6.8e-6, 0.6e-6, 5.0e-6),
    "ll128": Hop(14e-6, 1.25e-6, 8.5e-6),
}
SHARP = Hop(0.0, 2.8e-6, 30e-6)
NVLS = Hop(25e-6, 0.0, 18e-6)

POST_S = 1e-6
"""Time to post one more message to the network (NCCL's NET_OVERHEAD)."""

WIRE = {"simple": 1.0, "ll": 2.0, "ll128": 128 / 120}
"""Bytes sent per byte of data: LL sends a flag of 4 bytes with every 4 of data, LL128 one of 8 with every 120."""


def ring_hop(library: Library) -> Hop:
    """Messages of rings and of exchanges between pairs."""
    return RING[library.protocol]


def tree_hop(library: Library) -> Hop:
    """Messages of trees."""
    return TREE[library.protocol]
