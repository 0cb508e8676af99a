"""Outside programs: found, run with a time limit and without input, and what they say of a file."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from easterly.model.outcome import Artifact, Validation

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Program:
    """An installed program that judges the files of one dialect."""

    program: str
    version: str
    dialect: ClassVar[str]

    def takes(self, file: Artifact) -> bool:
        """Whether the file is one that it can judge."""
        return file.dialect == self.dialect

    def judged(self, file: Artifact, done: subprocess.CompletedProcess[str], said: str) -> Validation:
        """Its answer, by how it ended; what it said counts where it refuses."""
        ok = done.returncode == 0
        told = "" if ok else said or f"{Path(done.args[0]).name} exits {done.returncode}"
        return Validation(file.path, self.version, ok, told)


def place(name: str) -> str | None:
    """Path of a program, also where only root looks; None where it is not installed."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def number(pattern: str, said: str) -> str:
    """Version that a program says of itself."""
    found = re.search(pattern, said)
    return found[1] if found else "of unknown version"


def run(command: list[str], told: Callable[[int], None] = lambda pid: None) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and tell its number; one that cannot be run or does not answer has failed."""
    try:
        with subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace",
        ) as child:  # fmt: skip
            told(child.pid)
            try:
                out, said = child.communicate(timeout=SECONDS)
            except BaseException:
                child.kill()
                raise
            return subprocess.CompletedProcess(command, child.returncode, out, said)
    except (OSError, subprocess.TimeoutExpired) as error:
        said = f"{Path(command[0]).name} did not answer: {type(error).__name__}"
        return subprocess.CompletedProcess(command, 1, "", said)
