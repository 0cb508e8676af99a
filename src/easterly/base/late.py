"""Packages that import a name from its module when it is first used, so that a room costs only what is used of it.

What such a package hands out stands once, in its ``__init__.pyi``, where type checkers and editors read it too.
"""

from __future__ import annotations

import ast
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any


class LatePackage(ModuleType):
    """A package that knows the module of each of its names."""

    def __getattr__(self, name: str) -> Any:
        home = self.__dict__["_homes"].get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module = None if home == self.__name__ else import_module(home)
        value = getattr(module, name) if hasattr(module, name) else import_module(f"{home}.{name}")
        self.__dict__[name] = value
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        """Bind a name; but the import of a module does not hide a function of the same name."""
        if not (isinstance(value, ModuleType) and name in self.__dict__["_homes"]):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*self.__dict__, *self.__dict__["_homes"]})


def open_late(package: str) -> None:
    """Let a package find its names late; to be called once, by its ``__init__``, with ``__name__``.

    Parameters
    ----------
    package : str
        Beside its ``__init__.py`` stands ``__init__.pyi``, which imports what the package hands out.
    """
    module = sys.modules[package]
    stub = ast.parse(Path(str(module.__file__)).with_suffix(".pyi").read_text(encoding="utf-8"))
    imports = [node for node in stub.body if isinstance(node, ast.ImportFrom)]
    module.__dict__["_homes"] = {alias.name: str(node.module) for node in imports for alias in node.names}
    module.__dict__["__all__"] = sorted(module.__dict__["_homes"])
    module.__class__ = LatePackage
