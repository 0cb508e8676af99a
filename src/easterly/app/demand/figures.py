"""Figures of other traffic: what caches save, how long rebuilds take, what bursts must be buffered."""

from __future__ import annotations

from typing import Any

import numpy as np

from easterly import demand
from easterly.app import columns
from easterly.app.values import number
from easterly.base.units import FREQUENCY, RATE, SIZE, format_short
from easterly.demand.checks.deadlines import duration
from easterly.model.demand import Figures, Work
from easterly.study.demand import Outgoing

KINDS = {"bit/s": RATE, "B": SIZE, "1/s": FREQUENCY}
HEADS = (
    columns.Column("Traffic"), columns.Column("Figure"), columns.Column("Value", right=True),
    columns.Column("Meaning", gives_way=True),
)  # fmt: skip


def figures(made: Outgoing) -> Figures:
    """Figures of all other traffic."""
    return demand.figures(made.site, made.network, hosts_of(made.demands.work))


def hosts_of(work: Work) -> dict[str, Any]:
    """Hosts of every work that has some."""
    parts = np.split(work.host_idx, work.host_ptr[1:-1]) if len(work) else []
    return {name: rows for name, rows in zip(work.name.tolist(), parts, strict=True) if len(rows)}


def document(made: Outgoing) -> list[dict[str, Any]]:
    """One object per figure."""
    found = figures(made)
    texts = (found.owner, found.name, found.unit, found.meaning)
    rows = zip(*(column.tolist() for column in texts), found.value.tolist(), strict=True)
    return [
        {"work": owner, "name": name, "value": number(value), "unit": unit, "meaning": meaning}
        for owner, name, unit, meaning, value in rows
        if owner in made.works
    ]


def lines(made: Outgoing, width: int | None) -> list[str]:
    """The figures as a table with its title; nothing where there are none."""
    found = document(made)
    if not found:
        return []
    rows = [(f["work"], named(f["name"]), shown(f["value"], f["unit"]), f["meaning"]) for f in found]
    room = None if width is None else width - 2
    return ["Other traffic", *("  " + "  ".join(line) for line in columns.lines(HEADS, rows, room)), ""]


def named(name: str) -> str:
    """Name of a figure without its unit.

    >>> named("saved_by_cache_bps"), named("clean_records_per_s"), named("kept_B_per_day")
    ('saved by cache', 'clean records', 'kept per day')
    """
    for unit in ("_per_s", "_bps", "_B", "_s"):
        name = name.removesuffix(unit)
    return name.replace("_B_", "_").replace("_", " ")


def shown(value: float | None, unit: str) -> str:
    """A value with its unit, rounded.

    >>> shown(5.6e6, "s"), shown(4e9, "bit/s"), shown(1.5, "1"), shown(2e7, "1/s")
    ('64.81d', '4Gb/s', '1.5', '20M/s')
    """
    if value is None:
        return "-"
    if unit == "s":
        return duration(value)
    return format_short(value, KINDS[unit]) if unit in KINDS else f"{value:.4g}"
