"""Who has how much of what, and what a fair division would be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.model.network import Network
from easterly.model.spec.job import Job
from easterly.model.spec.needs import Needs
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.study.place.fair import Best, Claims, Division, divisible, most_throughput, whole
from easterly.study.place.problem import Problem
from easterly.study.place.shape import Shape, Spread

RESOURCES = {"gpus": "1", "cpus": "1", "ram": "B", "storage": "bit/s", "nics": "bit/s", "uplinks": "bit/s"}
"""Resources and their units; ``nics`` are the interfaces of hosts, ``uplinks`` the links out of leaves."""


@dataclass(frozen=True, slots=True)
class Tenancy:
    """Tenants and their resources in one placement, for one GPU each of what they run.

    Attributes
    ----------
    tenants, resources : tuple of str
    now : Division
        GPUs that each has.
    fair : Division
        GPUs that each would get if all wanted more of what they run.
    hosts : Division
        The same in whole hosts, of what one GPU needs times the GPUs of a host.
    worth : (T,) float [FLOP/s]
        Useful work of the jobs of each per GPU and second.
    most : Best
        Division of most useful work, fair or not.
    """

    tenants: tuple[str, ...]
    resources: tuple[str, ...]
    now: Division
    fair: Division
    hosts: Division
    worth: FloatColumn
    most: Best

    @property
    def price(self) -> float:
        """Share of the most useful work that fairness costs."""
        done = float(self.fair.tasks @ self.worth)
        return max(0.0, 1 - done / self.most.value) if self.most.value > 0 else 0.0

    def dominant(self, tenant: int) -> str:
        """Resource of which a tenant takes the largest share."""
        claims = self.fair.claims
        return self.resources[int(np.argmax(np.round(claims.demand[tenant] / claims.capacity, 12)))]


def tenancy(site: Site, network: Network, problem: Problem, spreads: Sequence[Spread]) -> Tenancy | None:
    """What tenants have in a placement, and what weighted dominant-resource fairness would give them.

    A task is one GPU with its part of everything that the tenant's works need: cores, memory and storage as `needs`
    says, and the mean rates that they send through interfaces and out of leaves. What works of nobody take is not
    there for tenants. Weights are promised shares.

    Parameters
    ----------
    site : Site
    network : Network
    problem : Problem
    spreads : sequence of Spread

    Returns
    -------
    Tenancy or None
        None where no tenant runs anything on GPUs.
    """
    shapes = problem.made(spreads)
    owner = [_tenant(site, work.name) for work in problem.works]
    used = {name: np.zeros(len(RESOURCES)) for name in ("", *site.tenants)}
    flops = dict.fromkeys(used, 0.0)
    for name, shape in zip(owner, shapes, strict=True):
        used[name] += _uses(site, problem, shape)
        flops[name] += shape.pattern.flop / shape.alone_s if shape.alone_s > 0 else 0.0
    names = [name for name in sorted(site.tenants) if used[name][0] > 0]
    if not names:
        return None
    have = _capacity(site, network, problem)
    there = np.flatnonzero((have > 0) & (have - used[""] > 0)).tolist()
    gpus = np.array([used[name][0] for name in names])
    demand = np.array([used[name][there] for name in names]) / gpus[:, None]
    weight, left = weights(site, names), (have - used[""])[there]
    claims = Claims.of(left, demand, weight=weight)
    per_host = int(network.hosts.gpus.max())
    worth = floats([flops[name] / count for name, count in zip(names, gpus.tolist(), strict=True)])
    return Tenancy(
        tuple(names), tuple(np.array(list(RESOURCES))[there].tolist()), Division(claims, floats(gpus)),
        divisible(claims),
        whole(Claims.of(left, demand * per_host, weight=weight)), worth, most_throughput(claims, worth),
    )  # fmt: skip


def weights(site: Site, names: Sequence[str]) -> FloatColumn:
    """Weight of each tenant: what is promised; without a promise, as much as the least that is promised to others."""
    given = [site.tenants[name].share for name in names]
    least = min((share for share in given if share), default=1.0)
    return floats([share or least for share in given])


def _tenant(site: Site, name: str) -> str:
    work = next(group[name] for group in (site.jobs, site.services, site.traffic) if name in group)
    return work.tenant if work.tenant in site.tenants else ""


def _uses(site: Site, problem: Problem, shape: Shape) -> NDArray[np.float64]:
    """What one work takes of each resource."""
    work = shape.pattern
    spec = site.jobs.get(work.name) or site.services.get(work.name)
    needs = spec.needs if isinstance(spec, Job | Service) else Needs()
    rate_bps = work.rate_bps + (work.mean_B * 8 / shape.alone_s if shape.alone_s > 0 else 0.0)
    leaves = 2 * int(problem.blocks.group[0].max() + 1)
    out = (shape.used % 2 == 0) & (shape.used < leaves)
    each = [1.0, needs.cpus or 0.0, needs.ram or 0.0, needs.storage or 0.0]
    sent = [float(rate_bps[work.src >= 0].sum()), float(shape.load_bps[out].sum())]
    return np.array([*(work.gpus * value for value in each), *sent])


def _capacity(site: Site, network: Network, problem: Problem) -> NDArray[np.float64]:
    """What there is of each resource; 0 where a host model does not say it."""
    blocks = problem.blocks
    hosts = [site.hardware.hosts[str(name)] for name in network.hosts.host_type.tolist()]
    given = [[1.0 * (value or 0.0) for value in (h.cpus, h.ram, h.storage_rate)] for h in hosts]
    known = np.array(given).reshape(len(hosts), 3)
    local = np.where((known > 0).all(axis=0), known.sum(axis=0), 0.0)
    owned = np.isin(network.links.src, network.hosts.nic_node)
    leaves = int(blocks.group[0].max() + 1)
    return np.array([
        float(network.hosts.gpus.sum()), *local.tolist(), float(network.links.capacity_bps[owned].sum()),
        float(blocks.out_bps[:leaves].sum()),
    ])  # fmt: skip
