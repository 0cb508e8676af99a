"""The address plan as plain values: every number handed out, and how full the pools are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from ipaddress import IPv4Network, IPv6Network, ip_network
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any

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
    prefixes, interfaces = made.prefixes, made.interfaces
    texts = zip(prefixes.prefix.tolist(), prefixes.role.tolist(), strict=True)
    whole = [ip_network(text) for text in dict.fromkeys(text for text, role in texts if role != "pool")]
    whole += [ip_network(text) for text in made.blocks.prefix[made.blocks.level == 0].tolist()]
    single = {_integer(a) for a in interfaces.address[interfaces.role != "host"].tolist()}
    return [_pool(name, ip_network(text), whole, single) for name, text in sorted(site.addressing.pools.items())]


def _pool(
    name: str, pool: IPv4Network | IPv6Network, whole: Iterable[Any], single: Iterable[tuple[int, int]]
) -> dict[str, Any]:
    inside = [p for p in whole if p.version == pool.version and p.subnet_of(pool)]
    covered = _merged((int(p.network_address), int(p.broadcast_address)) for p in inside)
    low, high = int(pool.network_address), int(pool.broadcast_address)
    alone = sorted(number for version, number in single if version == pool.version and low <= number <= high)
    used = sum(b - a + 1 for a, b in covered) + _outside(alone, covered)
    return {
        "name": name,
        "prefix": str(pool),
        "total": pool.num_addresses,
        "used": used,
        "free": pool.num_addresses - used,
    }


def _merged(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges without overlap: places lie inside their block, and tenants may use the same addresses on purpose."""
    made: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if made and first <= made[-1][1]:
            made[-1] = (made[-1][0], max(made[-1][1], last))
        else:
            made.append((first, last))
    return made


def _outside(numbers: list[int], covered: list[tuple[int, int]]) -> int:
    """How many of the sorted numbers lie in none of the sorted, disjoint ranges."""
    count, at = 0, 0
    for number in numbers:
        while at < len(covered) and covered[at][1] < number:
            at += 1
        count += at == len(covered) or number < covered[at][0]
    return count


def _integer(address: str) -> tuple[int, int]:
    """IP version and number of an address written with its prefix length."""
    text = address.partition("/")[0]
    version, family = (6, AF_INET6) if ":" in text else (4, AF_INET)
    return version, int.from_bytes(inet_pton(family, text), "big")
