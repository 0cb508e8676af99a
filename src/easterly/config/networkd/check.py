"""systemd-networkd itself as a checker, in namespaces of its own, where it has nothing to configure."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from easterly.config.running import Program, number, run
from easterly.model.outcome import Artifact, Validation

PLACES = ("/lib/systemd/systemd-networkd", "/usr/lib/systemd/systemd-networkd")
FOLDER = "/etc/systemd/network"
SECONDS = 10
_NAMED = re.compile(r"^(Bridge|VRF)=(\S+)$", re.M)
_KINDS = {"Bridge": "Kind=bridge", "VRF": "Kind=vrf\n[VRF]\nTable=1000"}
"""Devices that other files of the machine make: here they stand for those."""


class Checker(Program):
    """An installed systemd-networkd."""

    dialect = "networkd"

    def check(self, file: Artifact) -> Validation:
        """Start it with one unit, and end it as soon as it has read that; what it says of the unit is the answer."""
        with tempfile.TemporaryDirectory(prefix="easterly-networkd-") as name:
            path = Path(name) / Path(file.path).name
            path.write_text(file.text)
            for key, device in _NAMED.findall(file.text):
                Path(name, f"00-{device}.netdev").write_text(f"[NetDev]\nName={device}\n{_KINDS[key]}\n")
            Path(name).chmod(0o755)
            said = _started(self.program, name)
        if said is None:
            return Validation(file.path, "not validated", None, "systemd-networkd did not start in a namespace")
        told = [line.partition(f"{FOLDER}/")[2] for line in said if f"{FOLDER}/" in line]
        return Validation(file.path, self.version, not told, "\n".join(told))


def _started(program: str, folder: str) -> list[str] | None:
    """Lines that it prints until it has looked at all interfaces; None where it does not come so far."""
    script = f'mount --bind "$1" {FOLDER} && exec timeout {SECONDS} "$2"'
    command = ["unshare", "--net", "--mount", "sh", "-c", script, "sh", folder, program]
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line.rstrip())
            if line.startswith("Enumeration completed"):
                process.terminate()
                process.wait()
                return lines
    return None


@cache
def checker() -> Checker | None:
    """The checker of this machine; None where there is no systemd-networkd, or no right to make namespaces."""
    program = next((place for place in PLACES if Path(place).exists()), None)
    analyse = shutil.which("systemd-analyze")
    if program is None or shutil.which("unshare") is None or os.geteuid() != 0 or not Path(FOLDER).is_dir():
        return None
    said = run([analyse, "--version"]).stdout if analyse else ""
    return Checker(program, "systemd-networkd " + number(r"systemd (\d+)", said))
