"""Memory of one GPU in training: weights, gradients, optimiser state, activations, and what else is needed."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand import operators, optimizer, parameters
from easterly.demand.operators import MASK_B, Slice
from easterly.demand.parameters import inner
from easterly.demand.stages import Stage, shard, stages
from easterly.demand.transformer import BYTES, micro_batches
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

RUNTIME_B = 2e9
"""Bytes that the driver's context, the kernels and the buffers of the collective library take; an assumption."""

LOGIT_B = 4
"""Bytes of a logit, which is kept in 32 bits for the loss (Korthikanti et al. 2022, section 4.3)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes on one GPU, at the moment when they are most.

    Attributes
    ----------
    weights_B, gradients_B, state_B : float [B]
        State is that of the optimiser, with the 32-bit copy of the weights.
    activations_B : float [B]
        What is kept from forward passes for their backward passes, logits included.
    workspace_B : float [B]
        The layer that is being recomputed or gathered, and `RUNTIME_B`.
    stage : int
        Pipeline stage of the GPU.
    """

    weights_B: float
    gradients_B: float
    state_B: float
    activations_B: float
    workspace_B: float
    stage: int

    @property
    def total_B(self) -> float:
        """All parts."""
        return self.weights_B + self.gradients_B + self.state_B + self.activations_B + self.workspace_B


def memory(job: Job, model: ModelSpec) -> Memory:
    """Memory of the fullest GPU of a job.

    Parameters
    ----------
    job : Job
    model : ModelSpec

    Returns
    -------
    Memory
        Activations after Korthikanti et al. 2022 (arXiv 2205.05198, sections 4 and 5), for the matrices that the
        model has; weights, gradients and state after Rajbhandari et al. 2020 (arXiv 1910.02054, section 3).
    """
    each = stages(model, job.parallel.pp, job.parallel.interleave)
    return max((of_stage(job, model, stage) for stage in each), key=lambda one: (one.total_B, -one.stage))


def of_stage(job: Job, model: ModelSpec, stage: Stage) -> Memory:
    """Memory of a GPU of one stage."""
    part = shard(model, job.parallel, stage)
    return Memory(
        weights_B=optimizer.sharded(job, part, BYTES[job.dtype], 3),
        gradients_B=optimizer.sharded(job, part, BYTES[job.grad_dtype], 2),
        state_B=optimizer.sharded(job, part, optimizer.state_B(job), 1),
        activations_B=activations_B(job, model, stage),
        workspace_B=RUNTIME_B + _layer_in_work_B(job, model, stage),
        stage=stage.number,
    )


def activations_B(job: Job, model: ModelSpec, stage: Stage) -> float:
    """Activations that a GPU of a stage holds for micro-batches whose backward pass is to come.

    Layers of each micro-batch in flight; the mask of the embedding's dropout on the first stage; norm, logits and
    loss of one micro-batch on the last.
    """
    part, plan = operators.slice_of(job, model), job.parallel
    width = part.tokens * model.hidden / part.spread
    layers = stage.dense * layer_B(job, model, part, False) + stage.sparse * layer_B(job, model, part, True)
    held = in_flight(stage.number, plan.pp, plan.interleave, micro_batches(job)) * layers
    if stage.first and not model.gated:
        held += min(plan.pp, micro_batches(job)) * width * MASK_B
    if stage.last:
        held += 2 * width * part.number_B + part.tokens * model.vocab / plan.tp * LOGIT_B
    return held


def in_flight(stage: int, pp: int, interleave: int, micro_batches: float) -> float:
    """Micro-batches whose activations a stage holds, in multiples of its layers.

    1F1B holds p - i on stage i; the interleaved schedule 2 (p - i - 1) + (v - 1) p + 1 chunks of v, which on the
    first stage is the factor 1 + (p-1)/(pv) on p (Narayanan et al. 2021; Korthikanti et al. 2022, section 4.2.3).

    >>> in_flight(0, 8, 1, 64), in_flight(7, 8, 1, 64), in_flight(0, 8, 3, 64) / 8 == 1 + 7 / 24
    (8.0, 1.0, True)
    """
    if interleave == 1:
        return float(min(pp - stage, micro_batches))
    return min((2 * (pp - stage - 1) + (interleave - 1) * pp + 1) / interleave, micro_batches)


