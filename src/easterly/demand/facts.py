"""What a work refers to: its model, its GPUs, their peak. Names that nobody knows become findings."""

from __future__ import annotations

from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.base.units import COMPUTE
from easterly.model.catalog import gpus, models
from easterly.model.spec.hardware import HostType
from easterly.model.spec.work import Job, ModelSpec, Service


def model_of(work: Job | Service) -> ModelSpec:
    """Shape of the model: written out, or from the catalog.

    Raises
    ------
    FindingsError
        E611 no such model.
    """
    if isinstance(work.model, ModelSpec):
        return work.model
    finding = unknown_model(work)
    if finding is not None:
        raise FindingsError([finding])
    return models.lookup(work.model)


def unknown_model(work: Job | Service) -> Finding | None:
    """E611: the catalog has no such model."""
    if isinstance(work.model, ModelSpec) or work.model in models.names():
        return None
    hint = did_you_mean(work.model, models.names()) + " or write its shape: params, layers, hidden, heads"
    return Finding(code="E611", at=f"{work.origin}/model", message=f"model {work.model!r} is unknown", hint=hint)


def peak_FLOPs(job: Job, host: HostType) -> float:
    """Dense peak of one GPU: the job's, the host's, or the catalog's for the job's number format.

    Raises
    ------
    FindingsError
        E612 nobody knows it.
    """
    given: float | None = job.peak or host.peak
    if given is not None:
        return given
    finding = unknown_peak(job, host)
    if finding is not None:
        raise FindingsError([finding])
    return gpus.lookup(host.gpu).peak_FLOPs[job.dtype]


def unknown_peak(job: Job, host: HostType) -> Finding | None:
    """E612: the GPU is unknown, or has no arithmetic of the job's number format."""
    if job.peak or host.peak:
        return None
    at = f"{host.origin}/gpu"
    if host.gpu not in gpus.names():
        hint = f"{did_you_mean(host.gpu, gpus.names())} or write its peak, as in peak: {COMPUTE.example}"
        return Finding(code="E612", at=at, message=f"GPU {host.gpu!r} is unknown", hint=hint)
    known = gpus.lookup(host.gpu).peak_FLOPs
    if job.dtype in known:
        return None
    message = f"GPU {host.gpu} has no {job.dtype} arithmetic"
    hint = f"choose one of {', '.join(sorted(known))}, or write the peak of {job.name}"
    return Finding(code="E612", at=f"{job.origin}/dtype", message=message, hint=hint)


def memory_B(host: HostType) -> float | None:
    """Memory of one GPU; None if nobody knows it."""
    given: float | None = host.memory
    if given is not None:
        return given
    return gpus.lookup(host.gpu).memory_B if host.gpu in gpus.names() else None
