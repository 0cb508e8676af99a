"""Access lists of EOS against Arista's own renderer (Arista Validated Designs): the same rules give the same lines."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from tests.config.access.worlds import devices

from easterly.config.access.lines import EOS
from easterly.config.switches.blocks import Block, blocks
from easterly.model.access import ANY, AccessRule, DeviceAccess

pyavd = pytest.importorskip("pyavd", reason="pyavd, Arista's renderer, is not installed (pip install pyavd)")


def tree(found: list[Block]) -> frozenset[Any]:
    return frozenset((block.line, tree(block.inner)) for block in found)


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


def _entries(rules: tuple[AccessRule, ...]) -> Any:
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


@given(wanted=devices(("Ethernet1/1", "Ethernet2/1")))
@settings(max_examples=15)
def test_lines_of_eos_are_those_of_arista(wanted: DeviceAccess) -> None:
    mine = structured(wanted)
    assert pyavd.validate_structured_config(mine).validation_result.violations == []
    assert tree(blocks(EOS.render(wanted))) == tree(blocks(pyavd.get_device_config(mine)))
