"""What each difference of two sites does: as JSON, and as it is printed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console

from easterly.app.calc.answer import counted
from easterly.app.columns import Column
from easterly.app.report.measure import TIMES, measure
from easterly.app.text import Page
from easterly.app.values import number, numbers
from easterly.base.units import SHARE, format_short

if TYPE_CHECKING:
    from easterly.study.effects import Effect, Effects

PRINTED = ("step", "tokens_per_s", "p95", "p99.9")
"""Metrics whose parts are printed; all are in the JSON."""
LEAST = 0.0005
"""Of the first site: what changes a metric by less is printed as nothing."""


def document(made: Effects, seed: int) -> dict[str, Any]:
    """Both sites, and each difference alone, last and its part, by metric."""
    from easterly.study.effects.measure import UNITS

    rest, metrics = made.rest, []
    for row, name in enumerate(made.before.names):
        change, was = made.change(name), made.before.values[row].mean()
        now = made.after.values[row].mean()
        metrics.append({
            "metric": name, "unit": UNITS[name.partition(":")[0]], "before": number(was), "after": number(now),
            "change": number(change.mean), "half": number(change.half), "ratio": number(now / was) if was else None,
            "seeds_before": numbers(made.before.values[row]), "seeds_after": numbers(made.after.values[row]),
            "rest": number(rest[row]),
        })  # fmt: skip
    return {
        "method": "fluid", "seed": seed, "seeds": made.before.values.shape[1], "runs": made.runs, "metrics": metrics,
        "requests": {"before": made.before.requests, "after": made.after.requests},
        "hottest": {"before": made.before.hottest or None, "after": made.after.hottest or None},
        "explained": [_explained(made, name) for name in _jobs(made)],
        "differences": [_difference(each, made.before.names) for each in made.effects],
    }  # fmt: skip


def _jobs(made: Effects) -> list[str]:
    return [name.removeprefix("step:") for name in made.before.names if name.startswith("step:")]


def _explained(made: Effects, job: str) -> dict[str, Any]:
    found = asdict(made.explained(job))
    return {key: number(value) if isinstance(value, float) else value for key, value in found.items()}


def _difference(each: Effect, names: tuple[str, ...]) -> dict[str, Any]:
    columns = {"alone": each.alone, "last": each.last, "part": each.part}
    values = {name: {key: number(column[row]) for key, column in columns.items()} for row, name in enumerate(names)}
    return {"path": each.path, "says": each.says, "unsound": each.unsound or None, "metrics": values}


def show(found: dict[str, Any]) -> None:
    """Both sites, and what each difference gave to the metrics that users notice."""
    page = Page(Console())
    page.title("What is simulated")
    page.table(
        (Column("Metric"), *(Column(head, right=True) for head in ("Before", "After", "Change", "+-"))),
        [_row(each) for each in found["metrics"]],
    )
    for each in found["explained"]:
        page.wrapped(_follows(each), "", "  ")
    count = len(found["differences"])
    hot = found["hottest"]
    seeds = f"seed {found['seed']}" if found["seeds"] == 1 else f"{found['seeds']} seeds from {found['seed']}"
    page.wrapped(
        f"{counted(found['runs'], 'simulation')} of flows, {seeds}, the same before and after; +- is half of the 95 % "
        f"interval of the change. Hottest link: {hot['before']}, then {hot['after']}.{_sent(found)}",
        "dim", "  ",
    )  # fmt: skip
    if not count:
        page.say("Nothing is other in the second site that a prediction reads.")
        return
    page.title(f"What {counted(count, 'difference')} did: alone, and last of all")
    for each in found["metrics"]:
        if each["metric"].partition(":")[0] in PRINTED:
            _parts(page, each, found["differences"])


def _follows(each: dict[str, Any]) -> str:
    """What the step waited for, and what less of it comes to."""
    less = format_short(abs(each["cut"]), SHARE) + (" less" if each["cut"] >= 0 else " more")
    batch = f" and {each['batch']:.4g}x the batch" if abs(each["batch"] - 1) > LEAST else ""
    return (
        f"{each['job']}: all-reduce took {each['share']:.1%} of a step, {each['exposed']:.1%} were exposed; {less} of "
        f"it{batch} come to {each['ratio']:.4g}x the throughput by arithmetic, {each['simulated']:.4g}x as simulated."
    )


def _sent(found: dict[str, Any]) -> str:
    sent = found["requests"]["after"]
    told = ", ".join(f"{count:,} of {name}" for name, count in sorted(sent.items()))
    return f" Requests: {told}." if told else ""


def _row(each: dict[str, Any]) -> tuple[str, ...]:
    before, after = (_value(each, each[key]) for key in ("before", "after"))
    half = "" if each["half"] is None else _value(each, each["half"])
    return each["metric"], before, after, _relative(each["change"], each["before"]), half


def _parts(page: Page, each: dict[str, Any], differences: list[dict[str, Any]]) -> None:
    """One metric: every difference, and what none explains alone."""
    was, rows, unsound = each["before"], [], {}
    for one in differences:
        parts = one["metrics"][each["metric"]]
        if one["unsound"]:
            unsound[one["path"]] = one["unsound"]
        cells = (_relative(parts[key], was) for key in ("alone", "last", "part"))
        rows.append((f"{one['path']}: {one['says']}", *cells))
    rows.append(("three or more together", "", "", _relative(each["rest"], was)))
    rows.append(("all", "", "", _relative(each["change"], was)))
    heads = (Column(head, right=True) for head in ("Alone", "Last", "Part"))
    page.table((Column(each["metric"], gives_way=True), *heads), rows)
    for path, why in unsound.items():
        page.wrapped(f"{path} cannot stand alone: {why}", "", "  ")


def _value(each: dict[str, Any], value: float | None) -> str:
    if value is None:
        return "not known"
    if each["unit"] == "s":
        return measure([value], TIMES).full(value)
    return format_short(value, SHARE) if each["unit"] == "1" else f"{value:,.4g}"


def _relative(change: float | None, was: float | None) -> str:
    if change is None or not was:
        return "not known"
    return "-" if abs(change) < LEAST * was else f"{change / was:+.1%}"
