"""Text of EOS for the routes of one switch: interfaces, VLANs, tables, BGP, OSPF and IS-IS.

The commands are those of Arista's own renderer (Arista Validated Designs, ``eos_cli_config_gen``). Paths of equal
length are used together whatever AS numbers they go through: that is EOS's own default. EVPN goes over the same
sessions as IPv4, with next hops left as they are, since only leaves end tunnels.
"""

from __future__ import annotations

from collections.abc import Iterator

from easterly.config.eos.fit import port_name
from easterly.config.eos.interior import interface_lines, process, to_bgp
from easterly.config.industry import WORD, addresses, entries, maps, static_routes
from easterly.config.switches.machine import Machine, Naming
from easterly.model.router import DEFAULT, Exchange, Filter, Group, Interface, Router, Table

NAMING = Naming(port_name, "Loopback0", "Vlan{}")


def render(machine: Machine) -> str:
    """The text of one switch.

    Parameters
    ----------
    machine : Machine

    Returns
    -------
    str
        Lines, in the order in which EOS shows them, to be merged with those of classes and of access lists.
    """
    router = machine.router
    parts = (
        ["vlan internal order ascending range 3900 4094", f"hostname {router.name}", "!",
         "service routing protocols model multi-agent"],
        _vlans(machine), _instances(router), _interfaces(machine), _tunnel(router), _forwarding(router),
        static_routes(machine), _filters(router.filters), maps(router, "   "), process(machine), _bgp(machine),
    )  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _vlans(machine: Machine) -> Iterator[str]:
    notes = {i.name: i.description for i in machine.of("gateway")}
    for name, vlan in sorted(machine.vlans.items(), key=lambda item: item[1]):
        yield from ("!", f"vlan {vlan}", f"   name {notes[name].replace(' ', '-')}")


def _instances(router: Router) -> Iterator[str]:
    for table in router.tables:
        yield from ("!", f"vrf instance {table.name}")


def _interfaces(machine: Machine) -> Iterator[str]:
    for interface in machine.of("link"):
        yield from ("!", f"interface {machine.name(interface)}", *_link(machine, interface))
    for gateway, ports in machine.members.items():
        for port in ports:
            lines = (f"switchport access vlan {machine.vlans[gateway]}", "switchport", "spanning-tree portfast")
            yield from ("!", f"interface {port}", *(f"   {line}" for line in lines))
    for interface in (*machine.of("loopback"), *machine.of("gateway")):
        yield from ("!", f"interface {machine.name(interface)}", *_virtual(machine, interface))


def _link(machine: Machine, interface: Interface) -> Iterator[str]:
    yield f"   description {interface.description}"
    if interface.mtu_B is not None:
        yield f"   mtu {interface.mtu_B}"
    yield "   no switchport"
    if not interface.addresses:
        yield "   ipv6 enable"
    if machine.lent(interface):
        yield from ("   ip address unnumbered Loopback0", "   ipv6 enable")
    else:
        yield from (f"   {line}" for line in addresses(interface.addresses))
    bfd = machine.router.detection(interface.name)
    if bfd is not None:
        yield f"   bfd interval {bfd.interval_ms} min-rx {bfd.interval_ms} multiplier {bfd.multiplier}"
    yield from interface_lines(machine.router, interface)


def _virtual(machine: Machine, interface: Interface) -> Iterator[str]:
    if interface.description:
        yield f"   description {interface.description}"
    if interface.mtu_B is not None:
        yield f"   mtu {interface.mtu_B}"
    if interface.vrf != DEFAULT:
        yield f"   vrf {interface.vrf}"
    served = machine.served_here if interface.role == "loopback" else ()
    yield from (f"   {line}" for line in addresses((*interface.addresses, *served)))
    yield from interface_lines(machine.router, interface)


def _tunnel(router: Router) -> Iterator[str]:
    if router.tables:
        yield from ("!", "interface Vxlan1", "   vxlan source-interface Loopback0", "   vxlan udp-port 4789")
        yield from (f"   vxlan vrf {table.name} vni {table.vni}" for table in router.tables)


