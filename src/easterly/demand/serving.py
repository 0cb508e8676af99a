"""One inference service as a steady flow of key/value caches from prefill to decode replicas."""

from __future__ import annotations

import numpy as np

from easterly.demand import collectives, transformer
from easterly.demand.layout import Layout
from easterly.demand.phases import Phase
from easterly.demand.placement import replicas, tensor_parallel
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec

CONNECTIONS = 4
"""Connections per pair of interfaces of a service; as many as a job has if it does not say."""


def cache_rate_bps(service: Service, model: ModelSpec) -> float:
    """Rate of all caches together."""
    load = service.load
    token_B = transformer.kv_token_B(model, service.dtype)
    return transformer.kv_rate_bps(load.requests, load.prompt, token_B, load.prefix_hit)


def phases(service: Service, model: ModelSpec, layout: Layout) -> list[Phase]:
    """The one phase of a service: every prefill replica to every decode replica, rank to equal rank.

    Requests spread evenly over pairs of replicas, and the cache of a request over the ranks of its replica.
    Prefill replicas fill the hosts first; pairs that share a host use its scale-up domain.
    """
    tp, pool = tensor_parallel(service, layout.gpus), service.replicas
    rank = _ranks(replicas(service), tp, layout.gpus)
    src = np.repeat(rank[: pool.prefill], pool.decode, axis=0).ravel()
    dst = np.tile(rank[pool.prefill :], (pool.prefill, 1)).ravel()
    rate_bps = cache_rate_bps(service, model)
    traffic = layout.traffic(src, dst, np.full(len(src), rate_bps / len(src)))
    hop_s = collectives.NETWORK_HOP_S if len(traffic.src) else collectives.SCALEUP_HOP_S
    made = Phase("kv", "send", "direct", times=1.0, latency_s=hop_s, scaleup_s=0.0, scaleup_B=0.0, traffic=traffic)
    return [made]


def _ranks(count: int, tp: int, gpus: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """(replicas, tp) GPU numbers; replicas do not straddle hosts."""
    slots = gpus // tp
    number = np.arange(count)
    first = number // slots * gpus + number % slots * tp
    return first[:, None] + np.arange(tp)
