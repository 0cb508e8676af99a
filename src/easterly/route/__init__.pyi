from easterly.route.as_hops import as_hops
from easterly.route.cuts import edge_connectivity, max_flow, min_cost_flow, min_cost_max_flow, weak_points
from easterly.route.ecmp import (
    loads_of,
    paths_of,
    policy_of,
    spreads_of,
    through_leaves,
    unserved,
)
from easterly.route.failing import failures
from easterly.route.forwarding import forwarding
from easterly.route.paths import (
    Mask,
    constrained,
    delay_bounded,
    disjoint_pair,
    equal_cost,
    k_shortest,
    shortest,
    summary,
)
from easterly.route.reliability import reliability
from easterly.route.solving import OBJECTIVES, solve
from easterly.route.unsplittable import few_paths
from easterly.route.weights import trees_of, weights_of

__all__ = [
    "OBJECTIVES",
    "Mask",
    "as_hops",
    "constrained",
    "delay_bounded",
    "disjoint_pair",
    "edge_connectivity",
    "equal_cost",
    "failures",
    "few_paths",
    "forwarding",
    "k_shortest",
    "loads_of",
    "max_flow",
    "min_cost_flow",
    "min_cost_max_flow",
    "paths_of",
    "policy_of",
    "reliability",
    "shortest",
    "solve",
    "spreads_of",
    "summary",
    "through_leaves",
    "trees_of",
    "unserved",
    "weak_points",
    "weights_of",
]  # fmt: skip
