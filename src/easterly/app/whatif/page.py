"""A sweep as it is printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.report.measure import DASH, SIZES, TIMES, measure
from easterly.app.text import Page

SHOWN = 60
FEW = 8
"""Points that are no site, all of which are listed."""
TOLD = 12
"""Points beside the site as it is of which it is told why they differ."""
Row = dict[str, Any]


def show(result: Row) -> None:
    """The points, the front, how strongly each value acts, and why neighbours differ."""
    page = Page(Console())
    _points(page, result)
    _invalid(page, result)
    _sensitivity(page, result)
    _changes(page, result)


def short(path: str) -> str:
    """A path as the head of a column: its last two parts, without what all jobs have.

    >>> short("jobs.pre.parallel.tp"), short("jobs.pre.parallel"), short("seed")
    ('pre.tp', 'pre.parallel', 'seed')
    """
    return ".".join(path.replace(".parallel.", ".").split(".")[-2:])


def texts(result: Row) -> dict[str, Callable[[Row], str]]:
    """How each metric is printed."""
    return {metric["name"]: _text(metric) for metric in result["metrics"]}


def _text(metric: Row) -> Callable[[Row], str]:
    name = metric["name"]
    if metric["unit"] in ("s", "B"):
        scale = TIMES if metric["unit"] == "s" else SIZES
        return lambda row: DASH if (v := row["metrics"][name]) is None else measure([v], scale).full(v)
    if name.startswith(("utilisation", "mfu", "margin")):
        return lambda row: DASH if row["metrics"][name] is None else f"{100 * row['metrics'][name]:.3g} %"
    return lambda row: DASH if row["metrics"][name] is None else f"{row['metrics'][name]:,.6g}"


def _points(page: Page, result: Row) -> None:
    sound = best_first(result)
    rows = [result["base"], *sound]
    paths = [path for axis in result["axes"] for path in axis["paths"]]
    said = texts(result)
    page.title(f"Points: {len(result['points']):,}, of which {len(sound):,} are sites")
    heads = ["", *map(short, paths), *(metric["name"] for metric in result["metrics"]), "Front"]
    page.table(
        tuple(Column(head, right=i > len(paths)) for i, head in enumerate(heads)),
        [
            ("as it is" if row["row"] == 0 else str(row["row"]), *(row["set"].get(path, "") for path in paths),
             *(text(row) for text in said.values()), "*" if row["front"] else "")
            for row in rows[: SHOWN + 1]
        ],
    )  # fmt: skip
    if len(rows) > SHOWN + 1:
        page.say(f"  and {len(rows) - SHOWN - 1:,} more (--format json has all)", "dim")
    weighed = result["weighed"]
    page.wrapped(f"Front: no other point is better in {weighed['metric']} and {weighed['against']}.", "dim", "  ")
    if any(metric["name"] == "cost" for metric in result["metrics"]):
        left = f"; not in it: {', '.join(result['unpriced'])}" if result["unpriced"] else ""
        page.wrapped(f"Cost: {result['cost']}{left}.", "dim", "  ")


def best_first(result: Row) -> list[Row]:
    """Points that are sites: in their order, or the best first where an axis has none."""
    sound = [row for row in result["points"] if row["valid"]]
    name = result["weighed"]["metric"]
    if all(axis["ordered"] for axis in result["axes"]):
        return sound
    sign = next(-1 if metric["better"] == "more" else 1 for metric in result["metrics"] if metric["name"] == name)
    known = [row for row in sound if row["metrics"][name] is not None]
    return sorted(known, key=lambda row: (sign * row["metrics"][name], row["row"]))


def _invalid(page: Page, result: Row) -> None:
    bad = [row for row in result["points"] if not row["valid"]]
    if not bad:
        return
    page.title(f"Not sites: {len(bad):,}")
    page.table(
        (Column("", right=True), Column("Set"), Column("Because", gives_way=True)),
        [(str(row["row"]), named(row), _because(row)) for row in _shortened(bad)],
    )
    if len(bad) > FEW:
        page.say("  one of each finding; --format json has all", "dim")


def _shortened(bad: list[Row]) -> list[Row]:
    """All where they are few; else the first with each finding."""
    firsts = {_error(row)["code"]: row for row in reversed(bad)}
    return bad if len(bad) <= FEW else sorted(firsts.values(), key=lambda row: int(row["row"]))


def named(row: Row) -> str:
    """A point in words.

    >>> named({"row": 1, "set": {"jobs.pre.parallel.tp": "4", "seed": "2"}})
    'pre.tp 4, seed 2'
    """
    return ", ".join(f"{short(path)} {text}" for path, text in row["set"].items()) or "as it is"


def _error(row: Row) -> Row:
    found: Row = next(f for f in row["findings"] if f["severity"] == "error")
    return found


def _because(row: Row) -> str:
    found = _error(row)
    return f"{found['code']} {found['at'].replace('/', '.')}: {found['message']}".replace(" :", ":")


def _sensitivity(page: Page, result: Row) -> None:
    rows = [one for one in result["sensitivity"] if abs(one["elasticity"]) >= 5e-4]
    if not rows:
        return
    page.title("Around the site as it is: 1 % more of a value changes a metric by")
    page.table(
        (Column("Value"), Column("Metric"), Column("", right=True), Column("between", right=True), Column("and")),
        [(one["path"], one["metric"], f"{one['elasticity']:+.3f} %", *one["between"])
         for one in rows],
    )  # fmt: skip


def _changes(page: Page, result: Row) -> None:
    rows = [
        one for one in result["changes"]
        if (one["parts"] or one["binds"][0] != one["binds"][1]) and (one["from"] > 0 or one["to"] in result["front"])
    ]  # fmt: skip
    if not rows:
        return
    if any(not axis["ordered"] for axis in result["axes"]):
        order = {row["row"]: place for place, row in enumerate(best_first(result))}
        rows = sorted(rows, key=lambda one: order.get(one["to"], 0))[:TOLD]
    page.title("Why, from one to the next")
    page.table(
        (Column(""), Column("Job"), Column("", gives_way=True)),
        [(f"{one['from'] or 'as it is'} to {one['to']}", one["job"], why(one)) for one in rows[:SHOWN]],
    )
    if len(rows) > SHOWN:
        page.say(f"  and {len(rows) - SHOWN:,} more (--format json has all)", "dim")


def why(change: Row) -> str:
    """What is other, in words."""
    was_s, now_s = change["step_s"]
    unit = measure([abs(p["after_s"] - p["before_s"]) for p in change["parts"]] or [1.0], TIMES)
    said = [f"step {100 * (now_s / was_s - 1):+.2f} %"] if was_s > 0 else []
    said += [f"{_signed(part, unit)} {part['name']}" for part in change["parts"][:3]]
    if len(change["parts"]) > 3:
        rest = sum(part["after_s"] - part["before_s"] for part in change["parts"][3:])
        said.append(f"{'+' if rest >= 0 else '-'}{unit.full(abs(rest))} of {len(change['parts']) - 3} more")
    was, now = change["binds"]
    if was != now:
        said.append(f"limited by {now} instead of {was}")
    was, now = change["links"]
    if was != now:
        said.append(f"fullest link {now} instead of {was}")
    return ", ".join(said)


def _signed(part: Row, unit: Any) -> str:
    difference = part["after_s"] - part["before_s"]
    return f"{'+' if difference >= 0 else '-'}{unit.full(abs(difference))}"
