"""What works send, for people, and as one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from easterly.app import columns
from easterly.app.demand import chart, figures, views
from easterly.app.demand.tables import BOTH, WHOLE, WORDS, Field, Table, reals, words
from easterly.app.jobs import jobs
from easterly.app.report.measure import DASH, RATES, TIMES, measure
from easterly.app.services import services
from easterly.app.values import number
from easterly.base.counts import counted
from easterly.base.units import SIZE, TIME, format_short
from easterly.demand.time.profile import WEEK_s
from easterly.model.plan import Plan
from easterly.study.demand import Outgoing

MOST = 40
"""Most rows of a table on a screen."""

SUMMED = ("class", "tenant", "link-class", "direction")
PHASES = ("stage", "axis", "collective", "algorithm", "times", "message_B")
NOTHING = {"shared": "no two works share a link"}
INDENT = "  "


def document(made: Outgoing, years: float) -> dict[str, Any]:
    """Jobs with their axes, the rate of every work, sums by class and other labels, figures of other traffic."""
    return {
        "years": number(years),
        "jobs": _jobs(made),
        "services": _services(made),
        "works": views.rates(made, ("work", "kind", "tenant", "class"), WEEK_s, years).document()["rows"],
        "sums": {key: views.rates(made, (key,), WEEK_s, years).document()["rows"] for key in SUMMED},
        "figures": figures.document(made),
    }


def _jobs(made: Outgoing) -> list[dict[str, Any]]:
    # What the jobs of a plan need of it is all here.
    return [job for job in jobs(cast(Plan, made)) if job["name"] in made.works]


def _services(made: Outgoing) -> list[dict[str, Any]]:
    return [one for one in services(cast(Plan, made)) if one["name"] in made.works]


def text(made: Outgoing, table: Table | None, years: float, width: int | None) -> str:
    """A table as it is printed, or everything in short."""
    if table is None:
        parts = [
            *_job_pages(made, width),
            *_service_pages(made),
            *figures.lines(made, width),
            *_sums(made, years, width),
        ]
    elif table.name == "step":
        parts = [*chart.steps(made, width), *_titled("Bursts of each phase", views.summary(made), width)]
    else:
        parts = [*_titled(table.name.capitalize(), _readable(table), width)]
    return "\n".join(line.rstrip() for line in parts) + "\n"


def _readable(table: Table) -> Table:
    """Without the columns that say in seconds what another says in words."""
    twice = {"start_s", "length_s"} if any(f.name == "start" for f in table.fields) else set()
    return Table(table.name, tuple(f for f in table.fields if f.name not in twice))


def _job_pages(made: Outgoing, width: int | None) -> Iterator[str]:
    phases = views.phases(made)
    for job in _jobs(made):
        yield f"{job['name']}: {_belongs(job)}, {counted(job['gpus'], 'GPU')} on {counted(job['hosts'], 'host')}"
        yield from (INDENT + line for line in _facts(job))
        rows = [k for k, name in enumerate(phases.fields[0].values) if name == job["name"]]
        used = [f for f in phases.fields if f.name in PHASES or f.name in _used(phases, rows)]
        yield from _table(Table("", tuple(_chosen(field, rows) for field in used)), width)
        yield ""


def _service_pages(made: Outgoing) -> Iterator[str]:
    for one in _services(made):
        size = f"{counted(one['gpus'], 'GPU')} on {counted(one['hosts'], 'host')}"
        yield f"{one['name']}: {_belongs(one)}, {size}, {one['mode']}"
        yield (
            f"{INDENT}{one['requests_hz']:,.4g} requests/s of {_rate(one['capacity_hz'])} that it can serve; "
            f"prefill {_percent(one['prefill_utilisation'])} used, decode {_percent(one['decode_utilisation'])}"
        )
        yield (
            f"{INDENT}first token after {_s(one['ttft_mean_s'])} in the mean, {_s(one['ttft_s'])} at "
            f"P{100 * one['ttft_quantile']:g}; next token after {_s(one['itl_mean_s'])}, {_s(one['itl_s'])} at "
            f"P{100 * one['itl_quantile']:g}, bound by {one['binds']}"
        )
        yield f"{INDENT}{_b(one['cache_B'])} of cache per request, handed over in {_s(one['cache_s'])}"
        yield ""


def _rate(value: float | None) -> str:
    return DASH if value is None else f"{value:,.4g}"


def _percent(share: float | None) -> str:
    return DASH if share is None else f"{100 * share:.1f} %"


def _belongs(job: dict[str, Any]) -> str:
    """To whom a job belongs, its class and its fabric."""
    owner = f"tenant {job['tenant']}, " if job["tenant"] else ""
    return f"{owner}class {job['class']}, fabric {job['fabric']}"


def _facts(job: dict[str, Any]) -> Iterator[str]:
    """Step, speed and memory of a job, each in a line."""
    step, waits, bubble = job["step_s"], job["exposed_expected_s"], job["bubble"]
    yield (
        f"step {_s(step['expected'])}, from {_s(step['low'])} to {_s(step['high'])}: compute {_s(job['compute_s'])}"
        + (f" (bubble {100 * bubble:.1f} %)" if bubble else "")
        + f", exposed communication {_s(waits)}"
    )
    days = f", {job['days']:,.1f} days" if job["days"] is not None else ""
    yield f"{job['tokens_per_s']['expected']:,.0f} tokens/s, MFU {100 * job['mfu']:.1f} %{days}"
    memory = job["memory_B"]
    parts = ", ".join(f"{name} {_b(value)}" for name, value in memory.items() if name != "total" and value)
    yield f"memory of the fullest GPU {_b(memory['total'])}: {parts}"
    if job["checkpoint"] is not None:
        saved = job["checkpoint"]
        yield (
            f"checkpoint of {_b(saved['size_B'])} every {_s(saved['every_s'])}, written in {_s(saved['write_s'])}; "
            f"goodput {100 * saved['goodput']:.1f} %"
        )
    yield "of one GPU, per step or per interval:"


def _s(value: float | None) -> str:
    return DASH if value is None else format_short(value, TIME, 3)


def _b(value: float | None) -> str:
    return DASH if value is None else format_short(value, SIZE, 3)


def _used(phases: Table, rows: Sequence[int]) -> set[str]:
    """Columns of bytes and times that say something in some of the rows."""
    return {
        f.name for f in phases.fields
        if f.name in ("every_s", "expected_s", "exposed_s") or (f.name.endswith("_B") and f.unit == "B")
        if any(f.values[k] for k in rows)
    }  # fmt: skip


def _chosen(field: Field, rows: Sequence[int]) -> Field:
    return Field(field.name, field.unit, field.kind, [field.values[k] for k in rows])


def _sums(made: Outgoing, years: float, width: int | None) -> Iterator[str]:
    """Rates of every work, and of every class, tenant, link class and direction."""
    ahead = f", a week in {years:g} years" if years else ""
    works = views.rates(made, ("work", "kind", "tenant", "class"), WEEK_s, years)
    yield from _titled(f"Rates, mean of a week and peak{ahead}", works, width)
    found = {key: views.rates(made, (key,), WEEK_s, years) for key in SUMMED}
    by = [key for key, table in found.items() for _ in range(len(table))]
    name, mean, peak = ([v for table in found.values() for v in table.fields[k].values] for k in range(3))
    yield ""
    summed = (words("by", by), words("value", name), reals("mean_bps", "bit/s", mean), reals("peak_bps", "bit/s", peak))
    yield from _titled("Sums", Table("", summed), width)


def _titled(title: str, table: Table, width: int | None) -> Iterator[str]:
    yield title
    yield from _table(table, width)


def _table(table: Table, width: int | None) -> Iterator[str]:
    """A table as aligned columns, every number in a unit of its column."""
    if not len(table):
        yield f"{INDENT}{NOTHING.get(table.name, 'nothing')}"
        return
    shown = [_texts(field) for field in table.fields]
    heads = [columns.Column(head, field.kind != WORDS, field.kind == WORDS and k == 0)
             for k, (field, (head, _)) in enumerate(zip(table.fields, shown, strict=True))]  # fmt: skip
    rows = list(zip(*(cells[:MOST] for _, cells in shown), strict=True))
    room = None if width is None else width - len(INDENT)
    for line in columns.lines(heads, rows, room):
        yield INDENT + "  ".join(line)
    if len(table) > MOST:
        yield f"{INDENT}and {len(table) - MOST:,} more: --format csv gives them all"


def _texts(field: Field) -> tuple[str, list[str]]:
    """Head and cells of one column."""
    head = _head(field)
    if field.kind == WORDS:
        return head, [value or DASH for value in field.values]
    if field.kind in (WHOLE, BOTH):
        said = {True: "yes", False: "no"}
        return head, [said[v] if isinstance(v, bool) else f"{v:,}" for v in field.values]
    if field.unit == "B":
        return head, [format_short(v, SIZE, 3) if v else DASH for v in field.values]
    if field.unit == "1":
        return head, [_count(field.name, v) for v in field.values]
    unit = measure(field.values, {"s": TIMES, "bit/s": RATES}[field.unit])
    return f"{head} ({unit.unit})", [unit.text(v) for v in field.values]


def _head(field: Field) -> str:
    """Name of a column without the unit that it ends in."""
    suffix = {"s": "_s", "B": "_B", "bit/s": "_bps"}.get(field.unit, "")
    name = field.name.removesuffix(suffix).replace("_", " ")
    return "NIC" if name == "nic" else name[:1].upper() + name[1:]


def _count(name: str, value: float | None) -> str:
    if value is None:
        return DASH
    return f"{100 * value:.2f} %" if name.startswith("over_") else f"{value:,.6g}"
