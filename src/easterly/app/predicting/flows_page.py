"""Steps as flows, as they are printed."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from easterly.app.columns import Column
from easterly.app.predicting.flowing import SAID
from easterly.app.predicting.page import RANGE, show_phases, show_waits, times
from easterly.app.report.measure import DASH, RATES, SIZES, TIMES, measure
from easterly.app.text import Page
from easterly.base.counts import counted

SHOWN, LINKS = 12, 6


def page(found: dict[str, Any]) -> None:
    """Step times, what they wait for, and why."""
    shown = Page(Console())
    _jobs(shown, found)
    _distribution(shown, found)
    _one_by_one(shown, found["jobs"], "never ends" if found["stuck"] is not None else "unknown")
    waits = [
        {"name": job["name"], "step_s": job["simulated_s"]["mean"], "waits": job["waits"]} for job in found["jobs"]
    ]
    show_waits(shown, [job for job in waits if job["step_s"] is not None])
    _held_up(shown, found["jobs"])
    _alone(shown, found["jobs"])
    _tenants(shown, found["tenants"])
    _checkpoints(shown, found["checkpoints"])
    _requests(shown, found["requests"])
    _rates(shown, found["rates"])
    show_phases(shown, found["phases"])
    _links(shown, found["links"])


def _jobs(shown: Page, found: dict[str, Any]) -> None:
    jobs = found["jobs"]
    shown.title("Step times by simulation of flows")
    unit = measure([job["simulated_s"]["mean"] or job["step_s"]["high"] or 0.0 for job in jobs], TIMES)
    never = "never ends" if found["stuck"] is not None else "unknown"
    heads = ("Job", "Step", "Compute", "Exposed", "Low", "Expected", "High")

    def text(value: float | None) -> str:
        return never if value is None else unit.full(value)

    shown.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(heads)),
        [
            (job["name"], text(job["simulated_s"]["mean"]), unit.full(job["compute_s"]),
             DASH if job["exposed_s"] is None else unit.full(job["exposed_s"]),
             *(text(job["step_s"][key]) for key in RANGE))
            for job in jobs
        ],
    )  # fmt: skip
    for job in jobs:
        shown.wrapped(f"{job['name']}: {job['because']}.", "", "  ")
    for said in remarks(found):
        shown.wrapped(said, "dim", "  ")


def remarks(found: dict[str, Any]) -> list[str]:
    """How it was simulated, and what was not."""
    steps = counted(found["steps"], "step")
    seeds = f"seed {found['seed']}" if found["seeds"] == 1 else f"{found['seeds']:,} seeds from {found['seed']}"
    said = [
        f"Simulated: {steps} of {found['activities']:,} computations and messages, routing by {found['routing']}, "
        f"{seeds}. Low, expected and high are those from rates, with the bubble in compute."
    ]
    if found["at"] is not None:
        chosen = "" if found["at_given"] else ", when all that has a profile sends most"
        said.append(f"It begins on {found['at']} UTC{chosen}.")
    if found["allocation"] is not None:
        said.append(f"Between switches all goes by the paths and shares that intent {found['allocation']} allocates.")
    if found["merged"]:
        said.append(f"{found['merged']:,} messages go side by side with others, and are simulated as one with them.")
    if found["unsettled"]:
        said.append(unsettled(found["unsettled"]))
    if found["at_mean"]:
        said.append(f"Sent at mean rates, as requests are too many one by one: {', '.join(found['at_mean'])}.")
    if found["in_vain"]:
        said.append(f"Without effect: {'; '.join(found['in_vain'])}.")
    if found["left_out"]:
        said.append(f"Left out, as less often than it is simulated: {'; '.join(found['left_out'])}.")
    if not found["complete"]:
        said.append("Broken off: what is said holds until then.")
    return said


def unsettled(count: int) -> str:
    """What it means that searches for the parts of tenants ended early.

    >>> unsettled(1)
    'At 1 moment the parts of tenants were not exact: rates of then may be a little off.'
    """
    return f"At {counted(count, 'moment')} the parts of tenants were not exact: rates of then may be a little off."


def _distribution(shown: Page, found: dict[str, Any]) -> None:
    """Times of steps, where there are several."""
    count = max(len(job["steps_s"]) for job in found["jobs"]) * found["seeds"]
    if count < 2 or found["stuck"] is not None or not found["complete"]:
        return
    shown.title(f"Over {counted(count, 'step')}")
    unit = measure([job["simulated_s"]["most"] for job in found["jobs"]], TIMES)
    heads = ("Job", "Least", "Median", "95 %", "Most", "Mean", "")
    shown.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(heads)),
        [
            (job["name"], *(unit.full(job["simulated_s"][key]) for key in ("least", "median", "p95", "most", "mean")),
             f"+- {unit.full(job['half_s'])}" if found["seeds"] > 1 else "")
            for job in found["jobs"]
        ],
    )  # fmt: skip


def _one_by_one(shown: Page, jobs: list[dict[str, Any]], never: str) -> None:
    """Steps in their order, those that take as long as the one before as one row; nothing where all are alike."""
    rows = [(job["name"], alike(job["steps_s"])) for job in jobs]
    if max(len(runs) for _, runs in rows) < 2:
        return
    shown.title("Step by step")
    unit = measure([took_s or 0.0 for _, runs in rows for _, _, took_s in runs], TIMES)
    begins = {job["name"]: [job["begins_s"], *job["ends_s"]] for job in jobs}
    heads = ("Job", "Steps", "From", "Each takes")
    shown.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(heads)),
        [
            (name if i == 0 else "", f"{first + 1}" if first == last else f"{first + 1} to {last + 1}",
             DASH if begins[name][first] is None else unit.full(begins[name][first]),
             never if took_s is None else unit.full(took_s))
            for name, runs in rows
            for i, (first, last, took_s) in enumerate(runs[:SHOWN])
        ],
    )  # fmt: skip
    hidden = sum(len(runs[SHOWN:]) for _, runs in rows)
    if hidden:
        shown.say(f"  and {hidden:,} more", "dim")


ALIKE = 1e-3
"""Relative difference of steps that are told as one."""


def alike(steps_s: list[float | None]) -> list[tuple[int, int, float | None]]:
    """First and last of steps in a row that take the same time, and that of the first.

    >>> alike([1.0, 1.0, 1.5, 1.0])
    [(0, 1, 1.0), (2, 2, 1.5), (3, 3, 1.0)]
    """
    made: list[tuple[int, int, float | None]] = []
    for step, took_s in enumerate(steps_s):
        before = made[-1][2] if made else None
        if before is not None and took_s is not None and abs(took_s - before) <= ALIKE * before:
            made[-1] = (made[-1][0], step, before)
        elif made and before is None and took_s is None:
            made[-1] = (made[-1][0], step, None)
        else:
            made.append((step, step, took_s))
    return made


def _held_up(shown: Page, jobs: list[dict[str, Any]]) -> None:
    rows = [(job["name"], row) for job in jobs for row in job["held_up"]]
    if not rows:
        return
    shown.title("What holds messages up")
    unit = measure([row["late_s"] for _, row in rows], TIMES)
    heads = ("Job", "Link", "Why", "Messages", "Worst", "Late by")
    shown.table(
        tuple(Column(head, right=i > 2, gives_way=i == 1) for i, head in enumerate(heads)),
        [
            (name, row["link"], SAID[row["kind"]].format(**row), f"{row['messages']:,}", f"{row['worst']:.3g}x",
             unit.full(row["late_s"]))
            for name, row in rows[:SHOWN]
        ],
    )  # fmt: skip


def _alone(shown: Page, jobs: list[dict[str, Any]]) -> None:
    rows = [job for job in jobs if job["alone_s"] is not None]
    if not rows:
        return
    shown.title("With and without neighbours")
    unit = measure([job["simulated_s"]["mean"] for job in rows], TIMES)
    shown.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(("Job", "With", "Own tenant", "Alone", "Longer"))),
        [
            (job["name"], unit.full(job["simulated_s"]["mean"]),
             DASH if job["tenant_s"] is None else unit.full(job["tenant_s"]), unit.full(job["alone_s"]),
             f"{100 * (job['simulated_s']['mean'] / job['alone_s'] - 1):.2f} %")
            for job in rows
        ],
    )  # fmt: skip


def _tenants(shown: Page, rows: list[dict[str, Any]]) -> None:
    """What each had of the link that held it up most, and what its neighbours cost it where that was asked."""
    if not rows:
        return
    shown.title("Tenants, where each waited longest")
    unit, told = measure([row["late_s"] for row in rows], TIMES), any(row["longer"] is not None for row in rows)
    heads = ("Tenant", "Link", "Its share", "Had", "Late by", "Beside", *(("Steps longer", "Worst") if told else ()))
    shown.table(
        tuple(Column(head, right=1 < i < 5 or i == 6, gives_way=i in (1, 5)) for i, head in enumerate(heads)),
        [
            (row["tenant"] or "(none)", row["link"], _percent(row["share"]), _percent(row["had"]),
             unit.full(row["late_s"]), row["beside"] or DASH, *((_percent(row["longer"]), _worst(row)) if told else ()))
            for row in rows
        ],
    )  # fmt: skip


def _worst(row: dict[str, Any]) -> str:
    return DASH if row["worst"] is None else f"{row['worst']} {_percent(row['worst_longer'])}"


def _percent(part: float | None) -> str:
    return DASH if part is None else f"{100 * part:.1f} %"


def _checkpoints(shown: Page, rows: list[dict[str, Any]]) -> None:
    """What was written between steps, and what the steps meanwhile cost."""
    if not rows:
        return
    shown.title("Checkpoints")
    unit = measure([row["took_s"] or 0.0 for row in rows], TIMES)
    heads = ("Job", "Behind step", "From", "Copied in", "Written in", "Planned", "Steps meanwhile")
    shown.table(
        tuple(Column(head, right=i > 0) for i, head in enumerate(heads)),
        [
            (row["job"], f"{row['step'] + 1:,}", DASH if row["begun_s"] is None else unit.full(row["begun_s"]),
             unit.full(row["copy_s"]), "never" if row["took_s"] is None else unit.full(row["took_s"]),
             unit.full(row["planned_s"]), times(row["slower"]))
            for row in rows[:SHOWN]
        ],
    )  # fmt: skip


REQUESTED = {
    "kv": "cache from prefill to decode", "prefix": "cache from its store", "request": "request from its user",
    "answer": "answer, token by token",
}  # fmt: skip


def _requests(shown: Page, rows: list[dict[str, Any]]) -> None:
    """How long what is sent for requests takes."""
    if not rows:
        return
    shown.title("Requests, and how long what is sent for them takes")
    unit, size = measure([row["p95_s"] or 0.0 for row in rows], TIMES), measure([row["size_B"] for row in rows], SIZES)
    heads = ("Service", "What", "Requests", "Size", "Median", "95 %", "99 %", "Than alone", "95 %", "99 %")
    shown.table(
        tuple(Column(head, right=i > 1) for i, head in enumerate(heads)),
        [
            (row["owner"], REQUESTED[row["what"]], f"{row['requests']:,}", size.full(row["size_B"]),
             *("never" if row[key] is None else unit.full(row[key]) for key in ("median_s", "p95_s", "p99_s")),
             *(times(row[key]) for key in ("slowdown", "slowdown_p95", "slowdown_p99")))
            for row in rows[:SHOWN]
        ],
    )  # fmt: skip


HELD = 1.005
"""Over its time at its rate, from where on it is told that something is held back."""


def _rates(shown: Page, rows: list[dict[str, Any]]) -> None:
    """What is sent at rates, where it was held back."""
    held = [row for row in rows if row["worst"] is None or row["worst"] > HELD]
    if not held:
        return
    shown.title("Sent at rates, and held back")
    unit = measure([row["rate_bps"] for row in held], RATES)
    heads = ("Who", "Why", "Rate", "Longer", "Worst")
    shown.table(
        tuple(Column(head, right=i > 1) for i, head in enumerate(heads)),
        [
            (row["owner"], row["axis"], unit.full(row["rate_bps"]),
             *("never done" if row[key] is None else times(row[key]) for key in ("slowdown", "worst")))
            for row in held[:SHOWN]
        ],
    )  # fmt: skip


def _links(shown: Page, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    shown.title("Busiest links")
    shown.table(
        (Column("Link", gives_way=True), Column("Busy", right=True)),
        [(row["link"], f"{100 * row['busy']:.1f} %") for row in rows[:LINKS]],
    )
