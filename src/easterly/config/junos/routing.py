"""Text of Junos for the routes of one switch, as ``set`` commands: interfaces, VLANs, policies, BGP, tables.

After Juniper's CLI reference: [edit protocols bgp], [edit policy-options], [edit routing-instances],
``ip-prefix-routes`` (EVPN type 5), ``overlay-ecmp``. Junos announces nothing by itself: what FRR calls networks are
routes of connected interfaces that a policy names. A session of external BGP makes itself the next hop of every family,
so EVPN has sessions of its own between the loopbacks of neighbours, whose next hops stay as they are. No checker of
this language is known outside the switch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from easterly.config.junos.fit import port_name
from easterly.config.junos.interior import POLICY, PROCESS, detection, interior
from easterly.config.switches.machine import Machine, Naming
from easterly.model.router import Exchange, Filter, Group, Handover, Interface, Peer, Permit, Router, Table

NAMING = Naming(port_name, "lo0", "irb.{}")
FAMILY = {4: "inet", 6: "inet6"}
LONGEST = {4: 32, 6: 128}
OVERLAY = "OVERLAY"
WIDTHS = (16, 32, 64, 128)
"""What ``maximum-ecmp`` takes."""
CLASSES = re.compile(r"set (?:interfaces (\S+) unit 0|firewall) family inet filter (?:input )?(\S+)")
"""Where a filter of classes is given to a port, or has a term."""
SWITCHED = " family ethernet-switching filter "
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
        [f"set system host-name {router.name}"], _interfaces(machine), _vlans(machine), _options(machine),
        _filters(router.filters), _far(router), _exports(router), interior(machine), _bgp(machine), _tables(machine),
    )  # fmt: skip
    return "\n".join(dict.fromkeys(line for part in parts for line in part)) + "\n"


def switched(machine: Machine, text: str) -> str:
    """Text of classes where ports to hosts are in VLANs: their filters are of the family that their units have.

    A unit that switches frames has no other family.

    Parameters
    ----------
    machine : Machine
    text : str
        Of classes, or of access lists, whose filters are those of gateways.

    Returns
    -------
    str
    """
    ports = {port for each in machine.members.values() for port in each}
    lines = [(line, CLASSES.match(line)) for line in text.splitlines(keepends=True)]
    given = [(found[1], found[2]) for _, found in lines if found and found[1]]
    inside = {name for port, name in given if port in ports}
    routed = {name for port, name in given if port not in ports}
    made = []
    for line, found in lines:
        own = found is not None and (found[1] in ports if found[1] else found[2] in inside)
        if own:
            made.append(line.replace(" family inet filter ", SWITCHED))
        if found is None or not own or (not found[1] and found[2] in routed):
            made.append(line)
    return "".join(made)


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
        if machine.lent(interface):
            yield f"set interfaces {_unit(name)} family inet unnumbered-address lo0.0"
            yield f"set interfaces {_unit(name)} family inet6"
            continue
        yield from _addresses(_unit(name), interface)
        if not interface.addresses:
            yield from (f"set interfaces {_unit(name)} family {family}" for family in FAMILY.values())
        if interface.role == "loopback":
            yield from (f"set interfaces lo0 unit 0 family {_family(a)} address {a}" for a in machine.served_here)
            if machine.served_here and machine.router.loopback(4):
                yield f"set interfaces lo0 unit 0 family inet address {machine.router.loopback(4)} primary"


def _family(address: str) -> str:
    return FAMILY[6 if ":" in address else 4]


def _addresses(unit: str, interface: Interface) -> Iterator[str]:
    families = {6 if ":" in address else 4 for address in interface.addresses}
    for address in interface.addresses:
        yield f"set interfaces {unit} family {_family(address)} address {address}"
    if interface.role == "gateway" and interface.mtu_B is not None:
        yield f"set interfaces irb mtu {interface.mtu_B + ETHERNET_B}"
        yield from (f"set interfaces {unit} family {FAMILY[f]} mtu {interface.mtu_B}" for f in sorted(families))


def _vlans(machine: Machine) -> Iterator[str]:
    for gateway, vlan in sorted(machine.vlans.items(), key=lambda item: item[1]):
        yield from (f"set vlans v{vlan} vlan-id {vlan}", f"set vlans v{vlan} l3-interface irb.{vlan}")
        gateways = {interface.name: interface.mtu_B for interface in machine.of("gateway")}
        for port in machine.members[gateway]:
            mtu_B = gateways.get(gateway)
            if mtu_B is not None:  # else 1,514 B, headers counted
                yield f"set interfaces {port} mtu {mtu_B + ETHERNET_B}"
            switching = f"set interfaces {port} unit 0 family ethernet-switching"
            yield from (f"{switching} interface-mode access", f"{switching} vlan members v{vlan}")


def _options(machine: Machine) -> Iterator[str]:
    router = machine.router
    for each in machine.served_behind:
        table = " rib inet6.0" if ":" in each.prefix else ""
        yield f"set routing-options{table} static route {each.prefix} next-hop {each.next_hop}"
    yield from (
        f"set chassis maximum-ecmp {next((w for w in WIDTHS if w >= router.paths), WIDTHS[-1])}",
        f"set routing-options router-id {router.router_id}", f"set routing-options autonomous-system {router.asn}",
        f"{POLICY} SPREAD then load-balance per-packet", "set routing-options forwarding-table export SPREAD",
    )  # fmt: skip


def _filters(filters: Iterable[Filter]) -> Iterator[str]:
    """Filters as policies: they accept what passes, and refuse all else."""
    for each in filters:
        refused = f"{POLICY} {each.name} term refuse"
        yield from (f"{refused} from route-filter {_route(p, each.family)}" for p in each.refuses)
        yield from [f"{refused} then reject"] * bool(each.refuses)
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


def _far(router: Router) -> Iterator[str]:
    """What counts for more AS hops than one: paths are longer, and the next policy decides."""
    for far in router.far:
        yield f"{POLICY} {far.far} then as-path-expand last-as count {far.longer}"


def _exports(router: Router) -> Iterator[str]:
    """What sessions tell: connected routes that the router announces, and what it has learned, through a filter."""
    for group, exchange in router.exchanges:
        if not exchange.version:
            continue
        own = f"{POLICY} {_export(group, exchange)}"
        networks = router.networks.get(exchange.version, ())
        if networks:
            yield from (f"{own} term own from protocol {source}" for source in ("direct", "static"))
            yield from (f"{own} term own from route-filter {prefix} exact" for prefix in networks)
            yield f"{own} term own then accept"
        apart = [f"from family {FAMILY[exchange.version]}"] * _several(group)
        for give in router.handed(exchange.version, to_bgp=True):
            yield from (f"{own} term given {line}" for line in apart)
            yield from (f"{own} term given from protocol {word}" for word in _sources(give))
            yield from (f"{own} term given from policy {give.accept}", f"{own} term given then accept")
        yield from (f"{own} term learned {line}" for line in (*apart, "from protocol bgp"))
        if exchange.announce:
            yield f"{own} term learned from policy {exchange.announce}"
        yield f"{own} term learned then accept"
        yield from _rest(own, group, exchange)
        if _several(group) and exchange.accept:
            heard = f"{POLICY} {_import(group, exchange)}"
            yield from (
                f"{heard} term heard {line}" for line in (*apart, f"from policy {exchange.accept}", "then accept")
            )
            yield from _rest(heard, group, exchange)


def _several(group: Group) -> bool:
    """Whether sessions carry both families, and so put every route through the policies of both."""
    return len({exchange.version for exchange in group.exchanges if exchange.version}) > 1


def _rest(own: str, group: Group, exchange: Exchange) -> Iterator[str]:
    """All else is refused; of its own family alone where the next policy is for the other."""
    if _several(group):
        yield from (f"{own} term rest from family {FAMILY[exchange.version]}", f"{own} term rest then reject")
    else:
        yield f"{own} then reject"


def _import(group: Group, exchange: Exchange) -> str:
    """Policy of what comes in; none if empty."""
    return f"{group.name}-{exchange.family}-IN" if exchange.accept and _several(group) else exchange.accept


def _sources(give: Handover) -> tuple[str, ...]:
    """Protocols whose routes are handed over, with what is on the router itself."""
    return (PROCESS[give.family] if give.source == "ospf" else give.source, "direct")


def _export(group: Group, exchange: Exchange) -> str:
    return f"{group.name}-{exchange.family}-OUT"


def _bgp(machine: Machine) -> Iterator[str]:
    for group in machine.router.groups:
        plain = [exchange for exchange in group.exchanges if exchange.version]
        for own, peers in _alike(group).items() if plain else ():
            yield from (f"{own} type external", f"{own} multipath multiple-as")
            yield from _detection(machine.router, own, group)
            for exchange in plain:
                extended = " extended-nexthop" * (exchange.family == "ipv4" and any(peer.interface for peer in peers))
                yield f"{own} family {FAMILY[exchange.version]} unicast{extended}"
                yield from (f"{own} import {policy}" for policy in (exchange.far, _import(group, exchange)) if policy)
                yield f"{own} export {_export(group, exchange)}"
            for peer in peers:
                yield from _peer(machine, own, group, peer)
    yield from _overlay(machine)


def _alike(group: Group) -> dict[str, list[Peer]]:
    """Groups of Junos: sessions that are found by the interface have one AS number for all of a group."""
    found: dict[str, list[Peer]] = {}
    for peer in group.peers:
        name = f"{group.name}-{peer.asn}" if peer.interface else group.name
        found.setdefault(f"set protocols bgp group {name}", []).append(peer)
    return found


def _peer(machine: Machine, own: str, group: Group, peer: Peer) -> Iterator[str]:
    if peer.interface:  # found by router advertisements, which carry the neighbour's address
        name, near = f"{machine.names[peer.interface]}.0", f"{own} dynamic-neighbor {group.name} peer-auto-discovery"
        yield from (f"{own} peer-as {peer.asn}", f"{near} family inet6 ipv6-nd", f"{near} interface {name}")
        yield f"set protocols router-advertisement interface {name}"
        return
    near = f"{own} neighbor {peer.address}"
    yield from (f"{near} peer-as {peer.asn}", f'{near} description "{peer.end}"')


def _detection(router: Router, own: str, group: Group) -> Iterator[str]:
    if group.bfd:
        yield from (f"{own} {line}" for line in detection(router.profile(group.profile)))
    if group.timers is not None:
        yield f"{own} hold-time {group.timers.dead_s}"


def _overlay(machine: Machine) -> Iterator[str]:
    """Sessions of EVPN, between loopbacks."""
    router = machine.router
    carried = [group for group in router.groups if group.carries("evpn")]
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
