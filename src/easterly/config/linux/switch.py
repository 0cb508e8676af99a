"""Switches whose network operating system is Linux: which port is in which bridge and table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from easterly.config.routers.draft import MTU_B
from easterly.config.sheet import Port, Sheet
from easterly.config.templates import template
from easterly.model.network import LinkKind, Network
from easterly.model.outcome import Artifact
from easterly.model.router import DEFAULT

OVERHEAD_B = {4: 50, 6: 70}
"""Of VXLAN: Ethernet, the outer IP, UDP and its own header (RFC 7348 section 5). Without it, tunnels take 1500."""

INHERITED = 1
"""Class and ECN marks of the packet inside, to Linux (`vxlan_xmit_one` of drivers/net/vxlan). Without it the fabric
sees neither, and the kernel keeps one way for all flows to a tunnel's end (its `dst_cache`) instead of the hash's."""


@dataclass(frozen=True, slots=True)
class Table:
    """A tenant's table: its VRF device, the bridge of its hosts, its layer-3 VNI.

    The kernel's table has the number of the VNI (from 10,000 on), clear of those that the kernel itself uses.
    """

    name: str
    vni: int
    bridge: str


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch; `vtep` is the address that its tunnels end at."""

    name: str
    ports: tuple[str, ...]
    bridges: tuple[tuple[str, tuple[str, ...]], ...]
    tables: tuple[Table, ...]
    vtep: str

    @property
    def mtu_B(self) -> int:
        """Largest packet of its ports."""
        return MTU_B

    @property
    def inner_mtu_B(self) -> int:
        """Largest packet that its tunnels carry."""
        return MTU_B - OVERHEAD_B[6 if ":" in self.vtep else 4]

    @property
    def tunnel_tos(self) -> int:
        """Type of service of the tunnels' packets."""
        return INHERITED

    @property
    def shape(self) -> str:
        """What decides which lines of the template are used."""
        return f"linux switch{' hosts' * bool(self.bridges)}{' vrf' * bool(self.tables)}"


def render(network: Network, sheet: Sheet) -> list[Artifact]:
    """One ``linux/<switch>.yaml`` (netplan) per switch and WAN router.

    The ports of a tenant's hosts are in a bridge of their own, inside its VRF; beside it stands the bridge of the
    layer-3 VNI, as FRR asks for symmetric routing of EVPN (RFC 9135 section 4.2, RFC 9136 section 4.4.2).

    Parameters
    ----------
    network : Network
    sheet : Sheet

    Returns
    -------
    list of Artifact
    """
    page = template("linux/switch.yaml.j2")
    return [
        Artifact(f"linux/{switch.name}.yaml", page.render(switch=switch), switch.name, "linux", switch.shape)
        for switch in switches(network, sheet)
    ]


def switches(network: Network, sheet: Sheet) -> Iterator[Switch]:
    """All switches and WAN routers, in the order of the network."""
    plugged, used = host_ports(network, sheet), used_ports(network)
    for node in np.flatnonzero(network.transit).tolist():
        yield _switch(str(network.nodes.name[node]), used.get(node, []), plugged.get(node, {}), sheet)


def _switch(name: str, used: list[int], hosts: dict[str, list[int]], sheet: Sheet) -> Switch:
    rows = sheet.ports.get(name, [])
    gateways: dict[str, Port] = {row.port: row for row in rows if row.role == "gateway"}
    vtep = next((row.bare for row in rows if row.role == "loopback"), "")
    tables = [Table(row.vrf, sheet.vrfs[row.vrf][0], port)
              for port, row in sorted(gateways.items()) if row.vrf != DEFAULT]  # fmt: skip
    bridges = [(bridge, tuple(f"swp{p}" for p in sorted(hosts.get(bridge, [])))) for bridge in sorted(gateways)]
    return Switch(name, tuple(f"swp{p}" for p in used), tuple(bridges), tuple(tables), vtep)


def used_ports(network: Network) -> dict[int, list[int]]:
    """Ports in use by node."""
    found: dict[int, list[int]] = defaultdict(list)
    links = network.links
    for node, port in sorted(zip(links.src.tolist(), links.src_port.tolist(), strict=True)):
        found[node].append(port)
    return found


def host_ports(network: Network, sheet: Sheet) -> dict[int, dict[str, list[int]]]:
    """Ports of hosts by switch and bridge: a port is in the bridge whose gateway is in its host's prefix."""
    links, hosts = network.links, {}
    for ports in sheet.ports.values():
        for port in ports:
            if port.role == "host":
                hosts[port.link] = port
    found: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in np.flatnonzero((links.kind == LinkKind.HOST) & network.transit[links.dst]).tolist():
        node = int(links.dst[row])
        bridge = sheet.bridge(str(network.nodes.name[node]), hosts[row])
        found[node][bridge].append(int(links.dst_port[row]))
    return found
