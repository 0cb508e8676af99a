"""What one GPU of a service can do, and how fast it reaches the others."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, floats
from easterly.demand.facts import memory_B
from easterly.model.catalog import gpus
from easterly.model.spec.hardware import HostType
from easterly.model.spec.service import Service

BASE_S, SCALEUP_HOP_S, NETWORK_HOP_S = 6.6e-6, 0.6e-6, 2.7e-6
"""Latency of small messages: the low-latency (LL) protocol of NCCL's tuning tables (src/graph/tuning.cc, ring)."""


@dataclass(frozen=True, slots=True)
class Engine:
    """One GPU with its share of the host's interfaces.

    Attributes
    ----------
    peak_FLOPs : float [FLOP/s]
        Dense peak; not a number where nobody knows it.
    memory_B : float [B]
    memory_Bps : float [B/s]
        Peak rate of its memory; not a number where nobody knows it.
    scaleup_bps, nic_bps : float [bit/s]
        Rate inside the host, 0 if nobody said; share of the interfaces' rate.
    gpus : int
        GPUs of a host.
    """

    peak_FLOPs: float
    memory_B: float
    memory_Bps: float
    scaleup_bps: float
    nic_bps: float
    gpus: int

    @property
    def known(self) -> bool:
        """Whether times can be told."""
        return not (math.isnan(self.peak_FLOPs) or math.isnan(self.memory_Bps))

    def all_reduce_s(self, ranks: int, size_B: FloatColumn) -> FloatColumn:
        """Times of all-reduces inside a host: NCCL's ring with the better of two protocols.

        Simple: 8.4 us, 3.4 us a hop, the whole rate. LL: 6.6 us, 0.6 us a hop, half of the rate, as every second
        word is a flag (src/graph/tuning.cc).
        """
        if ranks < 2:
            return floats(np.zeros(len(size_B)))
        hops = 2 * (ranks - 1)
        wire_s = hops / ranks * size_B * 8 / (self.scaleup_bps or math.inf)
        return floats(np.minimum(8.4e-6 + hops * 3.4e-6 + wire_s, BASE_S + hops * SCALEUP_HOP_S + 2 * wire_s))


def engine(service: Service, host: HostType) -> Engine:
    """The GPU that a service runs on: the host's figures before the catalog's.

    A GPU without arithmetic in the number format of the weights computes in bf16.
    """
    known = gpus.lookup(host.gpu) if host.gpu in gpus.names() else None
    peak, rate_Bps, scaleup = math.nan, math.nan, 0.0
    if known is not None:
        peak = known.peak_FLOPs.get(service.dtype, known.peak_FLOPs["bf16"])
        rate_Bps, scaleup = known.memory_Bps, known.scaleup_bps
    memory = memory_B(host)
    return Engine(
        peak_FLOPs=host.peak or peak,
        memory_B=math.nan if memory is None else memory,
        memory_Bps=rate_Bps if host.memory_rate is None else host.memory_rate / 8,
        scaleup_bps=scaleup if host.scaleup is None else host.scaleup,
        nic_bps=host.nics * host.nic_rate / host.gpus,
        gpus=host.gpus,
    )
