"""Text of NX-OS for the routes of one switch: interfaces, VLANs, tables of tenants, BGP, the tunnel.

After the Cisco Nexus 9000 Series NX-OS configuration guides, release 10.5(x): Unicast Routing, Interfaces, VXLAN. With
external BGP the next hops of EVPN stay as they are, and spines keep route targets that they have no use for. A layer-3
VNI has a VLAN and its interface inside the tenant's table. No checker of this language is known outside the switch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from easterly.config.industry import WORD, addresses, entries, maps, static_routes
from easterly.config.nxos.fit import port_name
from easterly.config.nxos.health import lines, tracks
from easterly.config.nxos.interior import MOST_PATHS, features, interface_lines, process, to_bgp
from easterly.config.switches.machine import Machine, Naming
from easterly.model.router import DEFAULT, Exchange, Filter, Group, Interface, Router, Table

NAMING = Naming(port_name, "loopback0", "Vlan{}")
AFI = {4: "ipv4 unicast", 6: "ipv6 unicast", 0: "l2vpn evpn"}
UNCHANGED = "EASTERLY-UNCHANGED"
JUMBO_B = 9216
"""What a switched port takes beside its usual 1,500 B: ``system jumbomtu``, which is this unless it was changed."""


def render(machine: Machine) -> str:
    """The text of one switch.

    Parameters
    ----------
    machine : Machine

    Returns
    -------
    str
        Lines, to be merged with those of classes and of access lists.
    """
    router, watched = machine.router, tracks(machine)
    parts = (
        [f"hostname {router.name}"], _features(machine), _vlans(machine), lines(watched),
        static_routes(machine, watched), _tables(router), _filters(router.filters), _maps(router),
        _interfaces(machine), _tunnel(router), process(router), _bgp(machine),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _features(machine: Machine) -> Iterator[str]:
    """What has to be switched on before it can be told anything."""
    router = machine.router
    wanted = {
        "feature bgp": bool(router.groups),
        **{f"feature {name}": True for name in features(router)},
        "feature bfd": any([*(group.bfd for group in router.groups), *(link.bfd for link in router.igp_links)]),
        "feature sla sender": bool(tracks(machine)),
        "feature interface-vlan": bool(machine.vlans or machine.inner),
        "feature vn-segment-vlan-based": bool(router.tables),
        "feature nv overlay": bool(router.tables),
        "nv overlay evpn": _overlay(router),
    }
    yield from (line for line, there in wanted.items() if there)


def _overlay(router: Router) -> bool:
    return any(group.carries("evpn") for group in router.groups)


def _vlans(machine: Machine) -> Iterator[str]:
    notes = {i.name: i.description for i in machine.of("gateway")}
    vnis = {table.name: table.vni for table in machine.router.tables}
    lines = {vlan: f"name {notes[name].replace(' ', '-')}" for name, vlan in machine.vlans.items()}
    lines |= {vlan: f"vn-segment {vnis[table]}" for table, vlan in machine.inner.items()}
    for vlan, line in sorted(lines.items()):
        yield from ("!", f"vlan {vlan}", f"  {line}")


def _tables(router: Router) -> Iterator[str]:
    for table in router.tables:
        yield from ("!", f"vrf context {table.name}", f"  vni {table.vni}", f"  rd {table.rd}")
        for family in table.networks:
            yield f"  address-family ipv{family} unicast"
            yield from (f"    route-target import {target} evpn" for target in table.imports)
            yield from (f"    route-target export {target} evpn" for target in table.exports)


def _filters(filters: tuple[Filter, ...]) -> Iterator[str]:
    for each in sorted(filters, key=lambda f: (f.family, f.name)):
        yield "!"
        for number, entry in enumerate(entries(each), 1):
            yield f"{WORD[each.family]} prefix-list {each.name} seq {number * 10} {entry}"


def _maps(router: Router) -> Iterator[str]:
    """What passes from one protocol to another, and next hops of EVPN."""
    if _overlay(router):
        yield from ("!", f"route-map {UNCHANGED} permit 10", "  set ip next-hop unchanged")
    yield from maps(router, "  ")


def _interfaces(machine: Machine) -> Iterator[str]:
    for interface in machine.of("link"):
        yield from ("!", f"interface {machine.name(interface)}", *_indented(_link(machine, interface)))
    for gateway, ports in machine.members.items():
        for port in ports:
            vlan = machine.vlans[gateway]
            yield from ("!", f"interface {port}", *_indented(_member(vlan)))
    for interface in machine.of("loopback"):
        whole = (*interface.addresses, *machine.served_here)
        own = [*addresses(whole), *interface_lines(machine.router, interface)]
        yield from ("!", f"interface {machine.name(interface)}", *_indented(own))
    for interface in machine.of("gateway"):
        own = [*_gateway(interface), *interface_lines(machine.router, interface)]
        yield from ("!", f"interface {machine.name(interface)}", *_indented(own))
    for table in machine.router.tables:
        yield from ("!", f"interface Vlan{machine.inner[table.name]}", *_indented(_inner(table)))


def _member(vlan: int) -> Iterator[str]:
    """A port of hosts, which send more than 1,500 B."""
    yield from ("switchport", f"switchport access vlan {vlan}", "spanning-tree port type edge", f"mtu {JUMBO_B}")
    yield "no shutdown"


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _link(machine: Machine, interface: Interface) -> Iterator[str]:
    yield from (f"description {interface.description}", "no switchport")
    if interface.mtu_B is not None:
        yield f"mtu {interface.mtu_B}"
    if machine.lent(interface):
        yield from ("medium p2p", "ip unnumbered loopback0", "ipv6 address use-link-local-only")
    elif not interface.addresses:
        yield from ("ip forward", "ipv6 address use-link-local-only")
    else:
        yield from addresses(interface.addresses)
    bfd = machine.router.detection(interface.name)
    if bfd is not None:
        yield f"bfd interval {bfd.interval_ms} min_rx {bfd.interval_ms} multiplier {bfd.multiplier}"
    if machine.router.detected(interface.name):
        yield from ("no ip redirects", "no ipv6 redirects")  # echoes of BFD go back where they came from
    yield from interface_lines(machine.router, interface)
    yield "no shutdown"


def _gateway(interface: Interface) -> Iterator[str]:
    yield f"description {interface.description}"
    if interface.mtu_B is not None:
        yield f"mtu {interface.mtu_B}"
    if interface.vrf != DEFAULT:
        yield f"vrf member {interface.vrf}"
    yield from addresses(interface.addresses)
    yield "no shutdown"


def _inner(table: Table) -> Iterator[str]:
    """The interface of a layer-3 VNI has no address of its own; what is routed through the tunnel passes by it."""
    yield from (f"mtu {JUMBO_B}", f"vrf member {table.name}")
    yield from ("ip forward", "ipv6 address use-link-local-only", "no shutdown")


def _tunnel(router: Router) -> Iterator[str]:
    if router.tables:
        yield from ("!", "interface nve1", "  host-reachability protocol bgp", "  source-interface loopback0")
        yield from (f"  member vni {table.vni} associate-vrf" for table in router.tables)
        yield "  no shutdown"


def _bgp(machine: Machine) -> Iterator[str]:
    router = machine.router
    if not router.groups:
        return
    yield from ("!", f"router bgp {router.asn}", f"  router-id {router.router_id}")
    yield "  bestpath as-path multipath-relax"
    for family in (4, 6, 0):
        yield from _indented(_family(router, family))
    for group in router.groups:
        yield from _indented(_template(machine, group))
    for group in router.groups:
        for peer in group.peers:
            yield f"  neighbor {peer.address or machine.names[peer.interface]}"
            yield from _indented(_indented((
                f"inherit peer {group.name}", f"remote-as {peer.asn}", f"description {peer.end}",
            )))  # fmt: skip
    for table in router.tables:
        yield f"  vrf {table.name}"
        for number, networks in sorted(table.networks.items()):
            yield from (f"    address-family ipv{number} unicast", "      advertise l2vpn evpn")
            yield from (f"      network {prefix}" for prefix in networks)
            yield f"      maximum-paths {min(MOST_PATHS, router.paths)}"


def _family(router: Router, family: int) -> Iterator[str]:
    """What the default table says of one address family, or of EVPN."""
    networks = router.networks.get(family, ())
    if not networks and not any(exchange.version == family for _, exchange in router.exchanges):
        return
    yield f"address-family {AFI[family]}"
    if not family:
        if not router.edge:
            yield "  retain route-target all"
        return
    yield from (f"  network {prefix}" for prefix in networks)
    yield from _indented(to_bgp(router, family))
    yield f"  maximum-paths {min(MOST_PATHS, router.paths)}"


def _template(machine: Machine, group: Group) -> Iterator[str]:
    """What the sessions of a group have in common."""
    yield f"template peer {group.name}"
    if group.bfd:
        yield "  bfd"
    if group.timers is not None:
        yield f"  timers {group.timers.hello_s} {group.timers.dead_s}"
    if group.source:
        yield f"  update-source {machine.names[group.source]}"
    if group.hops > 1:
        yield f"  ebgp-multihop {group.hops}"
    for exchange in group.exchanges:
        yield f"  address-family {AFI[exchange.version]}"
        yield from _indented(_indented(_exchange(exchange)))


def _exchange(exchange: Exchange) -> Iterator[str]:
    if exchange.family == "evpn":
        yield from ("send-community extended", f"route-map {UNCHANGED} out")
    if exchange.accept:
        yield f"prefix-list {exchange.accept} in"
    if exchange.announce:
        yield f"prefix-list {exchange.announce} out"
    if exchange.longer:
        yield f"route-map {exchange.far} in"
