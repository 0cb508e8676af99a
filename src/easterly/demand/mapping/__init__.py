"""Collectives mapped onto hosts, interfaces and rails."""

from easterly.demand.mapping.bounds import bound
from easterly.demand.mapping.choose import ALGORITHMS, run
from easterly.demand.mapping.classes import LINK_CLASSES, link_class
from easterly.demand.mapping.exchange import bruck, pairwise
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.halving import halving_doubling
from easterly.demand.mapping.innetwork import in_network
from easterly.demand.mapping.levels import hierarchical
from easterly.demand.mapping.pairs import send
from easterly.demand.mapping.reform import Reformed, isolated, reform
from easterly.demand.mapping.ring import ring
from easterly.demand.mapping.server import parameter_server
from easterly.demand.mapping.tree import tree
from easterly.demand.mapping.wire import beyond_wire_s, line_rate_s

__all__ = [
    "ALGORITHMS", "LINK_CLASSES", "Group", "Reformed", "beyond_wire_s", "bound", "bruck", "halving_doubling",
    "hierarchical", "in_network", "isolated", "line_rate_s", "link_class", "pairwise", "parameter_server", "reform",
    "ring", "run", "send", "tree",
]  # fmt: skip
