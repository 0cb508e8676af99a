"""Access lists of SONiC, as tables ACL_TABLE and ACL_RULE of config_db.json: rendered and read back.

From sonic-buildimage, src/sonic-yang-models/yang-templates/sonic-acl.yang.j2. A table is of one family; of its rules
the one with the highest priority decides, and what fits none is passed on. ``TCP_FLAGS`` is a value and a mask, so that
ACK or RST takes two rules.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from easterly.config.access.joined import Said
from easterly.model.access import ANY, AccessRule, DeviceAccess

KIND = {4: "L3", 6: "L3V6"}
ENDS = {4: ("SRC_IP", "DST_IP"), 6: ("SRC_IPV6", "DST_IPV6")}
ALL = {4: ("ETHER_TYPE", "2048"), 6: ("IP_TYPE", "IPV6ANY")}
"""What every packet of a family fits, as acl-loader of sonic-utilities has it: a rule needs something to fit."""
FLAGS = ("0x10/0x10", "0x04/0x04")
TCP = "6"
FIRST = 999_999
"""The highest priority."""
ACTION = {True: "FORWARD", False: "DROP"}


def render(access: DeviceAccess) -> str:
    """The text of one switch.

    Returns
    -------
    str
        JSON, sorted: to be merged with the rest of the switch's ``config_db.json`` (``config load``).
    """
    tables: dict[str, dict[str, Any]] = {}
    rules: dict[str, dict[str, str]] = {}
    for each in access.lists:
        for family in (4, 6):
            if each.of(family):
                name = f"{each.name}-v{family}"
                tables[name] = {"type": KIND[family], "stage": "INGRESS", "policy_desc": f"packets that {each.name} "
                                "sends", "ports": list(each.ports)}  # fmt: skip
                rows = [row for rule in each.closed(family) for row in _rows(rule)]
                rules |= {f"{name}|{key} {n}": {**row, "PRIORITY": str(FIRST - n)} for n, (key, row) in enumerate(rows)}
    found = {"ACL_RULE": rules, "ACL_TABLE": tables, "DEVICE_METADATA": {"localhost": {"hostname": access.device}}}
    return json.dumps(found, indent=1, sort_keys=True) + "\n"


def _rows(rule: AccessRule) -> Iterator[tuple[str, dict[str, str]]]:
    every = ANY[rule.family]
    row = {field: end for field, end in zip(ENDS[rule.family], (rule.src, rule.dst), strict=True) if end != every}
    if rule.total:
        row |= [ALL[rule.family]]
    row["PACKET_ACTION"] = ACTION[rule.permit]
    for flags in FLAGS if rule.reply else ("",):
        yield rule.name or "rule", row | ({"IP_PROTOCOL": TCP, "TCP_FLAGS": flags} if flags else {})


def parse(text: str) -> DeviceAccess:
    """Read the access lists of a switch; other tables are passed over.

    Raises
    ------
    ValueError
        The text is no JSON of tables, a rule is not understood, or one without ACK or RST stands where both belong.
    """
    found: Any = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("config_db is tables of rows")
    lines = {m[1]: n for n, line in enumerate(text.splitlines(), 1) if (m := re.match(r'\s*"([^"]+)": \{', line))}
    said = Said(str(found.get("DEVICE_METADATA", {}).get("localhost", {}).get("hostname", "")))
    by_table: dict[str, list[tuple[int, str, dict[str, str]]]] = {}
    for key, row in found.get("ACL_RULE", {}).items():
        by_table.setdefault(key.partition("|")[0], []).append((-int(row["PRIORITY"]), key, row))
    for name, table in found.get("ACL_TABLE", {}).items():
        _table(said, name, table, sorted(by_table.pop(name, []), key=lambda r: r[0]), lines)
    if by_table:
        raise ValueError(f"rules of {min(by_table)}, and there is no such table")
    return DeviceAccess(said.device, said.lists(implicit_deny=False))


def _table(
    said: Said, name: str, table: dict[str, Any], rows: list[tuple[int, str, dict[str, str]]], lines: dict[str, int]
) -> None:
    family = next((f for f, kind in KIND.items() if table.get("type") == kind), 0)
    if not family or str(table.get("stage", "INGRESS")).upper() != "INGRESS":
        raise ValueError(f"ACL_TABLE {name}: type {table.get('type')} at {table.get('stage')} is not understood")
    short = name.removesuffix(f"-v{family}")
    rules, halves = said.open(family, short), [row.get("TCP_FLAGS", "") for _, _, row in rows]
    at = 0
    while at < len(rows):
        _, key, row = rows[at]
        rules.append(_rule(key, row, family, lines.get(key, 0)))
        if halves[at]:
            other = (
                {**rows[at + 1][2], "TCP_FLAGS": halves[at], "PRIORITY": row["PRIORITY"]} if at + 1 < len(rows) else {}
            )
            if tuple(halves[at : at + 2]) != FLAGS or other != row:
                raise ValueError(f"ACL_RULE {key}: flags {halves[at]} are neither ACK nor RST, or the other is missing")
            at += 1
        at += 1
    for port in table.get("ports", []):
        said.bind(port, family, short, lines.get(name, 0))


def _rule(key: str, row: dict[str, str], family: int, line: int) -> AccessRule:
    src, dst = ENDS[family]
    known = {src, dst, "PRIORITY", "PACKET_ACTION", "IP_PROTOCOL", "TCP_FLAGS", ALL[family][0]}
    whole, reply = row.get(ALL[family][0]), "TCP_FLAGS" in row
    fits = whole == ALL[family][1] if whole is not None else src in row or dst in row
    if set(row) - known or not fits or row.get("PACKET_ACTION") not in ACTION.values() or (
        row.get("IP_PROTOCOL") != (TCP if reply else None)
    ):  # fmt: skip
        raise ValueError(f"ACL_RULE {key} is not understood")
    name = key.partition("|")[2].rpartition(" ")[0]
    ends = (row.get(src, ANY[family]), row.get(dst, ANY[family]))
    return AccessRule(ends[0], ends[1], row["PACKET_ACTION"] == ACTION[True], reply, "" if name == "rule" else name,
                      line)  # fmt: skip
