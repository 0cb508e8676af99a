"""Backends: several implementations of one verb, chosen by what they can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Backend:
    """One implementation of a verb.

    Attributes
    ----------
    verb : str
        What it does (``predict.fluid``).
    name : str
    run : callable
    exact : bool
    scales_to : str
        Size up to which it is meant, in words (``100k links``).
    needs : tuple of str
        Importable modules without which it cannot run.
    """

    verb: str
    name: str
    run: Callable[..., Any]
    exact: bool
    scales_to: str
    needs: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Modules that it needs and that are not installed."""
        return tuple(module for module in self.needs if find_spec(module) is None)


_BACKENDS: dict[tuple[str, str], Backend] = {}
GROUP = "easterly.backends"


def backend(
    verb: str, name: str, *, exact: bool = False, scales_to: str = "", needs: tuple[str, ...] = ()
) -> Callable[[F], F]:
    """Register the decorated function as a backend of `verb`."""

    def register(run: F) -> F:
        _BACKENDS[verb, name] = Backend(verb, name, run, exact, scales_to, needs)
        return run

    return register


def backends(verb: str) -> tuple[Backend, ...]:
    """All backends of a verb, by name; those of installed packages are loaded first."""
    for entry in entry_points(group=GROUP):
        entry.load()
    return tuple(b for (v, _), b in sorted(_BACKENDS.items()) if v == verb)
