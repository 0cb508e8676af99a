"""Hashing: functions of headers, choices among equals, and what both do to a network."""

from easterly.route.hashing.functions import BITS, FIELDS, FUNCTIONS, hash_of
from easterly.route.hashing.tuples import Tuples, queue_pairs, tuples_of

__all__ = ["BITS", "FIELDS", "FUNCTIONS", "Tuples", "hash_of", "queue_pairs", "tuples_of"]
