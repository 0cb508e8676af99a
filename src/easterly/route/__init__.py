"""Network and demand to paths: shortest paths, equal-cost multipath, the spread of hashing."""

from easterly.route.ecmp import (
    loads_of,
    paths_of,
    policy_of,
    solve,
    spreads_of,
    through_leaves,
    unserved,
)

__all__ = ["loads_of", "paths_of", "policy_of", "solve", "spreads_of", "through_leaves", "unserved"]
