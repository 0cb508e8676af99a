"""Rates of flows that share links."""

from easterly._kernel._core.flow import max_min_paths, max_min_rates

__all__ = ["max_min_paths", "max_min_rates"]
