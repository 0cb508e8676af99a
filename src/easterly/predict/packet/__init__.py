"""Packets in a network: what becomes of each, and so of flows."""

from easterly.predict.packet.planned import plan_queues
from easterly.predict.packet.presets import PRESETS, transport
from easterly.predict.packet.schedules import Conversation, conversation
from easterly.predict.packet.simulate import ideal_s, simulate
from easterly.predict.packet.star import bound_s, incast, mark_at_B
from easterly.predict.packet.statistics import flow_statistics, port_statistics

__all__ = [
    "PRESETS", "Conversation", "bound_s", "conversation", "flow_statistics", "ideal_s", "incast", "mark_at_B",
    "plan_queues", "port_statistics", "simulate", "transport",
]  # fmt: skip
