"""Rates of demands over many paths, with bounds."""

from easterly._kernel._core.allocate import solve, split_throughput, split_utilisation

__all__ = ["solve", "split_throughput", "split_utilisation"]
