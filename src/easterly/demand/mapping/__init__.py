"""Collectives mapped onto hosts, interfaces and rails."""

from easterly.demand.mapping.choose import run
from easterly.demand.mapping.group import Group
from easterly.demand.mapping.levels import hierarchical
from easterly.demand.mapping.ring import ring
from easterly.demand.mapping.wire import beyond_wire_s, line_rate_s

__all__ = ["Group", "beyond_wire_s", "hierarchical", "line_rate_s", "ring", "run"]
