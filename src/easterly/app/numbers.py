"""The address plan as plain values: every number handed out, and how full the pools are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import fields
from typing import Any

from easterly.address.headroom import headroom
from easterly.model.address import AddressPlan, Blocks
from easterly.model.network import Network
from easterly.model.spec.site import Site

Ends = dict[tuple[str, str, str], dict[str, str]]


def addresses(site: Site, network: Network, made: AddressPlan) -> dict[str, Any]:
    """Prefixes, loopbacks, links, host interfaces, AS numbers, VRFs, pools and blocks, each a table."""
    roles = _by_role(made)
    return {
        "prefixes": _rows(made.prefixes, prefix="prefix", vrf="vrf", role="role", owner="owner", device="device"),
        "loopbacks": [{"device": d, **_families(a)} for (d, _, _), a in sorted(roles["loopback"].items())],
        "links": _links(network, made),
        "hosts": [{"device": d, "port": p, "vrf": v, **_families(a)} for (d, p, v), a in roles["host"].items()],
        "asns": [{"device": d, "asn": a} for d, a in zip(made.asn_device.tolist(), made.asn.tolist(), strict=True)],
        "vrfs": _rows(made.vrfs, name="name", tenant="tenant", vni="vni", route_target="rd"),
        "vlans": _rows(made.vlans, tenant="tenant", vlan="vlan"),
        "pools": _pools(site, made),
        "blocks": blocks(made.blocks),
    }


def blocks(made: Blocks) -> list[dict[str, Any]]:
    """Prefixes of blocks, a row each; -1 where hosts or VLAN are not stated."""
    return _rows(made, **{field.name: field.name for field in fields(made)})


def _rows(table: Any, **columns: str) -> list[dict[str, Any]]:
    """Columns of a noun as rows; keyword = key of the row, value = name of the column."""
    values = [getattr(table, column).tolist() for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _by_role(made: AddressPlan) -> dict[str, Ends]:
    """Addresses of both families by (device, port, VRF), by role."""
    found: dict[str, Ends] = defaultdict(lambda: defaultdict(dict))
    table = made.interfaces
    columns = (table.device, table.port, table.address, table.vrf, table.role)
    for device, port, address, vrf, role in zip(*(c.tolist() for c in columns), strict=True):
        found[role][device, port, vrf]["ipv6" if ":" in address else "ipv4"] = address
    return found


def _families(found: dict[str, str]) -> dict[str, str | None]:
    return {"ipv4": found.get("ipv4"), "ipv6": found.get("ipv6")}


def _links(network: Network, made: AddressPlan) -> list[dict[str, Any]]:
    """One row per numbered cable, both ends."""
    table = made.interfaces
    ends: dict[int, dict[str, str]] = defaultdict(dict)
    rows = zip(table.link.tolist(), table.address.tolist(), table.role.tolist(), strict=True)
    for link, address, role in rows:
        if role == "link":
            ends[link]["ipv6" if ":" in address else "ipv4"] = address
    ids, reverse = network.link_ids.tolist(), network.links.reverse.tolist()
    numbered = [row for row in network.cables.tolist() if row in ends]
    return [{"id": ids[row], "a": _families(ends[row]), "b": _families(ends[reverse[row]])} for row in numbered]


def _pools(site: Site, made: AddressPlan) -> list[dict[str, Any]]:
    """Addresses used and free of every pool: whole prefixes, and single addresses of links and loopbacks."""
    rooms = headroom(site, made)[: len(site.addressing.pools)]
    return [
        {
            "name": room.name, "prefix": str(room.prefix), "total": room.prefix.size, "used": room.given,
            "free": room.free,
        }
        for room in rooms
    ]  # fmt: skip
