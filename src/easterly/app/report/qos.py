"""QoS in the report: shares of tenants and classes, thresholds to scale, and what packet memory is spent on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from easterly.app.report.measure import DASH, RATES, SIZES, Measure, measure

HEIGHT, COLUMN, GAP = 200.0, 84.0, 36.0
COLOURS = ("series-0", "series-1", "series-2", "series-3", "series-4", "compute", "exposed", "over")
NAMED = 0.08
"""Part of a bar that is wide enough for its name."""
MOST = 8
"""Groups of ports whose thresholds are drawn; plan.json has all."""
MARKS = (
    ("kmin_B", "Kmin"), ("kmax_B", "Kmax"), ("xoff_B", "xoff"), ("limit_B", "limit"),
)  # fmt: skip
POOLS = (
    ("reserved_B", "kept for single queues"), ("headroom_B", "headroom"), ("lossless_B", "shared, lossless"),
    ("lossy_B", "shared, lossy"),
)  # fmt: skip
METHODS = {"bdp": "BDP", "bdp-root-n": "BDP / √N", "incast": "incast", "headroom": "headroom"}
Document = Mapping[str, Any]
Row = Mapping[str, Any]


def qos(document: Document) -> dict[str, Any] | None:
    """What the section shows; nothing for a site without classes of its own."""
    classes = document["classes"]
    made = document.get("qos")
    if not made or len(classes) < 2:
        return None
    colour = {c["name"]: COLOURS[i % len(COLOURS)] for i, c in enumerate(classes)}
    return {
        "legend": [(c["name"], colour[c["name"]], _said(c)) for c in classes],
        "shares": shares(classes, made, colour),
        "columns": columns(document["queues"], made["groups"], colour),
        "budgets": budgets(made["budgets"]),
        "buffers": buffers(made["buffers"]),
    }


def _said(row: Row) -> str:
    """How a class is served, in a few words."""
    words = [f"DSCP {row['dscp']}", f"queue {row['queue']}"]
    words += [word for word, is_so in (("strict", row["strict"]), ("lossless", row["lossless"])) if is_so]
    words += ["marked"] if row["ecn"] else ["dropped early"] if row["early_drop"] else []
    return ", ".join(words)


def shares(classes: Sequence[Row], made: Row, colour: Mapping[str, str]) -> dict[str, Any]:
    """A bar of one port: tenants side by side, the classes of each within it."""
    rate = max((g["rate_bps"] or 0.0 for g in made["groups"]), default=0.0)
    unit = measure([rate], RATES)
    tenants: dict[str, list[Row]] = {}
    for row in made["tenants"]:
        tenants.setdefault(row["tenant"], []).append(row)
    if not tenants:
        tenants[""] = [{"class": c["name"], "share": c["share"]} for c in classes]
    outer = [_outer(name, rows, rate, unit, colour) for name, rows in tenants.items()]
    return {"port": unit.full(rate), "unit": unit.unit, "tenants": [part for part in outer if part["width"] > 0]}


def _outer(name: str, rows: Sequence[Row], rate: float, unit: Measure, colour: Mapping[str, str]) -> dict[str, Any]:
    whole = sum(row["share"] or 0.0 for row in rows)
    return {
        "name": name, "width": 100 * whole, "share": percent(whole), "rate": unit.full(whole * rate),
        "classes": [
            {
                "name": row["class"], "colour": colour.get(row["class"], "series-4"),
                "width": 100 * (row["share"] or 0.0) / whole if whole else 0.0, "share": percent(row["share"] or 0.0),
                "rate": unit.full((row["share"] or 0.0) * rate),
            }
            for row in rows
        ],
    }  # fmt: skip


def percent(share: float) -> str:
    """A share in percent.

    >>> percent(0.125).replace(chr(0xA0), " ")
    '12.5 %'
    """
    return f"{100 * share:.3g}\u00a0%"


def columns(queues: Sequence[Row], groups: Sequence[Row], colour: Mapping[str, str]) -> dict[str, Any] | None:
    """Thresholds of each class, to one scale per group of ports: what is filled first stands lowest."""
    drawn = [g for g in groups if any(_levels(q) for q in queues if q["group"] == g["name"])]
    if not drawn:
        return None
    parts = [_group(g, [q for q in queues if q["group"] == g["name"] and _levels(q)], colour) for g in drawn[:MOST]]
    return {"parts": parts, "shown": len(parts), "all": len(drawn), "height": HEIGHT}


def _levels(row: Row) -> list[tuple[str, float]]:
    return [(word, row[key]) for key, word in MARKS if row[key] is not None]


def _group(group: Row, rows: Sequence[Row], colour: Mapping[str, str]) -> dict[str, Any]:
    top = max((value for row in rows for _, value in _levels(row)), default=1.0) or 1.0
    unit = measure([top], SIZES)
    return {
        "name": group["name"], "ports": f"{group['ports']:,}", "unit": unit.unit,
        "width": len(rows) * (COLUMN + GAP) + GAP,
        "classes": [_column(i, row, top, unit, colour) for i, row in enumerate(rows)],
        "words": "; ".join(_words(row, unit) for row in rows),
    }  # fmt: skip


def _column(place: int, row: Row, top: float, unit: Measure, colour: Mapping[str, str]) -> dict[str, Any]:
    ends = sorted(_levels(row), key=lambda level: level[1])
    alone, peak = row["limit_alone_B"] or row["limit_B"], row["incast_peak_B"]
    return {
        "x": GAP + place * (COLUMN + GAP), "name": row["class"], "colour": colour.get(row["class"], "series-4"),
        "marks": list(_apart([(f"{word} {unit.text(value)}", HEIGHT * (1 - value / top)) for word, value in ends])),
        "whole": HEIGHT * (1 - (ends[-1][1] if ends else 0.0) / top),
        "alone": None if alone is None else f"alone {measure([alone], SIZES).full(alone)}",
        "peak": HEIGHT * (1 - peak / top) if peak and peak <= top else None,
        "incast": row["incast"], "burst": measure([peak], SIZES, 3).full(peak) if peak else "",
    }  # fmt: skip


def _apart(marks: Iterable[tuple[str, float]], least: float = 12.0) -> Iterable[tuple[str, float, float]]:
    """Text, line, and where the text goes so that texts do not meet; from the lowest line up."""
    last = HEIGHT + least
    for text, y in marks:
        last = min(y, last - least)
        yield text, y, last


def _words(row: Row, unit: Measure) -> str:
    return f"{row['class']}: " + ", ".join(f"{word} {unit.full(value)}" for word, value in _levels(row))


def budgets(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Packet memory of each model, as one bar."""
    made = []
    for row in rows:
        memory = row["memory_B"]
        if not memory:
            continue
        unit = measure([memory], SIZES)
        parts = [(word, row[key] or 0.0) for key, word in POOLS]
        rest = memory - sum(value for _, value in parts)
        parts += [("idle", rest)] if rest > 1e-6 * memory else []
        made.append({
            "device": row["device"], "type": row["switch_type"], "ports": f"{row['ports']:,}",
            "memory": unit.full(memory), "fits": row["fits"],
            "parts": [_spent(i, word, value, memory, unit) for i, (word, value) in enumerate(parts)],
        })  # fmt: skip
    return made


