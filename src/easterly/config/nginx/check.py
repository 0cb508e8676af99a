"""``nginx -t`` on one file at a time, below a folder of its own."""

from __future__ import annotations

import re
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.fronts.certificate import substitute
from easterly.config.running import Program, number, place, run
from easterly.model.outcome import Artifact, Validation

_STAMP = re.compile(r"^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d (\[\w+\]) \d+#\d+:", re.M)
_LISTEN = re.compile(r"^( +listen )\[::\]:\d+ ipv6only=off", re.M)


class Checker(Program):
    """An installed nginx."""

    dialect = "nginx"

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
        return self.judged(file, done, said)


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no nginx."""
    program = place("nginx")
    if program is None:
        return None
    version = number(r"nginx/(\d+\.\d+\.\d+)", run([program, "-v"]).stderr)
    return Checker(program, f"nginx {version} (nginx -t)")
