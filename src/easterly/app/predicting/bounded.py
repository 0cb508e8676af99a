"""Worst cases of a site: as JSON, and as they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from easterly.app.columns import Column
from easterly.app.predicting import refining
from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.text import Page
from easterly.app.values import number
from easterly.study.naming import classes_of, links_of

if TYPE_CHECKING:
    from easterly.study.bounds import SiteBounds

LISTED = 20
"""Queues in a document."""
SHOWN, LINKS = 12, 3
"""Queues and links that are printed."""


def document(made: SiteBounds) -> dict[str, Any]:
    """Worst cases of jobs, classes and queues."""
    found, names = made.bounds, links_of(made.prepared.nouns)
    beyond = int(found.queues.beyond.sum())
    return {
        "method": "bounds", "steps": made.steps, "how": found.method, "why": found.why or None,
        "unbounded": int(np.isinf(found.queues.delay_s).sum()), "beyond": beyond,
        "jobs": _jobs(made), "classes": _classes(made, names), "queues": _queues(made, names),
        "cyclic": [names[link] for link in found.cyclic.tolist()],
        "overloaded": [names[link] for link in found.overloaded.tolist()],
        "passes": [
            {"job": name, "laid_out": number(own), "whole": number(whole)}
            for name, own, whole in zip(
                made.prepared.jobs, made.prepared.first.passes, made.prepared.passes, strict=True
            )
            if own < whole
        ],
        "refined": refining.rows(made),
    }  # fmt: skip


def _jobs(made: SiteBounds) -> list[dict[str, Any]]:
    """The slowest packet of each job and class."""
    nouns, found = made.prepared.nouns, made.bounds
    classes, name = nouns.demands.value.classes, nouns.network.value.nodes.name
    rows = []
    for owner in np.unique(made.owner).tolist():
        own = np.flatnonzero(made.owner == owner)
        for c in np.unique(made.talk.traffic_class[own]).tolist():
            of = own[made.talk.traffic_class[own] == c]
            worst = int(of[np.argmax(found.network_s[of])])
            rows.append({
                "owner": owner, "class": classes[c], "connections": len(of), "nic_s": number(found.nic_s[of].max()),
                "network_s": number(found.network_s[worst]), "delay_s": number(found.delay_s[of].max()),
                "src": str(name[made.talk.src[worst]]), "dst": str(name[made.talk.dst[worst]]),
            })  # fmt: skip
    return rows


def _classes(made: SiteBounds, names: list[str]) -> list[dict[str, Any]]:
    """The worst queue of each class at switches."""
    table, named = made.bounds.queues, classes_of(made.prepared.nouns, made.prepared.queues)
    inside = made.prepared.queues.in_switches(table.link)
    rows = []
    for q in np.unique(table.queue[inside]).tolist():
        own = np.flatnonzero(inside & (table.queue == q))
        worst = int(own[np.argmax(table.delay_s[own])])
        rows.append({
            "class": named.get(q, str(q)), "queues": len(own), "beyond": int(table.beyond[own].sum()),
            "delay_s": number(table.delay_s[worst]), "link": names[int(table.link[worst])],
            "needs_B": number(table.backlog_B[own].max()),
        })  # fmt: skip
    return rows


def _queues(made: SiteBounds, names: list[str]) -> list[dict[str, Any]]:
    """Queues of switches that need most of their room, then most."""
    table, named = made.bounds.queues, classes_of(made.prepared.nouns, made.prepared.queues)
    inside = made.prepared.queues.in_switches(table.link)
    part = np.nan_to_num(table.backlog_B / np.where(table.safe_B > 0, table.safe_B, np.nan), nan=0.0)
    order = np.lexsort((table.link, -table.backlog_B, -part))
    order = order[inside[order]][:LISTED]
    return [
        {
            "link": names[int(table.link[r])], "class": named.get(int(table.queue[r]), str(table.queue[r])),
            "load": number(table.load[r]), "flows": int(table.flows[r]), "delay_s": number(table.delay_s[r]),
            "needs_B": number(table.backlog_B[r]), "safe_B": number(table.safe_B[r]), "room_B": number(table.room_B[r]),
            "lossless": bool(table.lossless[r]), "beyond": bool(table.beyond[r]),
        }
        for r in order.tolist()
    ]  # fmt: skip


def page(found: dict[str, Any]) -> None:
    """Worst cases as they are printed."""
    shown = Page(Console())
    _show_jobs(shown, found)
    _show_classes(shown, found["classes"])
    _show_queues(shown, found)
    refining.show(shown, found["refined"])
    for key, said in (
        ("cyclic", "Queues depend on each other in a ring"),
        ("overloaded", "More comes for ever than is carried"),
    ):
        if found[key]:
            more = len(found[key]) - LINKS
            shown.wrapped(
                f"{said}: {', '.join(found[key][:LINKS])}{f' and {more:,} more' if more > 0 else ''}.", "", "  "
            )
    if found["why"]:
        shown.wrapped(f"{found['unbounded']:,} queues have no bound: {found['why']}.", "", "  ")


def _show_jobs(shown: Page, found: dict[str, Any]) -> None:
    shown.title("Worst delay of a packet, whatever the timing")
    rows = found["jobs"]
    unit = measure([row["delay_s"] or 0.0 for row in rows], TIMES)
    heads = ("Who", "Class", "Connections", "In its NIC", "In the network", "Slowest there")
    shown.table(
        tuple(Column(head, right=2 <= i <= 4, gives_way=i == 5) for i, head in enumerate(heads)),
        [
            (row["owner"], row["class"], f"{row['connections']:,}", _or_none(unit, row["nic_s"]),
             _or_none(unit, row["network_s"]), f"{row['src']} > {row['dst']}")
            for row in rows
        ],
    )  # fmt: skip
    what = (
        "exactly one step, as much at once as can be on its way"
        if found["steps"] == 1
        else "steps without end, each of them at once"
    )
    shown.wrapped(f"Sent: {what}. By {found['how']}.", "dim", "  ")
    for row in found["passes"]:
        shown.wrapped(
            f"{row['job']}: {row['laid_out']:g} of {row['whole']:g} passes are laid out, and counted as all.",
            "dim",
            "  ",
        )


def _or_none(unit: Any, value: float | None) -> str:
    return "no bound" if value is None else str(unit.full(value))


def _show_classes(shown: Page, rows: list[dict[str, Any]]) -> None:
    shown.title("Worst queue of each class at switches")
    unit, size = (
        measure([r["delay_s"] or 0.0 for r in rows], TIMES),
        measure([r["needs_B"] or 0.0 for r in rows], SIZES, digits=3),
    )
    heads = ("Class", "Queues", "Waits", "Where", "Needs", "Beyond what is safe")
    shown.table(
        tuple(Column(head, right=i in (1, 2, 4, 5), gives_way=i == 3) for i, head in enumerate(heads)),
        [
            (row["class"], f"{row['queues']:,}", _or_none(unit, row["delay_s"]), row["link"],
             _or_none(size, row["needs_B"]), f"{row['beyond']:,}")
            for row in rows
        ],
    )  # fmt: skip


def _show_queues(shown: Page, found: dict[str, Any]) -> None:
    rows = found["queues"][:SHOWN]
    shown.title("Ports that need most of what is safe")
    units = {key: measure([r[key] or 0.0 for r in rows], SIZES, digits=3) for key in ("needs_B", "safe_B", "room_B")}
    heads = ("Link", "Class", "Needs", "Safe", "Room", "Beyond that")
    shown.table(
        tuple(Column(head, right=2 <= i <= 4, gives_way=i == 0) for i, head in enumerate(heads)),
        [
            (row["link"], row["class"], _or_none(units["needs_B"], row["needs_B"]),
             *(DASH if row[key] is None else units[key].full(row[key]) for key in ("safe_B", "room_B")), _beyond(row))
            for row in rows
        ],
    )  # fmt: skip
    if found["beyond"]:
        shown.wrapped(
            f"{found['beyond']:,} queues may need more than is safe: their delays, and those behind them, hold only "
            "until senders are paused or packets are dropped.", "dim", "  ",
        )  # fmt: skip


def _beyond(row: dict[str, Any]) -> str:
    if not row["beyond"]:
        return ""
    return "pauses" if row["lossless"] else "drops"
