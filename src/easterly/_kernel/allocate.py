"""Rates of demands over many paths, with bounds."""

from easterly._kernel._core.allocate import (
    path_least,
    path_loads,
    path_pick,
    path_shares,
    path_sweep,
    solve,
    split_throughput,
    split_utilisation,
    tree_cost,
    tree_paths,
    tree_shortest,
    tree_sweep,
    tree_tidy,
    tree_worth,
)

__all__ = [
    "path_least",
    "path_loads",
    "path_pick",
    "path_shares",
    "path_sweep",
    "solve",
    "split_throughput",
    "split_utilisation",
    "tree_cost",
    "tree_paths",
    "tree_shortest",
    "tree_sweep",
    "tree_tidy",
    "tree_worth",
]
