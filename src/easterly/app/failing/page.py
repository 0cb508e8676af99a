"""What failures cost, as it is printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.engineering import percent
from easterly.app.report.failing import hours
from easterly.app.report.measure import DASH
from easterly.app.report.standing import ANEW, breaks, lasting, slower
from easterly.app.text import Page
from easterly.base.units import TIME, format_short

ROWS = 25
MONTH_h = 730.5


def show(found: dict[str, Any], rows: int = ROWS) -> None:
    """The dearest failures, what they do, and what they cost."""
    page = Page(Console())
    shown = found["failures"][:rows]
    what = "pairs of parts" if found["together"] == 2 else "parts"
    page.title(f"Failures of {found['parts']:,} {what}, {found['cases']:,} of them unlike, the dearest first")
    jobs = [job["job"] for job in found["jobs"]]
    heads = ("Kind", "Such as", "Alike", "A month", "Lasts", *(f"{job} x" for job in jobs), "GPU-h a month", "Breaks")
    columns = [Column(head, right=2 <= i < len(heads) - 1, gives_way=i == 1) for i, head in enumerate(heads)]
    page.table(columns, [_cells(row, jobs) for row in shown])
    more = len(found["failures"]) - len(shown)
    if more > 0:
        page.say(f"  and {more:,} more, each less: --rows, or --format json")
    if any(job["formed_anew"] for row in shown for job in row["jobs"].values()):
        page.say(f"  {ANEW}")
    _total(page, found)


def _cells(row: dict[str, Any], jobs: list[str]) -> tuple[str, ...]:
    return (
        row["kind"], row["name"], f"{row['alike']:,.4g}", f"{row['per_month']:.2g}",
        lasting(row["repair_s"]), *(slower(row["jobs"][job]) for job in jobs),
        f"{row['lost_gpu_h_per_month']:,.2f}", breaks(row),
    )  # fmt: skip


def _total(page: Page, found: dict[str, Any]) -> None:
    half = f" ± {hours(found['half_gpu_h_per_month'])}" if found["sample"] else ""
    gpus = sum(job["gpus"] for job in found["jobs"])
    share = f", {percent(found['lost_gpu_h_per_month'] / (gpus * MONTH_h))} of what jobs have" if gpus else ""
    page.title(f"Lost in a month, in the mean: {hours(found['lost_gpu_h_per_month'])}{half} GPU-hours{share}")
    rows = [
        (rate["kind"], f"{rate['per_year']:.3g} a year" + (f" per {rate['per']}" if rate["per"] != "part" else ""),
         lasting(rate["repair_s"]), rate["source"])
        for rate in found["rates"]
    ]  # fmt: skip
    page.table(
        (
            Column("Kind"),
            Column("Fails", right=True),
            Column("Back after", right=True),
            Column("Source", gives_way=True),
        ),
        rows,
    )
    if found["left"]:
        page.say(f"  interrupted: {found['left']:,} cases were not tried, and are not in these sums", "yellow")


def tell(found: dict[str, Any]) -> None:
    """One failure in full."""
    page = Page(Console())
    page.title(f"{found['name']} ({found['kind']}) fails")
    rows = []
    for job, after in found["jobs"].items():
        was, now = found["before"][job], found["after"][job]
        rows.append((job, _span(was), _span(now), slower(after), f"{after['gpus']:,}", now["binds"]))
    heads = ("Job", "Before", "Then", "x", "GPUs", "Longest part then")
    page.table([Column(head, right=0 < i < 5, gives_way=i == 5) for i, head in enumerate(heads)], rows)
    if found["waits"]:
        page.title("What compute does not hide of a step")
        told = ("Job", "Axis", "Before", "Then", "Link that binds", "Then")
        page.table(
            [Column(head, right=i in (2, 3), gives_way=i == 5) for i, head in enumerate(told)],
            [(w["job"], w["axis"], format_short(w["before_s"], TIME), DASH if w["after_s"] is None else
              format_short(w["after_s"], TIME), w["before_link"], w["after_link"]) for w in found["waits"]],
        )  # fmt: skip
    for name in found["without_path"]:
        page.say(f"  {name} has no path", "red")
    for name in found["broken"]:
        page.say(f"  intent {name} holds no more", "red")
    for name in found["unproven"]:
        page.say(f"  intent {name} is unproven then", "yellow")
    page.say(f"  {found['lost_gpus']:,.4g} GPUs do nothing for as long as it lasts; "
             f"{hours(found['restart_gpu_s'] / 3600)} GPU-hours are lost once")  # fmt: skip
    if found["silence"]:
        _carrier(page, found["carrier"])
        _silent(page, found["silence"])


def _carrier(page: Page, found: dict[str, Any]) -> None:
    """How long packets are lost if both ends see the light go out."""
    page.title("If its carrier goes")
    page.say(f"  its routers notice it at once; {_then(found)}")


def _silent(page: Page, found: dict[str, Any]) -> None:
    """The same if nobody sees that; and who has to hear of either."""
    page.title("If it falls silent, and its carrier stays")
    least, most = (f"{found[key] * 1e3:,.0f}" for key in ("detection_low_s", "detection_high_s"))
    page.say(f"  {found['noticed_by']} notices it after {least} to {most} ms; {_then(found)}")
    if found["turns_most"] > 1:
        turns = " to ".join(dict.fromkeys(str(found[key]) for key in ("turns_least", "turns_most")))
        where = found["longest"]
        page.say(f"  {turns} routers hear of it in turn; traffic from {where['src']} to {where['dst']} waits longest")
    if found["goals"] > found["tried"]:
        page.say(f"  traffic towards {found['tried']} of {found['goals']} places was tried")
    for src, dst in found["cut"][:ROWS]:
        page.say(f"  {src} has no other way to {dst}", "red")


def _then(found: dict[str, Any]) -> str:
    if found["low_s"] is None:
        return "no other way is there"
    return f"other ways are in use after {found['low_s'] * 1e3:,.0f} to {found['high_s'] * 1e3:,.0f} ms"


def _span(times: dict[str, Any]) -> str:
    if times["step_s"] is None:
        return DASH
    step, low, high = (format_short(times[key], TIME) for key in ("step_s", "low_s", "high_s"))
    return f"{step} ({low} to {high})"
