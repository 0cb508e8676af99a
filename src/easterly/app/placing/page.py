"""Placements of a site, as they are printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.placing.answer import ROLES
from easterly.app.report.engineering import percent
from easterly.app.text import Page
from easterly.base.units import TIME, format_short

MEANING = {
    "slowdown": "step time over the least possible, in the mean over GPUs",
    "gpu-time": "GPUs times step time, summed",
    "worst": "step time over the least possible, of the job that suffers most",
}


def show(found: dict[str, Any]) -> None:
    """Values and gap, jobs with the reason, and what is left free."""
    page = Page(Console())
    _values(page, found)
    _jobs(page, found)
    _rooms(page, found)
    if found["tenants"]:
        _tenants(page, found["tenants"])
    if found.get("files"):
        page.say(f"written, and read back: {', '.join(found['files'])}")


def value(found: Mapping[str, Any], amount: float) -> str:
    """An objective in its unit."""
    return f"{amount:.4f}x" if found["unit"] == "1" else f"{amount:,.1f} GPU-s"


def _values(page: Page, found: dict[str, Any]) -> None:
    page.title(f"Placement: {MEANING[found['objective']]}")
    heads = (Column("Placement"), Column("Value", right=True), Column("Above the bound", right=True),
             Column("Works elsewhere", right=True))  # fmt: skip
    rows = [
        (role, value(found, found[role]["value"]), percent(found[role]["value"] / found["bound"] - 1),
         str(len(found[role]["moved"])))
        for role in ROLES
    ]  # fmt: skip
    page.table(heads, [*rows, ("bound", value(found, found["bound"]), "", "")])
    page.say(f"{found['predicted']} placements predicted; the best is at most {percent(found['gap'])} from optimal")


def _jobs(page: Page, found: dict[str, Any]) -> None:
    jobs = [row for row in found["works"] if row["kind"] == "job"]
    page.title("Step time of each job, those first that gain most")
    heads = (Column("Job"), Column("Tenant"), Column("Hosts", right=True), Column("Now", right=True),
             Column("Best", right=True), Column("Worst", right=True), Column("Least", right=True),
             Column("Best on", gives_way=True), Column("Why", gives_way=True))  # fmt: skip
    order = sorted(jobs, key=lambda row: (row["best"]["step_s"] - row["current"]["step_s"], row["name"]))
    page.table(heads, [
        (row["name"], row["tenant"] or "-", str(row["hosts"]), *(_time(row[role]["step_s"]) for role in ROLES),
         _time(row["least_s"]), " ".join(f"{block}x{count}" for block, count in row["best"]["blocks"].items()),
         row["fixed"] or why(row))
        for row in order
    ])  # fmt: skip


def why(row: Mapping[str, Any]) -> str:
    """What differs most between now, best and worst, and on which links, in words.

    Parameters
    ----------
    row : dict
        A job of the document.
    """
    spent = {role: {wait["axis"]: wait for wait in row[role]["waits"]} for role in ROLES}
    low, high = ("best", "current") if row["current"]["step_s"] > row["best"]["step_s"] * 1.0005 else ("best", "worst")
    gains = {
        axis: wait["exposed_s"] - spent[low].get(axis, {"exposed_s": 0.0})["exposed_s"]
        for axis, wait in spent[high].items()
    }
    axis = max(sorted(gains), key=lambda name: gains[name], default=None)
    if axis is None or gains[axis] <= 5e-4 * row["best"]["step_s"]:
        return "the same anywhere"
    where = "now" if high == "current" else "at worst"
    there, here = spent[high][axis], spent[low].get(axis)
    inside = f", best {_time(here['exposed_s'])} through the {here['crosses']}" if here else ""
    return f"{where} {axis} waits {_time(there['exposed_s'])} through the {there['crosses']}{inside}"


def _rooms(page: Page, found: dict[str, Any]) -> None:
    page.title("Free hosts, and how many more jobs fit")
    sizes = [size for size in found["best"]["rooms"][0]["fits"] if int(size) <= 64]
    heads = (Column("Placement"), Column("Fabric"), Column("Free", right=True), Column("Together", right=True),
             *(Column(f"of {size}", right=True) for size in sizes))  # fmt: skip
    rows = [
        (role, room["fabric"], str(room["free"]), str(next(iter(room["largest"].values()), 0)),
         *(_fits(room["fits"].get(size)) for size in sizes))
        for role in ROLES
        for room in found[role]["rooms"]
    ]  # fmt: skip
    page.table(heads, rows)
    page.say("jobs of so many hosts on one block / anywhere")


def _tenants(page: Page, found: dict[str, Any]) -> None:
    page.title("Tenants: dominant shares now, and GPUs if all wanted more of what they run")
    heads = (Column("Tenant"), Column("Weight", right=True), Column("GPUs", right=True), Column("Most of"),
             Column("Share", right=True), Column("Fair GPUs", right=True), Column("Share", right=True),
             Column("Whole hosts", right=True), Column("Envies now"))  # fmt: skip
    page.table(heads, [
        (row["name"], f"{row['weight']:g}", f"{row['gpus']:,.0f}", row["dominant"], percent(row["share"]),
         f"{row['fair_gpus']:,.1f}", percent(row["fair_share"]), f"{row['fair_hosts']:,.0f}",
         ", ".join(row["envies"]) or "nobody")
        for row in found["tenants"]
    ])  # fmt: skip
    page.say(f"fairness costs {percent(found['price'])} of the most useful work that any division does")


def _fits(row: dict[str, int] | None) -> str:
    if not row:
        return "-"
    counts = list(row.values())
    return f"{counts[0]} / {counts[-1]}"


def _time(seconds: float | None) -> str:
    return "-" if seconds is None else format_short(seconds, TIME)
