"""Small things stay readable: how long functions and files may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def source_files() -> list[Path]:
    """Our own sources; vendored files are as their authors made them."""
    found = [p for part in ("src", "cpp", "tools") for p in (ROOT / part).rglob("*") if p.suffix in SUFFIXES]
    return [p for p in found if "vendor" not in p.parts]


SUFFIXES = {".py", ".pyi", ".js", ".cpp", ".hpp", ".h", ".css", ".html"}


def function_lengths() -> Iterator[tuple[int, str]]:
    """Lines of each function without its docstring: documentation is not what makes a function long."""
    for path in sorted((ROOT / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, FUNCTIONS):
                yield body_lines(node), f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_half_of_all_functions_within_10_lines_nine_in_ten_within_40() -> None:
    lengths = sorted(size for size, _ in function_lengths())
    assert lengths[len(lengths) // 2] <= 10
    assert lengths[len(lengths) * 9 // 10] <= 40


def test_no_function_over_80_lines() -> None:
    assert [(size, where) for size, where in function_lengths() if size > 80] == []


def test_no_file_over_600_lines() -> None:
    sizes = [(len(p.read_text(encoding="utf-8").splitlines()), str(p.relative_to(ROOT))) for p in source_files()]
    assert len(sizes) > 50
    assert [(size, where) for size, where in sizes if size > 600] == []


def test_the_measure_sees_length() -> None:
    node = ast.parse("def f():\n    '''Two\n    lines.'''\n    a = 1\n    return a\n").body[0]
    assert isinstance(node, ast.FunctionDef)
    assert body_lines(node) == 3
