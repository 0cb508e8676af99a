"""``nginx -t`` on one file at a time, below a folder of its own."""

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

_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+:", re.M)
_LISTEN = re.compile(r"^( +listen )\[::\]:\d+ ipv6only=off", re.M)


@dataclass(frozen=True, slots=True)
class Checker:
    """An installed nginx."""

    program: str
    version: str

    def takes(self, file: Artifact) -> bool:
        """Whether the file is nginx's."""
        return file.dialect == "nginx"

    def check(self, file: Artifact) -> Validation:
        """What ``nginx -t`` says.

        It opens what it is told to listen at, so it is told a socket in the folder instead: others may have the port,
        and low ports are for root alone.
        """
        with tempfile.TemporaryDirectory(prefix="easterly-nginx-") as name:
            path = Path(name) / "service.conf"
            try:
                text = substitute(file.text, Path(name))
            except OSError as error:
                return Validation(file.path, "not validated", None, str(error))
            path.write_text(_LISTEN.sub(rf"\g<1>unix:{name}/socket", text))
            own = f"pid {name}/pid; error_log stderr;"
            done = run([self.program, "-t", "-q", "-c", str(path), "-p", name, "-g", own])
            # Without time, process number and temporary names: equal files get equal answers.
            said = _STAMP.sub(r"\1", done.stdout + done.stderr).replace(f"{name}/", "").strip()
        ok = done.returncode == 0
        return Validation(file.path, self.version, ok, "" if ok else said or f"nginx exits {done.returncode}")


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no nginx."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        return None
    found = re.search(r"nginx/(\d+\.\d+\.\d+)", run([program, "-v"]).stderr)
    return Checker(program, f"nginx {found[1] if found else 'of unknown version'} (nginx -t)")
