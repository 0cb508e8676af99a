"""How long a prompt and a step of decoding take: a roofline of arithmetic and memory, and what GPUs exchange."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from easterly._kernel import maths
from easterly.base.columns import FloatColumn, floats
from easterly.demand import parameters, transformer
from easterly.demand.serving.engine import NETWORK_HOP_S, Engine
from easterly.demand.serving.pools import Pool
from easterly.demand.serving.weights import sequence_B, weights
from easterly.demand.stages import expert_params
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec

LEAST = 1e-6
"""Share that stands in for none at all, which E638 reports."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A service on its GPUs, as one pool of it runs.

    Attributes
    ----------
    service : Service
    model : ModelSpec
    engine : Engine
    pool : Pool
    """

    service: Service
    model: ModelSpec
    engine: Engine
    pool: Pool

    @property
    def FLOPs(self) -> float:
        """Rate that a tensor-parallel group reaches in large products."""
        return self.pool.tp * self.engine.peak_FLOPs * max(float(self.service.mfu), LEAST)

    @property
    def memory_Bps(self) -> float:
        """Rate that a GPU reaches of its memory."""
        return self.engine.memory_Bps * max(float(self.service.mbu), LEAST)

    @property
    def hosts(self) -> int:
        """Hosts among which the experts of a layer are spread."""
        return -(-self.pool.lanes * self.pool.tp // self.engine.gpus)

    def hidden_B(self, dtype: str) -> float:
        """What stands for one token between layers."""
        return float(self.model.hidden * transformer.BYTES[dtype])


def token_FLOP(model: ModelSpec) -> float:
    """Work of one token beside attention to others: twice the parameters at work, more where experts are uneven.

    ``2 N`` (Kaplan et al. 2020, arXiv 2001.08361, section 2.1); the GPU with the busiest experts sets the pace.
    """
    moe = model.moe
    busy = expert_params(model) * moe.top_k / moe.experts * (moe.imbalance - 1) if moe else 0.0
    return 2.0 * (parameters.active(model) + busy)


def prompt_FLOP(model: ModelSpec, new: FloatColumn, known: FloatColumn) -> FloatColumn:
    """Work of prompts: `token_FLOP` for each new token, and causal attention to those before it.

    Scores and values of ``new known + new^2 / 2`` pairs of tokens, ``4 h`` each per layer of ordinary heads, and
    ``2 heads (nope + rope + value)`` of latent ones.

    Parameters
    ----------
    model : ModelSpec
    new, known : (N,) float
        Tokens to be computed; tokens before them whose cache is there.

    Returns
    -------
    (N,) float [FLOP]
    """
    mla, width = model.mla, 2 * parameters.head_size(model)
    if mla is not None:
        width = mla.nope + mla.rope + mla.value
    pair = 2.0 * model.layers * model.heads * width
    return floats(token_FLOP(model) * new + pair * (new * known + new * new / 2))


def context_FLOP(model: ModelSpec, tokens: float) -> float:
    """Work of one token's attention to that many others during decoding.

    Latent attention works on the compressed cache itself: ``2 heads (2 kv_rank + rope)`` per layer and token
    (the absorbed form of DeepSeek-V2, arXiv 2405.04434, section 2.1.2).
    """
    mla, width = model.mla, 2 * parameters.head_size(model)
    if mla is not None:
        width = 2 * mla.kv_rank + mla.rope
    return 2.0 * model.layers * model.heads * width * tokens


def prefill_s(bench: Bench, prompt: FloatColumn) -> FloatColumn:
    """Time from the start of a prompt to its first token, of prompts of several lengths.

    Arithmetic at the share `mfu` of the peak, but no less than it takes to read the weights; two all-reduces a layer,
    the exchange with experts as far as it is not hidden, hand-over between stages, overhead; one after the other. The
    stages of a pipeline work in turn, so that one prompt occupies each of them for ``1 / pp`` of the time.

    Parameters
    ----------
    bench : Bench
    prompt : (N,) float
        Tokens; those of `prefix_hit` and of the shared store are not computed.

    Returns
    -------
    (N,) float [s]
    """
    service, pool = bench.service, bench.pool
    known = floats(prompt * found(service))
    new = floats(prompt - known)
    least = pool.pp * weights(service, bench.model, pool).gpu_B / bench.memory_Bps
    compute = floats(np.maximum(prompt_FLOP(bench.model, new, known) / bench.FLOPs, least))
    alone = _reduced_s(bench, new) + _handed_s(bench, new, pool.pp - 1)
    return floats(compute + alone + _exposed_s(bench, floats(new / pool.tp), compute) + service.overhead)


def step_s(bench: Bench, sequences: FloatColumn) -> FloatColumn:
    """Inter-token latency of a replica that decodes so many sequences.

    ``pp`` stages in turn, each on ``n / (lanes pp)`` sequences of every lane: reading weights and caches at the share
    `mbu` of the memory's rate, or arithmetic, whichever takes longer; then what GPUs exchange. Of the experts, those
    are read that some token visits: ``1 - (1 - k/E)^T`` of them for T tokens.

    Parameters
    ----------
    bench : Bench
    sequences : (N,) float

    Returns
    -------
    (N,) float [s]
    """
    parts = step_parts(bench, sequences)
    return floats(np.maximum(parts["memory"], parts["compute"]) + parts["network"] + bench.service.overhead)


def step_parts(bench: Bench, sequences: FloatColumn) -> dict[str, FloatColumn]:
    """What a step of decoding waits for: ``memory`` or ``compute``, the larger of both, then ``network``."""
    service, model, pool = bench.service, bench.model, bench.pool
    tokens = floats(sequences / (pool.lanes * pool.pp))
    context = service.load.prompt + service.load.output / 2
    read_B = pool.pp * _weights_B(bench, floats(sequences / pool.pp))
    read_B = read_B + tokens * pool.pp * sequence_B(service, model, pool, context)
    memory = floats(read_B / bench.memory_Bps)
    compute = floats(tokens * (token_FLOP(model) + context_FLOP(model, context)) / bench.FLOPs)
    alone = _reduced_s(bench, tokens) + _handed_s(bench, tokens, pool.pp if pool.pp > 1 else 0)
    exposed = _exposed_s(bench, floats(tokens / pool.tp), floats(np.maximum(memory, compute)))
    return {"memory": memory, "compute": compute, "network": floats(alone + exposed)}


def found(service: Service) -> float:
    """Share of a prompt that need not be computed."""
    stored = service.prefix.hit if service.prefix else 0.0
    return float(min(1.0, service.load.prefix_hit + stored))


def _weights_B(bench: Bench, tokens: FloatColumn) -> FloatColumn:
    held, moe = weights(bench.service, bench.model, bench.pool), bench.model.moe
    if moe is None:
        return floats(np.full(len(tokens), held.gpu_B))
    missed = floats(np.full(len(tokens), max(1 - moe.top_k / moe.experts, 1e-300)))
    visited = 1 - maths.pow(missed, floats(np.maximum(tokens, 1.0)))
    return floats(held.dense_B + held.expert_B * visited)


def _reduced_s(bench: Bench, tokens: FloatColumn) -> FloatColumn:
    """Two all-reduces a layer of the hidden state of `tokens`, inside the host (Megatron, arXiv 1909.08053)."""
    size_B = floats(tokens * bench.hidden_B("bf16"))
    return floats(2 * bench.model.layers * bench.engine.all_reduce_s(bench.pool.tp, size_B))


def _handed_s(bench: Bench, tokens: FloatColumn, hops: int) -> FloatColumn:
    """From stage to stage, each GPU its part of the hidden state; while decoding also from the last to the first."""
    part_B = tokens * bench.hidden_B("bf16") / bench.pool.tp
    return floats(hops * (NETWORK_HOP_S + part_B * 8 / bench.engine.nic_bps))


def dispatched(bench: Bench) -> float:
    """Copies of a token that leave its host for each layer of experts, in the mean.

    In prefill one for each host that it visits, which passes it on to its experts there; the model limits how many
    those are (node-limited routing; DeepSeek-V3, arXiv 2412.19437, sections 2.1.2 and 3.2.2). In decode one for each
    expert, straight to it, which is sooner there (section 3.4.2). Those in its own host stay inside.
    """
    moe = bench.model.moe
    if moe is None or bench.hosts < 2:
        return 0.0
    most = None if bench.pool.role == "decode" else moe.max_hosts
    copies = moe.top_k if most is None else min(moe.top_k, most)
    return copies * (1 - 1 / bench.hosts)


def exchange_s(bench: Bench, tokens: FloatColumn) -> FloatColumn:
    """Dispatch to experts and combine, over all layers, for so many tokens per GPU, none of it hidden.

    Two messages a layer; the busiest interface sends or receives `imbalance` times the mean.
    """
    moe, service = bench.model.moe, bench.service
    if moe is None or bench.pool.ep < 2:
        return floats(np.zeros(len(tokens)))
    both_B = bench.hidden_B(service.dispatch_dtype or service.dtype) + bench.hidden_B(service.combine_dtype)
    inside = moe.top_k * (bench.hosts == 1) * (1 - 1 / bench.pool.ep) * 8 / (bench.engine.scaleup_bps or math.inf)
    outside = dispatched(bench) * 8 / bench.engine.nic_bps
    wire = tokens * both_B * (inside + outside) * moe.imbalance
    hop_s = NETWORK_HOP_S if bench.hosts > 1 else 0.6e-6
    return floats(parameters.layers_with_experts(bench.model) * (2 * hop_s + wire))


def _exposed_s(bench: Bench, tokens: FloatColumn, work: FloatColumn) -> FloatColumn:
    """What of the exchange is not hidden: at most the share `overlap`, and at most the work."""
    whole = exchange_s(bench, tokens)
    return floats(whole - np.minimum(whole * bench.service.overlap, work))
