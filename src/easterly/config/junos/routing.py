"""Text of Junos for the routes of one switch, as ``set`` commands: interfaces, VLANs, policies, BGP, tables.

After Juniper's CLI reference: [edit protocols bgp], [edit policy-options], [edit routing-instances],
``ip-prefix-routes`` (EVPN type 5), ``overlay-ecmp``. Junos announces nothing by itself: what FRR calls networks are
routes of connected interfaces that a policy names. A session of external BGP makes itself the next hop of every family,
so EVPN has sessions of its own between the loopbacks of neighbours, whose next hops stay as they are. No checker of
this language is known outside the switch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from easterly.config.junos.fit import port_name
from easterly.config.switches.machine import Machine, Naming
from easterly.model.router import Exchange, Filter, Group, Interface, Permit, Router, Table

NAMING = Naming(port_name, "lo0", "irb.{}")
POLICY = "set policy-options policy-statement"
FAMILY = {4: "inet", 6: "inet6"}
NUMBER = {"ipv4": 4, "ipv6": 6}
LONGEST = {4: 32, 6: 128}
OVERLAY = "OVERLAY"
WIDTHS = (16, 32, 64, 128)
"""What ``maximum-ecmp`` takes."""
BFD_MS, BFD_MISSED = 300, 3
"""Junos wants an interval: where none is stated, what FRR takes then."""
ETHERNET_B = 14
"""The MTU of a port counts the Ethernet header."""


def render(machine: Machine) -> str:
    """The text of one switch.

    Parameters
    ----------
    machine : Machine

    Returns
    -------
    str
        Lines for configuration mode (``load set``), to be merged with those of classes and of access lists.
    """
    router = machine.router
    parts = (
        [f"set system host-name {router.name}"], _interfaces(machine), _vlans(machine), _options(router),
        _filters(router.filters), _exports(router), _bgp(machine), _tables(machine),
    )  # fmt: skip
    return "\n".join(dict.fromkeys(line for part in parts for line in part)) + "\n"


def _unit(name: str) -> str:
    """A logical interface as it is configured.

    >>> _unit("irb.5"), _unit("et-0/0/1")
    ('irb unit 5', 'et-0/0/1 unit 0')
    """
    port, _, unit = name.partition(".")
    return f"{port} unit {unit or 0}"


def _interfaces(machine: Machine) -> Iterator[str]:
    for interface in machine.router.interfaces:
        name = machine.name(interface)
        if interface.description:
            where = name if interface.role == "link" else _unit(name)
            yield f'set interfaces {where} description "{interface.description}"'
        if interface.role == "link" and interface.mtu_B is not None:
            yield f"set interfaces {name} mtu {interface.mtu_B + ETHERNET_B}"
        yield from _addresses(_unit(name), interface)
        if machine.router.unnumbered and interface.role == "link":
            yield from (f"set interfaces {_unit(name)} family {family}" for family in FAMILY.values())


def _addresses(unit: str, interface: Interface) -> Iterator[str]:
    families = {6 if ":" in address else 4 for address in interface.addresses}
    for address in interface.addresses:
        yield f"set interfaces {unit} family {FAMILY[6 if ':' in address else 4]} address {address}"
    if interface.role == "gateway" and interface.mtu_B is not None:
        yield from (f"set interfaces {unit} family {FAMILY[f]} mtu {interface.mtu_B}" for f in sorted(families))


def _vlans(machine: Machine) -> Iterator[str]:
    for gateway, vlan in sorted(machine.vlans.items(), key=lambda item: item[1]):
        yield from (f"set vlans v{vlan} vlan-id {vlan}", f"set vlans v{vlan} l3-interface irb.{vlan}")
        for port in machine.members[gateway]:
            switching = f"set interfaces {port} unit 0 family ethernet-switching"
            yield from (f"{switching} interface-mode access", f"{switching} vlan members v{vlan}")


def _options(router: Router) -> Iterator[str]:
    yield from (
        f"set chassis maximum-ecmp {next((w for w in WIDTHS if w >= router.paths), WIDTHS[-1])}",
        f"set routing-options router-id {router.router_id}", f"set routing-options autonomous-system {router.asn}",
        f"{POLICY} SPREAD then load-balance per-packet", "set routing-options forwarding-table export SPREAD",
    )  # fmt: skip


def _filters(filters: Iterable[Filter]) -> Iterator[str]:
    """Filters as policies: they accept what passes, and refuse all else."""
    for each in filters:
        yield from (f"{POLICY} {each.name} term pass from route-filter {_route(p, each.family)}" for p in each.permits)
        yield from (f"{POLICY} {each.name} term pass then accept", f"{POLICY} {each.name} then reject")


def _route(permit: Permit, family: int) -> str:
    """A prefix and the lengths inside it.

    >>> _route(Permit("10.0.0.0/8", high=24), 4), _route(Permit("10.0.0.0/8", low=32), 4)
    ('10.0.0.0/8 upto /24', '10.0.0.0/8 prefix-length-range /32-/32')
    """
    if permit.low is not None:
        return f"{permit.prefix} prefix-length-range /{permit.low}-/{permit.high or LONGEST[family]}"
    return f"{permit.prefix} exact" if permit.high is None else f"{permit.prefix} upto /{permit.high}"


def _exports(router: Router) -> Iterator[str]:
    """What sessions tell: connected routes that the router announces, and what it has learned, through a filter."""
    for group in router.groups:
        for exchange in group.exchanges:
            if exchange.family == "evpn":
                continue
            own = f"{POLICY} {_export(group, exchange)}"
            networks = router.networks.get(NUMBER[exchange.family], ())
            if networks:
                yield f"{own} term own from protocol direct"
                yield from (f"{own} term own from route-filter {prefix} exact" for prefix in networks)
                yield f"{own} term own then accept"
            yield f"{own} term learned from protocol bgp"
            if exchange.announce:
                yield f"{own} term learned from policy {exchange.announce}"
            yield from (f"{own} term learned then accept", f"{own} then reject")


def _export(group: Group, exchange: Exchange) -> str:
    return f"{group.name}-{exchange.family}-OUT"


def _bgp(machine: Machine) -> Iterator[str]:
    for group in machine.router.groups:
        own = f"set protocols bgp group {group.name}"
        plain = [exchange for exchange in group.exchanges if exchange.family != "evpn"]
        if plain:
            yield from (f"{own} type external", f"{own} multipath multiple-as", *_detection(own, group))
        for exchange in plain:
            yield f"{own} family {FAMILY[NUMBER[exchange.family]]} unicast"
            if exchange.accept:
                yield f"{own} import {exchange.accept}"
            yield f"{own} export {_export(group, exchange)}"
        for peer in group.peers if plain else ():
            near = f"{own} neighbor {peer.address or machine.names[peer.interface]}"
            yield from (f"{near} peer-as {peer.asn}", f'{near} description "{peer.end}"')
    yield from _overlay(machine)


def _detection(own: str, group: Group) -> Iterator[str]:
    if group.bfd:
        yield f"{own} bfd-liveness-detection minimum-interval {BFD_MS}"
        yield f"{own} bfd-liveness-detection multiplier {BFD_MISSED}"


def _overlay(machine: Machine) -> Iterator[str]:
    """Sessions of EVPN, between loopbacks."""
    router = machine.router
    carried = [group for group in router.groups if any(exchange.family == "evpn" for exchange in group.exchanges)]
    own = f"set protocols bgp group {OVERLAY}"
    if carried:
        loopback = (router.loopback(4) or router.loopback(6)).partition("/")[0]
        yield from (
            f"{own} type external", f"{own} local-address {loopback}", f"{own} multihop no-nexthop-change",
            f"{own} family evpn signaling", f"{own} multipath multiple-as",
        )  # fmt: skip
    for address, asn, device in dict.fromkeys(machine.neighbors(carried)):
        yield from (f"{own} neighbor {address} peer-as {asn}", f'{own} neighbor {address} description "{device}"')


def _tables(machine: Machine) -> Iterator[str]:
    router = machine.router
    if router.tables:
        yield "set switch-options vtep-source-interface lo0.0"
        yield "set forwarding-options vxlan-routing overlay-ecmp"
    for table in router.tables:
        yield from _instance(machine, table)


def _instance(machine: Machine, table: Table) -> Iterator[str]:
    own, evpn = (
        f"set routing-instances {table.name}",
        f"set routing-instances {table.name} protocols evpn ip-prefix-routes",
    )
    inside, outside = f"{POLICY} {table.name}-IN", f"{POLICY} {table.name}-OUT"
    yield f"{own} instance-type vrf"
    yield from (f"{own} interface {machine.name(i)}" for i in machine.router.interfaces if i.vrf == table.name)
    yield f"{own} route-distinguisher {table.rd}"
    for target in table.imports:
        yield f"set policy-options community {_community(target)} members {_target(target)}"
        yield f"{inside} term ours from community {_community(target)}"
    yield from (f"{inside} term ours then accept", f"{inside} then reject", f"{own} vrf-import {table.name}-IN")
    yield from (f"{own} vrf-target export {_target(target)}" for target in table.exports)
    yield f"{own} routing-options multipath"
    yield from (
        f"{evpn} advertise direct-nexthop", f"{evpn} encapsulation vxlan", f"{evpn} vni {table.vni}",
        f"{evpn} export {table.name}-OUT",
    )  # fmt: skip
    for networks in table.networks.values():
        yield from (f"{outside} term own from route-filter {prefix} exact" for prefix in networks)
    yield from (f"{outside} term own then accept", f"{outside} then reject")


def _community(target: str) -> str:
    return f"T-{target.replace(':', '-')}"


def _target(target: str) -> str:
    """A route target; AS numbers of four bytes are marked.

    >>> _target("64512:7"), _target("4200000000:7")
    ('target:64512:7', 'target:4200000000L:7')
    """
    asn, _, number = target.partition(":")
    return f"target:{asn}{'L' if asn.isdigit() and int(asn) > 65535 else ''}:{number}"
