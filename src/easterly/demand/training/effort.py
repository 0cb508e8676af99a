"""Compute of one step of a job."""

from __future__ import annotations

from easterly.demand import transformer
from easterly.demand.phases import Effort
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
    backward = 3 / 4 if job.recompute == "full" else 2 / 3
    return Effort(
        gpus=plan.gpus, compute_s=busy_s * (1 + idle), forward_s=busy_s * (1 - backward), backward_s=busy_s * backward,
        bubble=idle / (1 + idle), flop=flop, tokens=float(job.batch * seq),
    )  # fmt: skip
