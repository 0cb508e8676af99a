"""`easterly doctor` says what is there, and notices what is not."""

from __future__ import annotations

import sys
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from easterly.app import doctor


def parts() -> dict[str, doctor.Part]:
    return {part.name: part for part in doctor.examine()}


def test_everything_needed_is_here_where_the_tests_run() -> None:
    assert [part.name for part in doctor.examine() if part.needed and not part.found] == []


def test_versions_are_those_of_the_installed_packages() -> None:
    found = parts()
    assert found["numpy"].version == version("numpy")
    assert found["python"].version == ".".join(map(str, sys.version_info[:3]))


def test_the_libraries_are_the_dependencies() -> None:
    """A library that enters pyproject.toml has to say what is lost without it."""
    declared = [Requirement(line) for line in requires("easterly") or []]
    assert set(doctor.LIBRARIES) == {r.name for r in declared if r.marker is None}


def test_every_room_of_the_compiled_core_is_examined() -> None:
    rooms = (Path(__file__).parents[2] / "src/easterly/_kernel").glob("*.py")
    here = {path.stem for path in rooms if not path.stem.startswith("_")}
    assert here == set(doctor.KERNEL)


def test_absence_is_noticed_and_says_what_is_lost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "DAEMONS", str(tmp_path))
    monkeypatch.setitem(doctor.EXTRAS, "no-such-package", "nothing")
    monkeypatch.setitem(doctor.KERNEL, "no_such_room", "nothing")
    found = parts()
    for name in ("vtysh", "bgpd", "chromium", "ip", "no-such-package", "no_such_room"):
        assert not found[name].found
        assert found[name].version is None
        assert found[name].lost


def test_a_program_is_asked_for_its_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, body in {"bgpd": "echo bgpd version 8.4.4", "vtysh": "exit 1", "chromium": "echo no number"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "ip").write_text("no program at all")
    (tmp_path / "ip").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = parts()
    assert (found["bgpd"].found, found["bgpd"].version) == (True, "8.4.4")
    assert (found["vtysh"].found, found["vtysh"].version) == (True, "8.4.4")
    assert (found["chromium"].found, found["chromium"].version) == (True, None)
    assert (found["ip"].found, found["ip"].version) == (True, None)
