"""The Makefile: few targets, each explained; what a build lacks is said in one line each."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = re.findall(r"^([a-z][a-z-]*):", MAKEFILE, re.MULTILINE)
WANTED = {"demo", "test", "lint", "docs", "bench", "sanitize"}


def test_targets_are_few_and_those_that_are_wanted() -> None:
    assert len(TARGETS) <= 12
    assert set(TARGETS) >= WANTED


def test_every_target_is_phony_and_explained() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == set(TARGETS)
    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.findall(r"^make ([\w-]+)", said, re.MULTILINE) == TARGETS


def test_a_second_call_does_nothing(tmp_path: Path) -> None:
    """With stamps in place and nothing newer, `make setup` has nothing to do; a changed kernel source has."""
    for name in ("Makefile", "pyproject.toml", "CMakeLists.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "cpp").mkdir()
    (tmp_path / "cpp/a.cpp").write_text("")
    (tmp_path / ".venv").mkdir()
    for stamp in (".made", ".core", ".test"):
        (tmp_path / ".venv" / stamp).write_text("")
    assert dry_run(tmp_path, "setup") == ""
    assert "pip" not in dry_run(tmp_path, "test")
    later = (tmp_path / ".venv/.test").stat().st_mtime + 5
    os.utime(tmp_path / "cpp/a.cpp", (later, later))
    assert "--editable ." in dry_run(tmp_path, "setup")


def dry_run(folder: Path, target: str) -> str:
    done = subprocess.run(["make", "-s", "-n", target], cwd=folder, capture_output=True, text=True, check=True)
    return "" if "Nothing to be done" in done.stdout else done.stdout


def preflight(python: str, path: Path, **extra: str) -> tuple[int, list[str]]:
    """Exit code and lines of the check, seeing only the programs of one folder."""
    command = ["/bin/sh", str(ROOT / "tools/preflight.sh"), python]
    done = subprocess.run(command, env={"PATH": str(path), **extra}, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.splitlines()


def program(folder: Path, name: str, body: str) -> str:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)
    return str(folder / name)


def test_nothing_is_said_where_nothing_lacks(tmp_path: Path) -> None:
    program(tmp_path, "c++", "exit 0")
    assert preflight(sys.executable, tmp_path) == (0, [])


def test_a_missing_compiler_is_named_in_one_line_with_what_to_install(tmp_path: Path) -> None:
    code, lines = preflight(sys.executable, tmp_path)
    assert code != 0
    assert len(lines) == 1
    assert "no C++ compiler" in lines[0]
    assert "apt-get install g++" in lines[0]


def test_the_compiler_that_CXX_names_counts(tmp_path: Path) -> None:
    program(tmp_path, "g++-12", "exit 0")
    assert preflight(sys.executable, tmp_path, CXX="g++-12 -m64") == (0, [])


def test_a_missing_python_is_named(tmp_path: Path) -> None:
    program(tmp_path, "c++", "exit 0")
    code, lines = preflight("no-such-python", tmp_path)
    assert (code, len(lines)) == (1, 1)
    assert "no-such-python" in lines[0]
    assert "3.11" in lines[0]


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("version_info <", "is Python 3.9, and 3.11 or newer is needed"),
        ("ensurepip", "python3.9-venv"),
        ("Python.h", "Python.h) are missing; install them (Debian, Ubuntu: apt-get install python3.9-dev"),
    ],
)
def test_an_old_or_bare_python_is_named(tmp_path: Path, lacks: str, said: str) -> None:
    """A stand-in Python that answers one question with no, and says 3.9 of itself."""
    program(tmp_path, "c++", "exit 0")
    body = f'case "$2" in *print*) echo 3.9;; *"{lacks}"*) exit 1;; esac'
    code, lines = preflight(program(tmp_path, "python", body), tmp_path)
    assert (code, len(lines)) == (1, 1)
    assert said in lines[0]
