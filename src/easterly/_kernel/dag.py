"""Graphs of events: their order, and when each can start."""

from easterly._kernel._core.dag import earliest, order

__all__ = ["earliest", "order"]
