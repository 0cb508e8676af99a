"""ns-3 as a peer: its wheel in a virtual environment of its own, and a driver compiled against the libraries in it.

The wheel is no dependency of Easterly: it takes the top-level module ``ns``. Everything lies below
``$XDG_CACHE_HOME/easterly/peers`` and is made once.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

VERSION = "3.44.post0"
LIBRARIES = ("core", "network", "internet", "point-to-point", "traffic-control")
DRIVER = "ns3_driver"
SOURCES = Path(__file__).parent


class Missing(Exception):
    """Why there is no peer here."""


@dataclass(frozen=True)
class Ns3:
    """The compiled driver.

    Attributes
    ----------
    program : Path
    version : str
        Of the wheel.
    """

    program: Path
    version: str

    def run(self, text: str, folder: Path) -> dict[str, Any]:
        """What became of a scenario; its CPU time is that of the run alone."""
        file = folder / "scenario.txt"
        file.write_text(text)
        done = subprocess.run([self.program, file], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"ns-3 ended with {done.returncode}: {done.stderr.strip()[-500:]}")
        return dict(json.loads(done.stdout))


def cache() -> Path:
    """Where the peer is installed."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "easterly" / "peers"


def ns3(driver: str = DRIVER) -> Ns3:
    """The peer, installed and compiled if it is not yet.

    Parameters
    ----------
    driver : str
        Which of the programs that are linked to it.

    Raises
    ------
    Missing
        There is no compiler, no wheel for this machine, or no way to one.
    """
    compiler = shutil.which(os.environ.get("CXX", "c++"))
    if compiler is None:
        raise Missing("there is no C++ compiler")
    home = cache() / f"ns3-{VERSION}-{sys.version_info.major}.{sys.version_info.minor}"
    root = _install(home)
    source = SOURCES / f"{driver}.cpp"
    texts = [source, *sorted(SOURCES.glob("*.hpp"))]
    digest = sha256(b"".join(text.read_bytes() for text in texts)).hexdigest()[:16]
    program = home / f"{driver}-{digest}"
    if not program.exists():
        part = program.with_suffix(".part")
        words = [
            compiler, "-std=c++20", "-O3", f"-I{root / 'include'}", str(source), "-o", str(part), f"-L{root / 'lib64'}",
            *(f"-lns{VERSION[:4]}-{name}" for name in LIBRARIES),
            f"-Wl,-rpath,{root / 'lib64'}", "-Wl,--allow-shlib-undefined",
        ]  # fmt: skip
        _run(words, "the driver does not compile")
        part.rename(program)
    return Ns3(program, VERSION)


def _install(home: Path) -> Path:
    """Folder of the wheel's headers and libraries; its Python bindings need more, and are not used."""
    root = home / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages" / "ns3"
    if not (root / "include" / "ns3" / "core-module.h").exists():
        venv.create(home, with_pip=True, clear=True)
        pip = [
            str(home / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        _run([*pip, f"ns3=={VERSION}"], "the wheel cannot be installed")
    return root


def _run(words: list[str], what: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise Missing(f"{what}: {said[-1] if said else done.returncode}")
