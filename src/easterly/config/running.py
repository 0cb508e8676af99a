"""Outside programs, run with a time limit and without input."""

from __future__ import annotations

import subprocess
from pathlib import Path

SECONDS = 20


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end; one that cannot be run or does not answer has failed."""
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=SECONDS, stdin=subprocess.DEVNULL, check=False,
            errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        said = f"{Path(command[0]).name} did not answer: {type(error).__name__}"
        return subprocess.CompletedProcess(command, 1, "", said)
