"""Sweeps for somebody who waits: what it costs, how far it is, and Ctrl-C, which keeps what is done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click

from easterly import site as text
from easterly.app import terminal
from easterly.app.whatif import document, page
from easterly.base.findings import FindingsError
from easterly.base.units import TIME, format_short
from easterly.study.stages import Stages
from easterly.study.sweeps import Done, SweepError, Task, missing, run
from easterly.study.sweeps.run import processors
from easterly.study.whatif import axes as spanned
from easterly.study.whatif import metrics as named
from easterly.study.whatif.sweep import LOST, Asked, Sweep, answer, ask

WORTH_S = 3.0
"""Time of one process from which on others are worth their start."""
DEFAULT, WITHOUT_JOBS = ("step", "cost", "utilisation"), ("utilisation", "cost")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked for on the command line."""

    changes: tuple[str, ...]
    together: bool
    splits: tuple[str, ...]
    metrics: tuple[str, ...]
    against: str | None
    workers: int | None
    cluster: str | None
    cache: Path
    report: Path | None


def show(path: Path, wishes: Wishes, form: str) -> None:
    """Run a sweep, and print what comes out."""
    data, jobs, intents = _site(path, form)
    try:
        metrics = named.chosen(wishes.metrics or (DEFAULT if jobs else WITHOUT_JOBS), jobs, intents)
        against = named.chosen([wishes.against or "cost"], jobs, intents)
        judged = any(named.metric_of(name).judged for name in (*metrics, *against))
        asked = ask(data, axes(data, wishes), judged=judged)
        if len(against) > 1:
            terminal.misused(f"--against {wishes.against}: say of which: {', '.join(against)}", form)
        if not metrics or not against:
            terminal.misused("the site has nothing that such a metric is of: write the intent into the file", form)
    except ValueError as error:
        terminal.misused(str(error), form)
    if wishes.report is not None:
        terminal.writable(wishes.report, form)
    made = _run(path, asked, wishes, form)
    result = document.document(made, metrics, against[0] if wishes.against else document.weight(made, metrics[0]))
    terminal.tell(result, form, page.show)
    if wishes.report is not None:
        _report(wishes.report, str(data["site"]["name"]), result, form)
    lost = any(found["code"] == LOST for row in result["points"] for found in row["findings"])
    sys.exit(terminal.FOUND if lost else terminal.FINE)


def _report(path: Path, site: str, result: dict[str, Any], form: str) -> None:
    from easterly.app.report import whatif

    terminal.written(path, whatif.page(site, result), form)


def axes(data: dict[str, Any], wishes: Wishes) -> list[spanned.Axis]:
    """What is varied."""
    single = [spanned.axis(change) for change in wishes.changes]
    if wishes.together and single:
        single = [spanned.zipped(single)]
    return [*single, *(spanned.splits(job, data) for job in wishes.splits)]


def _site(path: Path, form: str) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
    """The site file in plain values, its jobs and its intents; leaves where it is no site."""
    try:
        source = text.read_source(path)
    except OSError as error:
        terminal.unreadable(path, error, form)
    try:
        loaded = text.parse(source)
    except FindingsError as error:
        terminal.refused(error.findings, source, form)
    return deepcopy(source.tree.data), tuple(loaded.site.jobs), tuple(loaded.site.intents)


def _run(path: Path, asked: Asked, wishes: Wishes, form: str) -> Sweep:
    """The site as it is first, then one point here, to say what the others will cost; then the others."""
    kept, done = Stages(wishes.cache / "sweeps"), list[Done]()
    try:
        (first,) = run(asked.tasks[:1], kept=kept, workers=1)
        if first.failed or "metrics" not in first.value:
            _leave(path, first, form)
        left = missing(asked.tasks, kept)
        each_s = _timed(asked.tasks, left, kept)
        workers = _workers(wishes, len(left) - 1, each_s)
        with _told(cost(len(asked.tasks), len(left) - 1, each_s, workers, wishes.cluster), left, form) as told:
            for one in run(asked.tasks, kept=kept, workers=workers, cluster=wishes.cluster):
                done.append(one)
                told(one)
    except SweepError as error:
        terminal.misused(str(error), form)
    except KeyboardInterrupt:
        _interrupted(len(asked.tasks) - len(missing(asked.tasks, kept)), len(asked.tasks))
    kept.prune()
    return answer(asked, done)


def _interrupted(done: int, of: int) -> NoReturn:
    click.echo(f"easterly: stopped with {done:,} of {of:,} points done and kept: the same command goes on from there",
               err=True)  # fmt: skip
    sys.exit(130)


def _timed(tasks: Sequence[Task], left: Sequence[int], kept: Stages) -> float:
    """Seconds that the first of the points takes which are to be computed; it is kept."""
    started = time.perf_counter()
    list(run([tasks[place] for place in left[:1]], kept=kept, workers=1))
    return time.perf_counter() - started


def _workers(wishes: Wishes, left: int, each_s: float) -> int:
    """Processes: as many as asked for; this one alone where others would hardly have started before it is done."""
    if wishes.workers is not None:
        return wishes.workers
    return max(1, min(processors(), left)) if left * each_s > WORTH_S else 1


@contextmanager
def _told(said: str, left: Sequence[int], form: str) -> Iterator[Callable[[Done], None]]:
    """Progress on a terminal, with the time that is left; what it will take is said beforehand."""
    if form == "json" or not left[1:] or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    click.echo(said, err=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("points", total=len(left[1:]))
        yield lambda done: None if done.kept else bar.advance(task)


def cost(points: int, left: int, each_s: float, workers: int, cluster: str | None) -> str:
    """What a sweep will take, in words.

    >>> cost(100, 80, 1.5, 4, None)
    '80 of 100 points are to be computed, others are kept: about 30s with 4 processes'
    """
    said = f"{left:,} of {points:,} points are to be computed, others are kept"
    if cluster:
        return f"{said}: {format_short(left * each_s, TIME, 2)} of one processor, on the cluster at {cluster}"
    here = "in this process" if workers == 1 else f"with {workers} processes"
    return f"{said}: about {format_short(left * each_s / workers, TIME, 2)} {here}"


def _leave(path: Path, first: Done, form: str) -> NoReturn:
    """The site as it is has errors: they are shown with their places."""
    terminal.read_or_leave(path, form, None)
    terminal.misused(f"{path}: {first.failed}", form)
