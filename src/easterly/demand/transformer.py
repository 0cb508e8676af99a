"""Arithmetic of a transformer: work, memory, activations and key/value cache, from its shape alone."""

from __future__ import annotations

from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

BYTES = {"bf16": 2, "fp16": 2, "fp32": 4, "fp8": 1}
"""Bytes of one number."""

DEFAULT_MFU = 0.43
"""Share of the peak that the compute part reaches where a job does not say: what Llama 3 405B reached as a whole
in bf16 on 8,192 H100 (arXiv 2407.21783, table 4), hence cautious for the compute part alone."""

ADAM_B = 12
"""Bytes of optimiser state per parameter: 32-bit weight, momentum and variance (Rajbhandari et al. 2020, ZeRO)."""


def step_FLOP(model: ModelSpec, batch: int, seq: int, recompute: str = "selective") -> float:
    """Work of one optimiser step on all GPUs.

    Without full recomputation ``72 B s L h^2 (1 + s/(6h) + V/(12 L h))`` (Korthikanti et al. 2022, arXiv
    2205.05198, appendix A: model FLOPs, so that selective recomputation counts as overhead); with it
    ``96 B s L h^2 (1 + s/(6h) + V/(16 L h))`` (Narayanan et al. 2021, arXiv 2104.04473, eq. 3).

    Parameters
    ----------
    model : ModelSpec
    batch, seq : int
        Sequences per step, tokens per sequence.
    recompute : str
        ``none``, ``selective`` or ``full``.

    Returns
    -------
    float [FLOP]
    """
    passes, head = (96, 16) if recompute == "full" else (72, 12)
    layers, hidden = model.layers, model.hidden
    extra = seq / (6 * hidden) + model.vocab / (head * layers * hidden)
    return passes * batch * seq * layers * hidden**2 * (1 + extra)


def bubble(stages: int, micro_batches: float, interleave: int = 1) -> float:
    """Idle time of a pipeline over its busy time: ``(p-1)/(v m)`` (Narayanan et al. 2021, section 2.2).

    >>> bubble(8, 64), bubble(8, 64, interleave=7)
    (0.109375, 0.015625)
    """
    return (stages - 1) / (interleave * micro_batches)


def micro_batches(job: Job) -> float:
    """Micro-batches per step and pipeline, ``B / (d b)``; a whole number unless E607 says otherwise."""
    return job.batch / (job.parallel.dp * job.micro_batch)


def activation_B(model: ModelSpec, micro_batch: int, seq: int, dtype: str) -> float:
    """Activations that pass from layer to layer for one micro-batch: ``b s h e``."""
    return float(micro_batch * seq * model.hidden * BYTES[dtype])


def shard_params(model: ModelSpec, tp: int, pp: int) -> float:
    """Parameters on one GPU before any sharding among data-parallel replicas."""
    return model.params / (tp * pp)


def state_B(params: float, dp: int, zero: int, weight_B: float = 2, grad_B: float = 2) -> float:
    """Bytes of weights, gradients and optimiser state on one GPU, by ZeRO stage (Rajbhandari et al. 2020, fig. 1).

    Stage 1 shards the optimiser state, 2 also the gradients, 3 also the weights. Weights that have 32 bits anyway
    need no second copy. Activations come on top.

    >>> [round(state_B(7.5e9, 64, stage) / 1e9, 1) for stage in range(4)]
    [120.0, 31.4, 16.6, 1.9]
    """
    adam = (ADAM_B - (4 if weight_B == 4 else 0)) / (dp if zero >= 1 else 1)
    grad = grad_B / (dp if zero >= 2 else 1)
    weight = weight_B / (dp if zero >= 3 else 1)
    return params * (weight + grad + adam)


def kv_token_B(model: ModelSpec, dtype: str) -> float:
    """Key/value cache of one token: ``2 L n_kv d_h e``."""
    heads = model.kv_heads or model.heads
    return 2.0 * model.layers * heads * (model.hidden // model.heads) * BYTES[dtype]


def kv_rate_bps(requests_per_s: float, prompt: int, token_B: float, prefix_hit: float = 0.0) -> float:
    """Rate at which prefill hands caches to decode: requests times what of their prompts is not yet there."""
    return requests_per_s * prompt * token_B * 8 * max(0.0, 1.0 - prefix_hit)
