"""Parameters of a transformer, counted from its shape."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Parameters:
    """Parameters by where they are; `layers` says how often.

    Attributes
    ----------
    embedding : float
        Input embedding, vocabulary x hidden.
    head : float
        Output matrix, as large; it is the embedding itself where both are tied.
    dense : float
        One layer without experts.
    sparse : float
        One layer with experts, its routed experts left out.
    experts : float
        Routed experts of one such layer.
    expert : float
        One routed expert.
    """

    embedding: float
    head: float
    dense: float
    sparse: float
    experts: float
    expert: float


def parameters(model: ModelSpec) -> Parameters:
    """Count the weights of all matrices, and two norms a layer; biases and learned positions are left out.

    They are 11 h of a GPT's 12 h^2 + 13 h a layer (Narayanan et al. 2021, arXiv 2104.04473, eq. 2): under 0.1 %
    from a hidden size of 1,024 on.
    """
    embedding, common = float(model.vocab * model.hidden), attention(model) + 2 * model.hidden
    one, moe = 0.0, model.moe
    if moe is not None:
        one = float(_matrices(model) * model.hidden * (moe.ffn or inner(model)))
    count, shared = (moe.experts, moe.shared) if moe is not None else (0, 0)
    return Parameters(
        embedding=embedding,
        head=0.0 if model.tied else embedding,
        dense=common + _matrices(model) * model.hidden * inner(model),
        sparse=common + shared * one + model.hidden * count,
        experts=count * one,
        expert=one,
    )


def total(model: ModelSpec) -> float:
    """All parameters, counted.

    >>> from easterly.model.catalog import models
    >>> round(total(models.lookup("deepseek-v3")) / 1e9)
    671
    """
    return _whole(model, parameters(model).experts)


def active(model: ModelSpec) -> float:
    """Parameters at work for one token: stated, or those of all but the routed experts that it does not visit.

    >>> from easterly.model.catalog import models
    >>> round(active(models.lookup("mixtral-8x7b")) / 1e9, 1)
    12.9
    """
    if model.active is not None:
        return model.active
    return _whole(model, parameters(model).expert * (model.moe.top_k if model.moe else 0))


def scale(model: ModelSpec) -> float:
    """Stated over counted parameters: what is said of a model's size comes before what its shape gives."""
    return model.params / total(model)


def layers_with_experts(model: ModelSpec) -> int:
    """Layers that have experts instead of one feed-forward part."""
    return sum(has_experts(model, layer) for layer in range(model.layers)) if model.moe else 0


def has_experts(model: ModelSpec, layer: int) -> bool:
    """Whether a layer, counted from 0, has experts."""
    moe = model.moe
    return moe is not None and layer >= moe.dense_layers and (layer - moe.dense_layers) % moe.every == 0


def inner(model: ModelSpec) -> int:
    """Inner size of the feed-forward part."""
    return model.ffn or 4 * model.hidden


def head_size(model: ModelSpec) -> int:
    """Size of one attention head."""
    return model.head_dim or model.hidden // model.heads


def widths(model: ModelSpec) -> tuple[int, int]:
    """Sizes of a head's key and value."""
    if model.mla is not None:
        return model.mla.nope + model.mla.rope, model.mla.value
    return head_size(model), head_size(model)


def attention(model: ModelSpec) -> float:
    """Weights of query, key, value and output; with MLA of the compressions too (DeepSeek-V2, arXiv 2405.04434)."""
    size, mla, hidden = head_size(model), model.mla, model.hidden
    if mla is None:
        return 2.0 * hidden * size * (model.heads + (model.kv_heads or model.heads))
    width = mla.nope + mla.rope
    query = hidden * mla.q_rank + mla.q_rank * model.heads * width if mla.q_rank else hidden * model.heads * width
    key_value = hidden * (mla.kv_rank + mla.rope) + mla.kv_rank * model.heads * (mla.nope + mla.value)
    return float(query + key_value + model.heads * mla.value * hidden)


def _matrices(model: ModelSpec) -> int:
    return 3 if model.gated else 2


def _whole(model: ModelSpec, experts: float) -> float:
    """All parameters, with that many of routed experts per layer that has some."""
    part, count = parameters(model), layers_with_experts(model)
    layers = (model.layers - count) * part.dense + count * (part.sparse + experts)
    return part.embedding + part.head + layers + model.hidden
