from easterly.qos.memory.chip import Chip, EgressQueue, Group, Pool
from easterly.qos.memory.formulas import bdp_B, incast_B, queue_limit_B, shared_bdp_B
from easterly.qos.memory.headroom import Headroom, Item, headroom, most_cells, response_quanta, sonic_xoff_B
from easterly.qos.memory.incast import Absorbed, absorbs, room_B
from easterly.qos.memory.needs import Method, Need, QueueLoad
from easterly.qos.memory.pause import (
    Action,
    Event,
    PauseFrame,
    PauseFrames,
    PauseReceiver,
    PauseSender,
    Watchdog,
    quanta_ns,
)
from easterly.qos.memory.recommend import MemoryShare, Recommendation, recommend
from easterly.qos.memory.shared import Outcome, Passage, Pauses, SharedMemory, play

__all__ = [
    "Absorbed",
    "Action",
    "Chip",
    "EgressQueue",
    "Event",
    "Group",
    "Headroom",
    "Item",
    "MemoryShare",
    "Method",
    "Need",
    "Outcome",
    "Passage",
    "PauseFrame",
    "PauseFrames",
    "PauseReceiver",
    "PauseSender",
    "Pauses",
    "Pool",
    "QueueLoad",
    "Recommendation",
    "SharedMemory",
    "Watchdog",
    "absorbs",
    "bdp_B",
    "headroom",
    "incast_B",
    "most_cells",
    "play",
    "quanta_ns",
    "queue_limit_B",
    "recommend",
    "response_quanta",
    "room_B",
    "shared_bdp_B",
    "sonic_xoff_B",
]
