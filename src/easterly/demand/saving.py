"""Checkpoints: how large, how often, what they cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

from easterly.demand import optimizer, transformer
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

MTBF_GPU_S = 50_000 * 3600.0
"""Mean time between interruptions of one GPU where a job does not say: 419 unexpected ones in 54 days on 16,384 GPUs
(The Llama 3 Herd of Models, arXiv 2407.21783, section 3.3.4)."""

SNAPSHOT_BPS = 200e9
"""Rate at which a GPU copies its state to the memory of its host: PCIe 4.0 x16, about 25 GB/s."""


@dataclass(frozen=True, slots=True)
class Saving:
    """Checkpoints of one job.

    Attributes
    ----------
    size_B : float [B]
    write_s : float [s]
        Until a checkpoint is in its store.
    stall_s : float [s]
        Time that training stands still for it.
    every_s : float [s]
        Interval.
    goodput : float
        Share of time in which training makes progress that lasts.
    """

    size_B: float
    write_s: float
    stall_s: float
    every_s: float
    goodput: float


def saving(job: Job, model: ModelSpec, rate_bps: float, replicas: int = 1) -> Saving | None:
    """Size, interval and cost of a job's checkpoints.

    Parameters
    ----------
    job : Job
    model : ModelSpec
    rate_bps : float [bit/s]
        What writers and store can move together.
    replicas : int
        Replicas of the whole job on other fabrics, which may fail as well.

    Returns
    -------
    Saving or None
        None where the job saves nothing.
    """
    spec = job.checkpoint
    if spec is None:
        return None
    size_B = size(job, model) if spec.size is None else spec.size
    write_s = size_B * 8 / (rate_bps if spec.rate is None else min(rate_bps, spec.rate))
    stall_s = copy_s(job, size_B, write_s) if spec.asynchronous else write_s
    mtbf_s = (spec.mtbf or MTBF_GPU_S) / (job.parallel.gpus * replicas)
    every_s = max(daly_s(stall_s, mtbf_s), write_s) if spec.every is None else spec.every
    return Saving(size_B, write_s, stall_s, every_s, goodput(every_s, stall_s, spec.restart + write_s, mtbf_s))


def copy_s(job: Job, size_B: float, write_s: float) -> float:
    """Time in which every GPU copies its part of a checkpoint to the memory of its host; no longer than writing it."""
    return float(min(write_s, size_B / job.parallel.gpus * 8 / SNAPSHOT_BPS))


def size(job: Job, model: ModelSpec) -> float:
    """Bytes of a checkpoint: weights and the optimiser's state, once for all replicas; no gradients.

    14 bytes per parameter in bf16 with Adam: 2 + 12.
    """
    return float(model.params * (transformer.BYTES[job.dtype] + optimizer.state_B(job)))


def young_s(cost_s: float, mtbf_s: float) -> float:
    """Interval between checkpoints of least loss, to first order: ``sqrt(2 C M)`` (Young 1974, CACM 17:9).

    >>> round(young_s(60, 6 * 3600))
    1610
    """
    return math.sqrt(2 * cost_s * mtbf_s)


def daly_s(cost_s: float, mtbf_s: float) -> float:
    """The same to higher order: ``sqrt(2CM) (1 + sqrt(C/2M)/3 + (C/2M)/9) - C``; M where ``C >= 2M``.

    Daly 2006, Future Generation Computer Systems 22:3.

    >>> round(daly_s(60, 6 * 3600))
    1570
    """
    if cost_s >= 2 * mtbf_s:
        return mtbf_s
    first = young_s(cost_s, mtbf_s)
    part = first / (2 * mtbf_s)
    return first * (1 + part / 3 + part * part / 9) - cost_s


def goodput(every_s: float, stall_s: float, restart_s: float, mtbf_s: float) -> float:
    """Share of time that lasts: without stalls, work lost since the last checkpoint (half an interval) and restarts.

    ``T / (T + C) * max(0, 1 - (T/2 + R) / M)``: the first-order model behind Young's interval.
    """
    running = every_s / (every_s + stall_s) if every_s + stall_s > 0 else 1.0
    return running * max(0.0, 1 - (every_s / 2 + restart_s) / mtbf_s)
