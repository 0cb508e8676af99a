"""Workloads: who sends what to whom, and when; pure functions of their parameters and a seed.

Every draw is named by the seed, the name of the workload and what is drawn, so that one workload more leaves the others
as they are.
"""

from easterly.predict.packet.workloads.arrivals import (
    Pairs,
    all_pairs,
    arrivals_per_s,
    pairs_between,
    poisson,
    share_on,
)
from easterly.predict.packet.workloads.onto import onto_paths
from easterly.predict.packet.workloads.patterns import all_to_all, checkpoint, incast_rounds, permutation
from easterly.predict.packet.workloads.requests import closed_loop, requests
from easterly.predict.packet.workloads.rows import listed, together
from easterly.predict.packet.workloads.sizes import SIZES, SizeLaw, sizes

__all__ = [
    "SIZES", "Pairs", "SizeLaw", "all_pairs", "all_to_all", "arrivals_per_s", "checkpoint", "closed_loop",
    "incast_rounds", "listed", "onto_paths", "pairs_between", "permutation", "poisson", "requests", "share_on", "sizes",
    "together",
]  # fmt: skip
