"""Rules of training jobs: degrees that do not fit together, and steps that no network could carry."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.base.findings import Finding, Severity, rule
from easterly.base.units import SHARE, SIZE, TIME, format_short
from easterly.demand.training.degrees import misfits
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.site import Site

GOODPUT = 0.9


def _jobs(site: Site) -> list[Job]:
    return [site.jobs[name] for name in sorted(site.jobs)]


@rule("E619", "micro-batches do not make up the batch")
def accumulation_makes_the_batch(site: Site) -> Iterator[Finding]:
    """``accumulate x dp x micro_batch`` is the batch."""
    for job in _jobs(site):
        part = job.parallel.dp * job.micro_batch
        if job.accumulate is not None and job.accumulate * part != job.batch:
            yield Finding(
                code="E619",
                at=f"{job.origin}/accumulate",
                message=f"{job.accumulate} micro-batches of {job.micro_batch} on {job.parallel.dp} replicas are "
                f"{job.accumulate * part} sequences, and the batch is {job.batch}",
                hint=f"write batch: {job.accumulate * part}, or leave accumulate out",
            )


@rule("E620", "experts cannot be spread over the ranks")
def experts_fit_ranks(site: Site) -> Iterator[Finding]:
    """``ep x etp`` divides the ranks of a pipeline stage; ``shard`` divides the replicas."""
    for job in _jobs(site):
        yield from misfits(job)


@rule("E621", "a sequence does not divide into parts of equal work")
def sequences_divide(site: Site) -> Iterator[Finding]:
    """Causal attention is balanced by giving every rank an early and a late part: two per rank."""
    for job in _jobs(site):
        cp, seq = job.parallel.cp, job.seq
        if cp > 1 and seq is not None and seq % (2 * cp):
            yield Finding(
                code="E621",
                at=f"{job.origin}/parallel/cp",
                message=f"{seq} tokens do not divide into 2 x cp = {2 * cp} equal parts",
                hint=f"seq: {-(-seq // (2 * cp)) * 2 * cp}, or another cp",
                severity=Severity.WARNING,
            )


@dataclass(frozen=True, slots=True)
class Need:
    """What one step of a job asks of one GPU, its interfaces and its scale-up domain."""

    interface_B: float
    interface_bps: float
    scaleup_B: float
    scaleup_bps: float
    compute_s: float
    gpus_per_nic: float

    @property
    def gpu_B(self) -> float:
        """Bytes that a GPU sends, inside its host and out of it."""
        return self.scaleup_B + self.interface_B / self.gpus_per_nic

    @property
    def wire_s(self) -> dict[str, float]:
        """Least time to send the bytes of a step, in the network and in the scale-up domain."""
        inside = self.scaleup_B * 8 / self.scaleup_bps if self.scaleup_bps else 0.0
        return {"interface": self.interface_B * 8 / self.interface_bps, "scale-up domain": inside}


def need(network: Network, demands: DemandSet, row: int) -> Need:
    """Bytes per step on the busiest interface and in the scale-up domain of one job."""
    work, phases, flows = demands.work, demands.phases, demands.flows
    inside = (phases.owner == work.name[row]) & (phases.every_s == 0)
    mine = inside[flows.phase]
    sent = np.bincount(flows.src[mine], (flows.size_B * phases.times[flows.phase])[mine], minlength=1)
    nic = int(sent.argmax())
    host = int(work.host_idx[work.host_ptr[row]])
    rate_bps = np.bincount(network.links.src, network.links.capacity_bps, minlength=len(network.nodes))
    return Need(
        interface_B=float(sent.max()),
        interface_bps=float(rate_bps[nic]) or math.inf,
        scaleup_B=float((phases.scaleup_B * phases.times)[inside].sum()),
        scaleup_bps=float(network.hosts.scaleup_bps[host]),
        compute_s=float(work.compute_s[row]),
        gpus_per_nic=float(network.hosts.gpus[host] / len(network.hosts.nics(host))),
    )


def wanted_s(site: Site, job: Job) -> tuple[float, str] | None:
    """Step time that a job is to have, and where that stands: its period, or the tightest intent about it."""
    found: list[tuple[float, str]] = [] if job.period is None else [(job.period, f"{job.origin}/period")]
    for intent in site.intents.values():
        if intent.job == job.name and intent.step_time is not None:
            found.append((intent.step_time.max, f"{intent.origin}/step_time/max"))
    return min(found, default=None)


@rule("E622", "a step that no network of this kind could carry in the time wanted")
def steps_are_feasible(site: Site, network: Network, demands: DemandSet) -> Iterator[Finding]:
    """What a step sends and computes fits into the time wanted, even if everything overlapped perfectly.

    An intent gets a warning, as its verdict says FAIL besides.
    """
    for row, name in enumerate(demands.work.name.tolist()):
        wish = wanted_s(site, site.jobs[name]) if name in site.jobs else None
        if wish is None:
            continue
        target_s, at = wish
        asked = need(network, demands, row)
        wire = max(asked.wire_s.items(), key=lambda item: item[1])
        for binds, least_s in (wire, ("compute", asked.compute_s)):
            if least_s > target_s > 0:
                said = _infeasible(asked, binds, least_s, target_s)
                how = Severity.ERROR if at.startswith("jobs/") else Severity.WARNING
                yield Finding("E622", at, said, _way_out(site.jobs[name], binds, least_s, target_s), how)


def _infeasible(asked: Need, binds: str, least_s: float, target_s: float) -> str:
    every, least = format_short(target_s, TIME), format_short(least_s, TIME)
    if binds == "compute":
        return f"a step every {every} is impossible: its compute alone takes {least}"
    rate = {"interface": asked.interface_bps, "scale-up domain": asked.scaleup_bps}[binds]
    return (
        f"a step every {every} is impossible: each GPU sends {format_short(asked.gpu_B, SIZE)} a step, which is "
        f"{format_short(asked.gpu_B / target_s, SIZE)}/s; the {binds} ({format_short(rate / 8, SIZE)}/s) needs {least} "
        "for its part"
    )


def _way_out(job: Job, binds: str, least_s: float, target_s: float) -> str:
    factor, least = least_s / target_s, f"{format_short(least_s, TIME)} is the least"
    if binds == "compute":
        return f"{least}; {math.ceil(factor)} times the GPUs would do, or a batch smaller by that"
    plan, ways = job.parallel, [least]
    cut = math.ceil(plan.tp * plan.pp * factor)
    if plan.dp > 1:
        ways.append(f"or cut the model into tp x pp = {cut}, not {plan.tp * plan.pp}")
    if job.grad_dtype == "fp32":
        ways.append("or sum gradients in bf16, half the bytes")
    return ", ".join([*ways, f"or {factor:.3g} times the rate"])


@rule("E624", "a replica of a job on its own fabric")
def replicas_are_elsewhere(site: Site) -> Iterator[Finding]:
    """Replicas that are kept together over the WAN are on different fabrics, and not on that of the job."""
    for job in _jobs(site):
        named = [job.fabric, *(job.geo.fabrics if job.geo is not None else ())]
        for number, fabric in enumerate(named):
            if fabric in named[:number]:
                yield Finding(
                    code="E624",
                    at=f"{job.origin}/geo/fabrics/{number - 1}",
                    message=f"fabric {fabric} has a replica of {job.name} already",
                    hint="raise dp for more replicas on one fabric; name each other fabric once",
                )


@rule("E623", "checkpoints cost more than they save")
def checkpoints_pay(site: Site, demands: DemandSet) -> Iterator[Finding]:
    """A checkpoint is written before the next one starts, and most of the time makes progress that lasts."""
    work = demands.work
    for row, name in enumerate(work.name.tolist()):
        if name not in site.jobs or work.checkpoint_B[row] == 0:
            continue
        every_s, write_s, share = (float(c[row]) for c in (work.checkpoint_every_s, work.checkpoint_s, work.goodput))
        if write_s > every_s:
            yield Finding(
                code="E623",
                at=f"{site.jobs[name].origin}/checkpoint/every",
                message=f"a checkpoint of {format_short(float(work.checkpoint_B[row]), SIZE)} takes "
                f"{format_short(write_s, TIME)} to write, and the next one starts after {format_short(every_s, TIME)}",
                hint=f"write every: {format_short(math.ceil(write_s), TIME)} or more, or give the store a higher rate",
            )
        elif share < GOODPUT:
            yield Finding(
                code="E623",
                at=f"{site.jobs[name].origin}/checkpoint",
                message=f"only {format_short(round(share, 3), SHARE)} of the time makes progress that lasts",
                hint="leave `every` out for the interval of least loss; a faster store shortens it",
                severity=Severity.WARNING,
                on_key=True,
            )
