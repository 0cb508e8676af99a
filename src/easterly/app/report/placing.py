"""A page about placements: what each job gains and loses, and who is where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from easterly.app.placing.page import MEANING, value, why
from easterly.app.report import drawn
from easterly.app.report.engineering import percent
from easterly.app.report.plots import SERIES, Axis, Bar, axis, bars
from easterly.base.units import SHARE

Row = Mapping[str, Any]
JOBS = 30
"""Jobs that are drawn, those first that a placement changes most."""
BLOCKS = 40
TICK = 0.004
"""Half the width of what stands for one value, of the axis."""


def page(site: str, found: Row) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
        Its name.
    found : dict
        The JSON document.
    """
    figures = [_slowdowns(found), *(_map(found, role) for role in ("current", "best"))]
    if found["tenants"]:
        figures.append(_shares(found["tenants"]["tenants"]))
    return drawn.page("placement", "Placement of jobs", site, _facts(found), figures)


def _facts(found: Row) -> list[drawn.Fact]:
    told = MEANING[found["objective"]]
    facts = [
        ("now", value(found, found["current"]["value"]), told),
        ("best found", value(found, found["best"]["value"]), f"at most {percent(found['gap'])} from optimal"),
        ("worst found", value(found, found["worst"]["value"]), f"of {found['predicted']} placements predicted"),
        ("bound", value(found, found["bound"]), "no placement has less"),
    ]
    if found["tenants"]:
        facts.append(("price of fairness", percent(found["tenants"]["price"]), "of the most useful work"))
    return facts


def _slowdowns(found: Row) -> drawn.Figure:
    jobs = [row for row in found["works"] if row["kind"] == "job" and row["least_s"]]
    jobs.sort(key=lambda row: (row["best"]["step_s"] - row["worst"]["step_s"], row["name"]))
    shown = jobs[:JOBS]
    slower = {
        row["name"]: {role: row[role]["step_s"] / row["least_s"] for role in ("current", "best", "worst")}
        for row in shown
    }
    x = axis("step time over the least possible", [v for each in slower.values() for v in each.values()], near=True)
    half = TICK * (x.high - x.low)
    rows = [bar for name, each in slower.items() for bar in (
        Bar("best to worst", each["best"], max(each["worst"], each["best"]), name),
        Bar("now", max(each["current"] - half, x.low), min(each["current"] + half, x.high), name),
    )]  # fmt: skip
    first = shown[0] if shown else None
    said = f"{first['name']}: {why(first)}" if first else "no job"
    drawing = bars(rows, x, title="Step times", said=said, names=("best to worst", "now"))
    rest = f"; the {len(jobs) - JOBS} that change less are in the JSON alone" if len(jobs) > JOBS else ""
    return drawn.Figure("Step times", f"from the best to the worst placement, and now{rest}. {said}", drawing)


def _map(found: Row, role: str) -> drawn.Figure:
    """Who is on which block."""
    blocks: dict[str, list[tuple[str, int]]] = {}
    for row in found["works"]:
        for block, count in row[role]["blocks"].items():
            blocks.setdefault(block, []).append((row["name"], count))
    shown = sorted(blocks, key=_numbered)[:BLOCKS]
    rows: list[Bar] = []
    for block in shown:
        start = 0
        for name, count in sorted(blocks[block], key=lambda each: (-each[1], each[0])):
            rows.append(Bar(name, start, start + count, block))
            start += count
    cut = {row["name"]: len(row[role]["blocks"]) for row in found["works"] if len(row[role]["blocks"]) > 1}
    most = max((bar.end for bar in rows), default=1)
    title = "Blocks now" if role == "current" else "Blocks in the best placement"
    said = f"{len(cut)} of {len(found['works'])} works are on several blocks" + _named(list(cut))
    drawing = bars(rows, Axis("hosts", 0.0, float(most), most=8), title=title, said=said, names=_largest(found))
    rest = f"; {len(blocks) - BLOCKS} more blocks are in the JSON alone" if len(blocks) > BLOCKS else ""
    return drawn.Figure(title, f"{said}{rest}; the largest works have a colour each.", drawing)


def _named(names: Sequence[str]) -> str:
    return f": {', '.join(names[:6])}{', ...' if len(names) > 6 else ''}" if names else ""


def _largest(found: Row) -> list[str]:
    rows = sorted(found["works"], key=lambda row: (-row["hosts"], row["name"]))
    return ["", *(row["name"] for row in rows[: SERIES - 1])]  # the first colour is everybody else's


def _numbered(name: str) -> tuple[str, int]:
    head = name.rstrip("0123456789")
    return head, int(name[len(head) :] or 0)


def _shares(rows: Sequence[Row]) -> drawn.Figure:
    x = axis("dominant share", [max(row["share"], row["fair_share"]) for row in rows], SHARE)
    made = [bar for row in rows for bar in (
        Bar("now", 0.0, row["share"], f"{row['name']} now"), Bar("fair", 0.0, row["fair_share"], f"{row['name']} fair")
    )]  # fmt: skip
    said = "; ".join(
        f"{row['name']}: {percent(row['share'])} of {row['dominant']}, {percent(row['fair_share'])} if fair"
        for row in rows
    )
    drawing = bars(made, x, title="Tenants", said=said, names=("now", "fair"))
    return drawn.Figure(
        "Tenants", "Share of the resource of which each takes most, now and if all wanted more.", drawing
    )
