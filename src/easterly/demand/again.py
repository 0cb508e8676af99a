"""Demand after failures: works whose interfaces are down use others, or other hosts, or fewer replicas."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from easterly.base.columns import BoolColumn, IntColumn, ints
from easterly.base.findings import FindingsError
from easterly.demand.build import Hosts, of_work
from easterly.demand.ends import interfaces
from easterly.demand.mapping.reform import reform
from easterly.demand.phases import join
from easterly.model.demand import DemandSet
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.site import Site


def again(site: Site, network: Network, hosts: Hosts, parts: Mapping[str, DemandSet], alive: BoolColumn) -> DemandSet:
    """What all works send when some links are down.

    Jobs are formed anew: an interface without any link that is up is not used, so that rings have fewer channels and
    its GPUs' bytes leave by the others of its host; a host without any interface is replaced by a free one of its
    fabric, or a data-parallel replica is dropped and the batch shrinks with it. Other works, and jobs of which nothing
    would be left, stay as they are.

    Parameters
    ----------
    site : Site
    network : Network
    hosts : mapping of str to (H,) int
        Hosts by work.
    parts : mapping of str to DemandSet
        Demand of each work when everything is up.
    alive : (L,) bool
        Links that are up.
    """
    cut = np.bincount(network.links.src, alive, len(network.nodes)) == 0
    spares, made = free(network, hosts).tolist(), []
    for name, part in parts.items():
        hit = name in site.jobs and bool(cut[interfaces(network, hosts[name])].any())
        anew = _anew(site, network, hosts, site.jobs[name], spares, alive) if hit else None
        made.append(part if anew is None else anew)
        spares = [host for host in spares if host not in set(made[-1].work.host_idx.tolist())]
    return join(made)


def free(network: Network, hosts: Hosts) -> IntColumn:
    """Hosts that nobody runs on, in the order of the network."""
    taken = np.zeros(len(network.hosts), dtype=np.bool_)
    for rows in hosts.values():
        taken[rows] = True
    return ints(np.flatnonzero(~taken))


def _anew(
    site: Site, network: Network, hosts: Hosts, job: Job, spares: list[int], alive: BoolColumn
) -> DemandSet | None:
    """The job on hosts that are left; None where it cannot go on."""
    try:
        found = reform(network, job, hosts[job.name], alive=alive, spares=spares)
        placed = {**hosts, job.name: found.hosts}
        return of_work(_with_replicas(site, job, found.dp), network, job.name, placed, alive)
    except FindingsError:
        return None


def _with_replicas(site: Site, job: Job, dp: int) -> Site:
    """The site with fewer replicas of one job, each with as much to do as before."""
    if dp == job.parallel.dp:
        return site
    fewer = job.model_copy(
        update={"parallel": job.parallel.model_copy(update={"dp": dp}), "batch": job.batch // job.parallel.dp * dp}
    )
    fewer.named(job.name, job.origin)
    return site.model_copy(update={"jobs": {**site.jobs, job.name: fewer}})
