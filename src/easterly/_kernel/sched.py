"""Schedulers of queues: steppable classes, each with its batch form."""

from easterly._kernel._core.sched import Drr, Fifo, Strict, Wfq, Wrr

__all__ = ["Drr", "Fifo", "Strict", "Wfq", "Wrr"]
