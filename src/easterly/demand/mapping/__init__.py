"""Collectives mapped onto hosts, interfaces and rails."""

from easterly.demand.mapping.choose import ALGORITHMS, run
from easterly.demand.mapping.exchange import bruck, pairwise
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.halving import halving_doubling
from easterly.demand.mapping.innetwork import in_network
from easterly.demand.mapping.levels import hierarchical
from easterly.demand.mapping.pairs import send
from easterly.demand.mapping.ring import ring
from easterly.demand.mapping.server import parameter_server
from easterly.demand.mapping.tree import tree
from easterly.demand.mapping.wire import beyond_wire_s, line_rate_s

__all__ = [
    "ALGORITHMS", "Group", "beyond_wire_s", "bruck", "halving_doubling", "hierarchical", "in_network", "line_rate_s",
    "pairwise", "parameter_server", "ring", "run", "send", "tree",
]  # fmt: skip
