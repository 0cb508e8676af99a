"""Execution traces for the command line: one step of a job written, or traces replayed on its hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from easterly.app import terminal
from easterly.app.values import number
from easterly.base.counts import counted
from easterly.base.findings import FindingsError, did_you_mean
from easterly.base.units import SIZE, TIME, format_short
from easterly.demand import schedule
from easterly.model.schedule import EventKind
from easterly.site import locate
from easterly.study.nouns import Nouns
from easterly.study.traces import read_chakra, replay_s, write_chakra


def run(site: Path, name: str | None, into: Path | None, out_of: Path | None, form: str) -> None:
    """Write the step of a job into a folder, or replay the traces of a folder on its hosts.

    Leaves with the findings that say what is wrong with the site or the traces.
    """
    from easterly.app.commands import plan

    nouns, found, source = terminal.read_or_leave(site, form, plan.folder(None))
    if name is None or name not in nouns.site.jobs:
        option = "--chakra" if into is not None else "--replay"
        terminal.misused(f"{option} needs --job: {did_you_mean(name or '', nouns.site.jobs)}", form)
    try:
        result, text, notes = _written(nouns, name, into, form) if into is not None else _replayed(nouns, name, out_of)
    except FindingsError as error:
        terminal.refused(locate(error.findings, source), source, form)
    except OSError as error:
        terminal.misused(f"{out_of}: {error.strerror or error}", form)
    if form == "json":
        terminal.emit_json(result, [*found, *notes])
    else:
        terminal.print_findings(locate(notes, source), source)
        click.echo(text)


def _written(nouns: Nouns, name: str, folder: Path, form: str) -> tuple[dict[str, Any], str, tuple[Any, ...]]:
    network, hosts = nouns.network.value, nouns.placement.value.hosts
    made = schedule.of_job(nouns.site, network, name, hosts)
    with terminal.writing(folder, form):
        files = write_chakra(made, network, folder, name)
    return {"written": [str(file) for file in files]}, f"{folder}: {counted(len(files), 'file')} written", ()


def _replayed(nouns: Nouns, name: str, folder: Path | None) -> tuple[dict[str, Any], str, tuple[Any, ...]]:
    """What traces send, and how long they take if no message slows another down."""
    network, hosts = nouns.network.value, nouns.placement.value.hosts[name]
    assert folder is not None
    made, notes = read_chakra(folder, network, hosts)
    sends = made.kind == EventKind.SEND
    took_s = replay_s(made, network)
    sent_B = float(made.size_B[sends].sum())
    result = {
        "events": len(made), "messages": int(sends.sum()), "network_B": number(sent_B), "makespan_s": number(took_s),
    }  # fmt: skip
    text = (
        f"{folder}: {counted(len(made), 'event')} on the hosts of {name}, {counted(int(sends.sum()), 'message')} of "
        f"{format_short(sent_B, SIZE, 3)} on the network; {format_short(took_s, TIME, 4)} if none slows another down"
    )
    return result, text, notes
