"""Which hosts each job, service and other traffic runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import IntColumn, ints
from easterly.base.counts import counted
from easterly.base.findings import Finding, FindingsError, did_you_mean
from easterly.base.runs import names as run_names
from easterly.demand.facts import has_gpu, is_known
from easterly.demand.serving.pools import hosts_needed, widest
from easterly.model.demand import Placement
from easterly.model.network import Network
from easterly.model.spec.hardware import HostType
from easterly.model.spec.job import Job
from easterly.model.spec.service import Service
from easterly.model.spec.site import Site
from easterly.model.spec.traffic import Hosted

Placed = Job | Service | Hosted


@dataclass(frozen=True, slots=True)
class Want:
    """What one work needs: how many hosts of which fabric."""

    work: Placed
    fabric: str
    hosts: int
    gpus_per_host: int
    host: HostType
    replica: bool = False

    @property
    def pinned(self) -> bool:
        """Whether the site file says where it is; replicas on other fabrics are packed."""
        return self.work.first_host is not None or (bool(self.work.on_hosts) and not self.replica)

    @property
    def name(self) -> str:
        """Name under which its hosts are kept: that of the work, or of its replica on another fabric."""
        return elsewhere(self.work.name, self.fabric) if self.replica else self.work.name


def place(site: Site, network: Network) -> Placement:
    """Give hosts to jobs, services and traffic with hosts of its own.

    Those that say ``on_hosts`` get these, those that say ``first_host`` the run of hosts that starts there (counted
    within the fabric); then jobs, then services, then traffic, each in the order of names, get the first free hosts of
    their fabric. A host is never shared.

    Parameters
    ----------
    site : Site
    network : Network

    Returns
    -------
    Placement

    Raises
    ------
    FindingsError
        E601 a fabric has too few hosts, E602 two explicit places overlap, E605 a replica is larger than a host,
        E716 hosts that a work names cannot be had.
    """
    hosts, findings = arrange(site, network)
    if findings:
        raise FindingsError(findings)
    return Placement(hosts)


def arrange(site: Site, network: Network) -> tuple[dict[str, IntColumn], list[Finding]]:
    """Hosts of everything that fits, and a finding for everything that does not."""
    findings: list[Finding] = []
    pools = {fabric: _Pool(rows, network.hosts.name[rows].tolist()) for fabric, rows in host_rows(network).items()}
    hosts: dict[str, IntColumn] = {}
    for want in sorted(wants(site, network, findings), key=lambda w: not w.pinned):
        taken = pools[want.fabric].take(want, findings)
        if taken is not None:
            hosts[want.name] = taken
    return hosts, findings


def host_rows(network: Network) -> dict[str, IntColumn]:
    """Host indices of each fabric, in the order of the network."""
    fabrics, inverse = np.unique(network.hosts.fabric, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    ends = np.cumsum(np.bincount(inverse, minlength=len(fabrics)))
    groups = np.split(order, ends)[: len(fabrics)]
    return {str(name): ints(rows) for name, rows in zip(fabrics, groups, strict=True)}


def wants(site: Site, network: Network, findings: list[Finding] | None = None) -> Iterator[Want]:
    """What jobs, services and traffic need, each in the order of names; findings for what can be in no host.

    Works that name what does not exist are left out: the room that reads the file says so (E211, E213, E214).
    """
    makes = {fabric: _make(site, network, rows) for fabric, rows in host_rows(network).items()}
    for work in works(site):
        fabric = fabric_of(site, work)
        make = makes.get(fabric)
        if make is None or work.traffic_class not in site.classes:
            continue
        gpus, host = make
        if isinstance(work, Hosted):
            yield Want(work, fabric, work.own_hosts, gpus, host)
        elif not is_known(work):
            continue
        elif isinstance(work, Job):
            if has_gpu(work, host) and all(makes.get(other) is not None for other in _others(work)):
                yield Want(work, fabric, -(-work.parallel.gpus // gpus), gpus, host)
                yield from _replicas(work, makes)
        elif widest(work, gpus) <= gpus:
            yield Want(work, fabric, hosts_needed(work, gpus), gpus, host)
        elif findings is not None:
            findings.append(too_wide(work, gpus))


def elsewhere(name: str, fabric: str) -> str:
    """Name under which the hosts of a job's replica on another fabric are kept."""
    return f"{name}@{fabric}"


def homes(job: Job) -> tuple[str, ...]:
    """Names under which hosts are kept for a job: its own, and one for every other fabric that it has a replica on."""
    return (job.name, *(elsewhere(job.name, fabric) for fabric in _others(job)))


def _others(job: Job) -> list[str]:
    """Other fabrics that a job has a replica on."""
    named = dict.fromkeys(job.geo.fabrics if job.geo is not None else ())
    return [fabric for fabric in named if fabric != job.fabric]


