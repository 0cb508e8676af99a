"""Routes of config_db.json read back: what SONiC's manager of FRR would tell it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from easterly.config.reading import Reading
from easterly.model.router_state import DeviceState

Rows = Mapping[str, Mapping[str, Any]]
WORD = {"ipv4_unicast": "ip", "ipv6_unicast": "ipv6", "IPv4": "ip", "IPv6": "ipv6"}
DEFAULT = "default"


def parse(text: str) -> DeviceState:
    """Read the routes of a switch.

    References are followed: a neighbour to its group, a group to its filters, a VLAN to the layer-3 VNI that it stands
    for.

    Parameters
    ----------
    text : str

    Returns
    -------
    DeviceState
        Interfaces and tables have their names of SONiC.

    Raises
    ------
    ValueError
        The text is no JSON, a row lacks a field, or a reference leads nowhere.
    """
    tables: Any = json.loads(text)
    try:
        return _read(tables)
    except (AttributeError, TypeError):
        raise ValueError("config_db is tables of rows") from None
    except KeyError as error:
        raise ValueError(f"something refers to {error.args[0]!r}, and it is not there") from None


def _read(tables: dict[str, Rows]) -> DeviceState:
    host, own = tables["DEVICE_METADATA"]["localhost"], tables.get("BGP_GLOBALS", {}).get(DEFAULT, {})
    reading = Reading(str(host["hostname"]), int(own.get("local_asn", 0)), str(own.get("router_id", "")))
    _interfaces(reading, tables)
    _vrfs(reading, tables)
    _sessions(reading, tables)
    for key in tables.get("BGP_GLOBALS_AF_NETWORK", {}):
        table, _, prefix = key.split("|")
        (reading.networks if table == DEFAULT else reading.vrf_networks[table]).append(prefix)
    _filters(reading, tables)
    return reading.state()


def _interfaces(reading: Reading, tables: dict[str, Rows]) -> None:
    inner = {row["vlan"] for row in tables.get("VXLAN_TUNNEL_MAP", {}).values()}
    for name in ("LOOPBACK_INTERFACE", "INTERFACE", "VLAN_INTERFACE"):
        rows = tables.get(name, {})
        for key, row in rows.items():
            port, _, address = key.partition("|")
            if address:
                rows[port]  # a row of its own has to be there
                reading.interfaces[port].append(address)
            elif "vrf_name" in row and port not in inner:
                reading.vrf_ports[row["vrf_name"]].append(port)


def _vrfs(reading: Reading, tables: dict[str, Rows]) -> None:
    """A table's VNI counts where a VLAN inside the table stands for it in the tunnel."""
    stands = {row["vni"]: row["vlan"] for row in tables.get("VXLAN_TUNNEL_MAP", {}).values()}
    for name, row in tables.get("VRF", {}).items():
        reading.vrfs.append(name)
        if "vni" in row and tables["VLAN_INTERFACE"][stands[row["vni"]]]["vrf_name"] == name:
            reading.vnis[name] = int(row["vni"])


def _sessions(reading: Reading, tables: dict[str, Rows]) -> None:
    groups, families = tables.get("BGP_PEER_GROUP", {}), tables.get("BGP_PEER_GROUP_AF", {})
    for key, row in tables.get("BGP_NEIGHBOR", {}).items():
        table, _, address = key.partition("|")
        groups[f"{table}|{row['peer_group_name']}"]
        reading.neighbors[address] = int(row.get("asn", 0))
    more = {group: _longer(tables, row) for group, row in families.items()}
    for key, row in tables.get("BGP_NEIGHBOR", {}).items():
        table, _, address = key.partition("|")
        own = (f"{table}|{row['peer_group_name']}|{family}" for family in ("ipv4_unicast", "ipv6_unicast"))
        reading.longer[address] = max(more.get(group, 0) for group in own)
    for key, row in families.items():
        family = key.split("|")[2]
        for field in ("prefix_list_in", "prefix_list_out"):
            if field in row:
                reading.uses[f"{WORD[family]} {row[field]}"] = None


def _longer(tables: dict[str, Rows], row: Mapping[str, Any]) -> int:
    """AS numbers that the maps of a group put before paths."""
    more = 0
    for name in row.get("route_map_in", ()):
        tables["ROUTE_MAP_SET"][name]  # has to be there
        own = [entry for key, entry in tables.get("ROUTE_MAP", {}).items() if key.partition("|")[0] == name]
        more += sum(int(entry.get("set_repeat_asn", 1)) for entry in own if "set_asn" in entry)
    return more


def _filters(reading: Reading, tables: dict[str, Rows]) -> None:
    for key, row in tables.get("PREFIX", {}).items():
        name, prefix, lengths = key.split("|")
        word = WORD[tables["PREFIX_SET"][name]["mode"]]
        reading.lists[f"{word} {name}"].append(
            " ".join([row.get("action", "permit"), prefix, *_range(prefix, lengths)])
        )


def _range(prefix: str, lengths: str) -> tuple[str, ...]:
    """Lengths as FRR says them.

    >>> _range("10.0.0.0/8", "8..32"), _range("10.0.0.0/8", "32..32"), _range("10.0.0.0/8", "exact")
    (('le 32',), ('ge 32',), ())
    """
    if lengths == "exact":
        return ()
    low, _, high = lengths.partition("..")
    longest = "128" if ":" in prefix else "32"
    below = () if high == longest and low != prefix.partition("/")[2] else (f"le {high}",)
    return (*(() if low == prefix.partition("/")[2] else (f"ge {low}",)), *below)
