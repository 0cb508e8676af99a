"""Rates of demands over many paths, with bounds."""

from easterly._kernel._core.allocate import solve

__all__ = ["solve"]
