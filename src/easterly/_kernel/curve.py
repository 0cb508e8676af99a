"""Exact curves of network calculus: (min,+) and (max,+) algebra over rationals."""

from easterly._kernel._core.curve import Exact, hull, most_within

__all__ = ["Exact", "hull", "most_within"]
