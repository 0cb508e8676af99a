"""Queues that drop or mark before they are full."""

from easterly._kernel._core.aqm import CoDel, FqCoDel, Mark, Pie, Red, TailDrop, Wred

__all__ = ["CoDel", "FqCoDel", "Mark", "Pie", "Red", "TailDrop", "Wred"]
