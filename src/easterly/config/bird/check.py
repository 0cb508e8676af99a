"""``bird -p``: BIRD's own parser, which starts nothing."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.running import Program, place, run
from easterly.model.outcome import Artifact, Validation


class Checker(Program):
    """An installed BIRD 2."""

    dialect = "bird"

    def check(self, file: Artifact) -> Validation:
        """What ``bird -p`` says."""
        with tempfile.TemporaryDirectory(prefix="easterly-bird-") as name:
            path = Path(name) / "bird.conf"
            path.write_text(file.text)
            done = run([self.program, "-p", "-c", str(path)])
            said = (done.stdout + done.stderr).replace(f"{name}/", "").strip()
        return self.judged(file, done, said)


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no BIRD 2."""
    program = place("bird")
    if program is None:
        return None
    done = run([program, "--version"])
    found = re.search(r"version (2\.\S+)", done.stdout + done.stderr)
    return Checker(program, f"BIRD {found[1]} (bird -p)") if found else None
