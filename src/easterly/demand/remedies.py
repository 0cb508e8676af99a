"""What would make a job fit into memory: the smallest change that does, by search."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

from easterly.demand.memory import memory
from easterly.model.spec.job import Job
from easterly.model.spec.transformer import ModelSpec

RECOMPUTE = ("none", "selective", "full")

Change = dict[str, Any]
"""Keys of a job, those of `parallel` among them, and what to write there."""


def remedy(job: Job, model: ModelSpec, memory_B: float, gpus_per_host: int) -> tuple[Change, float] | None:
    """The least change with which the fullest GPU has room, on as many GPUs.

    Fewer keys come first; among as many, sequence parallelism, sharding and smaller micro-batches before recomputing,
    and that before another split of the GPUs, as far as the batch, the layers and the hosts allow it.

    Parameters
    ----------
    job : Job
    model : ModelSpec
    memory_B : float [B]
        Of one GPU.
    gpus_per_host : int
        Largest tensor-parallel degree.

    Returns
    -------
    (dict, float [B]) or None
        Keys with their values, and what the fullest GPU then needs; None if nothing helps.
    """
    for change in sorted(_changes(job, model, gpus_per_host), key=_cost):
        need = memory(changed(job, change), model).total_B
        if need <= memory_B:
            return change, need
    return None


def larger(job: Job, model: ModelSpec, memory_B: float) -> tuple[Change, float] | None:
    """The shortest pipeline on more GPUs with which the fullest has room, with full recomputation if it needs that.

    Parameters and result as of `remedy`.
    """
    lengths = range(job.parallel.pp + 1, model.layers // job.parallel.interleave + 1)
    for pp, more in product(lengths, [{}, {"recompute": "full"}]):
        change: Change = {"pp": pp, **more}
        need = memory(changed(job, change), model).total_B
        if need <= memory_B:
            return change, need
    return None


def changed(job: Job, change: Change) -> Job:
    """The job with some keys changed."""
    own = {key: value for key, value in change.items() if key not in type(job.parallel).model_fields}
    degrees = {key: value for key, value in change.items() if key not in own}
    made: Job = job.model_copy(update={**own, "parallel": job.parallel.model_copy(update=degrees)})
    return made


def _changes(job: Job, model: ModelSpec, gpus_per_host: int) -> Iterator[Change]:
    """Every combination of what can be changed, without the one that changes nothing."""
    tp = job.parallel.tp > 1 and not job.sequence_parallel
    for parts in product(
        [{}, {"sp": True}] if tp else [{}],
        [{}, *({"zero": zero} for zero in range(job.zero + 1, 4))],
        [{}, *({"micro_batch": size} for size in _smaller(job.micro_batch))],
        [{}, *({"recompute": kind} for kind in RECOMPUTE[RECOMPUTE.index(job.recompute) + 1 :])],
        [{}, *_splits(job, model, gpus_per_host)],
    ):
        change = {key: value for part in parts for key, value in part.items()}
        if change:
            yield change


def _smaller(size: int) -> list[int]:
    """Half of a number, half of that, ..., down to one."""
    return [size >> step for step in range(1, size.bit_length()) if (size >> step) << step == size]


def _splits(job: Job, model: ModelSpec, gpus_per_host: int) -> Iterator[Change]:
    """Other degrees for the same GPUs: powers of two moved from data to tensor or pipeline parallelism."""
    plan = job.parallel
    for more_tp, more_pp in product((1, 2, 4, 8), (1, 2, 4, 8, 16)):
        tp, pp, left = plan.tp * more_tp, plan.pp * more_pp, plan.dp % (more_tp * more_pp)
        fits = tp <= max(gpus_per_host, plan.tp) and pp * plan.interleave <= model.layers and left == 0
        if fits and more_tp * more_pp > 1 and model.heads % tp == 0:
            dp = plan.dp // (more_tp * more_pp)
            new = {"tp": tp, "pp": pp, "dp": dp}
            yield {key: value for key, value in new.items() if value != getattr(plan, key)}


def _cost(change: Change) -> tuple[int, int, float]:
    """Keys to write, dearest kind of change, and how much of it."""
    dear = ("sp", "zero", "micro_batch", "recompute", "pp", "tp", "dp")
    amount = change.get("zero", 0) - change.get("micro_batch", 0) + change.get("pp", 0) * change.get("tp", 1)
    amount += RECOMPUTE.index(change.get("recompute", "none"))
    return len(change), max(dear.index(key) for key in change), amount
