"""Taking labs down: processes, namespaces, files; one's own, and those that nobody takes care of any more."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path

from easterly.app.lab import records
from easterly.app.lab.records import Process, Record
from easterly.app.lab.spaces import FOLDER, SECONDS
from easterly.config.frr.check import CRASH_LOGS

PATIENCE_S, UNBORN_S = 5.0, 60.0


def take_down(record: Record) -> None:
    """End a lab and remove all of it; what is gone already is no error.

    Whatever runs in its namespaces belongs to it, whether it was written down or not.
    """
    everyone = {each.pid: each for each in record.processes if each.alive}
    everyone |= {each.pid: each for each in _inside(record)}
    for each in everyone.values():
        with suppress(ProcessLookupError):
            os.kill(each.pid, signal.SIGKILL)
    _gone(list(everyone.values()))
    names = [name for name in record.spaces.values() if (FOLDER / name).exists()]
    text = "".join(f"netns delete {name}\n" for name in names)
    subprocess.run(
        ["ip", "-force", "-batch", "-"], input=text, text=True, capture_output=True, check=False, timeout=SECONDS
    )
    for each in (*record.processes, *everyone.values()):
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
    return done


def _forget_unborn() -> None:
    """Remove folders whose maker was killed before anything was written down, or made."""
    for folder in records.FOLDER.glob("lab*/"):
        with suppress(OSError):
            if not folder.with_suffix(".json").exists() and time.time() - folder.stat().st_mtime > UNBORN_S:
                folder.rmdir()
                folder.with_suffix(".new").unlink(missing_ok=True)


def _inside(record: Record) -> Iterator[Process]:
    """Processes in the namespaces of a lab."""
    numbers = set()
    for name in record.spaces.values():
        with suppress(OSError):
            numbers.add((FOLDER / name).stat().st_ino)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "ns/net").stat().st_ino in numbers:
                    yield Process.of(int(entry.name), (entry / "comm").read_text().strip())


def _gone(processes: list[Process]) -> None:
    """Wait until nobody is left; children are reaped."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and any(each.alive for each in processes):
        time.sleep(0.01)
    for each in processes:
        with suppress(ChildProcessError):
            os.waitpid(each.pid, os.WNOHANG)
