"""Packets in a network: what becomes of each, and so of flows."""

from easterly.predict.intervals import Interval, interval
from easterly.predict.packet.cost import Cost, estimate, expected_hops
from easterly.predict.packet.faults import faults_of, outage, steer_failing, wear
from easterly.predict.packet.ideal import ideal_s
from easterly.predict.packet.incast import bound_s, incast, mark_at_B, usual_mark_B
from easterly.predict.packet.many import Replications, simulate_many
from easterly.predict.packet.planned import plan_queues
from easterly.predict.packet.presets import PRESETS, transport
from easterly.predict.packet.routes import steer
from easterly.predict.packet.schedules import Conversation, connections_of, conversation
from easterly.predict.packet.segments import steer_through, steer_tunnels
from easterly.predict.packet.simulate import hashed_ways, simulate
from easterly.predict.packet.statistics import by_size, flow_statistics, port_statistics

__all__ = [
    "PRESETS", "Conversation", "Cost", "Interval", "Replications", "bound_s", "by_size", "connections_of",
    "conversation", "estimate", "expected_hops", "faults_of", "flow_statistics", "hashed_ways", "ideal_s", "incast",
    "interval", "mark_at_B", "outage", "plan_queues", "port_statistics", "simulate", "simulate_many", "steer",
    "steer_failing",
    "steer_through", "steer_tunnels", "transport", "usual_mark_B", "wear",
]  # fmt: skip
