"""Hashing: functions of headers, choices among equals, and what both do to a network."""

from easterly.route.hashing.functions import BITS, FIELDS, FUNCTIONS, hash_of
from easterly.route.hashing.groups import GroupPlan, LoadError, load_error, plan_groups
from easterly.route.hashing.packets import CHOICES, Sprayed, safe_gap_s, spray
from easterly.route.hashing.polarisation import Polarisation, Use, polarisation, polarised_links, use_of
from easterly.route.hashing.splitting import METHODS, buckets_of, disruption, moved, rebalanced, split
from easterly.route.hashing.tuples import Tuples, queue_pairs, tuples_of
from easterly.route.hashing.walk import RULES, Hops, walk, walk_named
from easterly.route.hashing.weights import Reduced, oversubscription, reduce_groups, reduce_weights

__all__ = [
    "BITS", "CHOICES", "FIELDS", "FUNCTIONS", "METHODS", "RULES", "GroupPlan", "Hops", "LoadError", "Polarisation",
    "Reduced", "Sprayed", "Tuples", "Use", "buckets_of", "disruption", "hash_of", "load_error", "moved",
    "oversubscription", "plan_groups", "polarisation", "polarised_links", "queue_pairs", "rebalanced", "reduce_groups",
    "reduce_weights", "safe_gap_s", "split", "spray", "tuples_of", "use_of", "walk", "walk_named",
]  # fmt: skip
