"""What of a service cannot be laid out on GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity
from easterly.demand.serving.pools import Pool, pools
from easterly.model.spec.service import Service
from easterly.model.spec.transformer import ModelSpec


def misfits(service: Service, model: ModelSpec, gpus: int) -> Iterator[Finding]:
    """E635: pools that do not exist, experts and heads that do not divide.

    Parameters
    ----------
    service : Service
    model : ModelSpec
    gpus : int
        GPUs of a host.
    """
    yield from _counted(service)
    for pool in pools(service, gpus):
        yield from _experts(service, model, pool)
        if pool.tp > 1 and pool.gpus > gpus and gpus % pool.tp:
            hint = f"write tp: {max(d for d in range(1, pool.tp + 1) if gpus % d == 0)}"
            yield _finding(
                service, _at(service, pool, "tp"), f"tp {pool.tp} does not divide the {gpus} GPUs of a host", hint
            )
        if model.heads % pool.tp:
            yield _finding(
                service, _at(service, pool, "tp"), f"{model.heads} attention heads cannot be split among tp {pool.tp}",
                f"write tp: {max(d for d in range(1, pool.tp + 1) if model.heads % d == 0)}",
            )  # fmt: skip


def _counted(service: Service) -> Iterator[Finding]:
    """Keys of pools that the mode does not have."""
    given = service.replicas.model_fields_set if "replicas" in service.model_fields_set else set()
    together = service.mode == "aggregated"
    for key in sorted(given & ({"prefill", "decode"} if together else {"both"})):
        hint = "write replicas: {both: ...}" if together else "write replicas: {prefill: ..., decode: ...}"
        yield _finding(service, f"replicas/{key}", f"an {service.mode} service has no pool {key}", hint)
    if together and "prefill" in service.model_fields_set:
        yield _finding(service, "prefill", "an aggregated service has no pool prefill", "write it as decode")


def _experts(service: Service, model: ModelSpec, pool: Pool) -> Iterator[Finding]:
    if pool.ep == 1:
        return
    at = _at(service, pool, "ep")
    if model.moe is None:
        yield _finding(service, at, f"ep {pool.ep}, but the model has no experts", "leave ep out")
    elif pool.ep > model.moe.experts:
        hint = f"write ep: {model.moe.experts} or less"
        yield _finding(service, at, f"ep {pool.ep} for {model.moe.experts} experts: some GPUs would have none", hint)
    elif pool.ep % pool.tp and pool.ep > pool.tp:
        hint = f"write ep: {-(-pool.ep // pool.tp) * pool.tp}"
        yield _finding(service, at, f"ep {pool.ep} is no multiple of tp {pool.tp}", hint)


def _at(service: Service, pool: Pool, key: str) -> str:
    """Where the degree stands: in the pool, or in the service."""
    own = {"prefill": service.prefill, "decode": service.decode, "both": service.decode}[pool.role]
    if getattr(own, key) is not None:
        return f"{'decode' if pool.role == 'both' else pool.role}/{key}"
    return key if key in service.model_fields_set else ""


def _finding(service: Service, at: str, message: str, hint: str) -> Finding:
    path = f"{service.origin}/{at}".rstrip("/")
    return Finding("E635", path, message, hint, Severity.ERROR, on_key=not at)
