"""Arithmetic of a transformer: work, memory, activations and key/value cache, from its shape alone."""

from __future__ import annotations

from easterly.demand import parameters
from easterly.demand.stages import shard_params
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

__all__ = [
    "ADAM_B", "BYTES", "activation_B", "bubble", "core_FLOP", "hardware_FLOP", "kv_rate_bps",
    "kv_token_B", "layers_FLOP", "micro_batches", "shard_params", "state_B", "step_FLOP",
]  # fmt: skip

BYTES = {"bf16": 2, "fp16": 2, "fp32": 4, "fp8": 1}
"""Bytes of one number."""

ADAM_B = 12
"""Bytes of optimiser state per parameter: 32-bit weight, momentum and variance (Rajbhandari et al. 2020, ZeRO)."""


def step_FLOP(model: ModelSpec, batch: int, seq: int, recompute: str = "selective") -> float:
    """Work of one optimiser step on all GPUs, as the literature counts it.

    A forward pass multiplies every token by all matrices that it meets, and by the keys and values of its sequence,
    masked or not; a backward pass is two of those, and full recomputation one more. For a GPT that is
    ``72 B s L h^2 (1 + s/(6h) + V/(12 L h))`` (Korthikanti et al. 2022, arXiv 2205.05198, appendix A: model FLOPs, so
    that selective recomputation counts as overhead) and ``96 B s L h^2 (1 + s/(6h) + V/(16 L h))`` (Narayanan et al.
    2021, arXiv 2104.04473, eq. 3). Logits are computed once.

    Parameters
    ----------
    model : ModelSpec
        Of a mixture of experts, those that a token visits.
    batch, seq : int
        Sequences per step, tokens per sequence.
    recompute : str
        ``none``, ``selective`` or ``full``.

    Returns
    -------
    float [FLOP]
    """
    passes = 4 if recompute == "full" else 3
    layers = layers_FLOP(model) + model.layers * core_FLOP(model, seq)
    return batch * seq * (passes * layers + 3 * 2.0 * model.hidden * model.vocab)


def hardware_FLOP(model: ModelSpec, batch: int, seq: int, recompute: str = "selective") -> float:
    """Work of one step with everything that is computed again: selective recomputation repeats the scores.

    Parameters and result as of `step_FLOP`.
    """
    again = batch * seq * model.layers * core_FLOP(model, seq) if recompute == "selective" else 0.0
    return step_FLOP(model, batch, seq, recompute) + again


def layers_FLOP(model: ModelSpec) -> float:
    """Forward work of one token with the matrices of all layers: two per weight that it meets."""
    part, sparse = parameters.parameters(model), parameters.layers_with_experts(model)
    visited = part.expert * (model.moe.top_k if model.moe else 0)
    norms = 2 * model.hidden
    return 2.0 * ((model.layers - sparse) * (part.dense - norms) + sparse * (part.sparse - norms + visited))


def core_FLOP(model: ModelSpec, seq: int) -> float:
    """Forward work of one token in one layer with the keys and values of its sequence: ``4 s h`` where heads fill h."""
    keys, values = parameters.widths(model)
    return 2.0 * seq * model.heads * (keys + values)


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
    """Key/value cache of one token: ``2 L n_kv d_h e``, with latent attention ``L (d_c + d_rope) e``.

    The compressed vector and the shared part of the key are all that MLA keeps (DeepSeek-V2, arXiv 2405.04434,
    section 2.1).
    """
    if model.mla is not None:
        return float(model.layers * (model.mla.kv_rank + model.mla.rope) * BYTES[dtype])
    heads = model.kv_heads or model.heads
    return 2.0 * model.layers * heads * parameters.head_size(model) * BYTES[dtype]


def kv_rate_bps(requests_per_s: float, prompt: int, token_B: float, prefix_hit: float = 0.0) -> float:
    """Rate at which prefill hands caches to decode: requests times what of their prompts is not yet there."""
    return requests_per_s * prompt * token_B * 8 * max(0.0, 1.0 - prefix_hit)
