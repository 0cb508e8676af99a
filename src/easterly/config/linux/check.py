"""netplan's own generator as a checker: it refuses what networkd would not be given."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from easterly.config.running import run
from easterly.model.outcome import Artifact, Validation

PLACES = ("/usr/libexec/netplan/generate", "/usr/lib/netplan/generate", "/lib/netplan/generate")


@dataclass(frozen=True, slots=True)
class Checker:
    """The generator of an installed netplan; it writes below the directory that it is given, and nowhere else."""

    generate: str

    def takes(self, file: Artifact) -> bool:
        """Whether the file is one that it can judge: not kernel settings, not environments."""
        return file.path.endswith(".yaml") and not file.path.startswith("kubernetes/")

    def check(self, file: Artifact) -> Validation:
        """Have the units of one file generated in a directory of their own."""
        with tempfile.TemporaryDirectory(prefix="easterly-netplan-") as name:
            path = Path(name) / "etc" / "netplan" / "fabric.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(file.text)
            # Readable by others, netplan warns.
            path.chmod(0o600)
            done = run([self.generate, "--root-dir", name])
            said = (done.stdout + done.stderr).replace(str(path), path.name).strip()
        if done.returncode:
            return Validation(file.path, "netplan generate", False, said or f"generate exits {done.returncode}")
        return Validation(file.path, "netplan generate", True, "")


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no netplan."""
    return next((Checker(place) for place in PLACES if Path(place).exists()), None)
