"""Which kind of link a flow crosses: the leaf alone, the tiers above, the WAN, or the way to storage."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IntColumn, ints
from easterly.demand.mapping.meeting import AWAY, meeting_tier
from easterly.model.network import Network, NodeKind

LINK_CLASSES = ("scale-up", "leaf", "spine", "super-spine", "core", "wan", "storage")
"""Classes, in the order of their numbers."""


class Ends(Protocol):
    """What has senders and receivers: the flows of a demand set, or the traffic of one phase."""

    @property
    def src(self) -> IntColumn:
        """Nodes that send."""

    @property
    def dst(self) -> IntColumn:
        """Nodes that receive."""


def link_class(network: Network, flows: Ends, storage: BoolColumn | None = None) -> IntColumn:
    """Class of each flow: the highest that its shortest paths reach.

    Parameters
    ----------
    network : Network
    flows : Flows or Traffic
        Flows between interfaces; what stays in a host is none (`Phases.scaleup_B`).
    storage : (N,) bool, optional
        Nodes that belong to storage; a flow that starts or ends there is of class ``storage``, wherever it goes.

    Returns
    -------
    (F,) int
        Index into `LINK_CLASSES`. ``leaf`` for both ends at one leaf (the own rail), ``spine`` through tier 2,
        ``super-spine`` through tier 3, ``core`` through tier 4 or through a tier that is called core; ``wan`` between
        fabrics, to a WAN site, and where the fabric has no way.
    """
    src, dst = np.asarray(flows.src), np.asarray(flows.dst)
    made = np.full(len(src), LINK_CLASSES.index("wan"))
    nic = network.nodes.kind == NodeKind.NIC
    inner = np.flatnonzero(nic[src] & nic[dst])
    tier = meeting_tier(network, src[inner], dst[inner])
    within = tier < AWAY
    made[inner[within]] = _named(network, src[inner[within]], tier[within])
    if storage is not None:
        made[storage[src] | storage[dst]] = LINK_CLASSES.index("storage")
    return ints(made)


def _named(network: Network, nodes: IntColumn, tier: NDArray[np.int64]) -> NDArray[np.int64]:
    """Class of a tier in the fabric of a node: tier 3 is core where all of its switches are called so."""
    table = network.nodes
    third = table.tier == 3
    others = set(table.fabric[third & (table.role != "core")].tolist())
    called = set(table.fabric[third].tolist()) - others
    core = np.isin(table.fabric[nodes], sorted(called)) & (tier == 3)
    return np.where(core, 4, np.minimum(tier, 4))
