"""Time of one step's arithmetic on the busiest GPU of a job, operator by operator."""

from __future__ import annotations

from dataclasses import dataclass

from easterly.demand import operators, optimizer, transformer
from easterly.demand.operators import LayerWork, Slice
from easterly.demand.roofline import FUSED_BACKWARD, FUSED_FORWARD, Roofline
from easterly.demand.stages import Stage, stages
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

LEAST = 1e-6
"""Efficiency that stands in for none at all, which E618 reports."""


@dataclass(frozen=True, slots=True)
class Times:
    """Times of one micro-batch in one part of a model, on one GPU.

    Attributes
    ----------
    forward_s, backward_s : float [s]
        The backward pass includes what is computed again.
    recompute_s : float [s]
        Of the backward pass, what is computed again.
    weight_s : float [s]
        Of the backward pass, products for gradients of weights: nothing waits for them, so that communication of
        the gradients of activations hides behind them.
    """

    forward_s: float
    backward_s: float
    recompute_s: float = 0.0
    weight_s: float = 0.0

    def __add__(self, other: Times) -> Times:
        return Times(
            self.forward_s + other.forward_s, self.backward_s + other.backward_s,
            self.recompute_s + other.recompute_s, self.weight_s + other.weight_s,
        )  # fmt: skip

    def __mul__(self, times: float) -> Times:
        return Times(
            self.forward_s * times, self.backward_s * times, self.recompute_s * times, self.weight_s * times
        )  # fmt: skip

    @property
    def total_s(self) -> float:
        """Both passes."""
        return self.forward_s + self.backward_s


@dataclass(frozen=True, slots=True)
class Compute:
    """Arithmetic of one step on the busiest GPU, communication left aside.

    Attributes
    ----------
    forward_s, backward_s : float [s]
        All micro-batches; the backward pass includes what is computed again.
    optimizer_s : float [s]
        Update of the weights.
    bubble_s : float [s]
        Waiting for other stages while the pipeline fills and drains.
    stage : int
        The stage that sets the pace.
    layers : int
        Its layers.
    layer : Times
        Mean layer of that stage, one micro-batch.
    model_FLOP, hardware_FLOP : float [FLOP]
        Work of the step on all GPUs: by the shape alone, and with what is computed again (MFU and HFU: Chowdhery et
        al. 2022, arXiv 2204.02311, appendix B).
    """

    forward_s: float
    backward_s: float
    optimizer_s: float
    bubble_s: float
    stage: int
    layers: int
    layer: Times
    model_FLOP: float
    hardware_FLOP: float

    @property
    def busy_s(self) -> float:
        """Passes and update, without waiting."""
        return self.forward_s + self.backward_s + self.optimizer_s

    @property
    def total_s(self) -> float:
        """Everything."""
        return self.busy_s + self.bubble_s

    @property
    def bubble(self) -> float:
        """Share of the total that is waiting."""
        return self.bubble_s / self.total_s


def compute(job: Job, model: ModelSpec, gpu: Roofline) -> Compute:
    """Arithmetic of one step.

    Where the job states an MFU, work over peak times that; the passes share it by their work. Otherwise every
    operator takes the longer of its arithmetic and its memory traffic. The slowest stage sets the pace: m
    micro-batches of it, and the fill and drain of all others once, ``(m + (p-1)/v)`` for equal stages (Narayanan et al.
    2021, arXiv 2104.04473, section 2.2).

    Parameters
    ----------
    job : Job
    model : ModelSpec
    gpu : Roofline

    Returns
    -------
    Compute
    """
    return _stated(job, model, gpu, job.mfu) if job.mfu is not None else _counted(job, model, gpu)


def _counted(job: Job, model: ModelSpec, gpu: Roofline) -> Compute:
    plan, part, count = job.parallel, operators.slice_of(job, model), transformer.micro_batches(job)
    kinds = _kinds(job, model, gpu, part)
    each = stages(model, plan.pp, plan.interleave)
    times = [_stage(stage, kinds, _ends(job, model, gpu, part)) for stage in each]
    pace = max(range(plan.pp), key=lambda i: times[i].total_s)
    slowest, stage = times[pace], each[pace]
    idle_s = sum(one.total_s for one in times) - slowest.total_s
    mean = (kinds[0] * stage.dense + kinds[1] * stage.sparse) * (1 / max(1, stage.layers))
    return Compute(
        forward_s=count * slowest.forward_s, backward_s=count * slowest.backward_s,
        optimizer_s=gpu.stream_s(max(optimizer.update_B(job, model, one) for one in each)),
        bubble_s=idle_s / plan.interleave, stage=pace, layers=stage.layers, layer=mean,
        **_work(job, model),
    )  # fmt: skip


