"""The QoS plan as it is printed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.qos import document as tables
from easterly.app.report.measure import DASH
from easterly.app.text import Page
from easterly.base.counts import counted
from easterly.base.units import LENGTH, RATE, SIZE, TIME, format_short
from easterly.model.qos import QosPlan

SHOWN = 40
Row = dict[str, Any]


def rate(value: float | None) -> str:
    """A rate, or a dash."""
    return DASH if value is None else format_short(value, RATE)


def size(value: float | None) -> str:
    """A size, or a dash."""
    return DASH if value is None else format_short(value, SIZE)


def plain(value: Any) -> str:
    """Anything else, or a dash."""
    if value is None or value == "":
        return DASH
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def percent(value: float | None) -> str:
    """A share, or a dash."""
    return DASH if value is None else f"{100 * value:.4g} %"


def length(value: float | None) -> str:
    """A length, or a dash."""
    return DASH if value is None else format_short(value, LENGTH)


def time(value: float | None) -> str:
    """A time, or a dash."""
    return DASH if value is None else format_short(value, TIME)


Cells = Sequence[tuple[str, str, Callable[[Any], str]]]

CLASSES: Cells = (
    ("Class", "name", plain), ("DSCP", "dscp", plain), ("PCP", "pcp", plain), ("Queue", "queue", plain),
    ("Share", "share", percent), ("Strict", "strict", plain), ("Lossless", "lossless", plain), ("ECN", "ecn", plain),
)  # fmt: skip
GROUPS: Cells = (
    ("Group", "name", plain), ("Ports", "ports", plain), ("Rate", "rate_bps", rate), ("Cable", "cable_m", length),
    ("Round trip", "rtt_s", time), ("Trusts", "trust", plain),
)  # fmt: skip
QUEUES: Cells = (
    ("Class", "class", plain), ("Weight", "weight", plain), ("Rate", "rate_bps", rate), ("Alpha", "alpha", plain),
    ("Kmin", "kmin_B", size), ("Kmax", "kmax_B", size), ("Xoff", "xoff_B", size), ("Headroom", "headroom_B", size),
    ("Drop", "limit_B", size), ("Alone", "limit_alone_B", size), ("Senders", "incast_senders", plain),
    ("Burst", "incast_peak_B", size), ("Incast", "incast", plain),
)  # fmt: skip
BUDGETS: Cells = (
    ("Switch", "device", plain), ("Model", "switch_type", plain), ("Ports", "ports", plain),
    ("Memory", "memory_B", size), ("Reserved", "reserved_B", size), ("Headroom", "headroom_B", size),
    ("Lossless", "lossless_B", size), ("Others", "lossy_B", size), ("Fits", "fits", plain),
)  # fmt: skip
TENANTS: Cells = (
    ("Tenant", "tenant", plain), ("Class", "class", plain), ("Of tenant", "class_share", percent),
    ("Of port", "share", percent), ("Rate", "rate_bps", plain),
)  # fmt: skip
POLICERS: Cells = (
    ("Group", "group", plain), ("Class", "class", plain), ("Meter", "algorithm", plain), ("CIR", "cir_bps", rate),
    ("CBS", "cbs_B", size), ("PIR", "pir_bps", rate), ("PBS", "pbs_B", size), ("Yellow", "yellow", plain),
    ("Red", "red", plain),
)  # fmt: skip
SETTINGS: Cells = (
    ("Layer", "layer", plain), ("Class", "class", plain), ("Setting", "key", plain), ("Value", "value", plain),
)  # fmt: skip
ITEMS: Cells = (
    ("Item", "item", plain), ("Size", "size_B", size), ("At most", "high_B", size), ("Why", "why", plain),
)  # fmt: skip
BUFFERS: Cells = (
    ("Class", "class", plain), ("BDP", "bdp", plain), ("BDP/√N", "bdp-root-n", plain), ("Incast", "incast", plain),
    ("Headroom", "headroom", plain), ("Decides", "decides", plain), ("Given", "given_B", size),
    ("Alone", "given_alone_B", size), ("Enough", "enough", plain),
)  # fmt: skip
NUMERIC = (rate, size, percent, length, time)


def show(plan: QosPlan) -> None:
    """All tables; long ones say how much they leave out."""
    page, found = Page(Console()), tables.whole(plan)
    _table(page, "Classes", CLASSES, found["classes"])
    _table(page, "Ports, in groups that are set alike", GROUPS, found["groups"])
    _table(page, "Packet memory of the switch that keeps most, by model and role", BUDGETS, found["budgets"])
    for group in found["groups"]:
        own = [row for row in found["queues"] if row["group"] == group["name"]]
        _table(page, str(group["name"]), QUEUES, own)
    _table(page, "Tenants, by rate of a port", TENANTS, [_rates(row) for row in found["tenants"]])
    _table(page, "Meters at trust boundaries", POLICERS, found["policers"])
    _settings(page, found["settings"])


def _rates(row: Row) -> Row:
    """Rates of a tenant's class, each once."""
    return {**row, "rate_bps": ", ".join(dict.fromkeys(rate(at["rate_bps"]) for at in row["rates"]))}