def _forwarding(router: Router) -> Iterator[str]:
    """Tables forward nothing before they are told to."""
    yield from ("!", "ip routing ipv6 interfaces" if router.unnumbered else "ip routing")
    tables = [table.name for table in router.tables]
    yield from (f"ip routing vrf {name}" for name in tables)
    if any(":" in address for i in router.interfaces for address in i.addresses) or router.unnumbered:
        yield from ("!", "ipv6 unicast-routing", *(f"ipv6 unicast-routing vrf {name}" for name in tables))


def _filters(filters: tuple[Filter, ...]) -> Iterator[str]:
    for each in sorted(filters, key=lambda f: (f.family, f.name)):
        yield from ("!", f"{WORD[each.family]} prefix-list {each.name}")
        yield from (f"   seq {number * 10} {entry}" for number, entry in enumerate(entries(each), 1))


def _bgp(machine: Machine) -> Iterator[str]:
    router = machine.router
    if not router.groups:
        return
    yield from ("!", f"router bgp {router.asn}", f"   router-id {router.router_id}", "   no bgp default ipv4-unicast")
    yield f"   maximum-paths {router.paths} ecmp {router.paths}"
    for group in router.groups:
        yield from _group(machine, group)
    for group in router.groups:
        yield from _sessions(machine, group)
    for family in (0, 4, 6):
        yield from _family(router, family)
    for table in router.tables:
        yield from _table(router, table)


def _group(machine: Machine, group: Group) -> Iterator[str]:
    own = f"   neighbor {group.name}"
    yield f"{own} peer group"
    if group.source:
        yield f"{own} update-source {machine.names[group.source]}"
    if group.bfd:
        yield f"{own} bfd"
    if group.hops > 1:
        yield f"{own} ebgp-multihop {group.hops}"
    if group.timers is not None:
        yield f"{own} timers {group.timers.hello_s} {group.timers.dead_s}"
    if group.carries("evpn"):
        yield f"{own} send-community extended"


def _sessions(machine: Machine, group: Group) -> Iterator[str]:
    for peer in group.peers:
        if peer.interface:
            yield f"   neighbor interface {machine.names[peer.interface]} peer-group {group.name} remote-as {peer.asn}"
            continue
        own = f"   neighbor {peer.address}"
        yield from (f"{own} peer group {group.name}", f"{own} remote-as {peer.asn}", f"{own} description {peer.end}")


def _family(router: Router, family: int) -> Iterator[str]:
    """One address family of the default table, or EVPN."""
    carried = [(group, each) for group, each in router.exchanges if each.version == family]
    networks = router.networks.get(family, ())
    if not carried and not networks:
        return
    yield from ("   !", f"   address-family {f'ipv{family}' if family else 'evpn'}")
    if not family:
        yield "      bgp next-hop-unchanged"
    for group, exchange in carried:
        yield from (f"      {line}" for line in _exchange(group, exchange))
    yield from (f"      network {prefix}" for prefix in networks)
    yield from (f"      {line}" for line in to_bgp(router, family))


def _exchange(group: Group, exchange: Exchange) -> Iterator[str]:
    name = group.name
    yield f"neighbor {name} activate"
    if exchange.family == "ipv4" and any(peer.interface for peer in group.peers):
        yield f"neighbor {name} next-hop address-family ipv6 originate"
    if exchange.accept:
        yield f"neighbor {name} prefix-list {exchange.accept} in"
    if exchange.announce:
        yield f"neighbor {name} prefix-list {exchange.announce} out"
    if exchange.longer:
        yield f"neighbor {name} route-map {exchange.far} in"


def _table(router: Router, table: Table) -> Iterator[str]:
    yield from ("   !", f"   vrf {table.name}", f"      rd {table.rd}")
    yield from (f"      route-target import evpn {target}" for target in table.imports)
    yield from (f"      route-target export evpn {target}" for target in table.exports)
    yield f"      router-id {router.router_id}"
    for family, networks in sorted(table.networks.items()):
        yield from ("      !", f"      address-family ipv{family}")
        yield from (f"         network {prefix}" for prefix in networks)
