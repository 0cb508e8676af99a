from easterly.qos.aqm.delay import CoDel, FqCoDel, Pie
from easterly.qos.aqm.early import InstantMarking, Ramp, Red, TailDrop, Wred, ramps_of
from easterly.qos.aqm.packets import Ecn, Fates, Offered, Taken, Verdict
from easterly.qos.aqm.queue import Algorithm, Queue, serve

__all__ = [
    "Algorithm",
    "CoDel",
    "Ecn",
    "Fates",
    "FqCoDel",
    "InstantMarking",
    "Offered",
    "Pie",
    "Queue",
    "Ramp",
    "Red",
    "TailDrop",
    "Taken",
    "Verdict",
    "Wred",
    "ramps_of",
    "serve",
]
