"""Active queue management: which packets are dropped or marked before a queue is full."""

from easterly.base.late import open_late

open_late(__name__)
