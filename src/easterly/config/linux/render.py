"""Settings of hosts: one netplan file each, kernel settings for all, one environment file per job and service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any

import numpy as np

from easterly.config.linux import switch
from easterly.config.sheet import Port, Sheet
from easterly.config.templates import template
from easterly.model.demand import Work
from easterly.model.network import Network
from easterly.model.outcome import Artifact
from easterly.model.qos import QosPlan
from easterly.model.spec.job import Job, Library
from easterly.model.spec.site import Site

# Routing tables 100, 101, ... are free: the kernel's own are 0 and 253 to 255.
FIRST_TABLE = 100


@dataclass(frozen=True, slots=True)
class Nic:
    """One interface: all its text, ready to be filled in."""

    name: str
    table: int
    addresses: tuple[str, ...]
    sources: tuple[str, ...]
    routes: tuple[tuple[str, str], ...]
    direct: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Host:
    """One host."""

    name: str
    note: str
    nics: tuple[Nic, ...]
    served: tuple[str, ...] = ()


def render(site: Site, network: Network, sheet: Sheet, qos: QosPlan, work: Work) -> list[Artifact]:
    """Every file for hosts.

    Every interface has a routing table of its own that leads through its own gateway, chosen by the source
    address: so each rail uses its own leaf. The main table has the same routes, the lowest interface first.

    Returns
    -------
    list of Artifact
        ``linux/<device>.yaml`` (netplan, hosts and switches), ``linux/90-*.conf`` (sysctl.d, and networkd.conf.d of
        switches), ``linux/<kind>-<name>.env``.
    """
    page, families, files = template("linux/host.yaml.j2"), " and IPv".join(map(str, sheet.families)), []
    for host in hosts(site, network, sheet, work):
        shape = f"linux host of {len(host.nics)} interfaces, IPv{families}{' that serves' * bool(host.served)}"
        files.append(Artifact(f"linux/{host.name}.yaml", page.render(host=host), host.name, "linux", shape))
    return [*files, *switch.render(network, sheet), *_settings(), *_environments(site, network, qos, work)]


def hosts(site: Site, network: Network, sheet: Sheet, work: Work) -> Iterator[Host]:
    """All hosts, in the order of the network."""
    owner, nets, served = _owners(network, work), _Nets(sheet), _served(site, sheet)
    for row, name in enumerate(network.hosts.name.tolist()):
        nics = tuple(nets.nics(sheet.ports.get(name, [])))
        yield Host(name, owner.get(row, ""), nics, tuple(served.get(name, ())))


def _owners(network: Network, work: Work) -> dict[int, str]:
    """By host: what it works for, as the end of a comment."""
    found: dict[int, list[str]] = defaultdict(list)
    for w, (name, kind) in enumerate(zip(work.name.tolist(), work.kind.tolist(), strict=True)):
        for host in work.host_idx[work.host_ptr[w] : work.host_ptr[w + 1]].tolist():
            found[host].append(f"{kind} {name}")
    return {host: ": " + ", ".join(sorted(names)) for host, names in found.items()}


def _served(site: Site, sheet: Sheet) -> dict[str, list[str]]:
    """Service addresses by host: on its loopback, so that every interface answers for them."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, service in sorted(site.anycast.items()):
        for place in dict.fromkeys(service.at):
            found[place] += sheet.anycast.get(name, ())
    return found


class _Nets:
    """Prefixes and gateways of interface addresses, each worked out once."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._gateways = {
            (port.vrf, str(ip_interface(port.address).network)): port.bare
            for ports in sheet.ports.values() for port in ports if port.role == "gateway"
        }  # fmt: skip

    def nics(self, ports: list[Port]) -> list[Nic]:
        """Interfaces of a host by number, each with its addresses of both families."""
        by_nic: dict[int, list[Port]] = defaultdict(list)
        for port in ports:
            by_nic[int(port.port.removeprefix("nic"))].append(port)
        return [self._nic(number, found) for number, found in sorted(by_nic.items())]

    def _nic(self, number: int, ports: list[Port]) -> Nic:
        nets = [str(ip_interface(port.address).network) for port in ports]
        routes = [
            (to, self._gateways[port.vrf, net])
            for port, net in zip(ports, nets, strict=True)
            for to in self._sheet.reachable(port.vrf, port.family)
        ]
        return Nic(
            f"nic{number}", FIRST_TABLE + number, tuple(port.address for port in ports),
            tuple(port.bare for port in ports), tuple(routes), tuple(nets),
        )  # fmt: skip


def _settings() -> list[Artifact]:
    names = ("90-fabric-hosts.conf", "90-fabric-networkd.conf", "90-fabric-switches.conf")
    return [Artifact(f"linux/{name}", template(f"linux/{name}.j2").render(), "", "linux", name) for name in names]


def _environments(site: Site, network: Network, qos: QosPlan, work: Work) -> list[Artifact]:
    """``NCCL_IB_TC`` and the like for everything that has hosts and a class with a code point."""
    dscp = dict(zip(qos.traffic_class.tolist(), qos.dscp.tolist(), strict=True))
    lossless = set(qos.traffic_class[qos.lossless].tolist())
    railed = {str(f) for f in np.unique(network.nodes.fabric[network.nodes.rail_group >= 0])}
    page, files = template("linux/work.env.j2"), []
    specs: dict[str, Mapping[str, Any]] = {"job": site.jobs, "service": site.services, "traffic": site.traffic}
    hosted = np.flatnonzero(np.diff(work.host_ptr))
    for name, kind, fabric in zip(*(c[hosted].tolist() for c in (work.name, work.kind, work.fabric)), strict=True):
        spec = specs[kind].get(name)
        if spec is not None and spec.traffic_class in dscp:
            point = dscp[spec.traffic_class]
            text = page.render(
                kind=kind,
                name=name,
                traffic_class=spec.traffic_class,
                dscp=point,
                octet=point << 2,
                lossless=spec.traffic_class in lossless,
                rails=fabric in railed,
                connections=(spec.library.qps or spec.connections) if isinstance(spec, Job) else 0,
                stated=_stated(spec.library) if isinstance(spec, Job) else (),
            )
            files.append(Artifact(f"linux/{kind}-{name}.env", text, "", "linux", f"linux {kind} environment"))
    return files


def _stated(library: Library) -> list[tuple[str, str]]:
    """Variables of NCCL for what a job does not leave to the library."""
    words = (
        (library.protocol != "simple", "NCCL_PROTO", library.protocol.upper()),
        (not library.pxn, "NCCL_PXN_DISABLE", "1"),
        (library.nvls, "NCCL_NVLS_ENABLE", "1"),
        (library.sharp, "NCCL_COLLNET_ENABLE", "1"),
    )
    return [(name, value) for stated, name, value in words if stated]
