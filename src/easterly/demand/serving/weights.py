"""What fits into the memory of a replica: weights, then caches."""

from __future__ import annotations

import math
from dataclasses import dataclass

from easterly.demand import transformer
from easterly.demand.serving.engine import Engine
from easterly.demand.serving.pools import Pool
from easterly.demand.stages import expert_params
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes of weights that each GPU of a replica holds, all stages taken as equal.

    Attributes
    ----------
    dense_B : float [B]
        What every token needs, one copy per lane.
    expert_B : float [B]
        Routed experts, one copy per replica.
    """

    dense_B: float
    expert_B: float

    @property
    def gpu_B(self) -> float:
        """Both."""
        return self.dense_B + self.expert_B


def weights(service: Service, model: ModelSpec, pool: Pool) -> Weights:
    """Weights of one GPU: dense ones over ``tp pp``, routed experts over all GPUs of the replica."""
    each, experts = transformer.BYTES[service.dtype], expert_params(model)
    return Weights((model.params - experts) * each / (pool.tp * pool.pp), experts * each / pool.gpus)


def token_B(service: Service, model: ModelSpec) -> float:
    """Cache of one token in the number format of the service's cache."""
    return transformer.kv_token_B(model, service.kv_dtype or service.dtype)


def copies(model: ModelSpec, pool: Pool) -> float:
    """GPUs of a tensor-parallel group that hold the same part of a cache.

    Heads are spread over the group; beyond one head per GPU they are copied. The compressed cache of latent attention
    has no heads, so that every GPU holds all of it (DeepSeek-V2, arXiv 2405.04434).
    """
    heads = 1 if model.mla else model.kv_heads or model.heads
    return pool.tp / min(pool.tp, heads)


def sequence_B(service: Service, model: ModelSpec, pool: Pool, tokens: float) -> float:
    """Cache of one sequence on each GPU of its lane."""
    return tokens * token_B(service, model) * copies(model, pool) / (pool.tp * pool.pp)


def fitting(service: Service, model: ModelSpec, engine: Engine, pool: Pool) -> float:
    """Sequences of mean length whose caches fit into a replica beside its weights.

    Returns
    -------
    float
        A whole number; 0 where not even one fits, infinite where nobody knows the memory.
    """
    if math.isnan(engine.memory_B):
        return math.inf
    free_B = engine.memory_B * service.memory - weights(service, model, pool).gpu_B
    tokens = service.load.prompt + service.load.output
    each_B = sequence_B(service, model, pool, tokens)
    return float(max(0, math.floor(free_B / each_B)) * pool.lanes)
