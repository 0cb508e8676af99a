"""``easterly demand``."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

from easterly.app import terminal

KEYS = (
    "work", "kind", "tenant", "fabric", "class", "axis", "stage", "collective", "link-class", "direction", "nic",
    "host", "leaf", "interval",
)  # fmt: skip
PLACES = ("nic", "host", "leaf", "fabric")
FORMATS = ("text", "json", "csv", "parquet")


@click.command("demand")
@click.argument("site", type=terminal.SITE)
@click.option("--by", "by", multiple=True, metavar="KEY[,KEY]...",
              help=f"Rates by one key or several: {', '.join(KEYS)}.")  # fmt: skip
@click.option("--matrix", type=click.Choice(PLACES), help="Mean rates between all places, by class.")
@click.option("--step", is_flag=True, help="One step of each job over time: compute, and the bursts of every phase.")
@click.option("--shared", is_flag=True, help="Links that several jobs share: best, expected and worst alignment.")
@click.option("--job", "name", metavar="NAME", help="Only this job, service or other traffic.")
@click.option("--chakra", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
              help="Write one step of the job as Chakra execution traces, a file per interface.")  # fmt: skip
@click.option("--replay", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR",
              help="Read Chakra execution traces, and replay them on the hosts of the job.")  # fmt: skip
@click.option("--accounts", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write what each tenant is predicted to use in a week, a JSON record a line.")  # fmt: skip
@click.option("--interval", help="Length of the intervals of `--by interval` and --accounts; 1h if absent.")
@click.option("--years", type=click.FloatRange(0, 100), default=0.0, help="A week that is some years ahead.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="Text for people, one JSON object, or one table.")  # fmt: skip
@click.option("-o", "--output", "out", type=click.Path(dir_okay=False, path_type=Path), help="File to write to.")
def command(
    site: Path, by: tuple[str, ...], matrix: str | None, step: bool, shared: bool, name: str | None,
    interval: str | None, years: float, form: str, out: Path | None, chakra: Path | None, replay: Path | None,
    accounts: Path | None,
) -> None:  # fmt: skip
    """Tell what the jobs, services and other traffic of SITE send: per GPU and step, per second, per link class.

    Without a choice of table, text and JSON give everything in short, CSV and Parquet one row per phase.
    """
    keys = _keys(by, form)
    traced = chakra is not None, replay is not None
    _consistent((bool(keys), matrix is not None, step, shared, *traced, accounts is not None), years, out, form)
    length_s = _length(interval, [*keys, *(["interval"] if accounts is not None else [])], form)
    if any(traced):
        from easterly.app.demand import traces

        traces.run(site, name, chakra, replay, form)
        return
    if accounts is not None:
        _accounts(site, accounts, length_s, years, form)
        return
    made, found = _outgoing(site, name, form)
    from easterly.app.demand import pages, views

    if keys:
        table: Any = views.rates(made, keys, length_s, years)
    elif matrix is not None:
        table = views.matrix(made, matrix, years)
    elif step:
        table = views.step(made)
    elif shared:
        table = views.shared(made, years)
    else:
        table = None
    if form == "text":
        _emit(pages.text(made, table, years, _width() if out is None else None), out, form)
    elif form == "json":
        result = pages.document(made, years) if table is None else table.document()
        _emit(terminal.envelope(result, found), out, form)
    else:
        _emit_table(views.phases(made) if table is None else table, out, form)


def _accounts(site: Path, file: Path, length_s: float, years: float, form: str) -> None:
    """Write the accounts of a week, and say how many."""
    import json

    from easterly.app.commands.plan import folder
    from easterly.study import accounts, demand

    terminal.writable(file, form)
    nouns, found, _ = terminal.read_or_leave(site, form if form == "json" else "text", folder(None))
    records = [each.record() for each in accounts.predicted(nouns, demand.outgoing(nouns), length_s, years)]
    terminal.written(file, "".join(json.dumps(record) + "\n" for record in records), form)
    if form == "json":
        terminal.emit_json({"records": len(records)}, found)


def _consistent(tables: tuple[bool, ...], years: float, out: Path | None, form: str) -> None:
    """Leave where options contradict each other."""
    if not 0 <= years <= 100:  # nan passes the range of click
        terminal.misused(f"--years: {years} is not between 0 and 100", form)
    if sum(tables) > 1:
        terminal.misused("choose one of --by, --matrix, --step, --shared, --chakra, --replay and --accounts", form)
    if form == "parquet" and out is None:
        terminal.misused("parquet is no text: name a file with -o", form)


def _keys(by: tuple[str, ...], form: str) -> list[str]:
    """Keys in the order in which they were given."""
    from easterly.base.findings import did_you_mean

    keys = list(dict.fromkeys(word.strip() for part in by for word in part.split(",")))
    for key in keys:
        if key not in KEYS:
            terminal.misused(f"no key {key!r}: {did_you_mean(key, KEYS)}", form)
    if len(set(keys) & set(PLACES[:3])) > 1:
        terminal.misused("rates go by one of nic, host and leaf at a time", form)
    return keys


def _length(given: str | None, keys: list[str], form: str) -> float:
    """Length of the intervals: at least a minute, at most a week."""
    from easterly.base.units import TIME, QuantityError, parse
    from easterly.demand.time.profile import WEEK_s

    if given is not None and "interval" not in keys:
        terminal.misused("--interval wants --by interval", form)
    text = given or "1h"
    try:
        length_s = parse(text, TIME)
    except QuantityError as error:
        terminal.misused(f"--interval: {error}{f' ({error.hint})' if error.hint else ''}", form)
    if not 60 <= length_s <= WEEK_s:
        terminal.misused(f"--interval: {text} is not between 1min and 7d", form)
    return length_s


def _outgoing(path: Path, name: str | None, form: str) -> tuple[Any, Any]:
    """What the site sends, and its findings; all of it, or that of one work."""
    from easterly.app.commands.plan import folder
    from easterly.base.findings import did_you_mean
    from easterly.study import demand

    nouns, found, _ = terminal.read_or_leave(path, form if form == "json" else "text", folder(None))
    made = demand.outgoing(nouns)
    if name is None:
        return made, found
    if name not in made.works:
        terminal.misused(f"no job, service or traffic {name!r}: {did_you_mean(name, made.works)}", form)
    return demand.only(made, name), found


def _width() -> int | None:
    """Columns of the terminal; none where nobody is looking at one."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def _emit_table(table: Any, out: Path | None, form: str) -> None:
    from easterly.app.demand import tables

    if form == "csv":
        _emit(tables.csv_text(table), out, form)
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            data = tables.parquet_bytes(table, Path(folder))
    except tables.MissingPart as error:
        terminal.misused(str(error), form)
    assert out is not None
    with terminal.writing(out, form):
        out.write_bytes(data)


def _emit(text: str, out: Path | None, form: str) -> None:
    """Print, or write to a file."""
    if out is None:
        click.echo(text, nl=False)
        return
    with terminal.writing(out, form):
        out.write_text(text, encoding="utf-8")
