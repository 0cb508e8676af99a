"""Measured load of a link, for the admission of flows."""

from easterly._kernel._core.admit import TimeWindow

__all__ = ["TimeWindow"]
