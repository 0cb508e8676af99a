"""Schedulers: who is sent next, step by step and over columns of packets."""

from easterly.base.late import open_late

open_late(__name__)
