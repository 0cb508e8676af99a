"""What one layer does for one micro-batch on one GPU: its matrix products, and the bytes of everything between them.

Kernels are those of Megatron: bias and dropout and residual in one, bias and activation function in one, norms in one.
Models with a gated feed-forward part are taken to train without dropout, as Llama and its successors do.
"""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand.parameters import head_size, inner, widths
from easterly.demand.roofline import Matmul
from easterly.demand.transformer import BYTES
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import MLA, ModelSpec, MoE

MASK_B = 1
"""Bytes of one element of a dropout mask."""

LOSS_B = 26
"""Bytes moved per logit by the cross entropy: to 32 bits, maximum, exponential, sum, and the gradient back."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a micro-batch that one GPU works on, and how.

    Attributes
    ----------
    tokens : float
        Tokens of the micro-batch on one context-parallel rank.
    seq, rows : float
        Tokens of a sequence: all, and those of one context-parallel rank.
    number_B : int [B]
        Of one activation.
    tp, ep, etp : int
        Degrees.
    spread : int
        Ranks over which norms, dropout and residuals are spread: tp with sequence parallelism, else 1.
    fused : bool
        Scores stay on the chip.
    """

    tokens: float
    seq: float
    rows: float
    number_B: int
    tp: int
    ep: int
    etp: int
    spread: int
    fused: bool


@dataclass(frozen=True, slots=True)
class LayerWork:
    """Work of a layer in its forward pass; that of the backward pass follows.

    Attributes
    ----------
    linear : tuple of Matmul
        Products with weights; each has two of the same size in the backward pass, one of them for the weights.
    core : tuple of Matmul
        Scores, and their product with the values.
    forward_B, backward_B : float [B]
        Moved by norms, dropout, residuals and activation functions.
    core_forward_B, core_backward_B : float [B]
        Moved by softmax and its dropout; none where they are fused.
    """

    linear: tuple[Matmul, ...]
    core: tuple[Matmul, ...]
    forward_B: float
    backward_B: float
    core_forward_B: float
    core_backward_B: float


def slice_of(job: Job, model: ModelSpec) -> Slice:
    """What each GPU works on."""
    plan, seq = job.parallel, job.seq or model.seq
    return Slice(
        tokens=job.micro_batch * seq / plan.cp, seq=seq, rows=seq / plan.cp,
        number_B=max(2, BYTES[job.dtype]), tp=plan.tp, ep=plan.ep, etp=plan.etp or 1,
        spread=plan.tp if job.sequence_parallel else 1, fused=job.attention != "unfused",
    )  # fmt: skip


def layer(model: ModelSpec, part: Slice, experts: bool) -> LayerWork:
    """Work of one layer, with or without experts.

    Parameters
    ----------
    model : ModelSpec
    part : Slice
    experts : bool
        Whether the layer has experts.
    """
    scores = model.heads / part.tp * part.tokens * part.seq
    width, e = part.tokens * model.hidden / part.spread, part.number_B
    drop = 0 if model.gated else MASK_B
    wide = _activated(model, part, experts)
    tripled = 1 if model.gated else 0
    return LayerWork(
        linear=(*_attention(model, part), *_feed_forward(model, part, experts)),
        core=core(model, part),
        forward_B=width * (4 * e + 2 * (3 * e + drop)) + wide * (2 + tripled) * e,
        backward_B=width * (6 * e + 6 * e + (2 * (2 * e + drop) if drop else 0)) + wide * (3 + 2 * tripled) * e,
        core_forward_B=0.0 if part.fused else scores * (2 * e + (2 * e + drop if drop else 0)),
        core_backward_B=0.0 if part.fused else scores * (3 * e + (2 * e + drop if drop else 0)),
    )


def core(model: ModelSpec, part: Slice) -> tuple[Matmul, ...]:
    """Scores of all rows with all columns, and their product with the values; causality is not made use of."""
    keys, values = widths(model)
    heads = part.tokens / part.rows * model.heads / part.tp
    return (Matmul(part.rows, keys, part.seq, heads), Matmul(part.rows, part.seq, values, heads))


def head(model: ModelSpec, part: Slice) -> Matmul:
    """Logits."""
    return Matmul(part.tokens, model.hidden, model.vocab / part.tp)


def loss_B(model: ModelSpec, part: Slice) -> float:
    """Bytes that the loss moves, both ways."""
    return part.tokens * model.vocab / part.tp * LOSS_B


def embedding_B(model: ModelSpec, part: Slice) -> float:
    """Bytes that the embedding moves, both ways: rows read and written, gradients added in 32 bits."""
    return part.tokens * model.hidden * (5 * part.number_B + 8)


def visits(moe: MoE, part: Slice) -> float:
    """Tokens that the experts of the busiest GPU get: those of its tensor-parallel part, times k, unevenly."""
    return part.tokens * part.etp / part.tp * moe.top_k * moe.imbalance


def _attention(model: ModelSpec, part: Slice) -> tuple[Matmul, ...]:
    if model.mla is not None:
        return _latent(model, model.mla, part)
    size, kv_heads = head_size(model), model.kv_heads or model.heads
    return (
        Matmul(part.tokens, model.hidden, (model.heads + 2 * kv_heads) * size / part.tp),
        Matmul(part.tokens, model.heads * size / part.tp, model.hidden),
    )


def _latent(model: ModelSpec, mla: MLA, part: Slice) -> tuple[Matmul, ...]:
    """Compressions are done in full on every tensor-parallel rank, what they open into is split by heads."""
    n, heads, query = part.tokens, model.heads / part.tp, mla.nope + mla.rope
    up = (Matmul(n, mla.q_rank or model.hidden, heads * query),)
    down = (Matmul(n, model.hidden, mla.q_rank),) if mla.q_rank else ()
    return (
        *down, *up, Matmul(n, model.hidden, mla.kv_rank + mla.rope),
        Matmul(n, mla.kv_rank, heads * (mla.nope + mla.value)), Matmul(n, heads * mla.value, model.hidden),
    )  # fmt: skip


def _feed_forward(model: ModelSpec, part: Slice, experts: bool) -> tuple[Matmul, ...]:
    into = 2 if model.gated else 1
    if not experts or model.moe is None:
        size = inner(model) / part.tp
        return Matmul(part.tokens, model.hidden, into * size), Matmul(part.tokens, size, model.hidden)
    moe, local = model.moe, model.moe.experts / part.ep
    own, size = moe.ffn or inner(model), (moe.ffn or inner(model)) / part.etp
    each = visits(moe, part) / local
    routed = (Matmul(each, model.hidden, into * size, local), Matmul(each, size, model.hidden, local))
    if not moe.shared:
        return routed
    shared = moe.shared * own / part.tp
    return (*routed, Matmul(part.tokens, model.hidden, into * shared), Matmul(part.tokens, shared, model.hidden))


def _activated(model: ModelSpec, part: Slice, experts: bool) -> float:
    """Elements that pass the activation function; copies of tokens to and from experts count as moved, too."""
    if not experts or model.moe is None:
        return part.tokens * inner(model) / part.tp
    moe = model.moe
    own = moe.ffn or inner(model)
    shared = part.tokens * moe.shared * own / part.tp
    return shared + visits(moe, part) * (own / part.etp + 2 * model.hidden)
