"""Tables of config_db.json for the routes of one switch: ports, VLANs, tables of tenants, BGP, tunnels.

BGP is told to FRR by SONiC's own manager (``frr_mgmt_framework_config``, mode ``unified``): tables ``BGP_*``,
``PREFIX_SET`` and ``PREFIX`` as its templates read them. The names of SONiC's tables of tenants begin with ``Vrf``, and
each has a VLAN that stands for its layer-3 VNI. There are no tables for OSPF of both families, nor for IS-IS, and for
what a tenant's table tells and takes in EVPN (route targets, ``advertise ipv4 unicast``) the manager has fields that
the YANG models refuse: in all three cases FRR reads a file of its own (mode ``split-unified``). What the hardware alone
knows (lanes of ports) is not written: the file is loaded over the platform's own (``config load``). Services that have
a health check are no rows of these tables: the program of `easterly.config.anycast` sets them as long as all is well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from easterly.config import frr
from easterly.config.sonic.render import port_name
from easterly.config.switches.machine import Machine, Naming
from easterly.model.router import DEFAULT, Exchange, Filter, Group, Interface, Permit, Router

NAMING = Naming(port_name, "Loopback0", "Vlan{}")
VTEP, NVO = "vtep", "nvo"
FAMILY = {"ipv4": "ipv4_unicast", "ipv6": "ipv6_unicast", "evpn": "l2vpn_evpn"}
MODE = {4: "IPv4", 6: "IPv6"}
LONGEST = {4: 32, 6: 128}
ROLE = {True: "LeafRouter", False: "SpineRouter"}
MOST_PATHS = 256
"""Highest ``max_ebgp_paths`` of sonic-bgp-global.yang."""
CHECKED = re.compile(r"^( +redistribute (?:ipv[46] )?)kernel\b", re.M)
NAME = re.compile(r"[A-Za-z0-9_-]{1,12}")
"""What may follow ``Vrf``: a name of an interface has 15 characters."""
Row = dict[str, str | list[str]]
Rows = dict[str, Row]
Tables = dict[str, Rows]


def table_name(table: str, vni: int) -> str:
    """Name of a tenant's table; of its VNI where its own is too long, or has other characters.

    >>> table_name("acme", 10000), table_name("a tenant of many words", 10001)
    ('Vrfacme', 'Vrf10001')
    """
    return f"Vrf{table}" if NAME.fullmatch(table) else f"Vrf{vni}"


def render(machine: Machine) -> str:
    """The text of one switch.

    Parameters
    ----------
    machine : Machine

    Returns
    -------
    str
        JSON, sorted: to be merged with the tables of classes and of access lists.
    """
    found = {**_device(machine), **_ports(machine), **_vlans(machine), **_overlay(machine)}
    if not beside(machine.router):
        found |= {**_bgp(machine), **_filters(machine.router.filters), **_far(machine.router)}
    return json.dumps({name: rows for name, rows in found.items() if rows}, indent=1, sort_keys=True) + "\n"


def _device(machine: Machine) -> Tables:
    router = machine.router
    return {"DEVICE_METADATA": {"localhost": {
        "hostname": router.name, "type": ROLE[router.edge], "bgp_asn": str(router.asn), **_manager(router),
    }}}  # fmt: skip


def _manager(router: Router) -> Row:
    """Who tells FRR what to do: SONiC from these tables, or a file of FRR's own."""
    if beside(router):
        return {"docker_routing_config_mode": "split-unified"}
    return {"docker_routing_config_mode": "unified", "frr_mgmt_framework_config": "true"}


def beside(router: Router) -> bool:
    """Whether routes need a file of FRR beside these tables.

    They have no words for interior protocols, and the models none for what tenants' tables tell and take in EVPN.
    """
    return router.igp is not None or bool(router.tables)


def frr_text(machine: Machine) -> str:
    """That file: FRR's text of the router, with SONiC's names of interfaces and tables.

    What health checks set are static routes there: rows of ``STATIC_ROUTE``, and none of the kernel's.
    """
    router = machine.router
    tables = {table.name: table_name(table.name, table.vni) for table in router.tables}
    names = machine.names
    interfaces = tuple(replace(i, name=names[i.name], vrf=tables.get(i.vrf, i.vrf)) for i in router.interfaces)
    groups = tuple(
        replace(
            group, source=names.get(group.source, ""),
            peers=tuple(replace(peer, interface=names.get(peer.interface, "")) for peer in group.peers),
        )
        for group in router.groups
    )  # fmt: skip
    igp = router.igp and replace(
        router.igp, passive=tuple(names[name] for name in router.igp.passive),
        links=tuple(replace(link, interface=names[link.interface]) for link in router.igp.links),
    )  # fmt: skip
    inside = tuple(replace(table, name=tables[table.name]) for table in router.tables)
    [file] = frr.render([replace(router, interfaces=interfaces, groups=groups, igp=igp, tables=inside)])
    return CHECKED.sub(r"\1static", file.text)