def _replicas(job: Job, makes: Mapping[str, tuple[int, HostType] | None]) -> Iterator[Want]:
    """What the replicas of a job on other fabrics need."""
    for fabric in _others(job):
        make = makes.get(fabric)
        if make is not None:
            gpus, host = make
            yield Want(job, fabric, -(-job.parallel.gpus // gpus), gpus, host, replica=True)


def works(site: Site) -> list[Placed]:
    """Jobs, then services, then traffic with hosts of its own, each by name; of equal names the first (E213)."""
    found: dict[str, Placed] = {}
    for things in (site.jobs, site.services, site.traffic):
        for name in sorted(set(things) - set(found)):
            work = things[name]
            if isinstance(work, Job | Service) or (isinstance(work, Hosted) and work.own_hosts):
                found[name] = work
    return list(found.values())


def _make(site: Site, network: Network, rows: IntColumn) -> tuple[int, HostType] | None:
    """GPUs of the smallest host of a fabric, and the model of its first host."""
    host = site.hardware.hosts.get(str(network.hosts.host_type[rows[0]]))
    return None if host is None else (int(network.hosts.gpus[rows].min()), host)


def fabric_of(site: Site, work: Placed) -> str:
    """Fabric that the work runs on: the one it names, or the only one; empty if there is a choice."""
    if work.fabric is not None:
        return work.fabric
    return next(iter(site.fabrics)) if len(site.fabrics) == 1 else ""


def too_wide(service: Service, gpus: int) -> Finding:
    """E605: a replica does not fit into a host."""
    return Finding(
        code="E605",
        at=f"{service.origin}/tp",
        message=f"a replica of {service.name} needs {widest(service, gpus)} GPUs in one host, the hosts have {gpus}",
        hint=f"write tp: {gpus}, or leave it out",
    )


Rows = NDArray[np.signedinteger[Any]]


class _Pool:
    """The hosts of one fabric, and who has taken them."""

    def __init__(self, rows: IntColumn, names: list[str]) -> None:
        self.rows, self.names = rows, names
        self.owner = np.full(len(rows), "", dtype=object)

    def take(self, want: Want, findings: list[Finding]) -> IntColumn | None:
        """Host indices for one work, or None and a finding."""
        first = want.work.first_host
        if want.work.on_hosts and not want.replica:
            problem = self._misnamed(want)
            if problem is not None:
                findings.append(problem)
                return None
            at = {name: spot for spot, name in enumerate(self.names)}
            spots = np.array([at[name] for name in run_names(want.work.on_hosts)], dtype=np.int64)
        elif first is None:
            spots = np.flatnonzero(self.owner == "")[: want.hosts]
        else:
            spots = np.arange(first, min(first + want.hosts, len(self.rows)))
        problem = self._too_few(want, len(spots)) or self._overlap(want, spots)
        if problem is not None:
            findings.append(problem)
            return None
        self.owner[spots] = want.name
        return ints(self.rows[spots])

    def _misnamed(self, want: Want) -> Finding | None:
        """E716: what a work says of its hosts is not so."""
        at = f"{want.work.origin}/on_hosts"
        try:
            named = run_names(want.work.on_hosts)
        except ValueError as error:
            return Finding("E716", at, f"{want.name}: {error}", "write names of hosts, or runs of them")
        if want.work.first_host is not None:
            return Finding("E716", at, f"{want.name} has first_host and on_hosts", "keep one of them")
        known = set(self.names)
        for name in named:
            if name not in known:
                text = f"{want.name} names {name}, which is no host of fabric {want.fabric}"
                return Finding("E716", at, text, did_you_mean(name, self.names))
        if len(set(named)) < len(named):
            twice = next(name for name in named if named.count(name) > 1)
            return Finding("E716", at, f"{want.name} names {twice} twice", "name every host once")
        if len(named) != want.hosts:
            text = f"{want.name} needs {counted(want.hosts, 'host')} and names {len(named)}"
            return Finding(
                "E716", at, text, f"name {counted(want.hosts, 'host')}, or leave on_hosts out to have it packed"
            )
        return None

    def _too_few(self, want: Want, found: int) -> Finding | None:
        if found >= want.hosts:
            return None
        first, total = want.work.first_host, len(self.rows)
        left = f"{found} of its {total} are free" if first is None else f"it has {total}, so {found} from {first} on"
        return Finding(
            code="E601",
            at=want.work.origin if first is None else f"{want.work.origin}/first_host",
            message=f"{want.name} needs {counted(want.hosts, 'host')} of fabric {want.fabric}: {left}",
            hint=f"add {counted(want.hosts - found, 'host')} to fabric {want.fabric}, or make {want.name} smaller",
            on_key=first is None,
        )

    def _overlap(self, want: Want, spots: Rows) -> Finding | None:
        others = sorted({name for name in self.owner[spots] if name})
        if not others:
            return None
        last = int(np.flatnonzero(self.owner != "")[-1])
        if want.work.first_host is None:
            spot = next(spot for spot in spots.tolist() if self.owner[spot])
            return Finding(
                code="E602",
                at=f"{want.work.origin}/on_hosts",
                message=f"{want.name} names {self.names[spot]}, where {self.owner[spot]} already runs",
                hint=f"hosts from {self.names[min(last + 1, len(self.names) - 1)]} on are free, or leave on_hosts out",
            )
        return Finding(
            code="E602",
            at=f"{want.work.origin}/first_host",
            message=f"{want.name} starts at host {want.work.first_host}, where {', '.join(others)} already runs",
            hint=f"hosts from {last + 1} on are free, or leave first_host out to have it packed",
        )