def buffers(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """What each class needs at each kind of port, by the method that decides, and what the others come to."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["group"], row["class"]), []).append(row)
    return [made for (group, name), own in found.items() for made in _needs(group, name, own)]


def _needs(group: str, name: str, rows: Sequence[Row]) -> Iterator[dict[str, Any]]:
    for row in rows:
        if row["chosen"]:
            others = [other for other in rows if other is not row and other["size_B"] is not None]
            yield {
                "group": group, "class": name, "method": METHODS[row["method"]], "need": _bytes(row["size_B"]),
                "given": _bytes(row["given_B"]), "alone": _bytes(row["given_alone_B"]), "enough": row["enough"],
                "why": row["why"],
                "others": [(METHODS[o["method"]], _bytes(o["size_B"]), o["holds"], o["why"]) for o in others],
            }  # fmt: skip


def _bytes(size: float | None) -> str:
    return DASH if size is None else measure([size or 1.0], SIZES, 3).full(size)


def _spent(place: int, word: str, value: float, memory: float, unit: Measure) -> dict[str, Any]:
    return {
        "name": word, "width": max(0.0, 100 * value / memory), "size": unit.full(value),
        "named": value > NAMED * memory, "colour": "track" if word == "idle" else COLOURS[place % len(COLOURS)],
    }  # fmt: skip
