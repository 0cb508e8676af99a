"""Compute and memory of one step of a job."""

from __future__ import annotations

from easterly.demand.compute import compute
from easterly.demand.facts import settled
from easterly.demand.memory import memory
from easterly.demand.phases import Effort
from easterly.demand.roofline import roofline
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec


def effort(job: Job, model: ModelSpec, host: HostType) -> Effort:
    """Compute of one step on the busiest GPU, and memory of the fullest.

    Parameters
    ----------
    job : Job
    model : ModelSpec
    host : HostType

    Raises
    ------
    FindingsError
        E214 the catalog has no such GPU, E612 the GPU has no arithmetic of the job's number format.
    """
    job = settled(job, host)
    time, space = compute(job, model, roofline(job, host)), memory(job, model)
    return Effort(
        gpus=job.parallel.gpus, compute_s=time.total_s, forward_s=time.forward_s, backward_s=time.backward_s,
        optimizer_s=time.optimizer_s, bubble=time.bubble, flop=time.model_FLOP,
        tokens=float(job.batch * (job.seq or model.seq)), weights_B=space.weights_B, gradients_B=space.gradients_B,
        state_B=space.state_B, activations_B=space.activations_B, workspace_B=space.workspace_B,
    )  # fmt: skip
