"""FRR's daemons in a namespace, with sockets and files of their own: those that the router's text asks for."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from easterly.app.lab.records import Process
from easterly.app.lab.spaces import LabError, Space
from easterly.app.lab.tables import entry

FOLDERS = "/usr/lib/frr:/usr/libexec/frr:/usr/local/sbin:/usr/sbin"
ASKED = {
    "bgpd": r"router bgp\b", "ospfd": r"router ospf\b", "ospf6d": r"router ospf6\b", "isisd": r"router isis\b",
    "bfdd": r"bfd\b|.* bfd\b", "staticd": r"ip(v6)? route\b", "pathd": r"segment-routing\b",
}  # fmt: skip
"""By daemon, how a line begins that is for it."""
PROFILE = re.compile(r"^frr defaults (\w+)", re.MULTILINE)
PATIENCE_S = 20.0
OWNER = "frr"
"""Whom the daemons turn into after they have started."""
WATCHING = "bfdd"
"""Comes last: bgpd of FRR before 10.2 resets a session that is watched before it is up (its issue 17337)."""
NICE = ("nice", "-n", "-5")
"""As FRR's own service has it, so that other programs make no neighbour look dead."""


class RefusedText(LabError):
    """A router does not take the text that is rendered for it."""


def program(daemon: str) -> str | None:
    """Where a daemon is; None where it is not installed."""
    return shutil.which(daemon, path=FOLDERS)


def asked_for(text: str) -> tuple[str, ...]:
    r"""Daemons that a router's text needs, in the order in which they are started.

    Examples
    --------
    >>> asked_for("router bgp 65001\n neighbor 10.0.0.1 bfd")
    ('zebra', 'bgpd', 'bfdd')
    """
    lines = [line.strip() for line in text.splitlines() if "description" not in line.split()]
    return ("zebra", *(name for name, how in ASKED.items() if any(re.match(how, line) for line in lines)))


def start(
    space: Space, folder: Path, text: str, told: Callable[[Process], None], tables: Mapping[str, Space] = {}, *,
    first: str = "",
) -> None:  # fmt: skip
    """Start the daemons of one router but the one that watches, and load the rendered text as an operator would.

    Parameters
    ----------
    space : Space
    folder : Path
        Its own, which is made; sockets and logs are in it afterwards.
    text : str
        The whole of its ``frr.conf``.
    told : callable
        Given each process as soon as there is one.
    tables : mapping of str to Space, optional
        Namespaces that stand for VRFs.
    first : str, optional
        Lines that are loaded before the text.

    Raises
    ------
    LabError
        One did not come up; the message has its last words.
    RefusedText
        One does not take the text; the message has its lines.
    """
    folder.mkdir(mode=0o755)
    for name, content in (("empty.conf", ""), ("first.conf", first), ("frr.conf", text)):
        (folder / name).write_text(content, encoding="utf-8")
    shutil.chown(folder, OWNER, OWNER)
    if tables:
        (folder / "tables").mkdir()
        (folder / "entry").write_text(entry(folder / "tables", tables), encoding="utf-8")
    names = [name for name in asked_for(text) if name != WATCHING]
    for name in names:
        started = _start(space, folder, name, text, told)
        if name == "zebra":
            awaited(folder / "zserv.api", started, folder)
    for name in names:
        awaited(folder / f"{name}.vty", None, folder)
    if first:
        space.run("vtysh", "--vty_socket", str(folder), "-f", str(folder / "first.conf"))
    _load(space, folder)
    _handle(folder)


def watch(space: Space, folder: Path, text: str, told: Callable[[Process], None]) -> None:
    """Start the daemon that watches neighbours, if the text asks for it, and load what is for it.

    Parameters
    ----------
    space : Space
    folder : Path
        That of the daemons that run.
    text : str
        The whole of its ``frr.conf``.
    told : callable
        Given the process as soon as there is one.

    Raises
    ------
    LabError
        It did not come up; the message has its last words.
    RefusedText
        It does not take the text; the message has its lines.
    """
    if WATCHING in asked_for(text):
        _start(space, folder, WATCHING, text, told)
        awaited(folder / f"{WATCHING}.vty", None, folder)
        _load(space, folder, "-d", WATCHING)


def _load(space: Space, folder: Path, *options: str) -> None:
    try:
        space.run("vtysh", "--vty_socket", str(folder), *options, "-f", str(folder / "frr.conf"))
    except LabError as error:
        raise RefusedText(
            f"{folder.name}: FRR refuses what is rendered: {str(error).partition('frr.conf: ')[2]}"
        ) from None


def _handle(folder: Path) -> None:
    """A `vtysh` that speaks to these daemons, for who works in this namespace."""
    path = folder / "vtysh"
    path.write_text(f'#!/bin/sh\nexec {shutil.which("vtysh")} --vty_socket {folder} "$@"\n', encoding="utf-8")
    path.chmod(0o755)


def _words(folder: Path, name: str, text: str) -> list[str]:
    path, profile = program(name), PROFILE.search(text)
    if path is None:
        raise LabError(f"FRR's {name} is not installed, and the rendered text of {folder.name} needs it")
    apart = (folder / "entry").exists()
    return [
        *(["sh", str(folder / "entry")] if apart else []),
        path, "-i", str(folder / f"{name}.pid"), "--log", f"file:{folder / name}.log",
        "--vty_socket", str(folder), "-z", str(folder / "zserv.api"), "-f", str(folder / "empty.conf"),
        *(["-F", profile.group(1)] if profile else []),
        *(["--bfdctl", str(folder / "bfdd.sock")] if name == "bfdd" else []),
        *(["-n"] if apart and name == "zebra" else []),
    ]  # fmt: skip


def _start(space: Space, folder: Path, name: str, text: str, told: Callable[[Process], None]) -> Process:
    return begun(space, folder, name, _words(folder, name, text), told)


def begun(space: Space, folder: Path, name: str, words: Sequence[str], told: Callable[[Process], None]) -> Process:
    """Start a program that goes on, in a namespace; what it says is in ``<name>.out`` of the folder.

    Parameters
    ----------
    space : Space
    folder : Path
    name : str
    words : sequence of str
        The program and its arguments.
    told : callable
        Given the process.
    """
    with (folder / f"{name}.out").open("wb") as out:
        child = subprocess.Popen(
            [*NICE, "ip", "netns", "exec", space.name, *words],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd="/",
        )
    started = Process.of(child.pid, name)
    child.returncode = 0  # Whoever takes the lab down reaps it; a kept one outlives this program.
    told(started)
    return started


def awaited(path: Path, process: Process | None, folder: Path) -> None:
    """Wait for a file that a program of a folder makes when it is ready.

    Raises
    ------
    LabError
        It does not come, or the program has ended.
    """
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        if time.monotonic() > end or (process is not None and not process.alive):
            said = (folder / f"{path.stem}.out").read_text(errors="replace") if path.suffix == ".vty" else ""
            raise LabError(f"{folder.name}: no {path.name}: {said.strip().splitlines()[-1:] or 'nothing was said'}")
        time.sleep(0.02)
