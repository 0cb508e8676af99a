"""The stub and the compiled module say the same."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType

import pytest

import easterly._kernel
from easterly._kernel import _core

FOLDER = Path(easterly._kernel.__file__).parent
ROOMS = ("allocate", "cut", "dag", "fabric", "flow", "graph", "hash", "maths", "paths", "random")


def stub(room: str) -> ast.Module:
    return ast.parse((FOLDER / "_core" / f"{room}.pyi").read_text(encoding="utf-8"))


def in_stub(room: str) -> dict[str, list[str]]:
    """Arguments by function."""
    return {n.name: [a.arg for a in n.args.args] for n in stub(room).body if isinstance(n, ast.FunctionDef)}


def compiled(room: str) -> dict[str, list[str]]:
    """The same, from the signatures that nanobind wrote."""
    module = getattr(_core, room)
    found = {}
    for name in dir(module):
        if name.startswith("_"):
            continue
        [signature] = [text for text, *_ in getattr(module, name).__nb_signature__]
        found[name] = re.findall(r"[( ](\w+): ", signature)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_stub_and_module_have_the_same_functions_and_arguments(room: str) -> None:
    assert compiled(room) == in_stub(room) != {}


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_and_function_is_described(room: str) -> None:
    module = getattr(_core, room)
    assert ast.get_docstring(stub(room)) == module.__doc__
    for name in in_stub(room):
        lines = getattr(module, name).__doc__.splitlines()
        assert {"Parameters", "Returns", "Raises"} <= {line.strip() for line in lines}, name


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_passes_everything_on(room: str) -> None:
    front: ModuleType = importlib.import_module(f"easterly._kernel.{room}")
    assert sorted(front.__all__) == sorted(in_stub(room))
    assert all(getattr(front, name) is getattr(getattr(_core, room), name) for name in front.__all__)


def test_no_room_is_missing() -> None:
    assert sorted(name for name in dir(_core) if isinstance(getattr(_core, name), ModuleType)) == sorted(ROOMS)
    assert sorted(path.stem for path in (FOLDER / "_core").glob("*.pyi")) == ["__init__", *ROOMS]
