"""Network and demand to paths: shortest paths, equal-cost multipath, the spread of hashing, optimal rates."""

from easterly.route.ecmp import (
    loads_of,
    paths_of,
    policy_of,
    spreads_of,
    through_leaves,
    unserved,
)
from easterly.route.solving import OBJECTIVES, solve

__all__ = ["OBJECTIVES", "loads_of", "paths_of", "policy_of", "solve", "spreads_of", "through_leaves", "unserved"]
