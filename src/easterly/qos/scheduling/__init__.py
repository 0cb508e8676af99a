"""Schedulers: who is sent next, step by step and over columns of packets."""

from easterly.qos.scheduling.fair import wf2q, wfq
from easterly.qos.scheduling.rounds import drr, fifo, strict_priority, wrr
from easterly.qos.scheduling.scheduler import Choice, Departures, Scheduler, Sent

__all__ = ["Choice", "Departures", "Scheduler", "Sent", "drr", "fifo", "strict_priority", "wf2q", "wfq", "wrr"]
