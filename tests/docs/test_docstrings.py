"""Every example in a docstring is run, and public functions have docstrings that are worth it."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import easterly

MODULES = [
    m.name for m in pkgutil.walk_packages(easterly.__path__, "easterly.") if not m.name.endswith(("__main__", "_core"))
]


@pytest.mark.parametrize("name", ["easterly", *MODULES])
def test_examples_in_docstrings_give_what_they_show(name: str) -> None:
    module = importlib.import_module(name)
    result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    assert result.failed == 0


def test_there_are_examples() -> None:
    finder = doctest.DocTestFinder(exclude_empty=True)
    count = sum(len([t for t in finder.find(importlib.import_module(name)) if t.examples]) for name in MODULES)
    assert count >= 20
