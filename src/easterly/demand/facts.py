"""What a work refers to: its model, its GPUs, their peak."""

from __future__ import annotations

from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.model.catalog import gpus, models
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


def is_known(work: Job | Service) -> bool:
    """Whether the shape of the work's model is written out or in the catalog."""
    return isinstance(work.model, ModelSpec) or work.model in models.names()


def model_of(work: Job | Service) -> ModelSpec:
    """Shape of the model: written out, or from the catalog.

    Raises
    ------
    FindingsError
        E214 the catalog has no such model.
    """
    if isinstance(work.model, ModelSpec):
        return work.model
    if not is_known(work):
        message = f"the catalog has no model {work.model}"
        raise FindingsError(
            [Finding("E214", f"{work.origin}/model", message, did_you_mean(work.model, models.names()))]
        )
    return models.lookup(work.model)


def has_gpu(job: Job, host: HostType) -> bool:
    """Whether the peak of the GPUs is given, or could be in the catalog."""
    return bool(job.peak or host.peak) or host.gpu in gpus.names()


def peak_FLOPs(job: Job, host: HostType) -> float:
    """Dense peak of one GPU: the job's, the host's, or the catalog's for the job's number format.

    Raises
    ------
    FindingsError
        E214 the catalog has no such GPU, E612 the GPU has no arithmetic of that format.
    """
    given: float | None = job.peak or host.peak
    if given is not None:
        return given
    finding = unknown_gpu(job, host) or missing_dtype(job, host)
    if finding is not None:
        raise FindingsError([finding])
    return gpus.lookup(host.gpu).peak_FLOPs[job.dtype]


def unknown_gpu(job: Job, host: HostType) -> Finding | None:
    """E214: neither a peak nor a GPU of the catalog."""
    if has_gpu(job, host):
        return None
    return Finding(
        "E214", f"{host.origin}/gpu", f"the catalog has no GPU {host.gpu}", did_you_mean(host.gpu, gpus.names())
    )


def missing_dtype(job: Job, host: HostType) -> Finding | None:
    """E612: the GPU has no arithmetic of the job's number format."""
    if job.peak or host.peak or host.gpu not in gpus.names():
        return None
    known = gpus.lookup(host.gpu).peak_FLOPs
    if job.dtype in known:
        return None
    message = f"GPU {host.gpu} has no {job.dtype} arithmetic"
    hint = f"choose one of {', '.join(sorted(known))}, or write the peak of {job.name}"
    return Finding("E612", f"{job.origin}/dtype", message, hint)


def settled(job: Job, host: HostType) -> Job:
    """The job with what it leaves to its GPU: how attention is computed."""
    if job.attention is not None:
        return job
    known = gpus.lookup(host.gpu).attention if host.gpu in gpus.names() else "fused"
    made = job.model_copy(update={"attention": known})
    made.named(job.name, job.origin)
    return made


def memory_B(host: HostType) -> float | None:
    """Memory of one GPU; None if nobody knows it."""
    given: float | None = host.memory
    if given is not None:
        return given
    return gpus.lookup(host.gpu).memory_B if host.gpu in gpus.names() else None
