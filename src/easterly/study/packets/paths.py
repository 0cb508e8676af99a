"""Connections on their paths: every switch chooses among equals, as it is asked to."""

from __future__ import annotations

from dataclasses import dataclass, replace

from easterly.base.columns import ints
from easterly.model.network import Network
from easterly.model.packet_routes import Manner, PacketRoutes
from easterly.model.packets import PacketFlows
from easterly.model.port_queues import PacketQueues
from easterly.model.routing import Policy
from easterly.predict.packet import Conversation, steer

MANNERS = {
    "hash": Manner(),
    "spray": Manner("random"),
    "flowlet": Manner("random", gap_s=10e-6),
    "adaptive": Manner("least-random"),
}
"""By the names of `Wishes.routing`."""


@dataclass(frozen=True, slots=True)
class Posed:
    """A part of a schedule on its paths."""

    part: float
    talk: Conversation
    flows: PacketFlows
    routes: PacketRoutes


def pose(
    talk: Conversation, part: float, network: Network, policy: Policy, queues: PacketQueues, routing: str, seed: int
) -> Posed:
    """A conversation on its paths.

    Raises
    ------
    ValueError
        A pair without a path.
    """
    flows, routes = steer(
        network, policy, talk.src, talk.dst, 0, number=talk.number, manner=MANNERS[routing], seed=seed
    )
    classes = ints(queues.of_class[talk.traffic_class])
    return Posed(part, talk, replace(flows, transport=talk.traffic_class, traffic_class=classes), routes)
