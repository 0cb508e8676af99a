"""The worst failures and the best placement of a plan: for the report, and for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from easterly.app.report.engineering import percent
from easterly.app.report.measure import TIMES, measure
from easterly.app.report.sections import table_of

Row = Mapping[str, Any]
BLOCKS = 4
"""Blocks of a job that are named; of more, the number is told."""
JOBS = 4
"""Jobs with a column of their own in the table of failures; of more, the one that is slowed down most is named."""


def failures(document: Row) -> dict[str, Any] | None:
    """The table of failures, the dearest first, and what was left out; nothing where nobody asked."""
    tried = document.get("failures_tried")
    if not tried:
        return None
    rows = document["failures"]
    names = list(rows[0]["jobs"]) if rows else []
    each = names if len(names) <= JOBS else []
    heads = ("Kind", "Such as", "Alike", "A month", "Lasts", *(f"{job} x" for job in each), *_slowest_head(names),
             "GPU-h a month", "Breaks")  # fmt: skip
    cells = [
        (row["kind"], row["name"], f"{row['alike']:,.4g}", f"{row['per_month']:.2g}",
         lasting(row["repair_s"]), *(slower(row["jobs"][job]) for job in each), *_slowest(row, names),
         f"{row['lost_gpu_h_per_month']:,.2f}", breaks(row))
        for row in rows
    ]  # fmt: skip
    table = table_of(heads, cells, [i for i in range(2, len(heads) - 1) if not heads[i].startswith("Slowed")])
    return {"table": table, "because": tried["because"], "anew": ANEW if any(_anew(row) for row in rows) else ""}


def _slowest_head(names: Sequence[str]) -> tuple[str, ...]:
    return ("Slowed most",) if len(names) > JOBS else ()


def _slowest(row: Row, names: Sequence[str]) -> tuple[str, ...]:
    """The job that a failure slows down most, where not all have a column."""
    if len(names) <= JOBS:
        return ()
    job = min(names, key=lambda name: row["jobs"][name]["pace"])
    return (f"{job} {slower(row['jobs'][job])}",)


def _anew(row: Row) -> bool:
    return any(job["formed_anew"] for job in row["jobs"].values())


def lasting(time_s: float) -> str:
    """A time that parts are away.

    >>> lasting(86400.0), lasting(1800.0)
    ('24 h', '30 min')
    """
    return f"{time_s / 3600:.4g} h" if time_s >= 3600 else f"{time_s / 60:.3g} min"


def slower(job: Row) -> str:
    r"""Step time over that with nothing down; in brackets what is lost of the pace where a job is formed anew.

    >>> slower({"slowdown": 1.0, "pace": 0.875, "formed_anew": True}).replace("\N{NO-BREAK SPACE}", " ")
    '1.000 [12.5 %]*'
    """
    if job["slowdown"] is None:
        return "stands still"
    mark = f" [{percent(1 - job['pace'])}]*" if job["formed_anew"] else ""
    return f"{job['slowdown']:.3f}{mark}"


def breaks(row: Row) -> str:
    """What has no path, holds no more, or is unproven then."""
    return ", ".join([
        *(f"{name} has no path" for name in row["without_path"]), *row["broken"],
        *(f"{name}?" for name in row["unproven"]),
    ])  # fmt: skip


ANEW = "* formed anew on what is left; the share of tokens per second that is lost stands in brackets"


def placement(document: Row) -> dict[str, Any] | None:
    """Each job now and in the best placement, with the bound; nothing where nobody asked."""
    made = document.get("placement_value")
    if not made:
        return None
    if made["because"]:
        return {"because": made["because"], "table": None, "said": ""}
    rows = document["placement"]
    unit = measure([value for row in rows for value in (row["current_s"], row["best_s"], row["least_s"])], TIMES)
    cells = [
        (row["job"], *(unit.text(row[key]) for key in ("current_s", "best_s", "least_s")), _on(row["current_on"]),
         _on(row["best_on"]) if row["best_on"] != row["current_on"] else "as now")
        for row in rows
    ]  # fmt: skip
    heads = ("Job", *(f"{word} ({unit.unit})" for word in ("Now", "Best", "Least")), "On", "Best on")
    return {"because": None, "table": table_of(heads, cells, range(1, 4)), "said": _said(made)}


def _on(blocks: str) -> str:
    count = blocks.count(" ") + 1
    return blocks if count <= BLOCKS else f"{count} blocks"


def _said(made: Row) -> str:
    moved = f"; it moves {', '.join(made['moved'])}" if made["moved"] else ", which is as it is"
    return (
        f"Step time over the least possible, in the mean over GPUs: {made['current']:.4f} now, "
        f"{made['best']:.4f} in the best that was found{moved}; no placement has less than {made['bound']:.4f}."
    )  # fmt: skip
