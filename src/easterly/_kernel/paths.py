"""Searches for single paths: shortest, k shortest, disjoint, trees."""

from easterly._kernel._core.paths import k_shortest

__all__ = ["k_shortest"]
