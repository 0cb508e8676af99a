"""Taking labs down: processes, namespaces, files; one's own, and those that nobody takes care of any more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from easterly.app.lab import records
from easterly.app.lab.records import Process, Record
from easterly.app.lab.spaces import FOLDER, SECONDS
from easterly.app.lab.spaces import sweep as sweep_spaces
from easterly.config.frr.check import CRASH_LOGS

PATIENCE_S, UNBORN_S = 5.0, 60.0


def take_down(record: Record) -> None:
    """End a lab and remove all of it; what is gone already is no error.

    Whatever runs in its namespaces belongs to it, whether it was written down or not.
    """
    names = [name for name in record.spaces.values() if (FOLDER / name).exists()]
    numbers = set(_numbers(names))
    ended = _ended([*(each for each in record.processes if each.alive), *_inside(record.name, numbers)])
    text = "".join(f"netns delete {name}\n" for name in names)
    subprocess.run(
        ["ip", "-force", "-batch", "-"], input=text, text=True, capture_output=True, check=False, timeout=SECONDS
    )
    # Who was being born, in no namespace yet, finds none now, or is in one that has lost its name.
    ended += _ended(list(_inside(record.name, numbers)))
    for each in (*record.processes, *ended):
        shutil.rmtree(CRASH_LOGS / f"{each.name}.{each.pid}", ignore_errors=True)
    shutil.rmtree(record.folder, ignore_errors=True)
    record.path.with_suffix(".new").unlink(missing_ok=True)  # its maker may have been killed while it wrote
    record.path.unlink(missing_ok=True)


def sweep(*, kept: bool = False, only: Collection[str] = ()) -> list[str]:
    """Take down the labs whose makers are no more.

    Parameters
    ----------
    kept : bool, optional
        Also those that were kept.
    only : collection of str, optional
        Names of labs; all if absent.

    Returns
    -------
    list of str
        Names of those that are gone.
    """
    done = []
    for record in records.read():
        if (record.abandoned or (kept and record.kept)) and (not only or record.name in only):
            take_down(record)
            done.append(record.name)
    _forget_unborn()
    sweep_spaces()
    return done


def _forget_unborn() -> None:
    """Remove folders, and records half written, whose maker was killed before it had made anything else."""
    for path in records.FOLDER.glob("lab*"):
        with suppress(OSError):
            old = time.time() - path.stat().st_mtime > UNBORN_S
            if old and path.suffix != ".json" and not path.with_suffix(".json").exists():
                (path.rmdir if path.is_dir() else path.unlink)()


def _numbers(names: Collection[str]) -> Iterator[int]:
    """What the kernel calls namespaces."""
    for name in names:
        with suppress(OSError):
            yield (FOLDER / name).stat().st_ino


def _ended(everyone: Sequence[Process]) -> list[Process]:
    """Kill processes, and wait until they are gone."""
    for each in everyone:
        with suppress(ProcessLookupError):
            os.kill(each.pid, signal.SIGKILL)
    _gone(everyone)
    return list(everyone)


def _inside(lab: str, numbers: Collection[int]) -> Iterator[Process]:
    """Processes in the namespaces of a lab, and those on their way there."""
    on_its_way = f"ip\0netns\0exec\0{lab}-".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                inside = (entry / "ns/net").stat().st_ino in numbers
                if inside or (entry / "cmdline").read_bytes().startswith(on_its_way):
                    yield Process.of(int(entry.name), (entry / "comm").read_text().strip())


def _gone(processes: Sequence[Process]) -> None:
    """Wait until nobody is left; children are reaped."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and any(each.alive for each in processes):
        time.sleep(0.01)
    for each in processes:
        with suppress(ChildProcessError):
            os.waitpid(each.pid, os.WNOHANG)
