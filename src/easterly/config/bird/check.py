"""``bird -p``: BIRD's own parser, which starts nothing."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from easterly.config.running import run
from easterly.model.outcome import Artifact, Validation


@dataclass(frozen=True, slots=True)
class Checker:
    """An installed BIRD 2."""

    program: str
    version: str

    def takes(self, file: Artifact) -> bool:
        """Whether the file is BIRD's."""
        return file.dialect == "bird"

    def check(self, file: Artifact) -> Validation:
        """What ``bird -p`` says."""
        with tempfile.TemporaryDirectory(prefix="easterly-bird-") as name:
            path = Path(name) / "bird.conf"
            path.write_text(file.text)
            done = run([self.program, "-p", "-c", str(path)])
            said = (done.stdout + done.stderr).replace(f"{name}/", "").strip()
        ok = done.returncode == 0
        return Validation(file.path, self.version, ok, "" if ok else said or f"bird exits {done.returncode}")


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no BIRD 2."""
    program = shutil.which("bird") or shutil.which("bird", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    done = run([program, "--version"])
    found = re.search(r"version (2\.\S+)", done.stdout + done.stderr)
    return Checker(program, f"BIRD {found[1]} (bird -p)") if found else None
