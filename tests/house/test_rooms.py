"""The rooms: the contract holds, it bites, and ARCHITECTURE.md shows it."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
needs_linter = pytest.mark.skipif(
    find_spec("importlinter") is None, reason="import-linter is not installed; `make lint` checks the rooms"
)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
SIBLINGS = ["site", "address", "demand", "route", "qos", "predict", "config", "verify", "observe", "cache"]


def test_the_layers_are_those_of_the_design() -> None:
    layers = [set(re.split(r" \| ", line)) for line in CONTRACTS[0]["layers"]]
    assert layers == [
        {"app"}, {"learn", "operate"}, {"study"}, set(SIBLINGS), {"model"}, {"base", "_kernel"},
    ]  # fmt: skip
    assert CONTRACTS[0]["exhaustive"]


def test_every_package_is_a_room() -> None:
    packages = {p.name for p in (ROOT / "src/easterly").iterdir() if (p / "__init__.py").exists()}
    assert packages == {room for line in CONTRACTS[0]["layers"] for room in line.split(" | ")}


def test_architecture_shows_the_contract() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools/architecture.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@needs_linter
@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("route", "import easterly.demand"),
        ("base", "import easterly.model"),
        ("config", "import easterly._kernel"),
        ("study", "from easterly.app import cli"),
        ("base", "import pydantic"),
        ("demand", "import rich"),
    ],
)
def test_a_planted_violation_is_found(tmp_path: Path, room: str, line: str) -> None:
    done = lint(tmp_path, room, line)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"easterly.{room}" in done.stdout
    assert ", 0 broken" not in done.stdout


@needs_linter
def test_bare_rooms_break_nothing(tmp_path: Path) -> None:
    done = lint(tmp_path, "route", "import easterly.model")
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 broken" in done.stdout


def lint(folder: Path, room: str, line: str) -> subprocess.CompletedProcess[str]:
    """Run the contract over an empty copy of the rooms with one line planted in one of them."""
    for name in [room for layer in CONTRACTS[0]["layers"] for room in layer.split(" | ")]:
        (folder / "easterly" / name).mkdir(parents=True)
        (folder / "easterly" / name / "__init__.py").write_text("")
    (folder / "easterly/__init__.py").write_text("")
    (folder / "easterly/app/cli.py").write_text("")
    (folder / "easterly" / room / "__init__.py").write_text(line + "\n")
    # Without site (-S) no editable install can put the real rooms before the copy.
    code = f"import sys; sys.path[:0] = {[str(folder), sysconfig.get_path('purelib')]!r}; {LINT}"
    return subprocess.run([sys.executable, "-S", "-c", code], cwd=folder, capture_output=True, text=True, check=False)


LINT = f"""
from importlinter.cli import lint_imports
sys.exit(lint_imports(config_filename={str(ROOT / "pyproject.toml")!r}, no_cache=True))
"""
