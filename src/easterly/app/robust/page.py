"""What a site stands, as it is printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.engineering import percent
from easterly.app.robust.answer import titles
from easterly.app.text import Page

SHARES = (0.05, 0.1, 0.25, 0.5)
STAGES = 4


def show(found: dict[str, Any]) -> None:
    """Removals, spread, and configurations that were wrong."""
    page = Page(Console())
    _removals(page, found)
    _spread(page, found["spread"], found["hosts"])
    _rollouts(page, found)


def _removals(page: Page, found: dict[str, Any]) -> None:
    page.title(f"Hosts of {found['hosts']:,} that stay on one component while parts go, in the mean")
    heads = ("Part", "Parts", *(f"{percent(share)} gone" for share in SHARES), "9 in 10 hosts stay", "R")
    rows = [
        (title, f"{row['count']:,}", *(percent(_at(row, "largest", share)) for share in SHARES),
         f"to {percent(row['stands']['90%'])} gone", f"{row['robustness']:.3f}")
        for title, row in zip(titles(found["removals"]), found["removals"], strict=True)
    ]  # fmt: skip
    page.table(tuple(Column(head, right=i > 0) for i, head in enumerate(heads)), rows)
    jobs = list(found["removals"][0]["jobs"]) if found["removals"] else []
    if jobs:
        page.title(f"Pairs of hosts of each job that stay connected with {percent(SHARES[1])} gone, in the mean")
        page.table(
            (Column("Part"), *(Column(name, right=True) for name in jobs)),
            [(title, *(percent(_near(row["removed"], row["jobs"][name], SHARES[1])) for name in jobs))
             for title, row in zip(titles(found["removals"]), found["removals"], strict=True)],
        )  # fmt: skip


def _at(row: dict[str, Any], column: str, share: float) -> float:
    return _near(row["removed"], row[column], share)


def _near(removed: list[float], values: list[float], share: float) -> float:
    """The value at this share, on the line between the two that were looked at."""
    for x, y, a, b in zip(removed, removed[1:], values, values[1:], strict=False):
        if x <= share <= y:
            return a if y == x else a + (b - a) * (share - x) / (y - x)
    return values[-1]


def _spread(page: Page, made: dict[str, Any], hosts: int) -> None:
    page.title(f"Spread from one host that would infect {made['reproduction']:g} others if it reached all")
    heads = ("", "Groups", "Reaches at most", "Infects", "Infected in the end", "Largest run")
    rows = [
        (name, f"{len(each['groups']):,}", f"{max(row['reach'] for row in each['groups']):,} of {hosts - 1:,}",
         f"{each['reproduction']:.3g}", f"{percent(each['size'])} ± {percent(each['size_half'])}",
         percent(each["worst"]))
        for name, each in (("as planned", made["segmented"]), ("one routing table", made["flat"]))
    ]  # fmt: skip
    page.table(tuple(Column(head, right=i > 0) for i, head in enumerate(heads)), rows)
    if made["factor"] is not None:
        same = abs(made["factor"] - 1) < 1e-9
        page.wrapped("No two hosts are kept apart: segmentation is worth nothing here." if same else
                     f"Segmentation divides what is infected by {made['factor']:.3g}.", "", "  ")  # fmt: skip


def _rollouts(page: Page, found: dict[str, Any]) -> None:
    rows = found["rollouts"]
    page.title(f"A bad configuration, pushed in stages, each found bad with {percent(rows[0]['detect'])}")
    heads = ("Plan", "Stages", "Lost after the first", "Lost in the mean", "Hosts together after each stage")
    page.table(
        tuple(Column(head, right=0 < i < 4) for i, head in enumerate(heads)),
        [(row["plan"], f"{len(row['stages']):,}", percent(row["first_loss"]), percent(row["expected_loss"]),
          _course(row["stages"])) for row in rows],
    )  # fmt: skip


def _course(stages: list[dict[str, Any]]) -> str:
    shown = [percent(stage["largest"]) for stage in stages[:STAGES]]
    return ", ".join([*shown, "..."] if len(stages) > STAGES else shown)
