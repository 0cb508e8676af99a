"""A page of three witnesses: every queue with its mean by formulae, its waits by packets, and its bound."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from easterly.app.report import plots
from easterly.app.report.drawn import styles
from easterly.app.report.measure import DASH
from easterly.app.report.page import environment
from easterly.base.counts import counted
from easterly.base.units import TIME, format_short

ROWS = 24
CAPTION = (
    "Bars: waits of packets from the median to the longest, with points at 90, 99 and 99.9 %. Upright: the mean by "
    "formulae, under its band. Dashed: the bound. What waits less than the left end is drawn there."
)
CLASS_HEADS = ("Class", "Queues", "Where", "Formula", "Band", "Packets", "Verdict")
HEADS = ("Link", "Class", "Formula", "99 %", "Packets", "99 %", "Longest", "Bound", "")
COLUMNS = ("mean_s", "mean_p99_s", "simulated_s", "p99_s", "most_s", "bound_s")
Row = Mapping[str, Any]


def page(site: str, found: Row) -> str:
    """The page as text: one file, without scripts, that asks for nothing.

    Parameters
    ----------
    site : str
    found : dict
        The JSON document of the prediction.
    """
    titles = (("random", "Queues at random"), ("steps", "Queues while steps are sent as hosts send them"))
    return environment().get_template("witnessed.html").render(
        title=site, facts=_facts(found), class_heads=CLASS_HEADS,
        class_rows=[_class(row) for row in found["random"]["classes"] if row["queues"]],
        parts=[_part(found[key], title) for key, title in titles if found[key] is not None],
        styles=styles(),
    )  # fmt: skip


def time(value: float | None) -> str:
    """A time, or a dash where there is none."""
    return DASH if value is None else "0" if value == 0 else format_short(value, TIME)


def said(row: Row) -> str:
    """Where answers of a queue contradict each other."""
    if row["bound"] == "exceeded":
        return "above the bound"
    return "mean outside" if row["mean"] == "outside" else ""


def class_cells(row: Row) -> tuple[str, str, str, str]:
    """Formula, band and packets of a class, and how they stand to each other."""
    low, high = row["low_s"], row["high_s"]
    band = "exact" if low == high else f"{time(low)} .. {time(high)}"
    half = "" if row["half_s"] is None else f" \u00b1 {time(row['half_s'])}"
    return time(row["mean_s"]), band, f"{time(row['simulated_s'])}{half}", row["status"]


def _class(row: Row) -> tuple[str, ...]:
    where = "of senders" if row["senders_only"] else "in the network"
    return row["class"], f"{row['queues']:,}", where, *class_cells(row)


def _facts(found: Row) -> list[tuple[str, str, str]]:
    count = found["contradictions"]
    return [
        ("contradictions", f"{count:,}" if count else "none", "waits above a bound, means outside of a band"),
        ("formulae", found["how"], f"taken for granted: {found['assumed']}"),
        ("bands", found["band"], "where nothing is known, nothing is judged"),
        ("quantiles", found["quantiles"], "by formulae"),
    ]  # fmt: skip


def _part(of: Row, title: str) -> dict[str, Any]:
    rows = of["queues"][:ROWS]
    held = f"bounds hold at {of['bounds'].get('holds', 0):,} of {of['queues_in_all']:,} queues"
    kept = f"no bound holds, as {of['no_bounds']}" if of["no_bounds"] else held
    note = f"{of['hops']:,} packet-hops; {kept}."
    if of["not_comparable"]:
        note += f" Means are not comparable: {of['not_comparable']}."
    return {
        "title": title, "note": note, "caption": CAPTION, "drawn": _drawn(rows, title), "heads": HEADS,
        "numeric": range(2, 2 + len(COLUMNS)),
        "rows": [(row["link"], row["class"], *(time(row.get(key)) for key in COLUMNS), said(row)) for row in rows],
    }  # fmt: skip


def _drawn(rows: Sequence[Row], title: str) -> Markup:
    values = [row[key] for row in rows for key in ("p99_s", "most_s", "bound_s") if row[key]]
    values += [row["mean_s"] for row in rows if row.get("mean_s")]
    axis = plots.axis("wait", values or [1e-9], TIME, log=True)
    worst = max((row["most_s"] / row["bound_s"] for row in rows if row["most_s"] and row["bound_s"]), default=0.0)
    words = f"{counted(len(rows), 'queue')}; the longest wait of packets is at most {worst:.0%} of its bound"
    return plots.spreads([_spread(row) for row in rows if row["most_s"] is not None], axis, title=title, said=words)


def _spread(row: Row) -> plots.Spread:
    low, high = row.get("low_s"), row.get("high_s")
    points = tuple(row[key] for key in ("p90_s", "p99_s", "p999_s") if row[key] is not None)
    return plots.Spread(
        f"{row['link']} {row['class']}", row["p50_s"] or 0.0, row["most_s"], points,
        None if low is None or high is None or low == high else (low, high), row.get("mean_s"), row["bound_s"],
    )  # fmt: skip
