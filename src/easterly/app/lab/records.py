"""What a lab consists of, written down before it is made, so that whoever comes later can take it down."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Annotated

from easterly.app.lab.spaces import LabError, Space
from easterly.base.schema import Doc, Unit

FOLDER = Path("/run/easterly-lab")
START_FIELD = 19
"""Of /proc/PID/stat behind the name in brackets: field 22, the start in clock ticks since boot (proc(5))."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that cannot be taken for another one that got its number later."""

    pid: Annotated[int, Doc("Number.")]
    start: Annotated[int, Unit("1"), Doc("When it began, in clock ticks since boot.")]
    name: Annotated[str, Doc("What it is.")] = ""

    @staticmethod
    def of(pid: int, name: str = "") -> Process:
        """One that runs now; of start 0 if it does not."""
        return Process(pid, _start(pid), name)

    @property
    def alive(self) -> bool:
        """Whether it still is."""
        return self.start > 0 and _start(self.pid) == self.start


def _start(pid: int) -> int:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0
    return 0 if fields[0] == "Z" else int(fields[START_FIELD])


@dataclass(frozen=True, slots=True)
class Record:
    """A lab as it stands in the file of its name."""

    name: Annotated[str, Doc("Name of the lab, which its namespaces begin with.")]
    site: Annotated[str, Doc("Site file.")]
    owner: Annotated[Process, Doc("Who made it.")]
    kept: Annotated[bool, Doc("It outlives its owner.")]
    spaces: Annotated[dict[str, str], Doc("Namespace by node.")]
    links: Annotated[dict[str, tuple[str, str, str, str]], Doc("By link: node and port at either end.")]
    processes: Annotated[tuple[Process, ...], Doc("Daemons, as far as they have been started.")] = ()

    @property
    def path(self) -> Path:
        """Its file."""
        return FOLDER / f"{self.name}.json"

    @property
    def folder(self) -> Path:
        """Sockets, files and logs of its daemons, a folder for each node."""
        return FOLDER / self.name

    @property
    def abandoned(self) -> bool:
        """Nobody will take it down."""
        return not self.kept and not self.owner.alive

    def space(self, node: str) -> Space:
        """Namespace of a node."""
        return Space(self.spaces[node])

    def write(self) -> Record:
        """Put it into its file, whole."""
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        aside.rename(self.path)
        return self

    def running(self, *processes: Process) -> Record:
        """With more processes, written down."""
        return replace(self, processes=(*self.processes, *processes)).write()


def new(site: str) -> Record:
    """A lab of a name that no other has, with nothing in it yet.

    Raises
    ------
    LabError
        Nothing can be written down.
    """
    owner = Process.of(os.getpid(), "easterly")
    try:
        FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
        while True:
            record = Record(f"lab{secrets.token_hex(2)}", site, owner, False, {}, {})
            with suppress(FileExistsError):
                record.folder.mkdir(mode=0o755)
                return record.write()
    except OSError as error:
        raise LabError(f"cannot write down what is made: {error}") from None


def read() -> Iterator[Record]:
    """All labs of this machine, those that nobody will take down included."""
    for path in sorted(FOLDER.glob("*.json")):
        with suppress(OSError, ValueError, KeyError, TypeError):
            yield _record(json.loads(path.read_text(encoding="utf-8")))


def _record(words: dict[str, object]) -> Record:
    given = dict(words)
    owner, processes = given.pop("owner"), given.pop("processes")
    links = {name: tuple(ends) for name, ends in dict(given.pop("links")).items()}  # type: ignore[call-overload]
    return Record(
        **given, links=links, owner=Process(**owner),  # type: ignore[arg-type]
        processes=tuple(Process(**each) for each in processes),  # type: ignore[attr-defined]
    )  # fmt: skip
