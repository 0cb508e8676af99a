from easterly.predict.robustness.epidemics import simulate
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
from easterly.predict.robustness.groups import final_size_groups, reproduction, segments
from easterly.predict.robustness.limits import (
    course,
    epidemic_threshold,
    final_size,
    final_size_mixed,
    outbreak_probability,
    transmissibility,
)
from easterly.predict.robustness.mean_field import endemic, sis_course, sis_threshold, spectral_radius
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
    "course",
    "endemic",
    "epidemic_threshold",
    "erdos_renyi",
    "final_size",
    "final_size_groups",
    "final_size_mixed",
    "from_edges",
    "geometric",
    "lattice",
    "outbreak_probability",
    "percolate",
    "power_law",
    "power_law_degrees",
    "random_regular",
    "random_removal",
    "removal",
    "reproduction",
    "segments",
    "simulate",
    "sis_course",
    "sis_threshold",
    "spectral_radius",
    "targeted_power_law",
    "targeted_removal",
    "transmissibility",
    "uniform",
]
