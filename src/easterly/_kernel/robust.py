"""Random graphs, what is left of them under removals, and what spreads along them."""

from easterly._kernel._core.robust import (
    betweenness,
    by_degree,
    components,
    configuration,
    geometric,
    gnm,
    gnp,
    percolate,
    preferential,
    regular,
    spread,
    spread_groups,
)

__all__ = [
    "betweenness",
    "by_degree",
    "components",
    "configuration",
    "geometric",
    "gnm",
    "gnp",
    "percolate",
    "preferential",
    "regular",
    "spread",
    "spread_groups",
]
