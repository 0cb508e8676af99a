from easterly.predict.robustness.graphs import (
    barabasi_albert,
    configuration,
    erdos_renyi,
    from_edges,
    geometric,
    lattice,
    power_law,
    power_law_degrees,
    random_regular,
    uniform,
)
from easterly.predict.robustness.percolation import betweenness, percolate, removal
from easterly.predict.robustness.thresholds import (
    branching,
    random_removal,
    targeted_power_law,
    targeted_removal,
)

__all__ = [
    "barabasi_albert",
    "betweenness",
    "branching",
    "configuration",
    "erdos_renyi",
    "from_edges",
    "geometric",
    "lattice",
    "percolate",
    "power_law",
    "power_law_degrees",
    "random_regular",
    "random_removal",
    "removal",
    "targeted_power_law",
    "targeted_removal",
    "uniform",
]
