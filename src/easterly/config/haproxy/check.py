"""``haproxy -c`` on one file at a time, with a certificate of its own where the file names one."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from easterly.config.fronts.certificate import substitute
from easterly.config.running import run
from easterly.model.outcome import Artifact, Validation

_PROCESS = re.compile(r" +\(\d+\)")


@dataclass(frozen=True, slots=True)
class Checker:
    """An installed HAProxy."""

    program: str
    version: str

    def takes(self, file: Artifact) -> bool:
        """Whether the file is HAProxy's."""
        return file.dialect == "haproxy"

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
        ok = done.returncode == 0
        return Validation(file.path, self.version, ok, "" if ok else said or f"haproxy exits {done.returncode}")


def _clean(output: str, folder: str) -> str:
    """Without notices, process numbers and temporary names: equal files get equal answers."""
    lines = (_PROCESS.sub("", line.replace(f"{folder}/", "")) for line in output.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("[NOTICE]"))


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no HAProxy."""
    program = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    found = re.search(r"version (\d+\.\d+\.\d+)", run([program, "-v"]).stdout)
    return Checker(program, f"HAProxy {found[1] if found else 'of unknown version'} (haproxy -c)")