def _stated(job: Job, model: ModelSpec, gpu: Roofline, mfu: float) -> Compute:
    """Work over peak times efficiency; the stage with the most layers sets the pace."""
    plan, seq, count = job.parallel, job.seq or model.seq, transformer.micro_batches(job)
    flop = transformer.step_FLOP(model, job.batch, seq, job.recompute)
    sizes = [stage.layers for stage in stages(model, plan.pp, plan.interleave)]
    longest = max(sizes)
    busy_s = flop / (plan.gpus * gpu.peak_FLOPs * max(mfu, LEAST)) * longest * plan.pp / model.layers
    forward_s = busy_s / (4 if job.recompute == "full" else 3)
    again_s = forward_s if job.recompute == "full" else 0.0
    layer = Times(forward_s, busy_s - forward_s, again_s, forward_s) * (1 / (count * longest))
    return Compute(
        forward_s=forward_s, backward_s=busy_s - forward_s, optimizer_s=0.0,
        bubble_s=busy_s * (model.layers - longest) / longest / (plan.interleave * count),
        stage=sizes.index(longest), layers=longest, layer=layer, **_work(job, model),
    )  # fmt: skip


def _work(job: Job, model: ModelSpec) -> dict[str, float]:
    seq = job.seq or model.seq
    return {
        "model_FLOP": transformer.step_FLOP(model, job.batch, seq),
        "hardware_FLOP": transformer.hardware_FLOP(model, job.batch, seq, job.recompute),
    }


def _stage(stage: Stage, kinds: tuple[Times, Times], ends: tuple[Times, Times]) -> Times:
    return kinds[0] * stage.dense + kinds[1] * stage.sparse + ends[0] * stage.first + ends[1] * stage.last


def _kinds(job: Job, model: ModelSpec, gpu: Roofline, part: Slice) -> tuple[Times, Times]:
    """Times of a layer without and of one with experts."""
    dense = layer_times(operators.layer(model, part, experts=False), job, gpu, part)
    sparse = layer_times(operators.layer(model, part, experts=True), job, gpu, part) if model.moe else dense
    return dense, sparse


def layer_times(work: LayerWork, job: Job, gpu: Roofline, part: Slice) -> Times:
    """Times of one layer.

    Parameters
    ----------
    work : LayerWork
    job : Job
        For what is recomputed.
    gpu : Roofline
    part : Slice
    """
    linear_s = sum(gpu.matmul_s(one, part.number_B) for one in work.linear)
    core_s, core_back_s = _core(work, gpu, part)
    forward_s = linear_s + core_s + gpu.stream_s(work.forward_B)
    backward_s = 2 * linear_s + core_back_s + gpu.stream_s(work.backward_B)
    selective_s = 0.0 if part.fused else core_s
    again_s = {"none": 0.0, "selective": selective_s, "full": forward_s}[job.recompute]
    return Times(forward_s, backward_s + again_s, again_s, linear_s)


def _core(work: LayerWork, gpu: Roofline, part: Slice) -> tuple[float, float]:
    """Attention proper, forward and backward; fused, it skips what is masked and computes scores again (Dao 2023)."""
    if part.fused:
        causal = sum(one.flop for one in work.core) / 2
        return gpu.fused_s(causal, FUSED_FORWARD), gpu.fused_s(2.5 * causal, FUSED_BACKWARD)
    products_s = sum(gpu.matmul_s(one, part.number_B) for one in work.core)
    return products_s + gpu.stream_s(work.core_forward_B), 2 * products_s + gpu.stream_s(work.core_backward_B)


def _ends(job: Job, model: ModelSpec, gpu: Roofline, part: Slice) -> tuple[Times, Times]:
    """Embedding, and logits with their loss; halves of what they move go to each pass."""
    embedding_s = gpu.stream_s(operators.embedding_B(model, part)) / 2
    loss_s = gpu.stream_s(operators.loss_B(model, part)) / 2
    logits_s = gpu.matmul_s(operators.head(model, part), part.number_B)
    return Times(embedding_s, embedding_s), Times(logits_s + loss_s, 2 * logits_s + loss_s, 0.0, logits_s)
