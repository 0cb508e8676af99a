"""Schedulers of queues: steppable classes, each with its batch form."""

from easterly._kernel._core.sched import Cbq, Cbs, ClassBased, Drr, Fifo, Htb, Strict, Wf2qPlus, Wfq, Wrr

__all__ = ["Cbq", "Cbs", "ClassBased", "Drr", "Fifo", "Htb", "Strict", "Wf2qPlus", "Wfq", "Wrr"]
