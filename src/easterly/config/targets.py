"""Targets of rendering: one entry per kind of machine or program that files are written for."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from easterly.base.findings import did_you_mean
from easterly.config import (
    access,
    anycast,
    bird,
    complete,
    csv,
    frr,
    haproxy,
    kubernetes,
    linux,
    networkd,
    nginx,
    ovs,
    routers,
    switches,
)
from easterly.config.fronts.front import Front, fronts
from easterly.config.linux.qos import planned
from easterly.config.sheet import Sheet
from easterly.model.address import AddressPlan
from easterly.model.as_hops import AsHops
from easterly.model.demand import Work
from easterly.model.forwarding import Forwarding
from easterly.model.fronting import Pods, Replicas
from easterly.model.isolation import Isolation
from easterly.model.network import Network
from easterly.model.outcome import Artifact, Bill
from easterly.model.qos import QosPlan
from easterly.model.router import Router
from easterly.model.spec.site import Site


@dataclass(frozen=True)
class Sources:
    """Everything that files are made from; what several targets look up is made once."""

    site: Site
    network: Network
    address: AddressPlan
    qos: QosPlan
    work: Work
    bill: Bill
    isolation: Isolation | None = None
    replicas: Replicas | None = None
    forwarding: Forwarding | None = None
    hops: AsHops | None = None
    pods: Pods | None = None

    @cached_property
    def sheet(self) -> Sheet:
        """The address plan by device."""
        return Sheet(self.address, self.isolation)

    @cached_property
    def routers(self) -> list[Router]:
        """All switches and WAN routers, in no maker's words."""
        return routers.draft(self.site, self.network, self.sheet, self.hops)

    @cached_property
    def linux(self) -> list[Artifact]:
        """Files of Linux, environments of jobs among them."""
        made = linux.render(self.site, self.network, self.sheet, self.qos, self.work)
        return [*made, *planned.files(self.network, self.qos)]

    @cached_property
    def switches(self) -> list[Artifact]:
        """Classes of switches of all makers, and the sheet of what their text cannot say."""
        return switches.render(self.site, self.network, self.qos)

    @cached_property
    def access(self) -> list[Artifact]:
        """Access lists of switches of all makers, and of hosts."""
        return [] if self.isolation is None else access.render(self.site, self.network, self.sheet, self.isolation)


@dataclass(frozen=True, slots=True)
class Target:
    """A kind of machine or program, and how its files are made."""

    does: str
    make: Callable[[Sources], list[Artifact]]


def _frr(given: Sources) -> list[Artifact]:
    return [*frr.render(given.routers), *anycast.render(given.routers)]


def _linux(given: Sources) -> list[Artifact]:
    own = [file for file in given.linux if not file.path.endswith(".env")]
    return [*own, *(file for file in given.access if file.dialect == "nftables")]


def _nccl(given: Sources) -> list[Artifact]:
    return [file for file in given.linux if file.path.endswith(".env")]


def _system(name: str) -> Callable[[Sources], list[Artifact]]:
    def make(given: Sources) -> list[Artifact]:
        return complete.render(given.site, given.network, given.sheet, given.routers, given.qos, given.isolation, name)

    return make


def _bird(given: Sources) -> list[Artifact]:
    return bird.render(given.routers)


def _networkd(given: Sources) -> list[Artifact]:
    return networkd.render(given.site, given.network, given.sheet, given.work)


def _ovs(given: Sources) -> list[Artifact]:
    if given.forwarding is None:
        return []
    return ovs.render(ovs.bridges(given.site, given.network, given.sheet, given.qos, given.forwarding))


def _haproxy(given: Sources) -> list[Artifact]:
    return haproxy.render(_fronts(given, "haproxy"))


def _nginx(given: Sources) -> list[Artifact]:
    return nginx.render(_fronts(given, "nginx"))


def _fronts(given: Sources, software: str) -> list[Front]:
    if given.replicas is None:
        return []
    return list(fronts(given.site, given.network, given.sheet, given.replicas, software))


def _policies(given: Sources) -> list[Artifact]:
    return [] if given.isolation is None else kubernetes.render(given.isolation)


def _kubernetes(given: Sources) -> list[Artifact]:
    if given.pods is None:
        return _policies(given)
    fronts = {front.name: front for software in ("haproxy", "nginx") for front in _fronts(given, software)}
    hosts = linux.hosts(given.site, given.network, given.sheet, given.work)
    return [*_policies(given), *kubernetes.services(given.site, given.network, fronts, given.pods, hosts)]


def _labels(given: Sources) -> list[Artifact]:
    tables = csv.render(given.network, given.address, given.bill)
    return [*tables, *(file for file in given.switches if file.dialect == "csv"), csv.labels(given.network, given.bill)]


TARGETS = {
    "frr": Target("FRR on every switch and WAN router", _frr),
    "bird": Target("BIRD 2 on every switch and WAN router, instead of FRR", _bird),
    "sonic": Target("switches that run SONiC: config_db.json with routes, classes, access lists", _system("sonic")),
    "eos": Target("switches that run EOS: routes, classes, access lists", _system("eos")),
    "nxos": Target("switches that run NX-OS: routes, classes, access lists", _system("nxos")),
    "junos": Target("switches that run Junos: routes, classes, access lists", _system("junos")),
    "linux": Target("netplan, kernel settings, classes, policers and access lists of hosts and switches", _linux),
    "networkd": Target("units of systemd-networkd for hosts and switches, instead of netplan", _networkd),
    "ovs": Target("every switch as a bridge of Open vSwitch: flows, groups, queues", _ovs),
    "haproxy": Target("front ends of services", _haproxy),
    "nginx": Target("front ends of services", _nginx),
    "kubernetes": Target("network policies of tenants; services, a pod for each replica, interfaces", _kubernetes),
    "nccl": Target("environment of jobs and services", _nccl),
    "labels": Target("tables of cables, addresses and prefixes; labels of both ends of each cable", _labels),
}
"""In the order in which they are shown."""
ALL = "all"


def chosen(names: Collection[str]) -> tuple[str, ...]:
    """Names of targets in their order, each once; ``all`` stands for every one.

    Raises
    ------
    ValueError
        A name that is no target.

    Examples
    --------
    >>> chosen(["labels", "frr", "frr"])
    ('frr', 'labels')
    """
    for name in names:
        if name not in TARGETS and name != ALL:
            raise ValueError(f"no target {name!r}: {did_you_mean(name, [*TARGETS, ALL])}")
    return tuple(name for name in TARGETS if ALL in names or name in names)


def files_of(given: Sources, names: Collection[str]) -> dict[str, tuple[Artifact, ...]]:
    """Files by target, each sorted by path.

    Parameters
    ----------
    given : Sources
    names : collection of str
        Targets, or ``all``.

    Raises
    ------
    ValueError
        A name that is no target.
    """
    return {name: tuple(sorted(TARGETS[name].make(given), key=lambda file: file.path)) for name in chosen(names)}
