"""Routers with the names that an operating system gives to their parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from easterly.config.linux.switch import host_ports
from easterly.config.sheet import Sheet
from easterly.config.switches.wanted import PortName
from easterly.model.network import Network
from easterly.model.router import DEFAULT, Anycast, Group, Interface, Router
from easterly.model.spec.site import Site

VLANS = range(3899, 1, -1)
"""VLANs that a switch takes for itself, from above: those from 3900 on are left to the ports that it routes on."""


@dataclass(frozen=True, slots=True)
class Naming:
    """Names of interfaces.

    Attributes
    ----------
    port : callable
        Of a port, by its number and the rate of the model.
    loopback : str
    gateway : str
        Of the interface of a VLAN, with braces where its number goes.
    """

    port: PortName
    loopback: str
    gateway: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A router as one operating system names it.

    Attributes
    ----------
    router : Router
    names : dict of str to str
        Name of every interface by that of the plan.
    vlans : dict of str to int
        VLAN of hosts, by interface of the plan that is their gateway.
    inner : dict of str to int
        VLAN that stands for the layer-3 VNI of a tenant's table, where an operating system wants one.
    members : dict of str to tuple of str
        Ports of hosts, by gateway.
    rates : dict of str to float [bit/s]
        Rate of every port in use.
    fabric : dict of str to Router
        All routers of the network.
    """

    router: Router
    names: Mapping[str, str]
    vlans: Mapping[str, int]
    inner: Mapping[str, int]
    members: Mapping[str, tuple[str, ...]]
    rates: Mapping[str, float]
    fabric: Mapping[str, Router]

    def name(self, interface: Interface) -> str:
        """Name of an interface of the router."""
        return self.names[interface.name]

    def neighbors(self, groups: Iterable[Group]) -> Iterator[tuple[str, int, str]]:
        """Loopbacks of the routers at the far ends of some sessions, with their AS numbers and names."""
        for peer in (peer for group in groups for peer in group.peers):
            far = self.fabric[peer.end.device]
            yield (far.loopback(4) or far.loopback(6)).partition("/")[0], far.asn, far.name

    def lent(self, interface: Interface) -> bool:
        """Whether a link has the loopback's addresses, and none of its own."""
        own = {address for loopback in self.of("loopback") for address in loopback.addresses}
        return interface.role == "link" and bool(interface.addresses) and own.issuperset(interface.addresses)

    @property
    def served_here(self) -> tuple[str, ...]:
        """Service addresses of the router itself, which its loopback has."""
        return tuple(each.prefix for each in self.router.anycast if not each.next_hop and not each.drained)

    @property
    def served_behind(self) -> tuple[Anycast, ...]:
        """Services of hosts, which static routes lead to."""
        return tuple(each for each in self.router.anycast if each.next_hop and not each.drained)

    def of(self, role: str) -> tuple[Interface, ...]:
        """Interfaces of a role."""
        return tuple(interface for interface in self.router.interfaces if interface.role == role)


def machines(
    site: Site, network: Network, sheet: Sheet, routers: Iterable[Router], naming: Naming, system: str,
    *, alone: bool = False,
) -> list[Machine]:  # fmt: skip
    """Switches that run an operating system.

    Parameters
    ----------
    site : Site
    network : Network
    sheet : Sheet
    routers : iterable of Router
        Of the whole network, in its order.
    naming : Naming
    system : str
        The operating system.
    alone : bool
        It is the only one: WAN routers, which have no model, run it too.

    Returns
    -------
    list of Machine
    """
    hosts, vlan_of = host_ports(network, sheet), tenant_vlans(sheet)
    models, links = site.hardware.switches, network.links
    fabric = {router.name: router for router in routers}
    found = []
    for node, router in zip(np.flatnonzero(network.transit).tolist(), fabric.values(), strict=True):
        model = models.get(str(network.nodes.switch_type[node]))
        if model.os != system if model is not None else not alone:
            continue
        own = np.flatnonzero(links.src == node)
        rates = dict(zip(links.src_port[own].tolist(), links.capacity_bps[own].tolist(), strict=True))
        rate_bps = float(model.rate) if model is not None else max(rates.values(), default=0.0)
        ports = {number: naming.port(number, rate_bps) for number in rates}
        found.append(_machine(router, naming, ports, rates, hosts.get(node, {}), vlan_of, fabric))
    return found


def _machine(
    router: Router, naming: Naming, ports: dict[int, str], rates: dict[int, float], hosts: Mapping[str, list[int]],
    vlan_of: Mapping[str, int], fabric: Mapping[str, Router],
) -> Machine:  # fmt: skip
    vlans, inner = _vlans(router, vlan_of)
    names = {
        interface.name: naming.loopback if interface.role == "loopback"
        else naming.gateway.format(vlans[interface.name]) if interface.role == "gateway"
        else ports[interface.port]
        for interface in router.interfaces
    }  # fmt: skip
    members = {gateway: tuple(ports[number] for number in sorted(hosts.get(gateway, ()))) for gateway in vlans}
    return Machine(
        router, names, vlans, inner, members, {ports[number]: rate for number, rate in rates.items()}, fabric
    )


def _vlans(router: Router, vlan_of: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """VLANs of gateways, and of layer-3 VNIs."""
    given = gateway_vlans(((i.vrf, i.name) for i in router.interfaces if i.role == "gateway"), vlan_of)
    taken = set(given.values())
    free = (vlan for vlan in VLANS if vlan not in taken)
    return given, {table.name: next(free) for table in router.tables}


def gateway_vlans(gateways: Iterable[tuple[str, str]], vlan_of: Mapping[str, int]) -> dict[str, int]:
    """VLANs of the gateways of a switch, the tenants' own where they have some.

    Examples
    --------
    >>> gateway_vlans([("default", "br0"), ("acme", "br7")], {"acme": 7})
    {'br7': 7, 'br0': 3899}
    """
    found = sorted(gateways)
    given = {name: vlan_of[vrf] for vrf, name in found if vrf in vlan_of}
    taken = set(given.values())
    free = (vlan for vlan in VLANS if vlan not in taken)
    return given | {name: next(free) for _, name in found if name not in given}


def tenant_vlans(sheet: Sheet) -> dict[str, int]:
    """VLAN of each table, where tenants have numbers."""
    if sheet.isolation is None:
        return {}
    rows = sheet.isolation.parties
    return {vrf: vlan for vrf, vlan in zip(rows.vrf.tolist(), rows.vlan.tolist(), strict=True)
            if vrf != DEFAULT and vlan > 0}  # fmt: skip
