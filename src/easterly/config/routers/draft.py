"""Routers of a site, out of its network and its address plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from easterly.config.routers import bgp, igp
from easterly.config.routers.links import Line, lines, profiles
from easterly.config.routers.services import services
from easterly.config.sheet import Port, Sheet
from easterly.model.as_hops import AsHops
from easterly.model.network import Network
from easterly.model.router import DEFAULT, Anycast, Interface, Router, Table
from easterly.model.spec.site import Site
from easterly.model.spec.underlay import Underlay
from easterly.model.underlays import of_fabric

# What hosts and switches of a fabric are set to, leaving room for a tunnel's header in a frame of 9216 bytes.
MTU_B = 9100
LEAST_PATHS = 64


def draft(site: Site, network: Network, sheet: Sheet, hops: AsHops | None = None) -> list[Router]:
    """All switches and WAN routers, in the order of the network.

    Where a fabric says nothing else, external BGP runs on every link, numbered, in each family over its own session
    (RFC 7938 section 5); all equal paths are used, whatever AS numbers they go through. A leaf announces nothing but
    its own loopback and host prefixes, so that no failure makes it a transit; in OSPF and IS-IS it tells others to
    keep off. Tenants' tables are carried by EVPN route type 5 (RFC 9136) with one layer-3 VNI each: over the sessions
    of the links, or where an interior protocol runs on them, over sessions between loopbacks.

    Parameters
    ----------
    site : Site
        Underlays and anycast services.
    network : Network
    sheet : Sheet
    hops : AsHops, optional
        What links count for in BGP; 1 if absent.

    Returns
    -------
    list of Router
    """
    names = network.nodes.name.tolist()
    served, links = services(site, network, sheet), lines(site, network, hops)
    drafting = _Drafting(site, network, sheet, bgp.inside(site, network, sheet))
    return [
        drafting.router(node, names[node], bool(network.ending[node]), links.get(node, []), served.get(names[node], ()))
        for node in np.flatnonzero(network.transit).tolist()
    ]


@dataclass(frozen=True, slots=True)
class _Drafting:
    """Drafts routers out of the site, the network and the address plan."""

    site: Site
    network: Network
    sheet: Sheet
    inside: dict[str, dict[int, tuple[str, ...]]]

    def router(self, node: int, name: str, edge: bool, found: list[Line], served: tuple[Anycast, ...]) -> Router:
        """One router; `edge` where it must never carry others' traffic."""
        sheet, ports = self.sheet, self.sheet.ports.get(name, [])
        own = of_fabric(self.site, str(self.network.nodes.fabric[node]))
        loopbacks = {port.family: port for port in ports if port.role == "loopback"}
        router_id = loopbacks[4].bare if 4 in loopbacks else _router_id(node)
        interfaces = self._interfaces(ports, found, loopbacks)
        networks = {family: self._own(name, family, loopbacks) for family in sheet.families}
        seen = bgp.Seen(
            sheet, ports, own, edge, tuple(found), networks, tuple(row.prefix for row in served),
            self.inside.get(str(self.network.nodes.fabric[node]), {}),
        )  # fmt: skip
        groups = bgp.groups(seen)
        interior = igp.interior(seen, interfaces, router_id)
        return Router(
            name, sheet.asn[name], router_id, edge, interfaces, own.protocol, own.unnumbered,
            filters=bgp.filters(seen), groups=groups, networks=bgp.networks(seen), igp=interior,
            tables=self._tables(name, router_id), bfd=profiles([own, *(line.underlay for line in found)]),
            handovers=bgp.handovers(seen), anycast=served,
            paths=max([LEAST_PATHS, len(found), *(len(group.peers) for group in groups)]),
        )  # fmt: skip

    def _own(self, name: str, family: int, loopbacks: dict[int, Port]) -> tuple[str, ...]:
        hosts = [a.prefix for a in self.sheet.announced.get(name, []) if a.vrf == DEFAULT and a.family == family]
        return (*([loopbacks[family].address] if family in loopbacks else []), *hosts)

    def _interfaces(
        self, ports: list[Port], found: list[Line], loopbacks: dict[int, Port]
    ) -> tuple[Interface, ...]:  # fmt: skip
        """Interfaces with all their addresses, loopback first, links without addresses last."""
        rows: dict[tuple[str, str], list[Port]] = defaultdict(list)
        for port in ports:
            rows[port.port, port.vrf].append(port)
        by_name = {line.name: line for line in found}
        made = [_interface(name, vrf, given, by_name) for (name, vrf), given in rows.items()]
        bare = [line for line in found if (line.name, DEFAULT) not in rows]
        return (*made, *(_link(line, _lent(line.underlay, loopbacks)) for line in bare))

    def _tables(self, name: str, router_id: str) -> tuple[Table, ...]:
        sheet = self.sheet
        networks: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for prefix, vrf, family in sheet.announced.get(name, []):
            if vrf in sheet.vrfs:
                networks[vrf][family].append(prefix)
        ports = sheet.ports.get(name, [])
        tables = []
        for vrf, found in sorted(networks.items()):
            vni, target = sheet.vrfs[vrf]
            inside = tuple(dict.fromkeys(port.port for port in ports if port.vrf == vrf))
            tables.append(Table(
                vrf, vni, f"{router_id}:{sheet.numbers[vrf]}", (target, *sheet.imports.get(vrf, ())), (target,),
                {family: tuple(found[family]) for family in sorted(found)}, inside,
            ))  # fmt: skip
        return tuple(tables)


def _interface(name: str, vrf: str, rows: list[Port], by_name: dict[str, Line]) -> Interface:
    addresses = tuple(row.address for row in rows)
    if rows[0].role == "loopback":
        return Interface(name, "loopback", addresses, vrf)
    if rows[0].role == "gateway":
        return Interface(name, "gateway", addresses, vrf, mtu_B=MTU_B)
    return _link(by_name[name], addresses)


def _link(line: Line, addresses: tuple[str, ...]) -> Interface:
    return Interface(
        line.name, "link", addresses, DEFAULT, line.peer, line.port, line.rate_bps, MTU_B, line.cost
    )  # fmt: skip


def _lent(underlay: Underlay, loopbacks: dict[int, Port]) -> tuple[str, ...]:
    """The loopback's IPv4 address, lent to a link that has none (RFC 5309 section 4.1)."""
    return (loopbacks[4].address,) if underlay.protocol != "bgp" and 4 in loopbacks else ()


def _router_id(node: int) -> str:
    """A 32-bit id for a router without an IPv4 address (RFC 6286 asks only that it be unique in its AS)."""
    number = node + 1
    return f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