def _settings(page: Page, rows: list[Row]) -> None:
    for name in dict.fromkeys(row["group"] for row in rows):
        _table(page, f"Hosts: {name}", SETTINGS, [row for row in rows if row["group"] == name])


def explained(result: Sequence[Row]) -> None:
    """One port, or all of a device: values, then the reason of each."""
    page = Page(Console())
    for found in result:
        name = str(found["group"]["name"])
        _table(page, name, GROUPS, [found["group"]])
        _table(page, "Queues", QUEUES, found["queues"])
        _table(page, "Headroom of one class", ITEMS, found["headroom"])
        title = "Buffer of each class, by method (in brackets: it does not hold here)"
        _table(page, title, BUFFERS, by_method(found["buffers"]))
        for row in found["buffers"]:
            if row["chosen"]:
                page.wrapped(f"{row['class']}: {row['method']}, as {row['why']}", "dim", "  ")
        if found["budget"]:
            _table(page, "Memory", BUDGETS, [found["budget"]])
        _table(page, "Tenants", TENANTS, [{**row, "rate_bps": rate(row["rate_bps"])} for row in found["tenants"]])
        _table(page, "Meters", POLICERS, found["policers"])
        _reasons(page, found["reasons"])
        for row in found["settings"]:
            page.wrapped(f"{row['layer']} {row['key']} = {row['value']}: {row['why']}", "", "  ")


def by_method(rows: Sequence[Row]) -> list[Row]:
    """One row per class: what each method comes to, which decides, and what is given for it."""
    found: dict[str, Row] = {}
    for row in rows:
        own = found.setdefault(row["class"], {"class": row["class"]})
        said = size(row["size_B"])
        own[row["method"]] = said if row["holds"] or row["size_B"] is None else f"({said})"
        if row["chosen"]:
            own |= {"decides": row["method"], "need_B": row["size_B"]}
            own |= {key: row[key] for key in ("given_B", "given_alone_B", "enough", "why")}
    return list(found.values())


def _reasons(page: Page, rows: Sequence[Row]) -> None:
    page.title("Why")
    for row in rows:
        of = f" of {row['class']}" if row["class"] else ""
        page.wrapped(f"{row['quantity']}{of}: {row['rule']}", "", "  ")
        page.wrapped(f"source: {row['source']}" + (f"; from: {row['inputs']}" if row["inputs"] else ""), "dim", "    ")


def changed(rows: Sequence[Row], changes: Sequence[str]) -> None:
    """Before and after, one number a line."""
    page = Page(Console())
    page.title(f"{', '.join(changes)}: {counted(len(rows), 'number changes', 'numbers change')}")
    columns = (Column("Table"), Column("Row", gives_way=True), Column("Quantity"), Column("Before", right=True),
               Column("After", right=True))  # fmt: skip
    page.table(columns, [
        (row["table"], row["row"], row["quantity"], _value(row, "before"), _value(row, "after")) for row in rows
    ])  # fmt: skip


def _value(row: Row, key: str) -> str:
    """A number in the unit that its name ends in."""
    value, name = row[key], row["quantity"].split()[0]
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return plain(value)
    kinds = {"_bps": rate, "_B": size, "_s": time, "_m": length}
    show = next((kind for ending, kind in kinds.items() if name.endswith(ending)), plain)
    return percent(value) if name == "share" or name.endswith("_share") else show(value)


def _table(page: Page, title: str, cells: Cells, rows: Sequence[Row]) -> None:
    if not rows:
        return
    page.title(title)
    columns = [
        Column(head, right=kind in NUMERIC, gives_way=i == 0 and len(cells) > 4)
        for i, (head, _, kind) in enumerate(cells)
    ]
    page.table(columns, [[kind(row.get(key)) for _, key, kind in cells] for row in rows[:SHOWN]])
    if len(rows) > SHOWN:
        page.say(f"  and {len(rows) - SHOWN:,} more (--format json has all)", "dim")