def _ports(machine: Machine) -> Tables:
    """Ports, those that route, and the loopback."""
    links = {machine.name(interface): interface for interface in machine.of("link")}
    hosts = [port for ports in machine.members.values() for port in ports]
    ports: Rows = {}
    for name in dict.fromkeys([*links, *hosts]):
        link = links.get(name)
        row: Row = {"admin_status": "up", "speed": str(round(machine.rates[name] / 1e6))}
        row["mtu"] = str(_mtu(machine) if link is None or link.mtu_B is None else link.mtu_B)
        row["description"] = "hosts" if link is None else link.description
        ports[name] = row
    alone: Row = {"ipv6_use_link_local_only": "enable"}
    own = {name: replace(i, addresses=()) if machine.lent(i) else i for name, i in links.items()}
    routed = _addressed((name, i, {} if i.addresses else dict(alone)) for name, i in own.items())
    loopbacks = _addressed((machine.name(interface), interface, {}) for interface in machine.of("loopback"))
    watched = {each.prefix for each in machine.router.anycast if each.check is not None}
    loopbacks |= {f"{NAMING.loopback}|{address}": {} for address in machine.served_here if address not in watched}
    behind = (each for each in machine.served_behind if each.prefix not in watched)
    fixed: Rows = {f"{DEFAULT}|{each.prefix}": {"nexthop": each.next_hop} for each in behind}
    return {"PORT": ports, "INTERFACE": routed, "LOOPBACK_INTERFACE": loopbacks, "STATIC_ROUTE": fixed}


def _mtu(machine: Machine) -> int:
    """Of ports of hosts: that of the gateways they reach."""
    return max((interface.mtu_B or 0 for interface in machine.of("gateway")), default=0) or 9100


def _addressed(found: Iterable[tuple[str, Interface, Row]]) -> Rows:
    """A row for each interface, and one for each of its addresses."""
    rows: Rows = {}
    for name, interface, row in found:
        rows[name] = row
        rows |= {f"{name}|{address}": {} for address in interface.addresses}
    return rows


def _vlans(machine: Machine) -> Tables:
    inner = {f"Vlan{vlan}": table for table, vlan in machine.inner.items()}
    names = {table.name: table_name(table.name, table.vni) for table in machine.router.tables}
    vlans: Rows = {f"Vlan{vlan}": {"vlanid": str(vlan)} for vlan in (*machine.vlans.values(), *machine.inner.values())}
    members: Rows = {
        f"Vlan{machine.vlans[gateway]}|{port}": {"tagging_mode": "untagged"}
        for gateway, ports in machine.members.items() for port in ports
    }  # fmt: skip
    rows = _addressed(
        (machine.name(i), i, {} if i.vrf == DEFAULT else {"vrf_name": names.get(i.vrf, i.vrf)})
        for i in machine.of("gateway")
    )
    rows |= {vlan: {"vrf_name": names[table]} for vlan, table in inner.items()}
    return {"VLAN": vlans, "VLAN_MEMBER": members, "VLAN_INTERFACE": rows}


def _overlay(machine: Machine) -> Tables:
    """Tables of tenants, and the tunnel that joins them; where there are none there is no tunnel."""
    router = machine.router
    loopback = router.loopback(4) or router.loopback(6)
    if not router.tables:
        return {}
    vrfs: Rows = {table_name(t.name, t.vni): {"vni": str(t.vni)} for t in router.tables}
    maps: Rows = {
        f"{VTEP}|map_{t.vni}_Vlan{machine.inner[t.name]}": {"vlan": f"Vlan{machine.inner[t.name]}", "vni": str(t.vni)}
        for t in router.tables
    }
    return {
        "VRF": vrfs, "VXLAN_TUNNEL": {VTEP: {"src_ip": loopback.partition("/")[0]}},
        "VXLAN_EVPN_NVO": {NVO: {"source_vtep": VTEP}}, "VXLAN_TUNNEL_MAP": maps,
    }  # fmt: skip


