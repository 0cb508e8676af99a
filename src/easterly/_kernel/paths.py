"""Searches for single paths: shortest, k shortest, disjoint, trees."""

from easterly._kernel._core.paths import (
    constrained,
    delay_bounded,
    disjoint_pairs,
    k_shortest,
    risk_disjoint_pairs,
    summary,
    trees,
)

__all__ = ["constrained", "delay_bounded", "disjoint_pairs", "k_shortest", "risk_disjoint_pairs", "summary", "trees"]
