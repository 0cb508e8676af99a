"""Paths in graphs: distances, equal-cost shares and loads, the spread of hashing."""

from easterly._kernel._core.graph import distances, ecmp_failures, ecmp_loads, ecmp_shares, hashed_spread

__all__ = ["distances", "ecmp_failures", "ecmp_loads", "ecmp_shares", "hashed_spread"]
