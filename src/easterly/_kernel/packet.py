"""Packets in a network, one event after the other."""

from easterly._kernel._core.packet import Law, Simulation

__all__ = ["Law", "Simulation"]
