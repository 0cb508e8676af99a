"""What the template of a router is filled with."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import BoolColumn
from easterly.config.sheet import DEFAULT, Port, Sheet
from easterly.model.network import LinkKind, Network, NodeKind

WORD = {4: "ipv4", 6: "ipv6"}
LIST_WORD = {4: "ip", 6: "ipv6"}


@dataclass(frozen=True, slots=True)
class Filter:
    """A prefix-list: the word of its family, its name, what it permits."""

    word: str
    name: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Session:
    """Everything of one address family: peers, announced prefixes, filters."""

    word: str
    group: str
    neighbors: tuple[tuple[str, int, str], ...]
    networks: tuple[str, ...]
    accept: str
    announce: str


@dataclass(frozen=True, slots=True)
class Table:
    """A tenant's table on this router."""

    name: str
    vni: int
    number: int
    target: str
    families: tuple[tuple[str, tuple[str, ...]], ...]
    imports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Router:
    """One router.

    Attributes
    ----------
    interfaces : tuple of (name, `` vrf X`` or empty, description, address lines)
    overlay : str
        Peer group that carries EVPN; empty where no tenant has a table.
    """

    name: str
    asn: int
    router_id: str
    interfaces: tuple[tuple[str, str, str, tuple[str, ...]], ...]
    lists: tuple[Filter, ...]
    families: tuple[Session, ...]
    vrfs: tuple[Table, ...]
    overlay: str

    @property
    def paths(self) -> int:
        """Next hops that BGP may use at once: as many as there are peers, and never fewer than FRR's usual 64."""
        return max(64, *(len(family.neighbors) for family in self.families), 0)

    @property
    def shape(self) -> str:
        """What decides which lines of the template are used; routers of one shape differ in numbers only."""
        own = any(family.announce.startswith("OWN") for family in self.families)
        words = ["leaf" if own else "transit", *(family.word for family in self.families)]
        alone = ["alone"] if not any(family.neighbors for family in self.families) else []
        hosts = ["hosts"] if any(name.startswith("br") for name, _, _, _ in self.interfaces) else []
        return " ".join(
            [
                "frr",
                *words,
                *alone,
                *hosts,
                *(["evpn"] if self.overlay else []),
                *(["vrf"] if self.vrfs else []),
                *(["leak"] if any(table.imports for table in self.vrfs) else []),
            ]
        )


def routers(network: Network, sheet: Sheet) -> list[Router]:
    """All switches and WAN routers, in the order of the network."""
    edge = _edges(network)
    names = network.nodes.name.tolist()
    draft = Drafting(network, sheet, _neighbors(network, sheet, names))
    return [draft.router(node, names[node], bool(edge[node])) for node in np.flatnonzero(network.transit).tolist()]


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


def _neighbors(network: Network, sheet: Sheet, names: list[str]) -> dict[int, str]:
    """By link: name of the device and port at its far end."""
    links = network.links
    rows = np.flatnonzero(links.kind != LinkKind.HOST)
    ends = zip(rows.tolist(), links.dst[rows].tolist(), links.dst_port[rows].tolist(), strict=True)
    return {row: f"{names[node]} swp{port}" for row, node, port in ends}


@dataclass(frozen=True, slots=True)
class Drafting:
    """Drafts routers out of the network and the address plan."""

    network: Network
    sheet: Sheet
    far: dict[int, str]

    def router(self, node: int, name: str, edge: bool) -> Router:
        """One router; `edge` where it must never carry others' traffic."""
        sheet, ports = self.sheet, self.sheet.ports.get(name, [])
        loopbacks = {port.family: port for port in ports if port.role == "loopback"}
        router_id = loopbacks[4].bare if 4 in loopbacks else _router_id(node)
        lists, sessions = [], []
        for family in sheet.families:
            word, own = LIST_WORD[family], self._own(name, family, loopbacks)
            lists.append(Filter(word, f"SITE{family}", sheet.ranges(family)))
            if edge:
                lists.append(Filter(word, f"OWN{family}", own))
            sessions.append(Session(
                WORD[family], f"FABRIC{family}", self._peers(ports, family), own, f"SITE{family}",
                f"OWN{family}" if edge else f"SITE{family}",
            ))  # fmt: skip
        overlay = sessions[0].group if sheet.vrfs and sessions else ""
        tables = self._tables(name)
        interfaces = self._interfaces(ports)
        return Router(name, sheet.asn[name], router_id, interfaces, tuple(lists), tuple(sessions), tables, overlay)

    def _own(self, name: str, family: int, loopbacks: dict[int, Port]) -> tuple[str, ...]:
        hosts = [a.prefix for a in self.sheet.announced.get(name, []) if a.vrf == DEFAULT and a.family == family]
        return (*([loopbacks[family].address] if family in loopbacks else []), *hosts)

    def _peers(self, ports: list[Port], family: int) -> tuple[tuple[str, int, str], ...]:
        links, sheet = self.network.links, self.sheet
        peers = []
        for port in ports:
            if port.role == "link" and port.family == family:
                far = self.far[port.link]
                address = sheet.by_link[int(links.reverse[port.link]), family]
                peers.append((address, sheet.asn[far.partition(" ")[0]], far))
        return tuple(peers)

    def _interfaces(self, ports: list[Port]) -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
        """Interfaces with all their addresses, loopback first."""
        lines: dict[tuple[str, str], list[str]] = defaultdict(list)
        notes: dict[str, str] = {}
        for port in ports:
            vrf = "" if port.vrf == DEFAULT else f" vrf {port.vrf}"
            lines[port.port, vrf].append(f"{LIST_WORD[port.family]} address {port.address}")
            if port.role == "link":
                notes[port.port] = self.far[port.link]
            elif port.role == "gateway":
                notes[port.port] = "hosts" if not vrf else f"hosts of {port.vrf}"
        return tuple((name, vrf, notes.get(name, ""), tuple(found)) for (name, vrf), found in lines.items())

    def _tables(self, name: str) -> tuple[Table, ...]:
        networks: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for prefix, vrf, family in self.sheet.announced.get(name, []):
            if vrf in self.sheet.vrfs:
                networks[vrf][family].append(prefix)
        return tuple(
            Table(vrf, self.sheet.vrfs[vrf][0], self.sheet.numbers[vrf], self.sheet.vrfs[vrf][1],
                  tuple((WORD[family], tuple(found)) for family, found in sorted(networks[vrf].items())),
                  self.sheet.imports.get(vrf, ()))
            for vrf in sorted(networks)
        )  # fmt: skip


def _router_id(node: int) -> str:
    """A 32-bit id for a router without an IPv4 address (RFC 6286 asks only that it be unique in its AS)."""
    number = node + 1
    return f"0.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
