"""Packet memory: what chips share and keep back, pauses and their headroom, what incast needs."""

from easterly.base.late import open_late

open_late(__name__)
