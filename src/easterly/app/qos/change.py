"""What follows from a change: the plan before and after, number by number."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from easterly import site as text
from easterly.app.qos import document as tables
from easterly.base.findings import Finding, FindingsError, Severity
from easterly.model.qos import QosPlan
from easterly.site import setting
from easterly.study.check import check, errors
from easterly.study.nouns import Nouns
from easterly.study.stages import Stages

KEYS = {
    "whole": ("of",), "classes": ("name",), "marks": ("code point",),
    "groups": ("name",), "queues": ("group", "class"), "budgets": ("device",),
    "headroom": ("group", "item"),
    "buffers": ("group", "class", "method"), "tenants": ("tenant", "class"), "policers": ("group", "class"),
    "settings": ("group", "class", "layer", "key"),
}  # fmt: skip


def made(data: Any, changes: Sequence[str], cache: Path | None) -> tuple[Nouns, tuple[Finding, ...]]:
    """Nouns of a site in which some values are others.

    Parameters
    ----------
    data : dict
        The site file in plain values.
    changes : sequence of str
        ``classes.training.share=60%``: path, and value as the file would have it.
    cache : Path or None

    Raises
    ------
    setting.Refused
        A change without ``=``, or a path through what is no map.
    FindingsError
        The changed site is wrong.
    """
    changed = deepcopy(data)
    for change in changes:
        path, written = setting.split(change)
        setting.put(changed, path, setting.value(written))
    loaded = setting.changed(changed)
    nouns = Nouns(loaded.site, Stages(cache))
    found = text.locate((*loaded.notes, *check(loaded.site, nouns)), loaded.source)
    if errors(found):
        raise FindingsError(errors(found))
    return nouns, tuple(f for f in found if f.severity is Severity.WARNING)


def compare(before: QosPlan, after: QosPlan) -> list[dict[str, Any]]:
    """Every number that differs, in the order of the tables.

    Parameters
    ----------
    before, after : QosPlan

    Returns
    -------
    list of dict
        ``table``, ``row`` (its names), ``quantity``, ``before``, ``after``; null where there was or is nothing.
    """
    old, new = tables.whole(before), tables.whole(after)
    for plan in (old, new):
        plan["marks"] = [{"code point": point, "class": name} for point, name in enumerate(plan["code_points"])]
        plan["whole"] = [{"of": "frames", "mtu_B": plan["mtu_B"]}]
    return [entry for table, keys in KEYS.items() for entry in _rows(table, keys, old[table], new[table])]


def _rows(
    table: str, keys: tuple[str, ...], old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    was = {_key(row, keys): row for row in old}
    now = {_key(row, keys): row for row in new}
    found = []
    for key in dict.fromkeys((*was, *now)):
        a, b = _flat(was.get(key, {})), _flat(now.get(key, {}))
        for quantity in dict.fromkeys((*a, *b)):
            if a.get(quantity) != b.get(quantity) and quantity not in (*keys, "why"):
                found.append({"table": table, "row": " ".join(key), "quantity": quantity,
                              "before": a.get(quantity), "after": b.get(quantity)})  # fmt: skip
    return found


def _key(row: dict[str, Any], keys: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(str(row[key]) for key in keys if row[key] is not None)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row without its list of rates: each of them by the name of its group."""
    rates = {f"rate_bps {at['group']}": at["rate_bps"] for at in row.get("rates", ())}
    return {**{key: value for key, value in row.items() if key != "rates"}, **rates}
