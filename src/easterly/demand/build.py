"""The demand of a whole site, or of one work of it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.base.columns import BoolColumn, IntColumn, ints
from easterly.demand import serving, traffic, training
from easterly.demand.ends import Ends
from easterly.demand.facts import model_of
from easterly.demand.layout import Layout
from easterly.demand.phases import Effort, Label, demand_of, join, nothing
from easterly.demand.placement import fabric_of, homes, place
from easterly.model.demand import DemandSet, Figures, Placement
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Hosted, Traffic

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
    free = {
        name for name, work in site.traffic.items()
        if not work.own_hosts and work.traffic_class in site.classes
        and name not in site.jobs and name not in site.services
    }  # fmt: skip
    return sorted({name for name in hosts if name in site.jobs or name in site.services or name in site.traffic} | free)


def partners(site: Site, name: str) -> tuple[str, ...]:
    """Names whose hosts a work sends to or reads from, besides its own; sorted."""
    if name in site.traffic and name not in site.jobs and name not in site.services:
        return traffic.partners(site, site.traffic[name])
    if name not in site.jobs:
        return serving.partners(site.services[name])
    job = site.jobs[name]
    ends = (job.checkpoint and job.checkpoint.to, job.data and job.data.source)
    return tuple(sorted({*homes(job)[1:], *(end for end in ends if end)}))


def of_work(site: Site, network: Network, name: str, hosts: Hosts, alive: BoolColumn | None = None) -> DemandSet:
    """What one job, service or other traffic sends, and computes.

    Parameters
    ----------
    site : Site
    network : Network
    name : str
        Name of a job, a service or other traffic.
    hosts : mapping of str to (H,) int
        Hosts in rank order, of the work and of its `partners` at least.
    alive : (L,) bool, optional
        Links that are up; all if absent. Jobs use no interface without any.

    Raises
    ------
    FindingsError
        E214 unknown model or GPU; E612 a GPU without the job's number format.
    """
    if name in site.jobs:
        return _of_job(site, network, site.jobs[name], hosts, alive)
    if name in site.services:
        return _of_service(site, network, site.services[name], hosts)
    return _of_traffic(site, network, site.traffic[name], hosts)


def figures(site: Site, network: Network, hosts: Hosts) -> Figures:
    """Numbers of single pieces of traffic besides their flows: savings, latency budgets, times, bursts.

    Parameters
    ----------
    site : Site
    network : Network
    hosts : mapping of str to (H,) int
        Hosts in rank order, by work.

    Returns
    -------
    Figures
        By name of the traffic.
    """
    return traffic.figures(site, Ends(site, network, hosts), names(site, hosts))


def _of_job(site: Site, network: Network, job: Job, hosts: Hosts, alive: BoolColumn | None = None) -> DemandSet:
    rows = ints(np.concatenate([hosts[home] for home in homes(job)]))
    host = site.hardware.hosts[str(network.hosts.host_type[rows[0]])]
    ends = Ends(site, network, hosts)
    effort, phases = training.demand(job, model_of(job), ends, host, alive)
    label = _label(site, job, "job", job.library.qps or job.connections)
    return demand_of(label, effort, phases, rows, tuple(sorted(site.classes)))


def _of_service(site: Site, network: Network, service: Service, hosts: Hosts) -> DemandSet:
    rows = hosts[service.name]
    layout, host = Layout.of(network, rows), site.hardware.hosts[str(network.hosts.host_type[rows[0]])]
    effort, phases = serving.demand(service, model_of(service), layout, host, network, hosts)
    label = _label(site, service, "service", service.connections)
    return demand_of(label, effort, phases, rows, tuple(sorted(site.classes)))


def _of_traffic(site: Site, network: Network, work: Traffic, hosts: Hosts) -> DemandSet:
    phases = traffic.phases(work, Ends(site, network, hosts))
    label = _label(site, work, "traffic", work.connections)
    return demand_of(label, Effort(gpus=0), phases, hosts.get(work.name, ints([])), tuple(sorted(site.classes)))


def _label(site: Site, work: Job | Service | Traffic, kind: str, connections: int) -> Label:
    fabric = fabric_of(site, work) if isinstance(work, Job | Service | Hosted) else ""
    return Label(work.name, kind, work.tenant or "", fabric, work.traffic_class, connections)