def _bgp(machine: Machine) -> Tables:
    router = machine.router
    if not router.groups:
        return {}
    common: Row = {"router_id": router.router_id, "local_asn": str(router.asn), "load_balance_mp_relax": "true"}
    common["default_ipv4_unicast"] = "false"
    if router.anycast:
        common["network_import_check"] = "true"
    carried = dict.fromkeys(exchange.family for _, exchange in router.exchanges)
    paths = str(min(MOST_PATHS, router.paths))
    families: Rows = {f"{DEFAULT}|{FAMILY[f]}": {"max_ebgp_paths": paths} for f in carried if f != "evpn"}
    networks: Rows = {
        f"{DEFAULT}|ipv{family}_unicast|{prefix}": {}
        for family, prefixes in router.networks.items() for prefix in prefixes
    }  # fmt: skip
    return {
        "BGP_GLOBALS": {DEFAULT: common}, "BGP_GLOBALS_AF": families, "BGP_GLOBALS_AF_NETWORK": networks,
        "BGP_PEER_GROUP": {f"{DEFAULT}|{group.name}": _group(machine, group) for group in router.groups},
        "BGP_PEER_GROUP_AF": {
            f"{DEFAULT}|{group.name}|{FAMILY[exchange.family]}": _exchange(exchange)
            for group, exchange in router.exchanges
        },
        "BGP_NEIGHBOR": {
            f"{DEFAULT}|{peer.address or machine.names[peer.interface]}":
                {"asn": str(peer.asn), "name": str(peer.end), "peer_group_name": group.name}
            for group in router.groups for peer in group.peers
        },
    }  # fmt: skip


def _group(machine: Machine, group: Group) -> Row:
    row: Row = {"bfd": "true"} if group.bfd else {}
    timers = machine.router.profile(group.profile)
    if group.bfd and timers is not None:
        interval_ms = str(timers.interval_ms)
        row |= {"desired_minimum_tx_interval": interval_ms, "required_minimum_receive": interval_ms}
        row["detection_multiplier"] = str(timers.multiplier)
    if group.timers is not None:
        row |= {"keepalive": str(group.timers.hello_s), "holdtime": str(group.timers.dead_s)}
    if group.source:
        row["local_addr"] = machine.names[group.source]
    if group.hops > 1:
        row |= {"ebgp_multihop": "true", "ebgp_multihop_ttl": str(group.hops)}
    if any(peer.interface for peer in group.peers):
        row["capability_ext_nexthop"] = "true"
    return row


def _exchange(exchange: Exchange) -> Row:
    row: Row = {"admin_status": "up"}
    if exchange.accept:
        row["prefix_list_in"] = exchange.accept
    if exchange.announce:
        row["prefix_list_out"] = exchange.announce
    if exchange.longer:
        row["route_map_in"] = [exchange.far]
    return row


def _far(router: Router) -> Mapping[str, Rows]:
    """What counts for more AS hops than one; these tables know no ``last-as``, so the router's own number it is."""
    rows: Rows = {
        f"{far.far}|10": {"route_operation": "permit", "set_asn": str(router.asn), "set_repeat_asn": str(far.longer)}
        for far in router.far
    }
    return {"ROUTE_MAP_SET": {far.far: {} for far in router.far}, "ROUTE_MAP": rows}


def _filters(filters: Iterable[Filter]) -> Mapping[str, Rows]:
    sets: Rows = {}
    rows: Rows = {}
    for each in filters:
        sets[each.name] = {"mode": MODE[each.family]}
        for action, permits in (("deny", each.refuses), ("permit", each.permits)):
            rows |= {f"{each.name}|{p.prefix}|{_lengths(p, each.family)}": {"action": action} for p in permits}
    return {"PREFIX_SET": sets, "PREFIX": rows}


def _lengths(permit: Permit, family: int) -> str:
    """Lengths as ``exact`` or a range.

    >>> _lengths(Permit("10.0.0.0/8", high=32), 4), _lengths(Permit("10.0.0.0/8"), 4)
    ('8..32', 'exact')
    """
    if permit.low is None and permit.high is None:
        return "exact"
    return f"{permit.low or permit.prefix.partition('/')[2]}..{permit.high or LONGEST[family]}"
