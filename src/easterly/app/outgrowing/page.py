"""When growth fills a site, as it is printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.engineering import percent
from easterly.app.text import Page

ROWS = 25


def show(found: dict[str, Any], rows: int = ROWS) -> None:
    """What fills, and what to buy."""
    page = Page(Console())
    _fills(page, found, rows)
    _upgrades(page, found)


def _fills(page: Page, found: dict[str, Any], rows: int) -> None:
    tried = f", in the worst of {found['failures']:,} failures" if found["failures"] else ""
    page.title(f"What is full within {found['months']} months{tried}")
    grows = [f"{name} x {factor:g}" for name, factor in found["growth"].items() if factor != 1]
    page.wrapped(f"growth a year: {', '.join(grows) or 'none'}", "dim", "  ")
    heads = ("", "Group", "Such as", "Full then", "Now", "In month", "Nothing down", "When this is down")
    shown = found["fills"][:rows]
    page.table(
        [Column(head, right=3 <= i < 7, gives_way=i == 2) for i, head in enumerate(heads)],
        [(row["kind"], row["group"], row["name"], _of(row), percent(row["use"]),
          row["date"] or _month(row["month"]), _month(row["month_nothing_down"]),
          row["failure"] if row["month"] is not None else "") for row in shown],
    )  # fmt: skip
    if len(found["fills"]) > len(shown):
        page.say(f"  and {len(found['fills']) - len(shown):,} more, each later: --rows, or --format json")


def _of(row: dict[str, Any]) -> str:
    return f"{row['full_at_the_end']:,} of {row['count']:,}" if row["kind"] == "link" else ""


def _month(month: float | None) -> str:
    return "never" if month is None else f"{month:.1f}"


def _upgrades(page: Page, found: dict[str, Any]) -> None:
    made, best = found["upgrades"], found["upgrades"]["best"]
    if not best["purchases"] and not made["nothing_fits"]:
        page.title("Nothing has to be bought")
        return
    page.title(f"What to buy: {best['total']:,.6g} in all, {percent(made['gap'])} above the bound; "
               f"buying as it comes {made['greedy']['total']:,.6g}")  # fmt: skip
    heads = ("Month", "Group", "Such as", "Offer", "Cables", "Price")
    page.table(
        [Column(head, right=i in (0, 4, 5), gives_way=i == 2) for i, head in enumerate(heads)],
        [(row["date"] or str(row["month"]), row["group"], row["name"], row["offer"],
          f"{row['each']} x {row['pairs']:,}", f"{row['price']:,.6g}") for row in best["purchases"]],
    )  # fmt: skip
    for group in made["nothing_fits"]:
        page.say(f"  {group} fills, and nothing on offer fits it", "red")
