"""config_db.json read back: what a switch would do with its classes, from its tables alone."""

from __future__ import annotations

import json
from typing import Any

from easterly.model.queueing import MemorySetting, PortSetting, QueueSetting, SwitchSetting

Tables = dict[str, dict[str, dict[str, str]]]
POINTS = 64


def parse(text: str) -> SwitchSetting:
    """Read the classes of a switch.

    References are followed as SONiC follows them: a code point to its traffic class, that to its queue and its priority
    group, a queue to its scheduler, its early detection and its buffer.

    Parameters
    ----------
    text : str

    Returns
    -------
    SwitchSetting

    Raises
    ------
    ValueError
        The text is no JSON, a reference leads nowhere, or the three colours of early detection differ.
    """
    tables = _tables(text)
    try:
        ports = tuple(_port(tables, name) for name in sorted(tables.get("PORT_QOS_MAP", {}), key=_order))
        device = tables["DEVICE_METADATA"]["localhost"]["hostname"]
        return SwitchSetting(device, _points(tables), ports, _memory(tables))
    except KeyError as error:
        raise ValueError(f"something refers to {error.args[0]!r}, and it is not there") from None


def _tables(text: str) -> Tables:
    found: Any = json.loads(text)
    rows = [row for table in found.values() for row in table.values()] if isinstance(found, dict) else [None]
    if not all(isinstance(row, dict) and all(isinstance(v, str) for v in row.values()) for row in rows):
        raise ValueError("config_db is tables of rows of strings")
    return found  # type: ignore[no-any-return]


def _order(name: str) -> tuple[int, str]:
    digits = "".join(filter(str.isdigit, name))
    return int(digits or 0), name


def _points(tables: Tables) -> tuple[int, ...]:
    """Queue of each code point: all ports have to share the maps, as rendered ones do."""
    maps = {(row["dscp_to_tc_map"], row["tc_to_queue_map"]) for row in tables.get("PORT_QOS_MAP", {}).values()}
    if not maps:
        maps = {(name, name) for name in tables["DSCP_TO_TC_MAP"]}
    if len(maps) != 1:
        raise ValueError("the ports have different maps of code points")
    [(points, queues)] = maps
    classes, queue = tables["DSCP_TO_TC_MAP"][points], tables["TC_TO_QUEUE_MAP"][queues]
    return tuple(int(queue[classes[str(point)]]) for point in range(POINTS) if str(point) in classes)


def _port(tables: Tables, name: str) -> PortSetting:
    own = tables["PORT_QOS_MAP"][name]
    paused = {int(p) for p in own.get("pfc_enable", "").split(",") if p}
    to_queue = tables["MAP_PFC_PRIORITY_TO_QUEUE"][own["pfc_to_queue_map"]]
    queue_of, group_of = (
        tables["TC_TO_QUEUE_MAP"][own["tc_to_queue_map"]],
        tables["TC_TO_PRIORITY_GROUP_MAP"][own["tc_to_pg_map"]],
    )
    lossless = {int(to_queue[str(priority)]) for priority in paused}
    rows = {int(key.partition("|")[2]): row for key, row in tables["QUEUE"].items() if key.partition("|")[0] == name}
    groups = {int(queue): int(group_of[traffic_class]) for traffic_class, queue in queue_of.items()}
    queues = tuple(_queue(tables, name, queue, groups[queue], rows[queue], queue in lossless) for queue in sorted(rows))
    watched = {int(p) for p in own.get("pfcwd_sw_enable", "").split(",") if p}
    return PortSetting(name, queues, bool(watched) and watched == paused and name in tables.get("PFC_WD", {}))


def _queue(tables: Tables, port: str, queue: int, group: int, row: dict[str, str], lossless: bool) -> QueueSetting:
    scheduler = tables["SCHEDULER"][row["scheduler"]]
    pir = scheduler.get("pir")
    values: dict[str, Any] = {
        "queue": queue,
        "strict": scheduler["type"] == "STRICT",
        "weight": int(scheduler.get("weight", 0)),
        "shaper_bps": None if pir is None else 8 * int(pir),
        "lossless": lossless,
    }
    if "wred_profile" in row:
        values |= _wred(tables["WRED_PROFILE"][row["wred_profile"]])
    if "BUFFER_PROFILE" in tables:
        values |= _buffers(tables, port, queue, group, lossless)
    return QueueSetting(**values)


def _wred(row: dict[str, str]) -> dict[str, Any]:
    keys = ("min_threshold", "max_threshold", "drop_probability")
    found = {tuple(int(row[f"{colour}_{key}"]) for key in keys) for colour in ("green", "yellow", "red")}
    on = {row[f"wred_{colour}_enable"] for colour in ("green", "yellow", "red")}
    if len(found) != 1 or on != {"true"}:
        raise ValueError("the colours of a profile of early detection differ")
    [(low, high, top)] = found
    mark = {"ecn_all": "ecn", "ecn_none": "drop"}[row["ecn"]]
    return {"mark": mark, "kmin_B": low, "kmax_B": high, "pmax_percent": top}


def _buffers(tables: Tables, port: str, queue: int, group: int, lossless: bool) -> dict[str, Any]:
    """Of a lossless queue the profile of its priority group counts, of any other that of the queue."""
    table, number = ("BUFFER_PG", group) if lossless else ("BUFFER_QUEUE", queue)
    row = tables["BUFFER_PROFILE"][tables[table][f"{port}|{number}"]["profile"]]
    pool = tables["BUFFER_POOL"][row["pool"]]
    if pool["type"] != ("ingress" if lossless else "egress"):
        raise ValueError(f"{port} queue {queue} is bound by a pool of the wrong side")
    found: dict[str, Any] = {"reserved_B": int(row["size"])}
    if "dynamic_th" in row:
        found["alpha"] = 2.0 ** int(row["dynamic_th"])
    elif lossless and "xoff" in row:
        found["xoff_B"] = int(row["static_th"]) + found["reserved_B"]
    else:
        raise ValueError(f"{port} queue {queue} has no dynamic threshold")
    if lossless:
        found |= {"headroom_B": int(row["xoff"]), "xon_offset_B": int(row["xon_offset"])}
    return found


def _memory(tables: Tables) -> MemorySetting | None:
    pools = tables.get("BUFFER_POOL")
    if pools is None:
        return None
    lossless = pools["ingress_lossless_pool"]
    sizes = (
        lossless["size"],
        pools["egress_lossy_pool"]["size"],
        lossless["xoff"],
        pools["ingress_lossy_pool"]["size"],
    )
    return MemorySetting(*(int(size) for size in sizes))
