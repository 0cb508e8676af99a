"""``easterly lab list`` and ``easterly lab clean``: labs that are there, and an end to them."""

from __future__ import annotations

import click

from easterly.app import terminal
from easterly.app.calc import answer


@click.command("list")
@terminal.format_option
def list_(form: str) -> None:
    """List the labs of this machine: running, kept, and those that a killed program left behind."""
    from easterly.app.lab import records

    found = list(records.read())
    if form == "json":
        terminal.emit_json([
            {"lab": each.name, "site": each.site, "state": _state(each), "nodes": sorted(each.spaces),
             "links": sorted(each.links), "processes": sum(one.alive for one in each.processes)} for each in found
        ])  # fmt: skip
    elif not found:
        click.echo("no labs")
    else:
        answer.title(answer.counted(len(found), "lab"))
        answer.table(("Lab", "State", "Nodes", "Daemons", "Site"), [
            (each.name, _state(each), str(len(each.spaces)), str(sum(one.alive for one in each.processes)), each.site)
            for each in found
        ])  # fmt: skip


def _state(record: object) -> str:
    from easterly.app.lab.records import Record

    assert isinstance(record, Record)
    return "kept" if record.kept else "left behind" if record.abandoned else "running"


@click.command("clean")
@click.argument("names", nargs=-1, metavar="[LAB]...")
@terminal.format_option
def clean(names: tuple[str, ...], form: str) -> None:
    """Take down labs that were kept, and what killed programs left behind; only those named, if any are.

    A lab whose program still runs is left alone.
    """
    from easterly.app.lab import records, teardown
    from easterly.base.findings import did_you_mean

    known = {each.name: each for each in records.read()}
    for name in names:
        if name not in known:
            terminal.misused(f"there is no lab {name}: {did_you_mean(name, known) or 'see easterly lab list'}", form)
    busy = [name for name in names if not known[name].kept and not known[name].abandoned]
    if busy:
        terminal.misused(f"{busy[0]} is running: end its program, process {known[busy[0]].owner.pid}", form)
    done = teardown.sweep(kept=True, only=names)
    if form == "json":
        terminal.emit_json({"cleaned": done})
    else:
        click.echo("\n".join(f"taken down: {name}" for name in done) or "nothing to clean")
