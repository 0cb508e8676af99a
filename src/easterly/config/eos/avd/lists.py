"""Access lists of a switch in Arista's data model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from easterly.model.access import ANY, AccessRule, DeviceAccess


def structured(access: DeviceAccess) -> dict[str, Any]:
    """Access lists as the input of Arista Validated Designs."""
    made: dict[str, Any] = {"hostname": access.device, "ip_access_lists": [], "ipv6_access_lists": []}
    ports: dict[str, dict[str, str]] = {}
    for each in access.lists:
        for family, key in ((4, "access_group_in"), (6, "ipv6_access_group_in")):
            for port in each.ports if each.of(family) else ():
                ports.setdefault(port, {"name": port})[key] = each.name
        if each.of(4):
            made["ip_access_lists"].append({"name": each.name, "entries": list(_entries(each.closed(4)))})
        if each.of(6):
            rows = [{"sequence": e["sequence"], "action": _line(e)} for e in _entries(each.closed(6))]
            made["ipv6_access_lists"].append({"name": each.name, "sequence_numbers": rows})
    bare = [{"name": port} for each in access.lists for port in each.ports if port not in ports]
    return made | {"ethernet_interfaces": [*ports.values(), *bare]}


def _entries(rules: tuple[AccessRule, ...]) -> Iterator[dict[str, Any]]:
    number, told = 10, ""
    for rule in rules:
        if rule.name != told:
            told = rule.name
            yield {"sequence": number, "remark": told or "-"}
            number += 10
        entry = {"sequence": number, "action": "permit" if rule.permit else "deny", "source": _end(rule.src),
                 "protocol": "tcp" if rule.reply else "ip", "destination": _end(rule.dst)}  # fmt: skip
        yield entry | ({"tcp_flags": ["established"]} if rule.reply else {})
        number += 10


def _end(prefix: str) -> str:
    return "any" if prefix in ANY.values() else prefix.removesuffix("/32")


def _line(entry: dict[str, Any]) -> str:
    if "remark" in entry:
        return f"remark {entry['remark']}"
    ends = [f"host {end[:-4]}" if end.endswith("/128") else end for end in (entry["source"], entry["destination"])]
    what = entry["protocol"].replace("ip", "ipv6")
    return f"{entry['action']} {what} {' '.join(ends)}{' established' * ('tcp_flags' in entry)}"
