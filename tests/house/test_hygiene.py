"""What every clone shares: one version, no trace of one machine, no noun that says nothing, no big blob."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import easterly

ROOT = Path(__file__).parents[2]
# Built from parts, so that this file does not contain what it looks for.
MACHINE = ("/" + "work/", "/" + "root/", "/" + "home/", ".py" + "env/", "/" + "Users/")
EMPTY_NOUNS = re.compile(r"^class \w*(?:Manager|Helper|Utils?|Context)\b", re.MULTILINE)


def tracked() -> list[Path]:
    """Files of the repository; all files of the folder where there is no repository."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file()]
    pytest.skip("not a clone: there is no list of tracked files")


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_no_path_of_one_machine_in_tracked_files() -> None:
    found = texts()
    assert len(found) > 50
    assert [(str(path), mark) for path, text in found for mark in MACHINE if mark in text] == []


def test_no_class_named_after_nothing() -> None:
    assert [str(path) for path, text in texts() if path.suffix == ".py" and EMPTY_NOUNS.search(text)] == []


def test_nothing_tracked_is_larger_than_a_megabyte() -> None:
    assert [str(path) for path in tracked() if path.stat().st_size > 1_000_000] == []


def test_scripts_can_be_run() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_one_version_everywhere() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    newest = re.search(r"^## \[?(\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert {declared, newest[1], easterly.__version__} == {declared}


def test_the_licence_is_the_whole_apache_licence() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text.splitlines()) >= 200


def test_vendored_files_carry_their_licence() -> None:
    vendored = sorted((ROOT / "src").rglob("vendor/*"))
    assert vendored
    assert [str(p.relative_to(ROOT)) for p in vendored if p.is_dir() and not list(p.glob("LICEN[CS]E*"))] == []
