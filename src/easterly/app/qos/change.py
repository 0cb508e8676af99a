"""What follows from a change: the plan before and after, number by number."""

from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from easterly import site as text
from easterly.app.qos import document as tables
from easterly.base.findings import Finding, FindingsError, Severity, did_you_mean
from easterly.model.catalog import presets
from easterly.model.qos import QosPlan
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


SECTIONS = ("qos",)
"""Parts of a site that may be changed where its file says nothing of them."""

PARTS = {"classes": ("buffer", "pfc", "wred"), "tenants": ("classes",), "fabrics": ("cables",)}
"""The same of each class, tenant and fabric."""


class Refused(ValueError):
    """A change that cannot be read, or names what is not there."""


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
    Refused
        A change without ``=``, or a path through what is no map.
    FindingsError
        The changed site is wrong.
    """
    changed = deepcopy(data)
    for change in changes:
        _apply(changed, change)
    loaded = text.load_text(json.dumps(changed, default=str, indent=1), name="changed site")
    nouns = Nouns(loaded.site, Stages(cache))
    found = text.locate((*loaded.notes, *check(loaded.site, nouns)), loaded.source)
    if errors(found):
        raise FindingsError(errors(found))
    return nouns, tuple(f for f in found if f.severity is Severity.WARNING)


def _apply(data: dict[str, Any], change: str) -> None:
    path, sign, value = change.partition("=")
    *above, last = path.strip().split(".")
    if not sign or not last:
        raise Refused(f"--set {change}: write PATH=VALUE, such as classes.training.share=60%")
    here: Any = data
    if above and (above[0] in SECTIONS or _preset(data)):
        data.setdefault(above[0] if above[0] in SECTIONS else "classes", {})
    for depth, step in enumerate(above):
        if depth == 2 and isinstance(here, dict) and step in PARTS.get(above[0], ()):
            here.setdefault(step, {})
        if depth == 1 and above[0] == "classes" and isinstance(here, dict):
            _from_preset(data, here, step)
        if not isinstance(here, dict) or step not in here:
            known = here if isinstance(here, dict) else {}
            raise Refused(f"--set {change}: no {step!r} there: {did_you_mean(step, known)}")
        here = here[step]
    if not isinstance(here, dict):
        raise Refused(f"--set {change}: {'.'.join(above)} is no map of keys and values")
    here[last] = _value(value.strip())


def _preset(data: dict[str, Any]) -> dict[str, Any]:
    """Classes that the site starts from."""
    named = data["qos"].get("preset") if isinstance(data.get("qos"), dict) else None
    return presets.classes(named) if named in presets.SOURCE else {}


def _from_preset(data: dict[str, Any], classes: dict[str, Any], name: str) -> None:
    """Write a class of the preset out, so that one key of it can be changed."""
    if name not in classes and name in (given := _preset(data)):
        classes[name] = given[name]


def _value(written: str) -> Any:
    """A value as the site file would have it: a number, true or false, a list, a map; else text."""
    tree = text.Source("--set", f"value: {written}").tree
    found: Any = tree.data.get("value") if tree.complete and isinstance(tree.data, dict) else None
    if isinstance(found, tuple):
        return list(found)
    return found if isinstance(found, (bool, int, float, list, dict)) else written


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
