"""The QoS plan in plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from easterly.app.values import numbers
from easterly.base.columns import FloatColumn, IntColumn, TextColumn
from easterly.model.qos import Absorption, QosPlan

WORDS = {
    Absorption.UNKNOWN: None, Absorption.DROPS: "drops", Absorption.HOLDS: "holds", Absorption.PAUSES: "pauses",
}  # fmt: skip
Rows = list[dict[str, Any]]


def whole(plan: QosPlan) -> dict[str, Any]:
    """Everything, reasons included."""
    return {
        "classes": classes(plan),
        "queues": queues(plan),
        **rest(plan),
        "settings": settings(plan),
        "reasons": reasons(plan, np.arange(len(plan.reasons.quantity))),
    }


def rest(plan: QosPlan) -> dict[str, Any]:
    """What the plan of a site has besides its classes and queues."""
    return {
        "mtu_B": plan.mtu_B,
        "method": plan.method,
        "code_points": _names(plan, plan.dscp_class),
        "groups": groups(plan),
        "budgets": budgets(plan),
        "headroom": headroom(plan),
        "buffers": buffers(plan),
        "tenants": tenants(plan),
        "policers": policers(plan),
    }


def classes(plan: QosPlan) -> Rows:
    """Marks, queue and share of each class."""
    columns = {
        "name": plan.traffic_class, "dscp": plan.dscp, "queue": plan.queue, "share": plan.share, "strict": plan.strict,
        "lossless": plan.lossless, "pcp": plan.pcp, "ecn": plan.ecn, "early_drop": plan.early_drop,
    }  # fmt: skip
    return _table(columns)


def groups(plan: QosPlan) -> Rows:
    """Groups of ports."""
    made = plan.groups
    columns = {
        "name": made.name, "kind": made.kind, "faces": made.faces, "fabric": made.fabric,
        "device_type": made.device_type, "ports": np.diff(made.port_ptr), "rate_bps": made.rate_bps,
        "cable_m": made.cable_m, "rtt_s": made.rtt_s, "trust": made.trust, "lossless": made.is_lossless,
    }  # fmt: skip
    return _table(columns)


def queues(plan: QosPlan) -> Rows:
    """One row per group and class."""
    made, count = plan.queues, len(plan.traffic_class)
    names = (
        "weight", "rate_bps", "shaper_bps", "reserved_B", "alpha", "kmin_B", "kmax_B", "pmax", "xoff_B",
        "xoff_alone_B", "xon_offset_B", "headroom_B", "headroom_high_B", "limit_B", "limit_alone_B", "incast_senders",
        "incast_peak_B",
    )  # fmt: skip
    columns = {
        "group": np.repeat(plan.groups.name, count),
        "class": np.tile(plan.traffic_class, len(plan.groups)),
        "queue": np.tile(plan.queue, len(plan.groups)),
        **{name: getattr(made, name).reshape(-1) for name in names},
    }
    rows = _table(columns)
    for row, said in zip(rows, made.absorbed.reshape(-1).tolist(), strict=True):
        row["incast"] = WORDS[Absorption(said)]
    return rows


def budgets(plan: QosPlan) -> Rows:
    """Packet memory."""
    made = plan.budgets
    names = ("device", "switch_type", "role", "fabric", "ports", "memory_B", "cell_B", "reserved_B", "headroom_B",
             "pool_B", "lossless_B", "lossy_B", "fits")  # fmt: skip
    return _table({name: getattr(made, name) for name in names})


def headroom(plan: QosPlan) -> Rows:
    """Headroom, item by item."""
    made = plan.headroom
    return _table({
        "group": plan.groups.name[made.group], "item": made.item, "size_B": made.size_B, "high_B": made.high_B,
        "why": made.why,
    })  # fmt: skip


def buffers(plan: QosPlan) -> Rows:
    """What queues need by every method, and whether the plan gives what the chosen one asks for."""
    made = plan.needs
    names = ("method", "size_B", "most_B", "formula", "holds", "chosen", "why", "given_B",
             "given_alone_B")  # fmt: skip
    rows = _table({
        "group": plan.groups.name[made.group], "class": plan.traffic_class[made.traffic_class],
        **{name: getattr(made, name) for name in names},
    })  # fmt: skip
    for row in rows:
        row["enough"] = _enough(row) if row["chosen"] and row["given_B"] is not None else None
    return rows


def _enough(row: dict[str, Any]) -> str:
    """Yes; only while nothing else is congested; not with frames that fill cells worst; or no."""
    if row["given_B"] >= row["most_B"]:
        return "yes"
    if row["given_alone_B"] >= row["most_B"]:
        return "alone"
    return "usual frames" if row["given_B"] >= row["size_B"] else "no"


def tenants(plan: QosPlan) -> Rows:
    """Shares of tenants, with rates at each rate of a port."""
    made = plan.tenants
    rows = _table({
        "tenant": made.tenant, "class": plan.traffic_class[made.traffic_class], "tenant_share": made.tenant_share,
        "class_share": made.class_share, "share": made.share,
    })  # fmt: skip
    names = plan.groups.name.tolist()
    for row, rates in zip(rows, made.rate_bps.tolist(), strict=True):
        row["rates"] = [{"group": g, "rate_bps": r} for g, r in zip(names, numbers(rates), strict=True)]
    return rows


def policers(plan: QosPlan) -> Rows:
    """Meters at trust boundaries."""
    made = plan.policers
    columns = {"group": plan.groups.name[made.group], "class": plan.traffic_class[made.traffic_class]}
    names = ("algorithm", "cir_bps", "cbs_B", "pir_bps", "pbs_B", "yellow", "red")
    return _table({**columns, **{name: getattr(made, name) for name in names}})


def settings(plan: QosPlan) -> Rows:
    """Settings of hosts."""
    made = plan.settings
    rows = _table({"group": plan.groups.name[made.group], "layer": made.layer, "key": made.key, "value": made.value,
                   "why": made.why})  # fmt: skip
    for row, cls in zip(rows, _names(plan, made.traffic_class), strict=True):
        row["class"] = cls
    return rows


def reasons(plan: QosPlan, chosen: Sequence[int] | np.ndarray[Any, Any]) -> Rows:
    """Why numbers are what they are."""
    made, at = plan.reasons, np.asarray(chosen, dtype=np.int64)
    rows = _table({"quantity": made.quantity[at], "rule": made.rule[at], "source": made.source[at],
                   "inputs": made.inputs[at]})  # fmt: skip
    where = [None if g < 0 else str(plan.groups.name[g]) for g in made.group[at].tolist()]
    for row, group, cls in zip(rows, where, _names(plan, made.traffic_class[at]), strict=True):
        row |= {"group": group, "class": cls}
    return rows


def _names(plan: QosPlan, rows: IntColumn) -> list[str | None]:
    return [None if row < 0 else str(plan.traffic_class[row]) for row in rows.tolist()]


def _table(columns: dict[str, Any]) -> Rows:
    """Columns as a list of rows."""
    plain = [_plain(column) for column in columns.values()]
    return [dict(zip(columns, row, strict=True)) for row in zip(*plain, strict=True)]


def _plain(column: FloatColumn | IntColumn | TextColumn) -> list[Any]:
    return numbers(column.tolist()) if column.dtype.kind == "f" else column.tolist()
