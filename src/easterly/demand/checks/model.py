"""Rules of models: shapes that cannot be, splits that do not divide, jobs that do not fit into memory."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, SIZE, format_short
from easterly.demand import parameters
from easterly.demand.facts import has_gpu, memory_B, missing_dtype
from easterly.demand.memory import Memory, memory
from easterly.demand.posed import Posed, posed
from easterly.demand.remedies import Change, changed, larger, remedy
from easterly.demand.roofline import REFERENCE, roofline
from easterly.model.catalog import gpus
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.transformer import ModelSpec

TOLERANCE = 0.10
"""Relative difference of stated and counted parameters from which a shape contradicts its size."""


def _written(site: Site) -> Iterator[tuple[Job | Service, ModelSpec]]:
    """Works whose model is written out, with its shape."""
    works: list[Job | Service] = [*site.jobs.values(), *site.services.values()]
    for work in sorted(works, key=lambda one: one.origin):
        if isinstance(work.model, ModelSpec):
            yield work, work.model


@rule("E610", "a job does not fit into the memory of its GPUs")
def jobs_fit_memory(site: Site, network: Network) -> Iterator[Finding]:
    """Weights, gradients, optimiser state and activations of the fullest GPU fit."""
    for one in posed(site, network):
        limit, need = memory_B(one.host), memory(one.job, one.model)
        if limit is None or need.total_B <= limit:
            continue
        yield Finding(
            code="E610",
            at=f"{one.job.origin}/parallel",
            message=f"{one.job.name} needs {format_short(need.total_B, SIZE, 3)} per GPU, which has "
            f"{format_short(limit, SIZE, 3)}: {_parts(need)}",
            hint=_hint(one, limit),
        )


def _parts(need: Memory) -> str:
    """Parts of a need, the largest first."""
    parts = {
        "weights": need.weights_B, "gradients": need.gradients_B, "optimiser": need.state_B,
        "activations": need.activations_B, "workspace": need.workspace_B,
    }  # fmt: skip
    return ", ".join(f"{name} {format_short(parts[name], SIZE, 3)}" for name in sorted(parts, key=lambda n: -parts[n]))


def _hint(one: Posed, limit_B: float) -> str:
    """What fits on as many GPUs, or on how many more."""
    found = remedy(one.job, one.model, limit_B, one.host.gpus)
    if found is not None:
        return f"{_words(found[0])} would fit, with {format_short(found[1], SIZE, 3)}"
    more, gpus_now = larger(one.job, one.model, limit_B), one.job.parallel.gpus
    if more is None:
        return f"no split of its {gpus_now} GPUs and no longer pipeline fits: raise tp, or ep where there are experts"
    count = changed(one.job, more[0]).parallel.gpus
    return f"no other split of its {gpus_now} GPUs fits; {_words(more[0])} would on {count} GPUs"


def _words(change: Change) -> str:
    return ", ".join(f"{key}: {'true' if value is True else value}" for key, value in change.items())


@rule("E615", "efficiency of the compute part is assumed")
def efficiency_is_given(site: Site, network: Network) -> Iterator[Finding]:
    """Say what is taken where a job does not say how much of the peak it reaches."""
    for one in posed(site, network):
        if one.job.mfu is None and has_gpu(one.job, one.host) and missing_dtype(one.job, one.host) is None:
            top = roofline(one.job, one.host).curve[-1][1]
            yield Finding(
                code="E615",
                at=one.job.origin,
                message=f"{one.job.name} is taken to reach {_curve_of(one)}, {format_short(top, SHARE, 3)} of the peak "
                "in its largest matrix products",
                hint="write mfu: with what the job has measured, or efficiency: of the host model",
                severity=Severity.NOTE,
                on_key=True,
            )


def _curve_of(one: Posed) -> str:
    if one.host.efficiency:
        return f"the efficiency of {one.host.name}"
    return f"what the catalog says of {one.host.gpu if one.host.gpu in gpus.names() else REFERENCE}"


@rule("E625", "the shape of a model contradicts its parameters")
def shapes_give_parameters(site: Site) -> Iterator[Finding]:
    """Parameters that are stated and those that the shape gives are about the same."""
    for work, model in _written(site):
        counted = parameters.total(model)
        if abs(counted / model.params - 1) > TOLERANCE:
            yield Finding(
                code="E625",
                at=f"{work.origin}/model/params",
                message=f"{model.params:.4g} parameters are stated, and the shape has {counted:.4g}",
                hint=f"write params: {counted:.4g}, or look at layers, hidden, ffn, gated, tied and moe",
                severity=Severity.WARNING,
            )


@rule("E626", "experts do not divide among the ranks")
def experts_divide(site: Site, network: Network) -> Iterator[Finding]:
    """Every rank of an expert-parallel group has as many experts."""
    for one in posed(site, network):
        ep, moe = one.job.parallel.ep, one.model.moe
        if moe is None and ep > 1:
            message = f"ep {ep} for a model without experts"
            yield Finding("E626", f"{one.job.origin}/parallel/ep", message, "leave ep out, or give the model moe")
        elif moe is not None and moe.experts % ep:
            fitting = max(d for d in range(1, min(ep, moe.experts) + 1) if moe.experts % d == 0)
            message = f"{moe.experts} experts cannot be split evenly among ep {ep}"
            yield Finding("E626", f"{one.job.origin}/parallel/ep", message, f"ep: {fitting} divides them")


@rule("E627", "a token visits more experts than there are")
def tokens_find_experts(site: Site) -> Iterator[Finding]:
    """``top_k`` is at most the number of experts."""
    for work, model in _written(site):
        if model.moe is not None and model.moe.top_k > model.moe.experts:
            yield Finding(
                code="E627",
                at=f"{work.origin}/model/moe/top_k",
                message=f"a token visits {model.moe.top_k} of {model.moe.experts} experts",
                hint=f"top_k can be {model.moe.experts} at most",
            )


@rule("E628", "key/value heads are copied among tensor-parallel ranks")
def cache_heads_divide(site: Site, network: Network) -> Iterator[Finding]:
    """Key/value heads are split evenly; where there are fewer than ranks, each is kept and computed several times."""
    for one in posed(site, network):
        tp, heads = one.job.parallel.tp, one.model.kv_heads or one.model.heads
        if one.model.mla is None and heads % tp and one.model.heads % tp == 0:
            yield Finding(
                code="E628",
                at=f"{one.job.origin}/parallel/tp",
                message=f"{heads} key/value heads cannot be split evenly among tp {tp}",
                hint=f"tp: {max(d for d in range(1, min(tp, heads) + 1) if heads % d == 0)} divides them",
                severity=Severity.WARNING,
            )
