"""Packet memory: what chips share and keep back, pauses and their headroom, what incast needs."""

from easterly.qos.memory.chip import Chip, EgressQueue, Group, Pool
from easterly.qos.memory.headroom import Headroom, Item, headroom, most_cells, response_quanta, sonic_xoff_B
from easterly.qos.memory.incast import Absorbed, absorbs, room_B
from easterly.qos.memory.pause import Action, Event, PauseFrame, PauseReceiver, PauseSender, Watchdog, quanta_ns
from easterly.qos.memory.shared import Outcome, Passage, SharedMemory, play

__all__ = [
    "Absorbed",
    "Action",
    "Chip",
    "EgressQueue",
    "Event",
    "Group",
    "Headroom",
    "Item",
    "Outcome",
    "Passage",
    "PauseFrame",
    "PauseReceiver",
    "PauseSender",
    "Pool",
    "SharedMemory",
    "Watchdog",
    "absorbs",
    "headroom",
    "most_cells",
    "play",
    "quanta_ns",
    "response_quanta",
    "room_B",
    "sonic_xoff_B",
]
