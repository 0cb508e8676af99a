"""``haproxy -c`` on one file at a time, with a certificate of its own where the file names one."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.fronts.certificate import substitute
from easterly.config.running import Program, number, place, run
from easterly.model.outcome import Artifact, Validation

_PROCESS = re.compile(r" +\(\d+\)")


class Checker(Program):
    """An installed HAProxy."""

    dialect = "haproxy"

    def check(self, file: Artifact) -> Validation:
        """What ``haproxy -c`` says; names of servers are numbers, so that it asks nobody."""
        with tempfile.TemporaryDirectory(prefix="easterly-haproxy-") as name:
            path = Path(name) / "service.cfg"
            try:
                path.write_text(substitute(file.text, Path(name)))
            except OSError as error:
                return Validation(file.path, "not validated", None, str(error))
            done = run([self.program, "-c", "-f", str(path)])
            said = _clean(done.stdout + done.stderr, name)
        return self.judged(file, done, said)


def _clean(output: str, folder: str) -> str:
    """Without notices, process numbers and temporary names: equal files get equal answers."""
    lines = (_PROCESS.sub("", line.replace(f"{folder}/", "")) for line in output.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("[NOTICE]"))


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no HAProxy."""
    program = place("haproxy")
    if program is None:
        return None
    version = number(r"version (\d+\.\d+\.\d+)", run([program, "-v"]).stdout)
    return Checker(program, f"HAProxy {version} (haproxy -c)")
