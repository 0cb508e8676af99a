"""What a lab found of a plan: predicted against measured, what stood in for what, whether it is of this plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from easterly.app.report.measured import HEADS, NUMERIC, parts
from easterly.app.tried import Tried
from easterly.base.counts import counted
from easterly.base.units import TIME, format_short

ROWS = 40
"""Of one table, what is not as predicted first; ``lab.json`` has all."""
NAMED = 20
"""Differences that are named."""
BADGES = {"PASS": "as predicted", "FAIL": "not as predicted", "UNPROVEN": "stale"}


def section(tried: Tried) -> dict[str, Any]:
    """The section of the report.

    Parameters
    ----------
    tried : Tried
        What `easterly.app.tried.beside` found.

    Returns
    -------
    dict
        Badge, facts, tables and drawings; of what cannot be read only the badge and the reason.
    """
    found = tried.result
    rows: Sequence[Mapping[str, Any]] = sorted(found.get("comparisons", ()), key=lambda row: bool(row["ok"]))
    good = sum(row["ok"] for row in rows)
    state = "UNPROVEN" if tried.stale else "PASS" if good == len(rows) else "FAIL"
    differences = [line for row in rows for line in row["differences"]]
    return {
        "state": state, "badge": BADGES[state], "stale": tried.stale, "good": good, "count": len(rows),
        "facts": _facts(found) if found else [], "parts": [_cut(part) for part in parts(rows)],
        "heads": HEADS, "numeric": NUMERIC, "differences": differences[:NAMED],
        "further": max(0, len(differences) - NAMED),
        "substitutions": [(each["lacking"], each["instead"]) for each in found.get("substitutions", ())],
        "unmeasured": [(each["what"], each["why"]) for each in found.get("unmeasured", ())],
    }  # fmt: skip


def _facts(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    seconds = sum(value for value in found.get("seconds", {}).values() if value)
    size = f"{counted(len(found['routers']), 'router')} and {counted(len(found['hosts']), 'host')}"
    return [
        ("network", f"{size}, rates divided by {found['scale']:,g}"),
        *(("smaller", each) for each in found["shrunk"]),
        *(("repaired", each) for each in found["repairs"]),
        *([("took", format_short(seconds, TIME, 2))] if seconds else []),
    ]  # fmt: skip


def _cut(part: Mapping[str, Any]) -> dict[str, Any]:
    """A part with as many rows as a report has room for."""
    rows = part["rows"]
    bad = any(row[HEADS.index("As predicted")] == "NO" for row in rows)
    return {**part, "rows": rows[:ROWS], "more": max(0, len(rows) - ROWS), "bad": bad}
