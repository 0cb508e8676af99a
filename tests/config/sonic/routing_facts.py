"""What SONiC's YANG models say of the tables of routes.

From sonic-buildimage, src/sonic-yang-models/yang-models: sonic-port, sonic-interface, sonic-loopback-interface,
sonic-vlan, sonic-vrf, sonic-vxlan, sonic-bgp-global, sonic-bgp-neighbor, sonic-bgp-peergroup, sonic-bgp-common,
sonic-routing-policy-sets, sonic-route-map. Mandatory in sonic-port and not written: ``lanes``, which the platform
knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

PORT, VLAN = r"Ethernet\d+", r"Vlan(?:409[0-5]|40[0-8]\d|[1-3]\d{3}|[1-9]\d{2}|[1-9]\d|[2-9])"
VRF, TRUTH, STATE = r"Vrf[a-zA-Z0-9_-]{1,12}", "true|false", "up|down"
ASN = MILLIS = r"\d+"
FAMILY = "ipv4_unicast|ipv6_unicast|l2vpn_evpn"
ANY = r".*"
SESSION = {
    "local_asn": ASN, "name": ANY, "asn": ASN, "keepalive": ASN, "holdtime": ASN, "local_addr": ANY,
    "capability_ext_nexthop": TRUTH, "ebgp_multihop": TRUTH, "ebgp_multihop_ttl": ASN, "bfd": TRUTH,
    "desired_minimum_tx_interval": MILLIS, "required_minimum_receive": MILLIS, "detection_multiplier": ASN,
}  # fmt: skip
EXCHANGE = {"admin_status": STATE, "prefix_list_in": r"\S+", "prefix_list_out": r"\S+", "route_map_in": r"\S+"}
FIELDS: dict[str, dict[str, str]] = {
    "DEVICE_METADATA": {
        "hostname": r"[a-zA-Z0-9][-a-zA-Z0-9]{0,61}[a-zA-Z0-9]", "type": "ToRRouter|LeafRouter|SpineRouter",
        "bgp_asn": ASN, "docker_routing_config_mode": "separated|unified|split|split-unified",
        "frr_mgmt_framework_config": TRUTH,
    },
    "PORT": {"admin_status": STATE, "speed": r"\d+", "mtu": r"\d+", "description": r".{0,255}"},
    "INTERFACE": {"vrf_name": VRF, "ipv6_use_link_local_only": "enable|disable"},
    "LOOPBACK_INTERFACE": {"vrf_name": VRF},
    "VLAN": {"vlanid": r"\d+"},
    "VLAN_MEMBER": {"tagging_mode": "tagged|untagged"},
    "VLAN_INTERFACE": {"vrf_name": VRF},
    "VRF": {"vni": r"\d+"},
    "VXLAN_TUNNEL": {"src_ip": r"\S+"},
    "VXLAN_EVPN_NVO": {"source_vtep": r"\S+"},
    "VXLAN_TUNNEL_MAP": {"vlan": VLAN, "vni": r"\d+"},
    "BGP_GLOBALS": {
        "router_id": r"\d+\.\d+\.\d+\.\d+", "local_asn": ASN, "load_balance_mp_relax": TRUTH,
        "default_ipv4_unicast": TRUTH, "network_import_check": TRUTH, "keepalive": ASN, "holdtime": ASN,
    },
    "BGP_GLOBALS_AF": {
        "max_ebgp_paths": r"\d+", "advertise-all-vni": TRUTH,
    },
    "BGP_GLOBALS_AF_NETWORK": {}, "BGP_PEER_GROUP": SESSION, "BGP_PEER_GROUP_AF": EXCHANGE,
    "BGP_NEIGHBOR": {**SESSION, "peer_group_name": r"\S+"},
    "ROUTE_MAP_SET": {},
    "ROUTE_MAP": {"route_operation": "permit|deny", "set_asn": ASN, "set_repeat_asn": r"\d+"},
    "PREFIX_SET": {"mode": "IPv4|IPv6"}, "PREFIX": {"action": "permit|deny"},
}  # fmt: skip
KEYS = {
    "DEVICE_METADATA": "localhost", "PORT": PORT, "INTERFACE": rf"{PORT}(\|\S+)?",
    "LOOPBACK_INTERFACE": r"Loopback\d+(\|\S+)?", "VLAN": VLAN, "VLAN_MEMBER": rf"{VLAN}\|{PORT}",
    "VLAN_INTERFACE": rf"{VLAN}(\|\S+)?", "VRF": VRF, "VXLAN_TUNNEL": r"\w+", "VXLAN_EVPN_NVO": r"\w+",
    "VXLAN_TUNNEL_MAP": r"\w+\|\w+", "BGP_GLOBALS": rf"default|{VRF}",
    "BGP_GLOBALS_AF": rf"(default|{VRF})\|({FAMILY})",
    "BGP_GLOBALS_AF_NETWORK": rf"(default|{VRF})\|({FAMILY})\|\S+/\d+", "BGP_PEER_GROUP": rf"(default|{VRF})\|\w+",
    "BGP_PEER_GROUP_AF": rf"(default|{VRF})\|\w+\|({FAMILY})", "BGP_NEIGHBOR": rf"(default|{VRF})\|\S+",
    "ROUTE_MAP_SET": r"\w+", "ROUTE_MAP": r"\w+\|\d+", "PREFIX_SET": r"\w+",
    "PREFIX": r"\w+\|\S+/\d+\|(exact|\d+\.\.\d+)",
}  # fmt: skip
REFERS = {
    "VLAN_INTERFACE": {"vrf_name": "VRF"}, "INTERFACE": {"vrf_name": "VRF"},
    "VXLAN_EVPN_NVO": {"source_vtep": "VXLAN_TUNNEL"}, "VXLAN_TUNNEL_MAP": {"vlan": "VLAN"},
    "BGP_PEER_GROUP_AF": {
        "prefix_list_in": "PREFIX_SET", "prefix_list_out": "PREFIX_SET", "route_map_in": "ROUTE_MAP_SET",
    },
}  # fmt: skip
PARENTS = {
    "INTERFACE": "PORT", "VLAN_INTERFACE": "VLAN", "VLAN_MEMBER": "VLAN", "VXLAN_TUNNEL_MAP": "VXLAN_TUNNEL",
    "BGP_GLOBALS_AF": "BGP_GLOBALS", "BGP_GLOBALS_AF_NETWORK": "BGP_GLOBALS", "BGP_PEER_GROUP": "BGP_GLOBALS",
    "BGP_NEIGHBOR": "BGP_GLOBALS", "PREFIX": "PREFIX_SET",
    "ROUTE_MAP": "ROUTE_MAP_SET",
}  # fmt: skip
RANGES = {
    ("PORT", "mtu"): (68, 9216), ("PORT", "speed"): (1, 1600000), ("VLAN", "vlanid"): (2, 4094),
    ("VRF", "vni"): (0, 16777215), ("BGP_GLOBALS_AF", "max_ebgp_paths"): (1, 256),
    ("ROUTE_MAP", "set_asn"): (0, 4294967295), ("ROUTE_MAP", "set_repeat_asn"): (0, 255),
    ("BGP_GLOBALS", "local_asn"): (1, 4294967295), ("BGP_NEIGHBOR", "asn"): (1, 4294967295),
}  # fmt: skip


def complaints(tables: dict[str, Any]) -> Iterator[str]:
    """What the models would refuse, and what refers to nothing."""
    for table, rows in tables.items():
        if table not in FIELDS:
            yield f"{table}: no such table"
            continue
        for key, row in rows.items():
            yield from (f"{table}|{key}: {said}" for said in _row(tables, table, key, row))
    untagged = [key.partition("|")[2] for key in tables.get("VLAN_MEMBER", {})]
    yield from (f"{port} is untagged twice" for port in set(untagged) if untagged.count(port) > 1)
    yield from (f"{port} routes and switches" for port in set(untagged) & set(tables.get("INTERFACE", {})))
    yield from (f"{port} is no PORT" for port in set(untagged) - set(tables.get("PORT", {})))


def _row(tables: dict[str, Any], table: str, key: str, row: dict[str, Any]) -> Iterator[str]:
    if not re.fullmatch(KEYS[table], key):
        yield "such a key"
    parent = key.partition("|")[0]
    if table in PARENTS and parent not in tables.get(PARENTS[table], {}):
        yield f"{parent} is not in {PARENTS[table]}"
    if table.endswith("INTERFACE") and "|" in key:
        ip_interface(key.partition("|")[2])
        if parent not in tables[table]:
            yield "no row without an address"
    values = ((field, each) for field, value in row.items() for each in (value if isinstance(value, list) else [value]))
    for field, value in values:
        if not _sayable(table, field, value):
            yield f"{field} = {value}"
        if field in REFERS.get(table, {}) and value not in tables.get(REFERS[table][field], {}):
            yield f"{field} refers to {value}"
    yield from _special(tables, table, key, row)


def _sayable(table: str, field: str, value: Any) -> bool:
    if field not in FIELDS[table] or not re.fullmatch(FIELDS[table][field], value):
        return False
    low, high = RANGES.get((table, field), (0, None))
    return high is None or low <= int(value) <= high


def _special(tables: dict[str, Any], table: str, key: str, row: dict[str, Any]) -> Iterator[str]:
    if table == "VLAN" and key != f"Vlan{row['vlanid']}":
        yield "the vlanid is another"
    if table == "BGP_NEIGHBOR":
        vrf, _, address = key.partition("|")
        if address not in tables["PORT"]:
            ip_address(address)
        if f"{vrf}|{row['peer_group_name']}" not in tables["BGP_PEER_GROUP"]:
            yield "no such peer group"
    if table == "BGP_PEER_GROUP_AF" and key.rpartition("|")[0] not in tables["BGP_PEER_GROUP"]:
        yield "no such peer group"
    if table in ("BGP_GLOBALS_AF_NETWORK", "PREFIX"):
        ip_network(key.split("|")[2 if table == "BGP_GLOBALS_AF_NETWORK" else 1])
