"""Searches on a network: paths under constraints, several paths, disjoint paths, figures over all pairs."""

from easterly.route.paths.constrained import constrained, delay_bounded
from easterly.route.paths.disjoint import disjoint_pair
from easterly.route.paths.mask import Mask, admissible
from easterly.route.paths.searches import equal_cost, k_shortest, shortest, summary

__all__ = [
    "Mask", "admissible", "constrained", "delay_bounded", "disjoint_pair", "equal_cost", "k_shortest", "shortest",
    "summary",
]  # fmt: skip
