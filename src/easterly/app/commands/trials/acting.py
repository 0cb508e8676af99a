"""``easterly lab shell``, ``capture`` and ``break``: hands on a lab that runs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from easterly.app import terminal, trying
from easterly.base.counts import counted

if TYPE_CHECKING:
    from easterly.app.lab.records import Record
    from easterly.app.lab.spaces import Space

_LAB = click.option("--lab", "name", help="Name of the lab, where there are several.")


@click.command("shell", context_settings={"ignore_unknown_options": True})
@click.argument("node")
@click.argument("words", nargs=-1, metavar="[COMMAND]...", type=click.UNPROCESSED)
@_LAB
def shell(node: str, words: tuple[str, ...], name: str | None) -> None:
    """Open a shell on NODE of a lab, or run COMMAND there: its interfaces, its routes, its routing daemons.

    On a router, `vtysh` speaks to its own daemons. A tenant's table is a NODE of its own where the kernel has no VRF
    devices: leaf-0/acme.
    """
    lab = _chosen(name, "text")
    space = lab.space(_known(node, lab.spaces, "node", "text"))
    tools = lab.folder / node.partition("/")[0]
    environment = {**os.environ, "PATH": f"{tools}:{os.environ.get('PATH', os.defpath)}", "PS1": f"{node}# "}
    what = words or (os.environ.get("SHELL", "/bin/sh"),)
    with suppress(KeyboardInterrupt):
        done = subprocess.run(["ip", "netns", "exec", space.name, *what], env=environment, check=False)
        sys.exit(done.returncode)


@click.command("capture")
@click.argument("link")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path),
              help="File of packets (pcap, nanoseconds); a line for each on stdout if absent.")  # fmt: skip
@click.option("--seconds", type=terminal.Finite(0, min_open=True), help="When to end; with Ctrl-C if absent.")
@click.option("--count", type=click.IntRange(1), help="After how many packets to end.")
@_LAB
def capture(link: str, output: Path | None, seconds: float | None, count: int | None, name: str | None) -> None:
    """Write down what passes LINK of a lab, as its first end sees it.

    LINK is what the plan calls it, r1:swp2>r2:swp1, or one of its ends, r1:swp2, which is then the one that looks.
    """
    from easterly.app.lab import capture as tap

    space, port = _ends(_chosen(name, "text"), link, "text")[0]
    seen = 0
    with suppress(KeyboardInterrupt):
        passing = tap.packets(space, port, seconds=seconds, count=count)
        if output is None:
            for packet in passing:
                click.echo(tap.line(packet))
        else:
            with terminal.writing(output, "text"), output.open("wb", buffering=0) as file:
                file.write(tap.header())
                for packet in passing:
                    seen += file.write(tap.record(packet)) > 0
    if output is not None:
        click.echo(f"written: {output}, {counted(seen, 'packet')}", err=True)


@click.command("break")
@click.argument("link")
@click.option("--silent", "how", flag_value="silent", default=True, help="Packets are lost, and nothing else is seen.")
@click.option("--carrier", "how", flag_value="carrier", help="The other end sees at once that the carrier is gone.")
@click.option("--restore", "how", flag_value="restore", help="Mend it.")
@_LAB
@terminal.format_option
def break_(link: str, how: str, name: str | None, form: str) -> None:
    """Break LINK of a lab, or mend it.

    LINK is what the plan calls it, r1:swp2>r2:swp1, or one of its ends, r1:swp2.
    """
    from easterly.app.lab import breaking
    from easterly.app.lab.spaces import LabError

    lab = _chosen(name, form)
    ends = _ends(lab, link, form)
    try:
        {"silent": breaking.silence, "carrier": breaking.cut, "restore": breaking.mend}[how](ends)
    except LabError as error:
        trying.impossible(str(error), form)
    state = {"silent": "silent", "carrier": "without carrier", "restore": "mended"}[how]
    if form == "json":
        terminal.emit_json({"lab": lab.name, "link": link, "state": state})
    else:
        click.echo(f"{link} of {lab.name}: {state}")


def _chosen(name: str | None, form: str) -> Record:
    """The lab of a name, or the only one."""
    from easterly.app.lab import records

    known = {each.name: each for each in records.read() if not each.abandoned}
    if name is not None:
        return known[_known(name, known, "lab", form)]
    if not known:
        terminal.misused("no lab runs; easterly lab run SITE --keep leaves one running", form)
    if len(known) > 1:
        terminal.misused(f"there are {len(known)} labs: choose one with --lab: {', '.join(known)}", form)
    return next(iter(known.values()))


def _known(name: str, names: Iterable[str], what: str, form: str) -> str:
    from easterly.base.findings import did_you_mean

    if name not in set(names):
        terminal.misused(f"there is no {what} {name}: {did_you_mean(name, names) or 'see easterly lab list'}", form)
    return name


def _ends(lab: Record, link: str, form: str) -> list[tuple[Space, str]]:
    """Both ends of a link; first the one that is named first."""
    for name, (a, p, b, q) in lab.links.items():
        one, other = name.split(">")
        ends: list[tuple[Any, str]] = [(lab.space(a), p), (lab.space(b), q)]
        if link in (name, one):
            return ends
        if link in (f"{other}>{one}", other):
            return ends[::-1]
    ids = [each for name in lab.links for each in (name, *name.split(">"))]
    _known(link, ids, "link", form)
    raise AssertionError("every id has been looked at")
