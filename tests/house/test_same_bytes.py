"""Equal input, equal bytes: two installations at different paths, other hash seeds, narrow vector instructions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from easterly._kernel import _core

ROOT = Path(__file__).parents[2]
# The largest example runs the same code for longer; test_bars plans it.
EXAMPLES = [path for path in (ROOT / "examples").glob("*.yaml") if path.stem != "fat-tree-32"]
SITES = sorted([ROOT / "src/easterly/app/demo.yaml", *EXAMPLES])
pytestmark = pytest.mark.slow


def wide_instructions() -> list[str]:
    """Instruction sets that this numpy would choose among at run time, and that this machine has."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]


def copy_of_the_package(folder: Path) -> Path:
    """An installation of its own: sources and the compiled core in one folder."""
    shutil.copytree(ROOT / "src/easterly", folder / "easterly", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_core.__file__, folder / "easterly/_kernel")
    return folder


def planned(package: Path, site: Path, out: Path, **environment: str) -> dict[str, bytes]:
    """Every file that a plan writes, but run.json, as bytes."""
    libraries = next(p for p in sys.path if p.endswith("site-packages"))
    # -S: no editable install puts the sources of this clone before the copy.
    code = f"import sys; sys.path[:0] = [{str(package)!r}, {libraries!r}]; from easterly.app.cli import main; main()"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NPY", "EASTERLY", "COV"))} | environment
    command = [sys.executable, "-S", "-c", code, "plan", str(site), "-o", str(out), "--validate", "none", "--no-cache"]
    done = subprocess.run(command, env=env, cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    files = {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}
    assert files.pop("run.json")
    return files


@pytest.mark.parametrize("site", SITES, ids=[site.stem for site in SITES])
def test_plans_have_the_same_bytes_on_any_machine(site: Path, tmp_path: Path) -> None:
    here = copy_of_the_package(tmp_path / "a")
    there = copy_of_the_package(tmp_path / "somewhere/else with a space")
    moved = there / "copy.yaml"
    shutil.copy(site, moved)
    one = planned(here, site, tmp_path / "one", PYTHONHASHSEED="1")
    narrow = {"NPY_DISABLE_CPU_FEATURES": " ".join(wide_instructions())}
    elsewhere = {"PYTHONHASHSEED": "4242", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    two = planned(there, moved, tmp_path / "two", **narrow, **elsewhere)
    assert set(one) == set(two)
    assert {"plan.json", "report.html"} <= set(one)
    assert [name for name in one if one[name] != two[name]] == []
    assert [name for name in one if str(tmp_path).encode() in one[name]] == []
