"""What a lab does, measured beside what was computed of it beforehand: each with an interval and the reason for it."""

from easterly.base.late import open_late

open_late(__name__)
