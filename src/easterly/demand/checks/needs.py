"""Rules about what works need on their hosts besides GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from easterly.base.findings import Finding, rule
from easterly.base.units import RATE, SIZE, format_short
from easterly.demand.placement import wants
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.needs import Needs
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site


@rule("E717", "a work needs more of its hosts than they have")
def hosts_have_what_is_needed(site: Site, network: Network) -> Iterator[Finding]:
    """Cores, memory and storage of all GPUs of a host together, against what the host's model says."""
    for want in wants(site, network):
        work = want.work
        if isinstance(work, Job | Service) and not want.replica:
            gpus = min(want.gpus_per_host, work.parallel.gpus) if isinstance(work, Job) else want.gpus_per_host
            yield from _of_host(work, work.needs, want.host, gpus)


def _of_host(work: Job | Service, needs: Needs, host: HostType, gpus: int) -> Iterator[Finding]:
    for key, each, have, kind in (
        ("cpus", needs.cpus, host.cpus, None),
        ("ram", needs.ram, host.ram, SIZE),
        ("storage", needs.storage, host.storage_rate, RATE),
    ):
        if each is None or have is None or each * gpus <= have * (1 + 1e-9):
            continue
        wanted, there = (f"{v:g}" if kind is None else format_short(v, kind) for v in (each * gpus, have))
        most = f"{have / gpus:g}" if kind is None else format_short(have / gpus, kind)
        yield Finding(
            code="E717",
            at=f"{work.origin}/needs/{key}",
            message=f"{work.name} needs {wanted} of {key} on a host for {gpus} GPUs, and {host.name} has {there}",
            hint=f"at most {most} for each GPU, or other hosts",
        )
