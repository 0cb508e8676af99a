"""Latency of the messages of a collective: the constants that NCCL publishes for its own choice of algorithm.

Source: NCCL, src/graph/tuning.cc (tables baseLat, hwLat for NVLink and NET, and the shares of LL and LL128). The
same three protocols carry a message: *Simple* synchronises after whole chunks, *LL* sends four bytes of flag with
every four of data, *LL128* eight with every 120.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

BASE_S = 8.4e-6
"""Start of a ring, Simple protocol."""
SCALEUP_HOP_S = 3.4e-6
"""One message inside a host, ring, Simple protocol."""
NETWORK_HOP_S = 14e-6
"""One message between hosts, ring, Simple protocol."""


class Hops(NamedTuple):
    """One protocol: latency to start, per message inside a host and between hosts; share of the rate that is data."""

    base_s: float
    scaleup_s: float
    network_s: float
    share: float = 1.0


RING = (
    Hops(6.6e-6, 0.6e-6, 2.7e-6, 0.5),
    Hops(14e-6, 1.9e-6, 4.0e-6, 0.92),
    Hops(BASE_S, SCALEUP_HOP_S, NETWORK_HOP_S),
)
TREE = (Hops(6.8e-6, 0.6e-6, 5.0e-6, 0.5), Hops(14e-6, 1.25e-6, 8.5e-6, 0.92), Hops(8.4e-6, 4.0e-6, 14e-6))
NVLS = (Hops(0.0, 25e-6, 18e-6),)
"""Switches of the scale-up domain reduce: one constant for the host, one for the fabric; Simple only."""
SHARP = (Hops(0.0, 2.8e-6, 30e-6),)
"""Switches of the fabric reduce (CollNet chain): Simple only."""
NCCL = {"ring": RING, "tree": TREE, "nvls": NVLS, "sharp": SHARP}


@dataclass(frozen=True, slots=True)
class Latency:
    """Latencies by family of algorithms, and what the user knows better.

    Attributes
    ----------
    network_s, scaleup_s : float or None [s]
        One message between hosts, inside a host; replaces NCCL's figures of every protocol.
    """

    network_s: float | None = None
    scaleup_s: float | None = None
    families: dict[str, tuple[Hops, ...]] = field(default_factory=lambda: NCCL)

    def protocols(self, family: str) -> tuple[Hops, ...]:
        """Protocols that a family of algorithms may use."""
        return tuple(self._known_better(hops) for hops in self.families[family])

    def _known_better(self, hops: Hops) -> Hops:
        scaleup_s = hops.scaleup_s if self.scaleup_s is None else self.scaleup_s
        network_s = hops.network_s if self.network_s is None else self.network_s
        return hops._replace(scaleup_s=scaleup_s, network_s=network_s)