def layer_B(job: Job, model: ModelSpec, part: Slice, experts: bool) -> float:
    """Activations that one layer keeps of one micro-batch on one GPU, by what the job recomputes.

    For a GPT and 16 bits ``s b h (34 + 5 a s/h)`` without parallelism; 10 of the 34 are spread over tensor-parallel
    ranks only with sequence parallelism. Selective recomputation and fused attention keep no scores; full
    recomputation keeps the input (Korthikanti et al. 2022, table 2).

    Parameters
    ----------
    job : Job
    model : ModelSpec
    part : Slice
    experts : bool
        Whether the layer has experts.
    """
    if job.recompute == "full":
        return part.tokens * model.hidden / part.spread * part.number_B
    kept = _between_B(model, part) + _attention_B(model, part) + _feed_forward_B(model, part, experts)
    return kept if job.recompute == "selective" else kept + _scores_B(model, part)


def _between_B(model: ModelSpec, part: Slice) -> float:
    """Inputs of both norms, of the attention and of the feed-forward part, and two masks of dropout."""
    masks = 0 if model.gated else 2 * MASK_B
    return part.tokens * model.hidden / part.spread * (4 * part.number_B + masks)


def _attention_B(model: ModelSpec, part: Slice) -> float:
    """Query, key, value, and input of the output matrix; with MLA the compressed vectors too, on every rank."""
    keys, values = parameters.widths(model)
    kv_heads = model.heads if model.mla is not None else model.kv_heads or model.heads
    split = model.heads * keys + kv_heads * (keys + values) + model.heads * values
    latent = (model.mla.q_rank or 0) + model.mla.kv_rank + model.mla.rope if model.mla is not None else 0
    return part.tokens * (split / part.tp + latent) * part.number_B


def _feed_forward_B(model: ModelSpec, part: Slice, experts: bool) -> float:
    """Input of the activation function and of the second matrix: two inner sizes, three where it is gated."""
    copies = 3 if model.gated else 2
    if not experts or model.moe is None:
        return part.tokens * copies * inner(model) / part.tp * part.number_B
    own = model.moe.ffn or inner(model)
    shared = part.tokens * model.moe.shared * copies * own / part.tp
    routed = operators.visits(model.moe, part) * (model.hidden + copies * own / part.etp)
    return (shared + routed) * part.number_B


def _scores_B(model: ModelSpec, part: Slice) -> float:
    """Softmax, its dropout and mask: 5 bytes a score in 16 bits; one 32-bit number a row where they are fused."""
    rows = model.heads / part.tp * part.tokens
    if part.fused:
        return rows * 4
    return rows * part.seq * (part.number_B if model.gated else 2 * part.number_B + MASK_B)


def _layer_in_work_B(job: Job, model: ModelSpec, stage: Stage) -> float:
    """All activations of the layer that is being recomputed, and two layers of weights that ZeRO 3 has gathered."""
    part, experts, plan = operators.slice_of(job, model), stage.sparse > 0, job.parallel
    whole = job.model_copy(update={"recompute": "none"})
    again = layer_B(whole, model, part, experts) if job.recompute == "full" else _again_B(job, model, part)
    if job.zero < 3 or plan.dp * plan.cp == 1:
        return again
    held = parameters.parameters(model)
    weights = (held.sparse if experts else held.dense) / plan.tp
    weights += held.experts / (plan.ep * (plan.etp or 1)) if experts else 0.0
    return again + 2 * weights * parameters.scale(model) * BYTES[job.dtype]


def _again_B(job: Job, model: ModelSpec, part: Slice) -> float:
    """Scores of the layer whose attention is being recomputed."""
    return _scores_B(model, part) if job.recompute == "selective" else 0.0
