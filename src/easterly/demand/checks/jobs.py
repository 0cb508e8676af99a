"""Rules of jobs and of where works run: hosts, batches, stages, shares."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, format_short
from easterly.demand import transformer
from easterly.demand.facts import missing_dtype
from easterly.demand.placement import arrange, wants
from easterly.demand.posed import posed
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.site import Site

ENDS = 2
"""Chunks that need no layer: the first may hold the embedding alone, the last the output matrix."""


def _jobs(site: Site) -> list[Job]:
    return [site.jobs[name] for name in sorted(site.jobs)]


def _arranged(site: Site, network: Network, code: str) -> Iterator[Finding]:
    return (finding for finding in arrange(site, network)[1] if finding.code == code)


@rule("E601", "a fabric has too few hosts")
def hosts_suffice(site: Site, network: Network) -> Iterator[Finding]:
    """Every work gets its hosts."""
    return _arranged(site, network, "E601")


@rule("E602", "two works are put on the same hosts")
def hosts_are_not_shared(site: Site, network: Network) -> Iterator[Finding]:
    """Explicit places do not overlap."""
    return _arranged(site, network, "E602")


@rule("E603", "GPUs of a job's last host stay idle")
def gpus_fill_hosts(site: Site, network: Network) -> Iterator[Finding]:
    """The GPUs of a job are a multiple of those of a host."""
    for want in wants(site, network):
        if not isinstance(want.work, Job) or want.work.parallel.gpus % want.gpus_per_host == 0:
            continue
        used = want.work.parallel.gpus
        idle = want.hosts * want.gpus_per_host - used
        yield Finding(
            code="E603",
            at=f"{want.work.origin}/parallel",
            message=f"{used} GPUs do not fill {want.hosts} hosts of {want.gpus_per_host}: {idle} stay idle",
            hint=f"tp x pp x dp should be a multiple of {want.gpus_per_host}, the GPUs of a {want.host.name}",
            severity=Severity.WARNING,
        )


@rule("E604", "tensor parallelism crosses hosts")
def tensor_parallel_stays_inside(site: Site, network: Network) -> Iterator[Finding]:
    """Tensor-parallel groups do not straddle hosts."""
    for want in wants(site, network):
        work, gpus = want.work, want.gpus_per_host
        if not isinstance(work, Job) or gpus % work.parallel.tp == 0:
            continue
        why = "is more than" if work.parallel.tp > gpus else "does not divide"
        fitting = max(d for d in range(1, gpus + 1) if gpus % d == 0 and d <= work.parallel.tp)
        yield Finding(
            code="E604",
            at=f"{work.origin}/parallel/tp",
            message=f"tp {work.parallel.tp} {why} the {gpus} GPUs of a host: its all-reduces cross the network",
            hint=f"tp: {fitting} stays in the scale-up domain",
            severity=Severity.WARNING,
        )


@rule("E606", "the batch is smaller than one micro-batch for every replica")
def batch_reaches_every_replica(site: Site) -> Iterator[Finding]:
    """Every data-parallel replica has at least one micro-batch."""
    for job in _jobs(site):
        least = job.parallel.dp * job.micro_batch
        if job.batch < least:
            yield Finding(
                code="E606",
                at=f"{job.origin}/batch",
                message=f"batch {job.batch} is less than dp x micro_batch = {job.parallel.dp} x {job.micro_batch}",
                hint=f"write batch: {least} or more, or less dp",
            )


@rule("E607", "the number of micro-batches is not whole")
def micro_batches_are_whole(site: Site) -> Iterator[Finding]:
    """The batch divides into micro-batches."""
    for job in _jobs(site):
        part = job.parallel.dp * job.micro_batch
        if job.batch < part or job.batch % part == 0:
            continue
        lower = job.batch // part * part
        yield Finding(
            code="E607",
            at=f"{job.origin}/batch",
            message=f"batch {job.batch} over dp {job.parallel.dp} and micro_batch {job.micro_batch} "
            f"gives {job.batch / part:.4g} micro-batches",
            hint=f"write batch: {lower} or {lower + part}",
        )


@rule("E608", "layers do not divide into stages")
def layers_divide(site: Site, network: Network) -> Iterator[Finding]:
    """Stages are equally long; uneven ones are allowed, and the longest sets the pace."""
    for one in posed(site, network):
        chunks, layers = one.job.parallel.pp * one.job.parallel.interleave, one.model.layers
        if layers % chunks == 0 or layers + ENDS < chunks:
            continue
        longest, parts = -(-layers // chunks), "chunks" if one.job.parallel.interleave > 1 else "stages"
        yield Finding(
            code="E608",
            at=f"{one.job.origin}/parallel/pp",
            message=f"{layers} layers over {chunks} {parts}: some have {longest}, some {layers // chunks}",
            hint=f"the longest sets the pace: up to {longest * chunks / layers - 1:.1%} more compute than equal stages",
            severity=Severity.WARNING,
        )


@rule("E609", "more stages than layers")
def stages_have_layers(site: Site, network: Network) -> Iterator[Finding]:
    """Every stage has a layer, the embedding or the output matrix."""
    for one in posed(site, network):
        chunks, layers = one.job.parallel.pp * one.job.parallel.interleave, one.model.layers
        if chunks > layers + ENDS:
            yield Finding(
                code="E609",
                at=f"{one.job.origin}/parallel/pp",
                message=f"pp x interleave = {chunks} stages for {layers} layers",
                hint=f"pp x interleave can be {layers + ENDS} at most: a stage per layer, embedding and output matrix",
            )


@rule("E612", "a GPU lacks the number format of a job")
def peaks_are_known(site: Site, network: Network) -> Iterator[Finding]:
    """The GPUs of every job have a peak in its number format."""
    for one in posed(site, network):
        finding = missing_dtype(one.job, one.host)
        if finding is not None:
            yield finding


@rule("E613", "interfaces and GPUs of a host do not pair up")
def interfaces_pair_with_gpus(site: Site) -> Iterator[Finding]:
    """One of the two numbers is a multiple of the other."""
    for name in sorted(site.hardware.hosts):
        host = site.hardware.hosts[name]
        if host.gpus % host.nics and host.nics % host.gpus:
            yield Finding(
                code="E613",
                at=f"{host.origin}/nics",
                message=f"{host.nics} interfaces for {host.gpus} GPUs: some are shared by more GPUs than others",
                hint=f"write nics: {host.gpus}, a divisor or a multiple of it",
                severity=Severity.WARNING,
            )


@rule("E616", "heads do not divide by the tensor-parallel degree")
def heads_divide(site: Site, network: Network) -> Iterator[Finding]:
    """Attention heads are split evenly among the ranks of a tensor-parallel group."""
    for one in posed(site, network):
        tp, heads = one.job.parallel.tp, one.model.heads
        if heads % tp:
            yield Finding(
                code="E616",
                at=f"{one.job.origin}/parallel/tp",
                message=f"{heads} attention heads cannot be split evenly among tp {tp}",
                hint=f"tp: {max(d for d in range(1, min(tp, heads) + 1) if heads % d == 0)} divides them",
                severity=Severity.WARNING,
            )


@rule("E617", "the pipeline is mostly idle")
def pipeline_is_filled(site: Site) -> Iterator[Finding]:
    """There are at least as many micro-batches as stages (per chunk)."""
    for job in _jobs(site):
        plan, m = job.parallel, transformer.micro_batches(job)
        if m >= 1 and m * plan.interleave < plan.pp:
            idle = transformer.bubble(plan.pp, m, plan.interleave)
            enough = -(-plan.pp // plan.interleave) * plan.dp * job.micro_batch
            yield Finding(
                code="E617",
                at=f"{job.origin}/batch",
                message=f"{m:g} micro-batches for {plan.pp} stages: {idle / (1 + idle):.0%} of compute time is idle",
                hint=f"from batch: {enough} on, less than half is idle",
                severity=Severity.WARNING,
            )


@rule("E618", "a share is impossible")
def shares_are_possible(site: Site) -> Iterator[Finding]:
    """GPUs reach from a thousandth to all of their peak; at most the whole prompt is found in a cache."""
    for job in _jobs(site):
        if job.mfu is not None and not 0.001 <= job.mfu <= 1:
            message = f"{job.name} cannot compute at {format_short(job.mfu, SHARE)} of its GPUs' peak"
            yield Finding(
                "E618", f"{job.origin}/mfu", message, "large models reach 30% to 60%; leave it out for a default"
            )
    for name in sorted(site.services):
        service = site.services[name]
        if service.load.prefix_hit > 1:
            message = f"{format_short(service.load.prefix_hit, SHARE)} of a prompt is more than all of it"
            yield Finding("E618", f"{service.origin}/load/prefix_hit", message, "write a share from 0% to 100%")
