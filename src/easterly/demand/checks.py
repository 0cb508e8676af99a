"""Rules of demand: what of the jobs and services cannot be, or is unwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import RATE, SHARE, SIZE, format_short
from easterly.demand import checks_training as checks_training  # registers its rules
from easterly.demand import transformer
from easterly.demand.facts import memory_B, missing_dtype, model_of
from easterly.demand.placement import Want, arrange, replicas, wants
from easterly.demand.serving import cache_rate_bps
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.transformer import ModelSpec


@dataclass(frozen=True, slots=True)
class Posed:
    """A job with the model and the hosts that it will have."""

    job: Job
    model: ModelSpec
    host: HostType


def _jobs(site: Site) -> list[Job]:
    return [site.jobs[name] for name in sorted(site.jobs)]


def _posed(site: Site, network: Network) -> Iterator[Posed]:
    """Jobs whose model and hosts are known."""
    for want in wants(site, network):
        if isinstance(want.work, Job):
            yield Posed(want.work, model_of(want.work), want.host)


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


@rule("E605", "a replica does not fit into a host")
def replicas_fit(site: Site, network: Network) -> Iterator[Finding]:
    """A replica of a service is within one host."""
    return _arranged(site, network, "E605")


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
    for posed in _posed(site, network):
        chunks, layers = posed.job.parallel.pp * posed.job.parallel.interleave, posed.model.layers
        if layers % chunks == 0 or layers < chunks:
            continue
        longest = -(-layers // chunks)
        yield Finding(
            code="E608",
            at=f"{posed.job.origin}/parallel/pp",
            message=f"{layers} layers over {chunks} stages: some have {longest}, some {layers // chunks}",
            hint=f"the plan counts equal stages; the longest may add {longest * chunks / layers - 1:.1%} to compute",
            severity=Severity.WARNING,
        )


@rule("E609", "more stages than layers")
def stages_have_layers(site: Site, network: Network) -> Iterator[Finding]:
    """Every stage has a layer."""
    for posed in _posed(site, network):
        chunks, layers = posed.job.parallel.pp * posed.job.parallel.interleave, posed.model.layers
        if chunks > layers:
            yield Finding(
                code="E609",
                at=f"{posed.job.origin}/parallel/pp",
                message=f"pp x interleave = {chunks} stages for {layers} layers",
                hint=f"pp x interleave can be {layers} at most",
            )


@rule("E610", "weights and optimiser state exceed the memory of a GPU")
def state_fits_memory(site: Site, network: Network) -> Iterator[Finding]:
    """Weights, gradients and optimiser state of a job fit, activations left aside."""
    for posed in _posed(site, network):
        job, memory, need = posed.job, memory_B(posed.host), _state_B(posed.job, posed.model, posed.job.zero)
        if memory is None or need <= memory:
            continue
        fits = [zero for zero in range(job.zero + 1, 4) if _state_B(job, posed.model, zero) <= memory]
        yield Finding(
            code="E610",
            at=f"{job.origin}/parallel",
            message=f"{format_short(need, SIZE)} of weights, gradients and optimiser state per GPU, "
            f"which has {format_short(memory, SIZE)}",
            hint=f"zero: {fits[0]} would fit" if fits else "raise tp x pp, or dp together with zero: 3",
            severity=Severity.WARNING,
        )


def _state_B(job: Job, model: ModelSpec, zero: int) -> float:
    plan, size = job.parallel, transformer.BYTES
    shard = transformer.shard_params(model, plan.tp, plan.pp)
    return transformer.state_B(shard, plan.dp, zero, size[job.dtype], size[job.grad_dtype])


@rule("E611", "a service does not say on which fabric it runs")
def services_name_their_fabric(site: Site) -> Iterator[Finding]:
    """Where there are several fabrics, a service names one."""
    for name in sorted(site.services):
        service = site.services[name]
        if service.fabric is None and len(site.fabrics) > 1:
            yield Finding(
                code="E611",
                at=service.origin,
                message=f"service {name} does not say which of {len(site.fabrics)} fabrics it runs on",
                hint=f"write fabric: {' or '.join(sorted(site.fabrics)[:4])}",
                on_key=True,
            )


@rule("E612", "a GPU lacks the number format of a job")
def peaks_are_known(site: Site, network: Network) -> Iterator[Finding]:
    """The GPUs of every job have a peak in its number format."""
    for posed in _posed(site, network):
        finding = missing_dtype(posed.job, posed.host)
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


@rule("E614", "a service offers more than its hosts can send")
def caches_fit_interfaces(site: Site, network: Network) -> Iterator[Finding]:
    """The caches of all requests fit through the interfaces of the smaller pool of replicas."""
    for want in wants(site, network):
        if not isinstance(want.work, Service):
            continue
        load, rate_bps = want.work.load, cache_rate_bps(want.work, model_of(want.work))
        limit_bps = _pool_bps(want, want.work)
        if rate_bps <= limit_bps:
            continue
        yield Finding(
            code="E614",
            at=f"{want.work.origin}/load/requests",
            message=f"{load.requests:g} requests/s of {load.prompt} tokens hand over {format_short(rate_bps, RATE)} "
            f"of cache; the smaller pool has {format_short(limit_bps, RATE)}",
            hint=f"at most {load.requests * limit_bps / rate_bps:.4g}/s can pass; add replicas",
            severity=Severity.WARNING,
        )


def _pool_bps(want: Want, service: Service) -> float:
    """Rate of the interfaces of the smaller of both pools; replicas of one host share its interfaces."""
    smaller = min(service.replicas.prefill, service.replicas.decode)
    return smaller / replicas(service) * want.hosts * want.host.nics * float(want.host.nic_rate)


@rule("E615", "efficiency of the compute part is assumed")
def efficiency_is_given(site: Site) -> Iterator[Finding]:
    """Say what is taken where a job does not say how much of the peak it reaches."""
    for job in _jobs(site):
        if job.mfu is None:
            yield Finding(
                code="E615",
                at=job.origin,
                message=f"{job.name} is taken to compute at {transformer.DEFAULT_MFU:.0%} of its GPUs' peak",
                hint="write mfu: with what the job has measured",
                severity=Severity.NOTE,
                on_key=True,
            )


@rule("E616", "heads do not divide by the tensor-parallel degree")
def heads_divide(site: Site, network: Network) -> Iterator[Finding]:
    """Attention heads are split evenly among the ranks of a tensor-parallel group."""
    for posed in _posed(site, network):
        tp, heads = posed.job.parallel.tp, posed.model.heads
        if heads % tp:
            yield Finding(
                code="E616",
                at=f"{posed.job.origin}/parallel/tp",
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
