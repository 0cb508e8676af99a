"""The demand of a whole site, or of one work of it."""

from __future__ import annotations

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


def build(site: Site, network: Network, placement: Placement | None = None) -> DemandSet:
    """What all jobs and services of a site send, and compute.

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
    parts = [of_work(site, network, name, hosts[name]) for name in sorted(hosts)]
    return join(parts) if parts else nothing(tuple(sorted(site.classes)))


def of_work(site: Site, network: Network, name: str, hosts: IntColumn) -> DemandSet:
    """What one job or service sends, and computes.

    Parameters
    ----------
    site : Site
    network : Network
    name : str
        Name of a job or a service.
    hosts : (H,) int
        Its hosts, in rank order.

    Raises
    ------
    FindingsError
        E214 unknown model or GPU; E612 a GPU without the job's number format.
    """
    layout, classes = Layout.of(network, hosts), tuple(sorted(site.classes))
    if name in site.jobs:
        job = site.jobs[name]
        model, host = model_of(job), site.hardware.hosts[str(network.hosts.host_type[hosts[0]])]
        effort = training.effort(job, model, peak_FLOPs(job, host))
        phases = training.phases(job, model, layout)
        return demand_of(_label(site, job, "job", job.connections), effort, phases, hosts, classes)
    service = site.services[name]
    effort = Effort(gpus=replicas(service) * tensor_parallel(service, layout.gpus))
    phases = serving.phases(service, model_of(service), layout)
    return demand_of(_label(site, service, "service", serving.CONNECTIONS), effort, phases, hosts, classes)


def _label(site: Site, work: Job | Service, kind: str, connections: int) -> Label:
    fabric = fabric_of(site, work)
    return Label(work.name, kind, work.tenant or "", fabric, work.traffic_class, connections)
