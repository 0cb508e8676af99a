"""Thresholds and memory of ports, tried packet by packet."""

from easterly.study.buffers.scenario import Meeting, meetings
from easterly.study.buffers.search import Target, Trial, Tried, choose

__all__ = ["Meeting", "Target", "Trial", "Tried", "choose", "meetings"]
