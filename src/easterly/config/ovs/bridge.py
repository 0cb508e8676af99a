"""A switch as a bridge of Open vSwitch: what its flows, groups and queues are filled from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import (
    IPv4Address,
    IPv6Address,
    ip_address,
    ip_interface,
    ip_network,
)  # fmt: skip
from typing import NamedTuple

import numpy as np

from easterly.config.sheet import Port, Sheet
from easterly.model.forwarding import Forwarding
from easterly.model.network import LinkKind, Network
from easterly.model.qos import QosPlan
from easterly.model.router import DEFAULT
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Detection
from easterly.model.underlays import of_link

Address = IPv4Address | IPv6Address


class Line(NamedTuple):
    """A port: its number, its rate [bit/s], the table of the hosts behind it (-1 towards other switches), and its BFD.

    Of BFD interval [ms] and multiplier, where the site states them; a neighbour without BFD would be taken for dead.
    """

    port: int
    rate_bps: int
    table: int
    bfd: tuple[int, int] = (0, 0)


class Group(NamedTuple):
    """Ports of which one is chosen: by hash (``select``), or the first that is up (``ff``)."""

    number: int
    kind: str
    buckets: tuple[tuple[int, int], ...]


class Way(NamedTuple):
    """Where packets for a prefix go: a group, or a port."""

    prefix: str
    group: int
    port: int


class Station(NamedTuple):
    """An interface of a host: its address, its port, the gateway that it asks for."""

    address: str
    port: int
    gateway: str


class Admission(NamedTuple):
    """A prefix that hosts of a table may send to."""

    table: int
    prefix: str


class Queue(NamedTuple):
    """A class: its number on every port, its code points, its share of the port in parts of a million."""

    number: int
    points: tuple[int, ...]
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Bridge:
    """One bridge, whole. Queues are empty where its datapath would ignore them."""

    name: str
    datapath: str
    lines: tuple[Line, ...]
    groups: tuple[Group, ...]
    ways: tuple[Way, ...]
    connected: tuple[str, ...]
    stations: tuple[Station, ...]
    admissions: tuple[Admission, ...]
    queues: tuple[Queue, ...]
    seed: int = 0
    """Of the hash of its groups; 0 where none chooses by one."""


DATAPATHS = {"kernel": "system", "userspace": "netdev"}
"""What Open vSwitch calls them."""


def bridges(site: Site, network: Network, sheet: Sheet, qos: QosPlan, forwarding: Forwarding) -> Iterator[Bridge]:
    """Every switch and WAN router as a bridge.

    Ways lead to the prefixes that other switches announce: one port, a group of all cheapest next hops, or a group that
    fails over to the way around.

    Parameters
    ----------
    site : Site
        `datapath` of its switch models.
    network : Network
    sheet : Sheet
    qos : QosPlan
    forwarding : Forwarding

    Yields
    ------
    Bridge
        In the order of the network.
    """
    names = network.nodes.name.tolist()
    start = np.searchsorted(forwarding.node, np.arange(len(names) + 1))
    drafting = _Drafting(network, sheet, forwarding, names, _lines(site, network), _queues(qos), _plugs(network, sheet),
                         _homes(sheet))  # fmt: skip
    for node in np.flatnonzero(network.transit).tolist():
        model = site.hardware.switches.get(str(network.nodes.switch_type[node]))
        yield drafting.bridge(node, range(start[node], start[node + 1]), model.datapath if model else "kernel")


@dataclass(frozen=True)
class _Drafting:
    """Looks up, for every switch, what was sorted once for all."""

    network: Network
    sheet: Sheet
    forwarding: Forwarding
    names: list[str]
    lines: dict[int, list[tuple[int, int, int, tuple[int, int]]]]
    queues: tuple[Queue, ...]
    plugs: dict[int, list[tuple[int, Port]]]
    homes: dict[str, list[str]]
    admitted: dict[str, list[str]] = field(default_factory=dict)

    def bridge(self, node: int, rows: range, datapath: str) -> Bridge:
        """One bridge."""
        groups: dict[tuple[str, tuple[tuple[int, int], ...]], int] = {}
        ways = tuple(dict.fromkeys(self._ways(rows, groups)))  # tables share prefixes, and the ways there
        plugs = self.plugs.get(node, [])
        tables = {port: self._table(host.vrf) for port, host in plugs}
        gateways = {
            (port.vrf, ip_interface(port.address).network): port.bare
            for port in self.sheet.ports.get(self.names[node], []) if port.role == "gateway"
        }  # fmt: skip
        stations = tuple(
            Station(host.bare, port, gateways[host.vrf, ip_interface(host.address).network]) for port, host in plugs
        )
        chooses = any(kind == "select" for kind, _ in groups)
        return Bridge(
            self.names[node], DATAPATHS[datapath],
            tuple(
                Line(port, bps, tables.get(port, 0) if host else -1, bfd)
                for port, bps, host, bfd in self.lines.get(node, [])
            ),
            tuple(Group(number, kind, buckets) for (kind, buckets), number in groups.items()),
            ways, tuple(sorted({str(net) for _, net in gateways})), stations,
            tuple(self._admissions({host.vrf for _, host in plugs})),
            self.queues if datapath == "kernel" else (),
            int(self.forwarding.seed[node]) if chooses else 0,
        )  # fmt: skip

    def _ways(self, rows: range, groups: dict[tuple[str, tuple[tuple[int, int], ...]], int]) -> Iterator[Way]:
        made, src_port = self.forwarding, self.network.links.src_port
        for row in rows:
            ports = src_port[made.link[made.ptr[row] : made.ptr[row + 1]]].tolist()
            around = int(made.backup[row])
            if len(ports) == 1 and around < 0:
                group, port = 0, ports[0]
            else:
                kind = "ff" if len(ports) == 1 else "select"
                buckets = (*((p, 1) for p in ports), *([(int(src_port[around]), 1)] if kind == "ff" else []))
                group, port = groups.setdefault((kind, buckets), len(groups) + 1), 0
            for announced in self.sheet.announced.get(self.names[int(made.target[row])], []):
                yield Way(announced.prefix, group, port)

    def _table(self, vrf: str) -> int:
        return 0 if vrf == DEFAULT else self.sheet.vrfs[vrf][0]

    def _admissions(self, vrfs: set[str]) -> Iterator[Admission]:
        """What hosts of each table may reach: their own, and what is let in from others."""
        for vrf in sorted(vrfs, key=self._table):
            yield from (Admission(self._table(vrf), prefix) for prefix in self._admitted(vrf))

    def _admitted(self, vrf: str) -> list[str]:
        """Prefixes, or parts of them where hosts of tables that it may not reach are in them as well."""
        if vrf not in self.admitted:
            owner = {target: name for name, (_, target) in self.sheet.vrfs.items()}
            others = [owner[target] for target in self.sheet.imports.get(vrf, ()) if target in owner]
            known = {name: [ip_address(text) for text in texts] for name, texts in self.homes.items()}
            own = [each for name in (vrf, *others) for each in known.get(name, ())]
            foreign = [each for name, texts in known.items() if name not in (vrf, *others) for each in texts]
            found = [p for name in (vrf, *others) for family in (4, 6) for p in self.sheet.reachable(name, family)]
            self.admitted[vrf] = list(dict.fromkeys(each for p in found for each in _without(p, own, foreign)))
        return self.admitted[vrf]


def _lines(site: Site, network: Network) -> dict[int, list[tuple[int, int, int, tuple[int, int]]]]:
    """Ports of every node that are in use: number, rate, whether a host is behind, and BFD."""
    links, found = network.links, defaultdict(list)
    columns = (links.src, links.src_port, links.capacity_bps, links.kind)
    for row, (node, port, bps, kind) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
        host = kind == LinkKind.HOST
        found[node].append((port, round(bps), int(host), (0, 0) if host else _bfd(of_link(site, network, row).bfd)))
    return {node: sorted(rows) for node, rows in found.items()}


def _bfd(stated: Detection | bool) -> tuple[int, int]:
    """Interval [ms] and multiplier."""
    return (round(stated.interval * 1000), stated.multiplier) if isinstance(stated, Detection) else (0, 0)


def _plugs(network: Network, sheet: Sheet) -> dict[int, list[tuple[int, Port]]]:
    """By switch: its ports with hosts behind, and the addresses there."""
    links, found = network.links, defaultdict(list)
    for ports in sheet.ports.values():
        for port in ports:
            if port.role == "host":
                found[int(links.dst[port.link])].append((int(links.dst_port[port.link]), port))
    return {node: sorted(rows, key=lambda row: (row[0], row[1].family)) for node, rows in found.items()}


def _homes(sheet: Sheet) -> dict[str, list[str]]:
    """Addresses of hosts by table."""
    found = defaultdict(list)
    for ports in sheet.ports.values():
        for port in ports:
            if port.role == "host":
                found[port.vrf].append(port.bare)
    return found


def _without(prefix: str, own: Sequence[Address], foreign: Sequence[Address]) -> list[str]:
    """The largest prefixes within one that hold some of one's own addresses and no foreign one."""
    found, left = [], [(ip_network(prefix), own, foreign)]
    while left:
        net, own, foreign = left.pop()
        own, foreign = ([each for each in ends if each in net] for ends in (own, foreign))
        if not foreign:
            found += [str(net)] if own or str(net) == prefix else []
        elif own:
            low, high = net.subnets()
            left += [(high, own, foreign), (low, own, foreign)]
    return found


def _queues(qos: QosPlan) -> tuple[Queue, ...]:
    """Classes by queue; those that share one add up."""
    points: dict[int, list[int]] = defaultdict(list)
    shares: dict[int, float] = defaultdict(float)
    for row, (queue, share) in enumerate(zip(qos.queue.tolist(), qos.share.tolist(), strict=True)):
        shares[queue] += share
        points[queue] += [point for point, of in enumerate(qos.dscp_class.tolist()) if of == row]
    return tuple(Queue(q, tuple(sorted(points[q])), round(shares[q] * 1e6)) for q in sorted(shares))
