"""What a build contains: the wheel everything that runs, the source distribution everything that builds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("package")]
BEYOND_PYTHON = {".pyi", ".yaml", ".md", ".css", ".js", ".html", ".typed", ".j2", ".jinja", ".conf", ".txt"}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tracked files, so that nothing untracked slips into the build."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone: there is no list of tracked files")
    copy = tmp_path_factory.mktemp("source")
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def built(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the source distribution and the wheel that was built from it, in a clean environment.

    Without optimisation, which takes half of the time: what a build contains, and whether it runs, is the same.
    """
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "-Ccmake.build-type=None", "--outdir", str(out), str(source)]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SKBUILD", "CMAKE", "EASTERLY"))}
    done = subprocess.run(command, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return out


def test_the_wheel_holds_every_file_of_the_package(built: Path, source: Path) -> None:
    wheel = set(zipfile.ZipFile(next(built.glob("*.whl"))).namelist())
    package = source / "src"
    wanted = {str(p.relative_to(package)) for p in package.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert {Path(name).suffix for name in wanted} & BEYOND_PYTHON >= {".pyi", ".yaml", ".md", ".css", ".js", ".typed"}
    assert wanted - wheel == set()
    assert [name for name in wheel if name.startswith("easterly/_kernel/_core.") and name.endswith(".so")]


def test_the_wheel_holds_nothing_else(built: Path) -> None:
    names = zipfile.ZipFile(next(built.glob("*.whl"))).namelist()
    strange = [n for n in names if not n.startswith(("easterly/", "easterly-")) or "__pycache__" in n]
    assert strange == []
    assert [n for n in names if n.endswith((".cpp", ".hpp"))] == []
    licences = [n for n in names if ".dist-info/licenses/" in n]
    assert {Path(n).name for n in licences} >= {"LICENSE", "NOTICE"}


def test_the_source_distribution_builds_and_tests(built: Path, source: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names >= {"pyproject.toml", "CMakeLists.txt", "README.md", "LICENSE", "Makefile", "cpp/bind/module.cpp"}
    assert {str(p.relative_to(source)) for p in (source / "cpp").rglob("*.cpp")} <= names
    assert [n for n in names if n.startswith((".venv", ".git/", "build/", "out/")) or n.endswith((".so", ".pyc"))] == []


def test_the_wheel_runs_where_there_is_nothing_else_of_ours(built: Path, tmp_path: Path) -> None:
    """Unpacked into an empty folder and run from there: no file of this clone is read."""
    zipfile.ZipFile(next(built.glob("*.whl"))).extractall(tmp_path)
    libraries = next(p for p in sys.path if p.endswith("site-packages"))
    code = f"""
import sys
sys.path[:0] = [{str(tmp_path)!r}, {libraries!r}]
import easterly.app.cli
assert easterly.__file__.startswith({str(tmp_path)!r}), easterly.__file__
sys.argv = ["easterly", "demo", "-o", "out"]
easterly.app.cli.main()
"""
    work = tmp_path / "work"
    work.mkdir()
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=work, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stdout[-2000:] + done.stderr[-2000:]
    assert (work / "out/report.html").stat().st_size > 10_000
    assert (work / "out/plan.json").exists()
