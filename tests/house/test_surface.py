"""The public surface: small, complete, lazy, quick."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import easterly
from easterly.site import load_text

SURFACE = Path(easterly.__file__)


def test_every_public_name_is_importable_and_every_importable_name_is_public() -> None:
    missing = [name for name in easterly.__all__ if not hasattr(easterly, name)]
    assert missing == []
    assert {*easterly._WHERE, "__version__"} == set(easterly.__all__)
    assert set(easterly.__all__) <= set(dir(easterly))


def test_type_checkers_see_what_python_sees() -> None:
    """The names under TYPE_CHECKING are `__all__`, and each comes from the module that `__getattr__` asks."""
    seen = {}
    for node in ast.walk(ast.parse(SURFACE.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("easterly."):
            seen |= {a.asname or a.name: (node.module, a.name) for a in node.names}
    assert set(seen) | {"__version__"} == set(easterly.__all__)
    for public, (module, name) in seen.items():
        assert getattr(importlib.import_module(module), name) is getattr(easterly, public), public


def test_about_twenty_names_each_with_a_docstring() -> None:
    assert 15 <= len(easterly.__all__) <= 30
    things = [getattr(easterly, name) for name in easterly.__all__]
    assert [t for t in things if (inspect.isclass(t) or inspect.isfunction(t)) and not inspect.getdoc(t)] == []


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sight'"):
        easterly.sight  # noqa: B018


@pytest.mark.parametrize("name", ["build_network", "check", "plan", "render", "run_lab"])
@pytest.mark.parametrize("given", ["site.yaml", load_text("version: 1\nsite: {name: a}\nfabrics: {}\n")])
def test_what_is_no_site_is_refused_with_what_to_pass(name: str, given: object) -> None:
    verb = getattr(easterly, name)
    others = [each for each in inspect.signature(verb).parameters.values() if each.default is each.empty][1:]
    with pytest.raises(TypeError, match=r"a Site is wanted, and this is a (str|Loaded): pass easterly\.load\(path\)"):
        verb(given, *(None for _ in others))


def test_importing_easterly_imports_nothing_heavy() -> None:
    code = "import sys, easterly; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert set(loaded) & {"numpy", "pydantic", "yaml", "click", "rich", "jinja2", "scipy"} == set()


def test_help_appears_within_150_ms() -> None:
    """Best of several runs; what Python itself takes to start on this machine, beyond 20 ms, is not ours."""
    command = [str(Path(sys.executable).with_name("easterly")), "--help"]
    bare = _best([sys.executable, "-c", "pass"])
    ours = _best(command)
    assert ours < 0.150 + max(0.0, bare - 0.020), f"--help {ours * 1e3:.0f} ms, python alone {bare * 1e3:.0f} ms"


def _best(command: list[str], runs: int = 8) -> float:
    """Least processor time of several runs, in seconds: what another process takes does not count."""
    return min(_once(command) for _ in range(runs))


def _once(command: list[str]) -> float:
    before = os.times()
    subprocess.run(command, capture_output=True, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_processor_time_and_the_clock_agree() -> None:
    """The measure above sees a program that only computes."""
    started = time.perf_counter()
    cost = _once([sys.executable, "-c", "sum(range(3_000_000))"])
    assert 0 < cost <= (time.perf_counter() - started) * 1.5
