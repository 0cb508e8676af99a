"""What waits, by formulae, by packets and at its worst: for the report, and for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.report.plots import Spread, axis, spreads
from easterly.app.report.sections import Table, table_of
from easterly.base.units import TIME

Row = Mapping[str, Any]
CLASS_HEADS = (
    "Class", "Queues", "Mean", "99 %", "Worst", "Simulated", "May need", "Safe", "Room", "Beyond what is safe"
)  # fmt: skip
SENDER_HEADS = ("Who", "Class", "Connections", "Mean", "Slowest mean", "Worst in a NIC", "Worst behind it", "Between")
ASSUMED = "every connection sends its mean rate as packets at random"


def section(document: Row) -> dict[str, Any] | None:
    """What the report shows of queues; nothing where nobody asked, and why where nothing was looked at."""
    found = document.get("waiting")
    if not found:
        return None
    if found["because"]:
        return {"because": found["because"]}
    return {
        "because": None, "how": how(document), "classes": by_class(document), "senders": _by_sender(found["senders"]),
        "drawn": _drawn(found["classes"]),
    }  # fmt: skip


def how(document: Row) -> list[str]:
    """What numbers are about and where they are from, in sentences."""
    found, packets = document["waiting"], document.get("packets")
    said = [f"Mean and 99 %: {ASSUMED}, by {found['how']}."]
    if found["worst"]:
        said.append(f"Worst: one step of every job, whatever the timing, by {found['worst']}.")
    if found["unbounded"]:
        said.append(f"{'Not all has a' if found['worst'] else 'No'} worst case: {found['unbounded']}.")
    if packets and not packets["because"]:
        said.append("Simulated: the longest queue in the part of each message that was simulated.")
    return said


def by_class(document: Row) -> Table | None:
    """One row for each class: its queue that waits longest, and the one that needs most of its room."""
    return table_of(
        CLASS_HEADS,
        [
            (row["name"], f"{row['queues']:,}", _mean(row), _time(row["p99_s"]), _worst(row),
             _size(_simulated_B(document, row)), _size(row["needs_B"]), _size(row["safe_B"]), _size(row["room_B"]),
             _beyond(row))
            for row in document["waiting"]["classes"]
        ],
        range(1, 9),
    )  # fmt: skip


def _by_sender(rows: Sequence[Row]) -> Table | None:
    return table_of(
        SENDER_HEADS,
        [
            (row["owner"], row["traffic_class"], f"{row['connections']:,}",
             *(_time(row[key]) for key in ("mean_s", "slowest_s", "nic_s", "network_s")),
             f"{row['src']} > {row['dst']}" if row["src"] else DASH)
            for row in rows
        ],
        range(2, 7),
    )  # fmt: skip


def _drawn(rows: Sequence[Row]) -> Markup | None:
    """Mean, 99 % and worst case of each class, on a line of times."""
    shown = [row for row in rows if row["mean_s"] is not None and row["p99_s"] is not None]
    values = [row[key] for row in shown for key in ("mean_s", "p99_s", "delay_s") if row[key]]
    if not values:
        return None
    made = [
        Spread(row["name"], min(row["mean_s"], row["p99_s"]), row["p99_s"], (), None, row["mean_s"], row["delay_s"])
        for row in shown
    ]
    said = "; ".join(
        f"{row['name']} waits {_time(row['mean_s'])} in the mean, at its worst {_time(row['delay_s'])}" for row in shown
    )
    return spreads(made, axis("wait", values, TIME, log=True), title="Waits by class", said=said)


def _simulated_B(document: Row, row: Row) -> float | None:
    """The longest queue of a class at any switch, of the part that was simulated."""
    names = row["name"].split(", ")
    found = [q["simulated_B"] for q in document["queues"] if q["class"] in names and q["limit_B"] is not None]
    return max((value for value in found if value is not None), default=None)


def _mean(row: Row) -> str:
    return f"for ever at {row['overloaded']:,}" if row["overloaded"] else _time(row["mean_s"])


def _worst(row: Row) -> str:
    return "no bound" if row["delay_link"] and row["delay_s"] is None else _time(row["delay_s"])


def _beyond(row: Row) -> str:
    if row["safe_B"] is None:
        return DASH
    return f"{row['beyond']:,}, may {'pause' if row['lossless'] else 'drop'}" if row["beyond"] else "none"


def _time(value: float | None) -> str:
    return DASH if value is None else "0" if value == 0 else measure([value], TIMES, 3).full(value)


def _size(value: float | None) -> str:
    return DASH if value is None else "0" if value == 0 else measure([value], SIZES, 3).full(value)
