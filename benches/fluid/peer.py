"""SimGrid as a peer: its library from the system (Debian: libsimgrid-dev), and a driver compiled against it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

from scenario import Scenario

SOURCE = Path(__file__).parent / "simgrid_driver.cpp"


class Missing(Exception):
    """Why there is no peer here."""


def simgrid() -> Path:
    """The driver, compiled if it is not yet.

    Raises
    ------
    Missing
        There is no compiler, or no SimGrid.
    """
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    if compiler is None:
        raise Missing("there is no C++ compiler")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "easterly" / "peers"
    program = base / f"simgrid-{sha256(SOURCE.read_bytes()).hexdigest()[:12]}"
    if program.exists():
        return program
    base.mkdir(parents=True, exist_ok=True)
    words = [compiler, "-std=c++17", "-O2", str(SOURCE), "-o", str(program), "-lsimgrid"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line] or ["the compiler failed"]
        raise Missing(f"no SimGrid to compile against (Debian: apt-get install libsimgrid-dev): {lines[0]}")
    return program


def run(program: Path, scenario: Scenario, folder: Path) -> dict[str, Any]:
    """What SimGrid finds; its processor time is that of the run alone."""
    file = folder / "flows.txt"
    with file.open("w") as out:
        out.write(f"{scenario.hosts} {len(scenario.capacity_bps)} {len(scenario)}\n")
        out.write(" ".join(f"{bps / 8:.17g}" for bps in scenario.capacity_bps) + "\n")
        for i, (from_, to) in enumerate(zip(scenario.src.tolist(), scenario.dst.tolist(), strict=True)):
            path = scenario.link[scenario.ptr[i] : scenario.ptr[i + 1]].tolist()
            numbers = f"{scenario.begin_s[i]:.17g} {int(scenario.size_B[i])} {len(path)}"
            out.write(f"{from_} {to} {numbers} {' '.join(map(str, path))}\n")
    done = subprocess.run([program, file], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"SimGrid ended with {done.returncode}: {done.stderr.strip()[-500:]}")
    return dict(json.loads(done.stdout))
