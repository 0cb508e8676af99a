"""``ovs-ofctl`` reads flows and groups without any switch; ``sh -n`` reads the script."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.running import Program, number, run
from easterly.model.outcome import Artifact, Validation


class Checker(Program):
    """An installed Open vSwitch."""

    dialect = "ovs"

    def check(self, file: Artifact) -> Validation:
        """What the parser of ``ovs-ofctl`` says; of scripts, what the shell does."""
        if file.path.endswith(".groups"):
            lines = (line for line in file.text.splitlines() if line[:1] not in ("", "#"))
            said = [words for line in lines for words in self._group(line)]
            return Validation(file.path, f"{self.version} (ovs-ofctl parse-group)", not said, "\n".join(said))
        with tempfile.TemporaryDirectory(prefix="easterly-ovs-") as name:
            path = Path(name) / "bridge.txt"
            path.write_text(file.text)
            if file.path.endswith(".sh"):
                by, done = "sh -n", run(["sh", "-n", str(path)])
            else:
                by = f"{self.version} (ovs-ofctl parse-flows)"
                done = run([self.program, "-O", "OpenFlow15", "parse-flows", str(path)])
            told = done.stderr.replace(f"{name}/", "").strip()
        ok = done.returncode == 0
        return Validation(file.path, by, ok, "" if ok else told or f"exits {done.returncode}")

    def _group(self, line: str) -> list[str]:
        done = run([self.program, "-O", "OpenFlow15", "parse-group", line])
        return [] if done.returncode == 0 else [done.stderr.strip() or f"ovs-ofctl exits {done.returncode}"]


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no Open vSwitch."""
    program = shutil.which("ovs-ofctl")
    if program is None:
        return None
    return Checker(program, "Open vSwitch " + number(r"(\d+\.\d+\.\d+)", run([program, "--version"]).stdout))
