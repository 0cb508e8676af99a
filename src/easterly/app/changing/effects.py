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
        page.wrapped(follows(each), "", "  ")
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


def follows(each: dict[str, Any]) -> str:
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
    half = "" if each["half"] is None else valued(each, "half")
    change = of_before(each["change"], each["before"])
    return each["metric"], valued(each, "before"), valued(each, "after"), change, half


def _parts(page: Page, each: dict[str, Any], differences: list[dict[str, Any]]) -> None:
    """One metric: every difference, and what none explains alone."""
    was, rows, unsound = each["before"], [], {}
    for one in differences:
        parts = one["metrics"][each["metric"]]
        if one["unsound"]:
            unsound[one["path"]] = one["unsound"]
        cells = (of_before(parts[key], was) for key in ("alone", "last", "part"))
        rows.append((f"{one['path']}: {one['says']}", *cells))
    rows.append(("three or more together", "", "", of_before(each["rest"], was)))
    rows.append(("all", "", "", of_before(each["change"], was)))
    heads = (Column(head, right=True) for head in ("Alone", "Last", "Part"))
    page.table((Column(each["metric"], gives_way=True), *heads), rows)
    for path, why in unsound.items():
        page.wrapped(f"{path} cannot stand alone: {why}", "", "  ")


def valued(each: dict[str, Any], key: str) -> str:
    """A value of a metric, with its unit."""
    value: float | None = each[key]
    if value is None:
        return "not known"
    if each["unit"] == "s":
        return measure([value], TIMES).full(value)
    if each["unit"] == "1":
        return format_short(value, SHARE)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def of_before(change: float | None, was: float | None) -> str:
    """A change over what was, with its sign.

    >>> of_before(-0.1, 2.0), of_before(1e-9, 2.0), of_before(None, 2.0)
    ('-5.0%', '-', 'not known')
    """
    if change is None or not was:
        return "not known"
    return "-" if abs(change) < LEAST * was else f"{change / was:+.1%}"
