"""Optimiser: its state per parameter, what ZeRO leaves of it on each GPU, and what an update moves."""

from __future__ import annotations

import math

from easterly.demand.stages import Shard, Stage, expert_replicas, shard
from easterly.demand.transformer import BYTES
from easterly.model.spec.job import Job, Parallel
from easterly.model.spec.transformer import ModelSpec

STATE_B = {"adam": 8, "adam-bf16": 4, "adam-8bit": 2, "sgd": 4, "adafactor": 0}
"""Bytes per parameter beside the 32-bit copy of a weight: momentum and variance in 32, 16 (DeepSeek-V3, arXiv
2412.19437, section 3.3) or 8 bits (Dettmers et al. 2022, arXiv 2110.02861), momentum alone, or only the row and column
sums of the variance, which count nothing (Shazeer and Stern 2018, arXiv 1804.04235)."""

MASTER_B = 4
"""Bytes of the 32-bit copy of a weight that has fewer bits itself."""

GRADIENT_PASSES = 5
"""Times that a gradient is moved per update: set to zero, norm, clipping (read and written), update."""


def state_B(job: Job) -> float:
    """Bytes of optimiser state per parameter.

    Parameters
    ----------
    job : Job
        12 for Adam and 16-bit weights (Rajbhandari et al. 2020, arXiv 1910.02054, section 3.1).
    """
    return STATE_B[job.optimizer] + (MASTER_B if BYTES[job.dtype] < MASTER_B else 0)


def groups(plan: Parallel) -> tuple[float, float]:
    """Ranks among which ZeRO shards what is dense, and what belongs to experts."""
    limit = plan.shard or math.inf
    return min(plan.dp * plan.cp, limit), max(1.0, min(expert_replicas(plan), limit))


def sharded(job: Job, part: Shard, each_B: float, stage: int) -> float:
    """Bytes on one GPU of something that ZeRO shards from a stage on.

    Parameters
    ----------
    job : Job
    part : Shard
        Parameters of the GPU before sharding.
    each_B : float [B]
        Per parameter.
    stage : int
        ZeRO stage from which it is sharded: 1 optimiser, 2 gradients, 3 weights.
    """
    dense, expert = groups(job.parallel) if job.zero >= stage else (1.0, 1.0)
    return each_B * (part.dense / dense + part.expert / expert)


def update_B(job: Job, model: ModelSpec, stage: Stage) -> float:
    """Bytes that the update of one GPU's weights moves: gradients, state read and written, weights written.

    For Adam with 16-bit weights and 32-bit gradients 50 per parameter: 20 for the gradient, 24 for the state, 4 to
    read the new master copy and 2 to write the weight.
    """
    part = shard(model, job.parallel, stage)
    each_B = GRADIENT_PASSES * BYTES[job.grad_dtype] + 2 * state_B(job) + BYTES[job.dtype]
    each_B += MASTER_B if BYTES[job.dtype] < MASTER_B else BYTES[job.dtype]
    return sharded(job, part, each_B, 1)
