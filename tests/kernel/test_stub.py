"""The stub and the compiled module say the same."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import easterly._kernel
from easterly._kernel import _core

FOLDER = Path(easterly._kernel.__file__).parent
ROOMS = (
    "admit",
    "allocate",
    "aqm",
    "buffer",
    "calculus",
    "classify",
    "control",
    "curve",
    "cut",
    "dag",
    "fabric",
    "flow",
    "fluid",
    "graph",
    "hash",
    "maths",
    "meter",
    "packet",
    "paths",
    "prefix",
    "queue",
    "random",
    "robust",
    "sched",
    "traffic",
)


def stub(room: str) -> ast.Module:
    return ast.parse((FOLDER / "_core" / f"{room}.pyi").read_text(encoding="utf-8"))


def arguments(node: ast.FunctionDef) -> list[str]:
    return [] if node.decorator_list else [a.arg for a in node.args.args if a.arg != "self"]


def in_stub(room: str) -> dict[str, list[str]]:
    """Arguments by function; those of a class as Class.method. Classes with an underscore only type dictionaries."""
    found = {}
    for node in stub(room).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = arguments(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found |= {f"{node.name}.{n.name}": arguments(n) for n in node.body if isinstance(n, ast.FunctionDef)}
    return found


def called(thing: Any) -> list[str]:
    """Arguments, from the signature that nanobind wrote; a property has none."""
    if isinstance(thing, property):
        return []
    [signature] = [text for text, *_ in thing.__nb_signature__]
    return re.findall(r"[( ](\w+): ", signature)


def compiled(room: str) -> dict[str, list[str]]:
    """The same, of the compiled module."""
    module = getattr(_core, room)
    found = {}
    for name, thing in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(thing, type):
            own = {n: m for n, m in vars(thing).items() if n == "__init__" or not n.startswith("_")}
            found |= {f"{name}.{n}": called(m) for n, m in own.items()}
        else:
            found[name] = called(thing)
    return found


def public(room: str) -> list[str]:
    """Names of functions and classes."""
    return sorted({name.partition(".")[0] for name in in_stub(room)})


@pytest.mark.parametrize("room", ROOMS)
def test_stub_and_module_have_the_same_functions_and_arguments(room: str) -> None:
    assert compiled(room) == in_stub(room) != {}


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_and_function_is_described(room: str) -> None:
    module = getattr(_core, room)
    assert ast.get_docstring(stub(room)) == module.__doc__
    for name in public(room):
        thing = getattr(module, name)
        wanted = {"Parameters", "Raises"} if isinstance(thing, type) else {"Parameters", "Returns", "Raises"}
        assert wanted <= {line.strip() for line in thing.__doc__.splitlines()}, name


@pytest.mark.parametrize("room", ROOMS)
def test_the_room_passes_everything_on(room: str) -> None:
    front: ModuleType = importlib.import_module(f"easterly._kernel.{room}")
    assert sorted(front.__all__) == public(room)
    assert all(getattr(front, name) is getattr(getattr(_core, room), name) for name in front.__all__)


def test_no_room_is_missing() -> None:
    assert sorted(name for name in dir(_core) if isinstance(getattr(_core, name), ModuleType)) == sorted(ROOMS)
    assert sorted(path.stem for path in (FOLDER / "_core").glob("*.pyi")) == ["__init__", *ROOMS]
