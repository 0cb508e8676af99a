"""Packet memory of a chip, pauses, and the watchdog over them."""

from easterly._kernel._core.buffer import Memory, PauseReceiver, PauseSender, Watchdog

__all__ = ["Memory", "PauseReceiver", "PauseSender", "Watchdog"]
