"""What SONiC's YANG models say of the tables that are written, in a form that a test can hold a text against.

From sonic-buildimage, src/sonic-yang-models/yang-models: sonic-scheduler, sonic-wred-profile, sonic-port-qos-map,
sonic-pfcwd, sonic-queue, sonic-buffer-pg, sonic-buffer-queue, sonic-buffer-pool, sonic-buffer-profile,
sonic-dscp-tc-map, sonic-acl.
Neither the models nor libyang's Python package are on PyPI, so this is no validation by SONiC's own tools.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

NUMBER, NAME = r"\d+", r"[a-zA-Z0-9][-a-zA-Z0-9_]{0,31}"
PRIORITIES = r"([0-7](,[0-7])*)?"
V4, V6 = r"\d+(\.\d+){3}/\d+", r"[0-9a-f:]+/\d+"
PORT = r"Ethernet\d+"
POINT, QUEUE = r"6[0-3]|[1-5][0-9]?|[0-9]", r"[0-7]"
COLOURS = ("green", "yellow", "red")
MAPS = {
    "DSCP_TO_TC_MAP": (POINT, QUEUE), "TC_TO_QUEUE_MAP": (QUEUE, QUEUE), "TC_TO_PRIORITY_GROUP_MAP": (QUEUE, QUEUE),
    "MAP_PFC_PRIORITY_TO_QUEUE": (QUEUE, QUEUE),
}  # fmt: skip
ROWS: dict[str, tuple[str, dict[str, str]]] = {
    "SCHEDULER": (r"\S+", {
        "type": "DWRR|WRR|STRICT", "weight": r"[1-9][0-9]?|100", "meter_type": "packets|bytes", "pir": NUMBER,
        "cir": NUMBER, "pbs": NUMBER, "cbs": NUMBER, "priority": "[0-9]",
    }),
    "WRED_PROFILE": (NAME, {
        "ecn": "ecn_(none|green|yellow|red|green_yellow|green_red|yellow_red|all)",
        **{f"wred_{c}_enable": "true|false" for c in COLOURS},
        **{f"{c}_{end}_threshold": NUMBER for c in COLOURS for end in ("min", "max")},
        **{f"{c}_drop_probability": r"[0-9]{1,2}|100" for c in COLOURS},
    }),
    "PORT_QOS_MAP": (rf"global|{PORT}", {
        "pfc_enable": PRIORITIES, "pfcwd_sw_enable": PRIORITIES, "dscp_to_tc_map": NAME, "tc_to_queue_map": NAME,
        "tc_to_pg_map": NAME, "pfc_to_queue_map": NAME,
    }),
    "PFC_WD": (rf"GLOBAL|{PORT}", {
        "action": "drop|forward|alert", "detection_time": NUMBER, "restoration_time": NUMBER, "POLL_INTERVAL": NUMBER,
    }),
    "QUEUE": (rf"({PORT}|CPU)\|\d+(-\d+)?", {"scheduler": r"\S+", "wred_profile": NAME}),
    "BUFFER_PG": (rf"{PORT}\|[0-7](-[0-7])?", {"profile": r"\S+"}),
    "BUFFER_QUEUE": (rf"{PORT}\|(1[0-5]|[0-9])(-(1[0-5]|[0-9]))?", {"profile": r"\S+"}),
    "BUFFER_POOL": (r"\S+", {
        "type": "ingress|egress|both", "mode": "static|dynamic", "size": NUMBER, "xoff": NUMBER,
    }),
    "BUFFER_PROFILE": (r"\S+", {
        "pool": r"\S+", "size": NUMBER, "xon": NUMBER, "xon_offset": NUMBER, "xoff": NUMBER, "dynamic_th": r"-?\d+",
        "static_th": NUMBER,
    }),
    "ACL_TABLE": (r"[^|]+", {
        "type": "L2|L3|L3V6|MIRROR|CTRLPLANE", "stage": "ingress|egress|INGRESS|EGRESS", "policy_desc": r".{1,255}",
        "ports": PORT,
    }),
    "ACL_RULE": (r"[^|]+\|[^|]{1,255}", {
        "PRIORITY": r"\d{1,6}", "PACKET_ACTION": "FORWARD|DROP", "SRC_IP": V4, "DST_IP": V4, "SRC_IPV6": V6,
        "DST_IPV6": V6, "IP_PROTOCOL": r"[1-9]\d?|1[0-3]\d|14[0-3]",
        "TCP_FLAGS": r"0[xX][0-9a-fA-F]{1,2}(/0[xX][0-9a-fA-F]{1,2})?",
        "ETHER_TYPE": r"0x0[6-9a-fA-F][0-9a-fA-F]{2}|153[6-9]|15[4-9]\d|1[6-9]\d\d|[2-9]\d{3}|[1-5]\d{4}",
        "IP_TYPE": "ANY|IP|NON_IP|IPV4|IPV6|IPV4ANY|NON_IPV4|IPV6ANY|NON_IPV6|ARP",
    }),
    "DEVICE_METADATA": ("localhost", {"hostname": r"[a-zA-Z0-9][-a-zA-Z0-9]{0,61}[a-zA-Z0-9]"}),
}  # fmt: skip
REFERENCES = {
    "QUEUE": {"scheduler": "SCHEDULER", "wred_profile": "WRED_PROFILE"}, "BUFFER_PG": {"profile": "BUFFER_PROFILE"},
    "BUFFER_QUEUE": {"profile": "BUFFER_PROFILE"}, "BUFFER_PROFILE": {"pool": "BUFFER_POOL"},
    "PORT_QOS_MAP": {
        "dscp_to_tc_map": "DSCP_TO_TC_MAP", "tc_to_queue_map": "TC_TO_QUEUE_MAP",
        "tc_to_pg_map": "TC_TO_PRIORITY_GROUP_MAP", "pfc_to_queue_map": "MAP_PFC_PRIORITY_TO_QUEUE",
    },
}  # fmt: skip


def complaints(tables: dict[str, Any]) -> Iterator[str]:
    """What the models would refuse."""
    for table, rows in tables.items():
        for key, row in rows.items():
            if table in MAPS:
                if not re.fullmatch(NAME, key):
                    yield f"{table}: name {key}"
                yield from (
                    f"{table}: {pair}" for pair in row.items()
                    if not all(re.fullmatch(rule, word) for rule, word in zip(MAPS[table], pair, strict=True))
                )  # fmt: skip
            elif table not in ROWS:
                yield f"{table}: no such table"
            else:
                yield from _row(tables, table, key, row)


def _row(tables: dict[str, Any], table: str, key: str, row: dict[str, str]) -> Iterator[str]:
    name, fields = ROWS[table]
    if not re.fullmatch(name, key):
        yield f"{table}: key {key}"
    for field, value in row.items():
        values = value if isinstance(value, list) else [value]
        if field not in fields or not all(re.fullmatch(fields[field], each) for each in values):
            yield f"{table}|{key}: {field} = {value}"
    for field, other in REFERENCES.get(table, {}).items():
        if field in row and row[field] not in tables.get(other, {}):
            yield f"{table}|{key}: {field} refers to {row[field]}, which is not in {other}"
    yield from _within(tables, table, key, row)


def _within(tables: dict[str, Any], table: str, key: str, row: dict[str, str]) -> Iterator[str]:
    """What holds between the fields of a row."""
    if table == "WRED_PROFILE":
        for colour in COLOURS:
            low, high = (int(row[f"{colour}_{end}_threshold"]) for end in ("min", "max"))
            yield from [f"{table}|{key}: {colour} maximum below its minimum"] * (high < low)
    if table == "BUFFER_PROFILE" and ("dynamic_th" in row) == ("static_th" in row):
        yield f"{table}|{key}: one of dynamic_th and static_th"
    if table == "ACL_RULE" and (key.partition("|")[0] not in tables.get("ACL_TABLE", {}) or "PRIORITY" not in row):
        yield f"{table}|{key}: no such table, or no priority"
    if table == "PFC_WD":
        yield from _watchdog(tables[table], key, row)


def _watchdog(rows: dict[str, dict[str, str]], key: str, row: dict[str, str]) -> Iterator[str]:
    ranges = {"detection_time": (100, 5000), "restoration_time": (100, 60000), "POLL_INTERVAL": (100, 1000)}
    for field, (low, high) in ranges.items():
        if field in row and not low <= int(row[field]) <= high:
            yield f"PFC_WD|{key}: {field} is {row[field]}, not within {low}..{high}"
        if field in row and (field == "POLL_INTERVAL") != (key == "GLOBAL"):
            yield f"PFC_WD|{key}: {field} is not for it"
    if "detection_time" in row and int(row["detection_time"]) < int(rows["GLOBAL"]["POLL_INTERVAL"]):
        yield f"PFC_WD|{key}: detection_time below POLL_INTERVAL"
