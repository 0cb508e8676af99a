"""Collective operations as mathematics: who sends how much, in how many rounds, and how long that takes.

`evaluate` times one algorithm, `best` picks the fastest, `bound_s` is what no answer may beat. Everything takes numpy
arrays of sizes and of clusters, and broadcasts them.

``size_B`` is the size of the whole array: what every rank holds before an all-reduce, before a reduce-scatter,
or after an all-gather (nccl-tests, doc/PERFORMANCE.md). Rates are in bit/s and per direction.
"""

from easterly.demand.collectives.bound import bound_s
from easterly.demand.collectives.choose import Choice, best, candidates, evaluate
from easterly.demand.collectives.cluster import Cluster
from easterly.demand.collectives.cost import Cost, Stage
from easterly.demand.collectives.efficiency import IDEAL, PUBLISHED, Curve, Efficiency
from easterly.demand.collectives.forms import (
    cluster_hierarchical_s,
    cluster_ring_s,
    halving_doubling_s,
    hierarchical_latency_s,
    hierarchical_nic_B,
    ring_latency_s,
    ring_nic_B,
    ring_s,
    tree_s,
)
from easterly.demand.collectives.grid import grid_s
from easterly.demand.collectives.latency import BASE_S, NETWORK_HOP_S, SCALEUP_HOP_S, Latency
from easterly.demand.collectives.metrics import COLLECTIVES, algbw_bps, busbw_bps, steps, wire_factor
from easterly.demand.collectives.table import ALGORITHMS, Algorithm, fitting, lookup
from easterly.demand.collectives.times import Model, Times, cost_of, times

__all__ = [
    "ALGORITHMS",
    "BASE_S",
    "COLLECTIVES",
    "IDEAL",
    "NETWORK_HOP_S",
    "PUBLISHED",
    "SCALEUP_HOP_S",
    "Algorithm",
    "Choice",
    "Cluster",
    "Cost",
    "Curve",
    "Efficiency",
    "Latency",
    "Model",
    "Stage",
    "Times",
    "algbw_bps",
    "best",
    "bound_s",
    "busbw_bps",
    "candidates",
    "cluster_hierarchical_s",
    "cluster_ring_s",
    "cost_of",
    "evaluate",
    "fitting",
    "grid_s",
    "halving_doubling_s",
    "hierarchical_latency_s",
    "hierarchical_nic_B",
    "lookup",
    "ring_latency_s",
    "ring_nic_B",
    "ring_s",
    "steps",
    "times",
    "tree_s",
    "wire_factor",
]
