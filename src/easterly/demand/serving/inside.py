"""What replicas of a service send each other: caches, hidden states, tokens for experts."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from easterly.base.columns import floats, ints
from easterly.demand import collectives, parameters
from easterly.demand.layout import Layout, Ranks, Traffic
from easterly.demand.pairs import edges, exchange
from easterly.demand.phases import Phase
from easterly.demand.serving.engine import SCALEUP_HOP_S
from easterly.demand.serving.pools import Pool, ranks
from easterly.demand.serving.rates import cache_B, cache_rate_bps
from easterly.demand.serving.times import Bench, dispatched, found
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


def caches(service: Service, model: ModelSpec, layout: Layout, pools: tuple[Pool, ...]) -> Iterator[Phase]:
    """Key/value caches from prefill to decode: every pair of replicas, rank to equal rank.

    Requests spread evenly over pairs of replicas, and the cache of a request over the ranks of its replica. Above
    `pairs.MOST_FLOWS` flows a replica is paired with some of the others, all over their pool; every interface keeps
    its rate. Pairs that share a host use its scale-up domain.
    """
    if len(pools) < 2:
        return
    prefill, decode = ranks(service, layout.gpus)
    traffic = layout.traffic(*edges(prefill, decode, cache_rate_bps(service, model), layout.gpus))
    part = max(pool.tp * pool.pp for pool in pools)
    yield steady("kv", "send", "direct", traffic, message_B=cache_B(service, model) / part)


def stages(bench: Bench, layout: Layout, members: Ranks, sequences: float) -> Iterator[Phase]:
    """Hidden states from stage to stage of a pipeline, each GPU its part."""
    pool = bench.pool
    if pool.pp < 2:
        return
    cut = members.reshape(len(members), pool.pp, -1)
    src, dst = cut[:, :-1].ravel(), cut[:, 1:].ravel()
    rate_bps = tokens_hz(bench) * bench.hidden_B("bf16") * 8 * (pool.pp - 1)
    traffic = layout.traffic(src, dst, floats(np.full(len(src), rate_bps / len(src))))
    message_B = tokens_at_once(bench, sequences) * bench.hidden_B("bf16") / pool.tp
    yield steady("pp", "send", "direct", traffic, message_B=message_B)


def reductions(bench: Bench, layout: Layout, sequences: float) -> Iterator[Phase]:
    """All-reduces of tensor-parallel groups, which stay inside their hosts: two a layer of each step."""
    pool, model = bench.pool, bench.model
    if pool.tp < 2:
        return
    size_B = tokens_at_once(bench, sequences) * bench.hidden_B("bf16")
    once_s = bench.engine.all_reduce_s(pool.tp, floats([0.0, size_B])).tolist()
    yield steady(
        "tp", "all-reduce", "ring", NOTHING, times=2.0 * model.layers, message_B=size_B, latency_s=once_s[0],
        scaleup_s=once_s[1] - once_s[0], scaleup_B=float(collectives.wire_factor("all-reduce", pool.tp)) * size_B,
    )  # fmt: skip


def tokens(bench: Bench, layout: Layout, members: Ranks) -> Iterator[Phase]:
    """Dispatch of tokens to their experts, and combination of what they make of them, for every layer that has some.

    GPUs of equal number exchange between the hosts of a replica, and those of a host pass on inside it (as DeepEP
    does); what is sent is `dispatched` copies of each token.
    """
    service, pool = bench.service, bench.pool
    layers = parameters.layers_with_experts(bench.model)
    if pool.ep < 2 or not layers:
        return
    cells = members.reshape(len(members) * pool.pp, -1)
    for dtype in (service.dispatch_dtype or service.dtype, service.combine_dtype):
        each_B = bench.hidden_B(dtype)
        rate_bps = tokens_hz(bench) * layers * dispatched(bench) * each_B * 8
        traffic = layout.traffic(*exchange(cells, math.gcd(cells.shape[1], layout.gpus), rate_bps))
        yield steady("ep", "all-to-all", "direct", traffic, times=float(layers), message_B=each_B)


def tokens_hz(bench: Bench) -> float:
    """Tokens that pass through a pool, all replicas together."""
    load = bench.service.load
    prompts, answers = load.requests * load.prompt * (1 - found(bench.service)), load.requests * load.output
    return float({"prefill": prompts, "decode": answers, "both": prompts + answers}[bench.pool.role])


def tokens_at_once(bench: Bench, sequences: float) -> float:
    """Tokens in one pass of a lane: a prompt, or one of each sequence of a micro-batch."""
    if bench.pool.role == "prefill":
        return bench.service.load.prompt * (1 - found(bench.service))
    return max(1.0, sequences / (bench.pool.lanes * bench.pool.pp))


NOTHING = Traffic(ints([]), ints([]), floats([]), 0.0, 0.0)


def steady(
    axis: str, collective: str, algorithm: str, traffic: Traffic, *, times: float = 1.0, message_B: float = 0.0,
    latency_s: float | None = None, scaleup_s: float = 0.0, scaleup_B: float = 0.0, every_s: float = 0.0,
) -> Phase:  # fmt: skip
    """A phase of a service, whose flows have rates."""
    hop_s = collectives.NETWORK_HOP_S if len(traffic.src) else SCALEUP_HOP_S
    return Phase(
        axis, collective, algorithm, times, hop_s if latency_s is None else latency_s, scaleup_s, scaleup_B, traffic,
        every_s=every_s, message_B=message_B,
    )  # fmt: skip
