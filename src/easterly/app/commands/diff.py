"""``easterly diff``."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.app.compare import Change

SHOWN = 12
ANY = click.Path(path_type=Path)


@click.command("diff")
@click.argument("before", type=ANY)
@click.argument("after", type=ANY)
@click.option("--all", "everything", is_flag=True, help=f"Print every change, not the first {SHOWN} of each section.")
@click.option("--predict", "predicted", is_flag=True,
              help="Simulate both site files, and find out which difference does what.")  # fmt: skip
@click.option("--seeds", type=click.IntRange(1, 1000), help="With --predict: simulations of each site.  [default: 3]")
@click.option("--seed", type=click.IntRange(0, terminal.MOST_SEED), help="With --predict: the first.  [default: 1]")
@click.option("--steps", type=click.IntRange(1, 100), help="With --predict: steps of each job.  [default: 1]")
@click.option("--jitter", type=terminal.Share(0, 2), metavar="SHARE",
              help="With --predict: how much computations vary.  [default: 0]")  # fmt: skip
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="With --predict: write a page that draws what each difference does.")  # fmt: skip
@terminal.format_option
def command(before: Path, after: Path, everything: bool, predicted: bool, form: str, **asked: Any) -> None:
    """Compare BEFORE and AFTER: site files, plan.json files, or folders that hold one.

    With --predict, what each difference of two site files does to step times, throughput and the requests of services:
    alone in BEFORE, last of all in AFTER, and its part, the mean of both.
    """
    from easterly.app.compare import as_json, compare

    if predicted:
        _predict(before, after, asked, form)
        return
    idle = [name for name, value in asked.items() if value is not None]
    if idle:
        terminal.misused(f"--{idle[0]} is for simulations: add --predict", form)
    changes = compare(document_of(before, form), document_of(after, form))
    if form == "json":
        terminal.emit_json(as_json(changes))
    else:
        print_changes(changes, everything)


def _predict(before: Path, after: Path, asked: dict[str, Any], form: str) -> None:
    """Simulate both, and every difference."""
    from easterly.app.changing import effects as shown
    from easterly.app.commands.changeover import data_of
    from easterly.app.routing.counting import counting
    from easterly.base.findings import FindingsError
    from easterly.study.effects import effects
    from easterly.study.fluid import Wishes

    if asked["report"] is not None:
        terminal.writable(asked["report"], form)
    data = [data_of(path, form) for path in (before, after)]
    wanted = Wishes(
        steps=asked["steps"] or 1, jitter=asked["jitter"] or 0.0, seed=1 if asked["seed"] is None else asked["seed"]
    )
    try:
        with counting("sites", quiet=form == "json") as told:
            made = effects(data[0], data[1], wanted=wanted, seeds=asked["seeds"] or 3, notify=told)
    except FindingsError as error:
        terminal.refused(error.findings, None, form)
    except ValueError as error:
        terminal.misused(str(error), form)
    result = shown.document(made, wanted.seed)
    terminal.tell(result, form, shown.show)
    if asked["report"] is not None:
        from easterly.app.report import differing

        terminal.written(asked["report"], differing.page(f"{before.name} to {after.name}", result), form)


def document_of(path: Path, form: str) -> dict[str, Any]:
    """The plan document of a folder, a plan.json or a site file."""
    if path.is_dir():
        path = path / "plan.json"
    if path.suffix == ".json":
        return _stored(path, form)
    from easterly.app.commands.plan import folder
    from easterly.app.planning import run

    nouns, found, _ = terminal.read_or_leave(path, form, folder(None))
    return run(nouns, found, validate="none", quiet=form == "json").document


def _stored(path: Path, form: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        terminal.unreadable(path, error, form)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.get("schema") != 1 or "verdicts" not in found:
        terminal.misused(f"{path} is not a plan.json of schema 1; make one with: easterly plan SITE -o DIR", form)
    return found


def print_changes(changes: tuple[Change, ...], everything: bool) -> None:
    """Print changes by section, the first few of each."""
    if not changes:
        click.echo("no difference")
    for section, group in groupby(changes, key=lambda change: change.section):
        rows = list(group)
        click.echo(f"{section}: {counted(len(rows), 'change')}")
        for change in rows if everything else rows[:SHOWN]:
            click.echo(f"  {_line(change)}")
        if not everything and len(rows) > SHOWN:
            click.echo(f"  ... {len(rows) - SHOWN:,} more (--all prints them)")


def _line(change: Change) -> str:
    if change.kind == "added":
        return f"+ {change.id}" + ("" if isinstance(change.after, dict) else f" = {change.after}")
    if change.kind == "removed":
        return f"- {change.id}" + ("" if isinstance(change.before, dict) else f" = {change.before}")
    return f"~ {change.id}: {change.before} -> {change.after}{_percent(change)}"


def _percent(change: Change) -> str:
    """Relative change of a number, in brackets."""
    a, b = change.before, change.after
    numeric = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (a, b))
    return f" ({(b - a) / a:+.1%})" if numeric and a else ""
