"""Paths in graphs: distances, equal-cost shares and loads, the spread of hashing, what failures do."""

from easterly._kernel._core.graph import (
    acyclic_rates,
    distances,
    ecmp_failures,
    ecmp_loads,
    ecmp_shares,
    hashed_spread,
    weighted_failures,
)

__all__ = [
    "acyclic_rates",
    "distances",
    "ecmp_failures",
    "ecmp_loads",
    "ecmp_shares",
    "hashed_spread",
    "weighted_failures",
]
