from easterly.qos.scheduling import residual
from easterly.qos.scheduling.credit import cbs
from easterly.qos.scheduling.fair import cbwfq, wf2q, wf2q_plus, wfq
from easterly.qos.scheduling.htb import HtbClass, HtbTree, htb
from easterly.qos.scheduling.link_sharing import CbqClass, cbq
from easterly.qos.scheduling.rounds import drr, fifo, strict_priority, wrr
from easterly.qos.scheduling.scheduler import Choice, Departures, Scheduler, Sent
from easterly.qos.scheduling.shares import shares
from easterly.qos.scheduling.weights import WeightedClass, WeightedTree, weighted

__all__ = [
    "CbqClass", "Choice", "Departures", "HtbClass", "HtbTree", "Scheduler", "Sent", "WeightedClass", "WeightedTree",
    "cbq", "cbs", "cbwfq", "drr", "fifo", "htb", "residual", "shares", "strict_priority", "weighted", "wf2q",
    "wf2q_plus", "wfq", "wrr",
]  # fmt: skip
