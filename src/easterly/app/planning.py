"""Running a plan for the command line: progress, timings, files written whole, ``run.json``."""

from __future__ import annotations

import errno
import platform
import sys
import time
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from easterly.base.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from easterly.model.outcome import Artifact, Validation
    from easterly.model.plan import Plan
    from easterly.study.nouns import Nouns
    from easterly.study.stages import Stages


STAGES = 19  # of a plan without any work; each job or service adds two


class Notify(Protocol):
    """Told what is at work, and by how much the bar moves."""

    def __call__(self, name: str, advance: int = 1) -> None:
        """Name the stage."""


@dataclass(frozen=True)
class Run:
    """A plan, its document, and what happened on the way."""

    plan: Plan
    document: dict[str, Any]
    validations: tuple[Validation, ...]
    timings: dict[str, float]
    reused: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """What goes into ``run.json``: everything that may differ from machine to machine."""
        return {
            "schema": 1,
            "timings_s": {name: round(seconds, 6) for name, seconds in self.timings.items()},
            "reused": list(self.reused),
            "machine": {
                "python": platform.python_version(), "system": platform.system(), "release": platform.release(),
                "machine": platform.machine(),
            },
            "validations": per_artifact(self.plan, self.validations),
        }  # fmt: skip


def run(nouns: Nouns, findings: Sequence[Finding], *, validate: str, quiet: bool, packets: int | None = None) -> Run:
    """Plan a site and have its artefacts checked.

    Parameters
    ----------
    nouns : Nouns
    findings : sequence of Finding
        Located findings, none of them an error.
    validate : {"templates", "all", "none"}
        Whether outside checkers see one file per template, every file, or nothing.
    quiet : bool
        No progress on stderr.
    packets : int, optional
        Packet-hops of the largest run of the simulation, 0 for none; the usual number if absent.
    """
    from easterly.app.document import document
    from easterly.study.packets import PLAN_HOPS
    from easterly.study.pipeline import plan
    from easterly.study.standing import PLAN_EFFORT
    from easterly.study.waiting import PLAN_CONNECTIONS

    stages = nouns.stages
    with progress(nouns.site, quiet) as notify:
        stages.notify = notify
        made = plan(
            nouns.site, nouns=nouns, findings=findings, packets=PLAN_HOPS if packets is None else packets,
            connections=PLAN_CONNECTIONS, effort=PLAN_EFFORT,
        )  # fmt: skip
        with _timed(stages, "document"):
            text = document(made)
        with _timed(stages, "validate"):
            said = validations(made, validate, notify)
        stages.prune()
    return Run(made, text, said, stages.timings, tuple(stages.reused))


def per_artifact(plan: Plan, said: Sequence[Validation]) -> list[dict[str, Any]]:
    """One row per artefact: what a checker said of it, or of the file of its template that was ``read``."""
    template = {a.path: a.template for a in plan.configs.artifacts}
    by_path = {v.path: v for v in said}
    by_template = {template[v.path]: v for v in said if v.path in template}
    rows = []
    for path in template:
        found = by_path.get(path) or by_template.get(template[path])
        if found is None:
            rows.append({"path": path, "validator": "not validated", "ok": None, "output": "", "read": None})
        else:
            read = None if found.ok is None else found.path
            rows.append({**asdict(found), "path": path, "read": read})
    return rows


def validations(made: Plan, validate: str, notify: Notify = lambda name, advance=1: None) -> tuple[Validation, ...]:
    """What outside checkers say of the rendered files."""
    from easterly import config

    if validate == "none":
        return ()
    return config.validate(
        made.configs,
        everything=validate == "all",
        progress=lambda done, total: notify(f"validate {done:,} of {total:,}", 0),
    )


def write(done: Run, folder: Path) -> None:
    """Write every artefact, ``plan.json``, ``report.html`` and ``run.json`` below a folder.

    A file is written whole or not at all, and left alone when its content would not change. What a lab left there is
    shown in the report.
    """
    from easterly.app import report, tried
    from easterly.app.document import dump

    started = time.perf_counter()
    write_below(folder, done.plan.configs.artifacts)
    write_text(folder / "plan.json", dump(done.document))
    done.timings["write"] = time.perf_counter() - started
    started = time.perf_counter()
    found = tried.beside(folder, done.document)
    report.write(done.plan, done.document, folder / "report.html", done.as_json(), found)
    done.timings["report"] = time.perf_counter() - started
    write_text(folder / "run.json", dump(done.as_json()))


def write_below(folder: Path, files: Iterable[Artifact]) -> None:
    """Write files below a folder, and nothing elsewhere: not through a link that leads out of it.

    Raises
    ------
    OSError
        A link leads out of the folder, and nothing was written; or a file cannot be written.
    """
    files, root = list(files), folder.resolve()
    for parent in sorted({(folder / file.path).parent for file in files}):
        if not parent.resolve().is_relative_to(root):
            reason = f"a link leads out of {folder}; remove it, or name the folder behind it"
            raise OSError(errno.EXDEV, reason, str(parent))
    for file in files:
        write_text(folder / file.path, file.text)


def write_text(path: Path, text: str) -> None:
    """Replace a file's content in one step; a pipe or a device has none, and is written to."""
    data = text.encode()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    try:
        if path.read_bytes() == data:
            return
    except OSError:
        path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def progress(site: Any, quiet: bool) -> Iterator[Notify]:
    """A progress bar on stderr that names the stage at work; silent where stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield lambda name, advance=1: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("planning"), BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=STAGES + 2 * (len(site.jobs) + len(site.services)))
        yield lambda name, advance=1: bar.update(task, description=name, advance=advance)


@contextmanager
def _timed(stages: Stages, name: str) -> Iterator[None]:
    stages.notify(name)
    started = time.perf_counter()
    yield
    stages.timings[name] = time.perf_counter() - started
