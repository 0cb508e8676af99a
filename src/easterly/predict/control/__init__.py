"""Congestion control as mathematics: what rates come to rest at, how fast, and with how much delay they still do."""

from easterly.base.late import open_late

open_late(__name__)
