"""``kubectl label --local``: kubectl reads every object of a file, and asks no cluster."""

from __future__ import annotations

import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.running import Program, number, run
from easterly.model.outcome import Artifact, Validation


class Checker(Program):
    """An installed kubectl."""

    dialect = "kubernetes"

    def check(self, file: Artifact) -> Validation:
        """Have each object labelled in memory: it must have a kind and a name; fields are for a cluster to judge."""
        with tempfile.TemporaryDirectory(prefix="easterly-kubectl-") as name:
            path = Path(name) / "objects.yaml"
            path.write_text(file.text)
            done = run([self.program, "label", "--local", "-f", str(path), "seen=yes", "-o", "name"])
            said = (done.stdout if done.returncode == 0 else done.stderr).replace(f"{name}/", "").strip()
        objects = len(re.findall(r"^kind: ", file.text, re.M))
        if done.returncode == 0 and len(said.splitlines()) == objects:
            return Validation(file.path, self.version, True, "")
        told = said if done.returncode else f"{objects} objects, and kubectl sees {len(said.splitlines())}"
        return Validation(file.path, self.version, False, told or f"kubectl exits {done.returncode}")


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no kubectl."""
    program = shutil.which("kubectl")
    if program is None:
        return None
    version = number(r"v(\d+\.\d+\.\d+)", run([program, "version", "--client"]).stdout)
    return Checker(program, f"kubectl {version} (label --local)")
