"""Outside programs, run with a time limit and without input."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

SECONDS = 20


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
