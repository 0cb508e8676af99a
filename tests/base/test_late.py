"""Packages that import a name when it is first used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import easterly

ROOT = Path(easterly.__file__).parent
LATE = sorted(stub.parent for stub in ROOT.rglob("__init__.pyi") if "_kernel" not in stub.parts)


def package(folder: Path) -> ModuleType:
    return import_module(".".join(("easterly", *folder.relative_to(ROOT).parts)))


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("folder", LATE, ids=lambda folder: folder.name)
def test_every_name_of_the_stub_is_there_and_no_other(folder: Path) -> None:
    room = package(folder)
    stub = ast.parse((folder / "__init__.pyi").read_text())
    (stated,) = [ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign)]
    assert sorted(stated) == room.__all__
    assert set(stated) <= set(dir(room))
    for node in stub.body:
        if isinstance(node, ast.ImportFrom):
            for name in (alias.name for alias in node.names):
                home = import_module(str(node.module))
                assert getattr(room, name) is (
                    import_module(f"{node.module}.{name}") if home is room else vars(home)[name]
                )


def test_a_name_that_is_not_there() -> None:
    with pytest.raises(AttributeError, match=r"module 'easterly\.route' has no attribute 'sovle'"):
        import_module("easterly.route").sovle  # noqa: B018


@pytest.mark.parametrize("first", ["import easterly.qos.classify.tcam", "import easterly.qos.classify"])
def test_a_function_is_not_hidden_by_the_module_of_its_name(first: str) -> None:
    assert run(f"{first}; from easterly.qos.classify import tcam; print(type(tcam).__name__)") == "function"


def test_check_of_a_site_loads_no_renderer_and_no_allocation() -> None:
    said = run(
        "import sys, easterly.study.check as c; c.load_rules(); "
        "print(*(m for m in sys.modules if m.startswith(('easterly.config.', 'easterly.route.allocate'))))"
    )
    assert set(said.split()) <= {f"easterly.config.fronts{part}" for part in ("", ".checks", ".servers")}


def test_check_of_a_site_loads_neither_the_plan_nor_what_explains_faults() -> None:
    said = run(
        "import sys, easterly.study.check as c, easterly.site as s; c.load_rules(); s.parse; "
        "print(*(m for m in sys.modules if m.startswith('easterly.')))"
    )
    assert not {f"easterly.{name}" for name in ("model.plan", "model.packets", "site.blame")} & set(said.split())
