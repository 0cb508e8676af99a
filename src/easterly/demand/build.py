"""The demand of a whole site, or of one work of it."""

from __future__ import annotations

from collections.abc import Mapping

from easterly.base.columns import IntColumn
from easterly.demand import serving, training
from easterly.demand.facts import model_of, peak_FLOPs
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort, Label, demand_of, join, nothing
from easterly.demand.placement import fabric_of, place, replicas, tensor_parallel
from easterly.model.demand import DemandSet, Placement
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site

Hosts = Mapping[str, IntColumn]


def build(site: Site, network: Network, placement: Placement | None = None) -> DemandSet:
    """What all jobs, services and other traffic of a site send, and compute.

    Parameters
    ----------
    site : Site
    network : Network
    placement : Placement, optional
        Made by `place` if absent.

    Returns
    -------
    DemandSet
        Works in the order of their names.

    Raises
    ------
    FindingsError
        E601, E602, E605 no placement; E214 unknown model or GPU; E612 a GPU without the job's number format.
    """
    hosts = (placement or place(site, network)).hosts
    parts = [of_work(site, network, name, hosts) for name in names(site, hosts)]
    return join(parts) if parts else nothing(tuple(sorted(site.classes)))


def names(site: Site, hosts: Hosts) -> list[str]:
    """Works that send something: those that were placed, and traffic that needs no hosts of its own."""
    return sorted({*hosts, *site.traffic})


def partners(site: Site, name: str) -> tuple[str, ...]:
    """Names whose hosts a work sends to or reads from, besides its own; sorted."""
    if name not in site.jobs:
        return ()
    job = site.jobs[name]
    ends = (job.checkpoint and job.checkpoint.to, job.data and job.data.source)
    return tuple(sorted({end for end in ends if end}))


def of_work(site: Site, network: Network, name: str, hosts: Hosts) -> DemandSet:
    """What one job, service or other traffic sends, and computes.

    Parameters
    ----------
    site : Site
    network : Network
    name : str
        Name of a job, a service or other traffic.
    hosts : mapping of str to (H,) int
        Hosts in rank order, of the work and of its `partners` at least.

    Raises
    ------
    FindingsError
        E214 unknown model or GPU; E612 a GPU without the job's number format.
    """
    if name in site.jobs:
        return _of_job(site, network, site.jobs[name], hosts)
    return _of_service(site, network, site.services[name], hosts)


def _of_job(site: Site, network: Network, job: Job, hosts: Hosts) -> DemandSet:
    rows = hosts[job.name]
    host = site.hardware.hosts[str(network.hosts.host_type[rows[0]])]
    effort, phases = training.demand(job, model_of(job), network, hosts, peak_FLOPs(job, host))
    label = _label(site, job, "job", job.library.qps or job.connections)
    return demand_of(label, effort, phases, rows, tuple(sorted(site.classes)))


def _of_service(site: Site, network: Network, service: Service, hosts: Hosts) -> DemandSet:
    rows = hosts[service.name]
    layout = Layout.of(network, rows)
    effort = Effort(gpus=replicas(service) * tensor_parallel(service, layout.gpus))
    phases = serving.phases(service, model_of(service), layout)
    label = _label(site, service, "service", serving.CONNECTIONS)
    return demand_of(label, effort, phases, rows, tuple(sorted(site.classes)))


def _label(site: Site, work: Job | Service, kind: str, connections: int) -> Label:
    fabric = fabric_of(site, work)
    return Label(work.name, kind, work.tenant or "", fabric, work.traffic_class, connections)
