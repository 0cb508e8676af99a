"""One training job as phases: tensor, pipeline and data parallel, mapped onto hosts and rails.

Ranks are numbered tensor-parallel fastest, then data, then pipeline, as Megatron does (``tp-cp-dp-pp``), and
fill the hosts of the job in order. No wire efficiency is assumed: the low end of a prediction is the line rate,
and what real collectives lose to it belongs to the high end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from easterly.demand import collectives, transformer
from easterly.demand.layout import Layout, Ranks
from easterly.demand.mapping import Group, beyond_wire_s, run
from easterly.demand.phases import Effort, Phase
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec


def effort(job: Job, model: ModelSpec, peak_FLOPs: float) -> Effort:
    """Compute of one step: work over the reached rate of all GPUs, stretched by the pipeline bubble.

    Stages are taken as equal; where layers do not divide, E608 says what the longest stage adds.
    """
    plan, seq = job.parallel, job.seq or model.seq
    flop = transformer.step_FLOP(model, job.batch, seq, job.recompute)
    busy_s = flop / (plan.gpus * peak_FLOPs * (job.mfu or transformer.DEFAULT_MFU))
    idle = transformer.bubble(plan.pp, transformer.micro_batches(job), plan.interleave)
    return Effort(plan.gpus, busy_s * (1 + idle), idle / (1 + idle), flop, float(job.batch * seq))


def phases(job: Job, model: ModelSpec, layout: Layout) -> list[Phase]:
    """All phases of a job, in the order tp, pp, dp; an axis of degree 1 has none."""
    plan = job.parallel
    grid = np.arange(plan.gpus).reshape(plan.pp, plan.dp, plan.tp)
    made: list[Phase] = []
    if plan.tp > 1:
        made.append(_tensor(job, model, Group.of("tp", layout, grid.reshape(-1, plan.tp))))
    if plan.pp > 1:
        made.append(_pipeline(job, model, layout, grid.reshape(plan.pp, -1)))
    if plan.dp > 1:
        made.extend(_data(job, model, Group.of("dp", layout, grid.transpose(0, 2, 1).reshape(-1, plan.dp))))
    return made


def _tensor(job: Job, model: ModelSpec, group: Group) -> Phase:
    """Four all-reduces of the activations per layer and micro-batch, six with full recomputation (Megatron).

    With sequence parallelism each is a reduce-scatter and an all-gather of the same bytes (arXiv 2205.05198).
    """
    size_B = transformer.activation_B(model, job.micro_batch, job.seq or model.seq, job.dtype)
    per_layer = 6 if job.recompute == "full" else 4
    times = per_layer * model.layers / job.parallel.pp * transformer.micro_batches(job)
    return replace(run(group, "all-reduce", size_B), times=times)


def _pipeline(job: Job, model: ModelSpec, layout: Layout, stages: Ranks) -> Phase:
    """Activations to the next stage and gradients back, per micro-batch; ``M / t`` per GPU (scatter-gather).

    With v chunks per stage each boundary is crossed v times, and the last stage hands over to the first v-1
    times (Narayanan et al. 2021, sections 2.2 and 4.1).
    """
    plan = job.parallel
    part_B = transformer.activation_B(model, job.micro_batch, job.seq or model.seq, job.dtype) / plan.tp
    ahead, behind = stages.ravel(), np.roll(stages, -1, axis=0).ravel()
    crossings = np.where(np.arange(stages.size) < stages.size - stages.shape[1], plan.interleave, plan.interleave - 1)
    used = crossings > 0
    src = np.concatenate([ahead[used], behind[used]])
    dst = np.concatenate([behind[used], ahead[used]])
    traffic = layout.traffic(src, dst, np.tile(part_B * crossings[used], 2))
    hop_s = collectives.NETWORK_HOP_S if len(traffic.src) else collectives.SCALEUP_HOP_S
    return Phase(
        axis="pp", collective="send", algorithm="direct", times=transformer.micro_batches(job),
        latency_s=2 * plan.interleave * hop_s, scaleup_s=beyond_wire_s(layout, traffic, traffic.scaleup_B),
        scaleup_B=traffic.scaleup_B, traffic=traffic,
    )  # fmt: skip


def _data(job: Job, model: ModelSpec, group: Group) -> Iterator[Phase]:
    """Gradients, and the weights where they are sharded, of one step.

    Without ZeRO an all-reduce of the gradients; stages 1 and 2 a reduce-scatter of the gradients and an
    all-gather of the weights; stage 3 gathers the weights twice per micro-batch instead (Rajbhandari et al. 2020,
    section 7). Gradients are summed over micro-batches on each GPU and exchanged once.
    """
    shard = transformer.shard_params(model, job.parallel.tp, job.parallel.pp)
    grad_B, weight_B = shard * transformer.BYTES[job.grad_dtype], shard * transformer.BYTES[job.dtype]
    if job.zero == 0:
        yield run(group, "all-reduce", grad_B, job.collective)
        return
    yield run(group, "reduce-scatter", grad_B, job.collective)
    times = 2 * transformer.micro_batches(job) if job.zero == 3 else 1.0
    yield replace(run(group, "all-gather", weight_B, job.collective), times=times)
