"""Models: transformers by their shape, dense or with a mixture of experts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from easterly.base.schema import Doc, Unit
from easterly.model.spec.fields import Count, CountOrZero, Frozen

Dtype = Literal["bf16", "fp16", "fp32", "fp8"]


class MoE(Frozen):
    """A mixture of experts instead of the feed-forward part of a layer."""

    experts: Annotated[Count, Doc("Routed experts per layer.")]
    top_k: Annotated[Count, Doc("Routed experts that a token visits.")]
    ffn: Annotated[Count | None, Doc("Inner size of one expert; the model's if absent.")] = None
    shared: Annotated[CountOrZero, Doc("Experts that every token visits besides, on its own GPU.")] = 0
    dense_layers: Annotated[CountOrZero, Doc("First layers, which have no experts.")] = 0
    every: Annotated[Count, Doc("Every how many layers there are experts, 1 for all.")] = 1
    max_hosts: Annotated[
        Count | None, Doc("Hosts that a token is sent to at most (node-limited routing); unlimited if absent.")
    ] = None
    imbalance: Annotated[float, Field(ge=1), Unit("1"), Doc("Tokens of the busiest GPU's experts over the mean.")] = 1.0


class MLA(Frozen):
    """Multi-head latent attention: keys and values share one compressed vector per token."""

    kv_rank: Annotated[Count, Doc("Size of the compressed key and value.")]
    rope: Annotated[Count, Doc("Size of the key's part that carries the position, shared by all heads.")]
    q_rank: Annotated[Count | None, Doc("Size of the compressed query; not compressed if absent.")] = None
    nope: Annotated[Count, Doc("Size of a head's query and key without position.")] = 128
    value: Annotated[Count, Doc("Size of a head's value.")] = 128


class ModelSpec(Frozen):
    """A transformer, by its shape."""

    params: Annotated[float, Field(gt=0), Unit("1"), Doc("Parameters, all experts included.")]
    active: Annotated[
        float | None, Field(gt=0), Unit("1"), Doc("Parameters at work for one token; from the shape if absent.")
    ] = None
    layers: Annotated[Count, Doc("Layers.")]
    hidden: Annotated[Count, Doc("Hidden size.")]
    heads: Annotated[Count, Doc("Attention heads.")]
    kv_heads: Annotated[Count | None, Doc("Key/value heads; as many as heads if absent.")] = None
    head_dim: Annotated[Count | None, Doc("Size of one head; hidden / heads if absent.")] = None
    ffn: Annotated[Count | None, Doc("Inner size of the feed-forward part; 4 x hidden if absent.")] = None
    gated: Annotated[bool, Doc("The feed-forward part has three matrices (SwiGLU) instead of two.")] = False
    tied: Annotated[bool, Doc("Input and output embedding are one matrix.")] = False
    seq: Annotated[Count, Doc("Training sequence length.")] = 8192
    vocab: Annotated[Count, Doc("Vocabulary.")] = 128256
    moe: Annotated[MoE | None, Doc("Mixture of experts; dense if absent.")] = None
    mla: Annotated[MLA | None, Doc("Multi-head latent attention; ordinary heads if absent.")] = None
