"""``easterly ipam import`` and ``export``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from easterly.app import terminal
from easterly.app.commands.ipam import desk
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.address.ipam.incoming import Piece

FORMS = click.Choice(["csv", "yaml", "json"])
SHOWN = 20
"""Refused rows that are printed; the JSON has a thousand."""


@click.command("import")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "kind", type=click.Choice([*FORMS.choices, "plan"]),
              help="Format, by the end of the name if absent; plan: the address plan in a plan.json.")  # fmt: skip
@click.option("--pool", default="", metavar="NAME", help="The pool of rows that name none.")
@click.option("--keep-going", is_flag=True, help="Take the good rows though others are refused; else all or nothing.")
@desk.acting
@desk.stored
def import_(path: Path, kind: str | None, pool: str, keep_going: bool, actor: str, url: str | None, form: str) -> None:
    """Take over the VRFs, pools and allocations of the table PATH, as `export` writes it.

    A table with only a column `address` is enough, with --pool; headings of NetBox and phpIPAM are known, and what
    is not known becomes a field. What is there already stays as it is: the same file twice changes nothing. A row
    that is refused is told with its line and column, and the code is 1.
    """
    from easterly.address.ipam.incoming import form_of, pieces
    from easterly.address.ipam.load import load

    reader = kind or form_of(path)
    with (
        desk.opened(url, form) as store,
        _located(path, form),
        _progress(f"rows of {path.name}, looked at and put", form) as step,
    ):
        read = _planned(path) if reader == "plan" else lambda: pieces(path, reader)
        made = load(store, read, pool=pool, actor=actor, keep_going=keep_going, progress=step)
    refused = [{"line": f.line, "column": f.column, "why": f.why} for f in made.faults]
    result = {
        "changed": made.added + made.pools + made.devices > 0, "added": made.added, "same": made.same,
        "pools": made.pools, "devices": made.devices, "refused": refused[:1000], "refused_count": len(refused),
    }  # fmt: skip
    lines = [f"{path}:{f.line}: {f.column}: {f.why}" for f in made.faults[:SHOWN]]
    lines += [f"... and {len(refused) - SHOWN:,} more"] if len(refused) > SHOWN else []
    lines += ["nothing was changed"] if refused and not keep_going else []
    more = f"; devices and interfaces made: {made.devices:,}" if made.devices else ""
    lines += [f"added: {made.added:,}; there already: {made.same:,}; pools and VRFs made: {made.pools:,}{more}"]
    desk.told(result, lines, form)
    sys.exit(terminal.FOUND if refused else terminal.FINE)


@contextmanager
def _located(path: Path, form: str) -> Iterator[None]:
    """Say of which file something is, where only its line is said; leaves with code 2."""
    from easterly.address.ipam.incoming import Unreadable

    try:
        yield
    except Unreadable as error:
        said = str(error)
        line, _, rest = said.removeprefix("line ").partition(": ")
        placed = f"{path}:{line}: {rest}" if said.startswith("line ") else said
        terminal.misused(placed if placed.startswith(str(path)) else f"{path}: {placed}", form)
    except OSError as error:
        terminal.misused(f"{path}: cannot be read: {error.strerror}", form)


def _planned(path: Path) -> Callable[[], list[Piece]]:
    """The table of a plan; read once."""
    import json

    from easterly.app.addressing.stored import table

    piece = table(json.loads(path.read_text("utf-8")))
    return lambda: [piece]


@click.command("export")
@click.argument("path", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), default="-")
@click.option("--format", "kind", type=FORMS, default="csv", show_default=True)
@click.option("--store", "url", envvar=desk.VARIABLE, metavar="URL", help="As of the other commands.")
def export(path: Path, kind: str, url: str | None) -> None:
    """Write VRFs, pools and allocations to PATH, or to the standard output: one state of the store.

    Idempotency keys, the audit and the history stay behind: `backup` takes them too.
    """
    from easterly.address.ipam.export import export as write

    with desk.opened(url, "text") as store:
        if str(path) == "-":
            write(store, sys.stdout, kind)
            return
        with (
            terminal.writing(path, "text"),
            path.open("w", encoding="utf-8", newline="") as file,
            _progress(f"rows to {path.name}", "text") as step,
        ):
            count = write(store, file, kind, progress=step)
    click.echo(f"written: {path}, {counted(count, 'row')}", err=True)


@contextmanager
def _progress(what: str, form: str) -> Iterator[Callable[[int], object]]:
    """Something to look at while rows go by, where somebody looks."""
    from rich.console import Console

    console = Console(stderr=True)
    if form == "json" or not console.is_terminal:
        yield lambda rows: None
        return
    done = 0
    with console.status(what) as status:

        def step(rows: int) -> None:
            nonlocal done
            done += rows
            status.update(f"{done:,} {what}")

        yield step
