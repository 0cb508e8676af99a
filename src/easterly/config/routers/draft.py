"""Routers of a site, out of its network and its address plan."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import BoolColumn
from easterly.config.sheet import Port, Sheet
from easterly.model.network import LinkKind, Network, NodeKind
from easterly.model.router import DEFAULT, End, Exchange, Family, Filter, Group, Interface, Peer, Permit, Router, Table

WORD: dict[int, Family] = {4: "ipv4", 6: "ipv6"}
# What hosts and switches of a fabric are set to, leaving room for a tunnel's header in a frame of 9216 bytes.
MTU_B = 9100
LEAST_PATHS = 64


def draft(network: Network, sheet: Sheet) -> list[Router]:
    """All switches and WAN routers, in the order of the network.

    External BGP on every link, numbered, in each family over its own session (RFC 7938 section 5); all equal
    paths are used, whatever AS numbers they go through. A leaf announces nothing but its own loopback and
    host prefixes, so that no failure makes it a transit. Tenants' tables are carried by EVPN route type 5
    (RFC 9136) with one layer-3 VNI each.

    Parameters
    ----------
    network : Network
    sheet : Sheet

    Returns
    -------
    list of Router
    """
    edge = _edges(network)
    names = network.nodes.name.tolist()
    drafting = _Drafting(network, sheet, _far_ends(network, names))
    return [drafting.router(node, names[node], bool(edge[node])) for node in np.flatnonzero(network.transit).tolist()]


def _edges(network: Network) -> BoolColumn:
    """Switches that nothing may pass through: leaves whose cables to other switches all lead upwards."""
    nodes, links = network.nodes, network.links
    edge = np.asarray(nodes.role == "leaf")
    between = links.kind != LinkKind.HOST
    level = links.src[between & (nodes.tier[links.dst] <= nodes.tier[links.src])]
    wan = nodes.kind[links.dst[between]] == NodeKind.WAN
    edge[level] = False
    edge[links.src[between][wan]] = False
    return edge


def _far_ends(network: Network, names: list[str]) -> dict[int, End]:
    """By link: device and port at its far end."""
    links = network.links
    rows = np.flatnonzero(links.kind != LinkKind.HOST)
    ends = zip(rows.tolist(), links.dst[rows].tolist(), links.dst_port[rows].tolist(), strict=True)
    return {row: End(names[node], f"swp{port}") for row, node, port in ends}


@dataclass(frozen=True, slots=True)
class _Drafting:
    """Drafts routers out of the network and the address plan."""

    network: Network
    sheet: Sheet
    far: dict[int, End]

    def router(self, node: int, name: str, edge: bool) -> Router:
        """One router; `edge` where it must never carry others' traffic."""
        sheet, ports = self.sheet, self.sheet.ports.get(name, [])
        loopbacks = {port.family: port for port in ports if port.role == "loopback"}
        router_id = loopbacks[4].bare if 4 in loopbacks else _router_id(node)
        networks = {family: self._own(name, family, loopbacks) for family in sheet.families}
        groups = tuple(self._group(ports, family, edge) for family in sheet.families)
        return Router(
            name, sheet.asn[name], router_id, edge, self._interfaces(ports),
            filters=self._filters(networks, edge), groups=groups, networks=networks,
            tables=self._tables(name, router_id),
            paths=max([LEAST_PATHS, *(len(group.peers) for group in groups)]),
        )  # fmt: skip

    def _own(self, name: str, family: int, loopbacks: dict[int, Port]) -> tuple[str, ...]:
        hosts = [a.prefix for a in self.sheet.announced.get(name, []) if a.vrf == DEFAULT and a.family == family]
        return (*([loopbacks[family].address] if family in loopbacks else []), *hosts)

    def _filters(self, networks: dict[int, tuple[str, ...]], edge: bool) -> tuple[Filter, ...]:
        """What the site may hold, and on leaves what is their own."""
        found = []
        for family in self.sheet.families:
            found.append(Filter(f"SITE{family}", family, self.sheet.ranges(family)))
            if edge:
                found.append(Filter(f"OWN{family}", family, tuple(map(Permit, networks[family]))))
        return tuple(found)

    def _group(self, ports: list[Port], family: int, edge: bool) -> Group:
        """Sessions of one family; those of the first family carry the tenants' tables too."""
        site, own = f"SITE{family}", f"OWN{family}"
        exchanges = [Exchange(WORD[family], site, own if edge else site)]
        if self.sheet.vrfs and family == self.sheet.families[0]:
            exchanges.append(Exchange("evpn"))
        return Group(f"FABRIC{family}", self._peers(ports, family), tuple(exchanges))

    def _peers(self, ports: list[Port], family: int) -> tuple[Peer, ...]:
        links, sheet = self.network.links, self.sheet
        peers = []
        for port in ports:
            if port.role == "link" and port.family == family:
                far = self.far[port.link]
                address = sheet.by_link[int(links.reverse[port.link]), family]
                peers.append(Peer(far, sheet.asn[far.device], address))
        return tuple(peers)

    def _interfaces(self, ports: list[Port]) -> tuple[Interface, ...]:
        """Interfaces with all their addresses, loopback first."""
        found: dict[tuple[str, str], list[Port]] = defaultdict(list)
        for port in ports:
            found[port.port, port.vrf].append(port)
        return tuple(self._interface(name, vrf, rows) for (name, vrf), rows in found.items())

    def _interface(self, name: str, vrf: str, rows: list[Port]) -> Interface:
        addresses, first = tuple(row.address for row in rows), rows[0]
        if first.role == "loopback":
            return Interface(name, "loopback", addresses, vrf)
        if first.role == "gateway":
            return Interface(name, "gateway", addresses, vrf, mtu_B=MTU_B)
        links = self.network.links
        return Interface(
            name, "link", addresses, vrf, self.far[first.link], int(links.src_port[first.link]),
            float(links.capacity_bps[first.link]), MTU_B,
        )  # fmt: skip

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


def _router_id(node: int) -> str:
    """A 32-bit id for a router without an IPv4 address (RFC 6286 asks only that it be unique in its AS)."""
    number = node + 1
    return f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
