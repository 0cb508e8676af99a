"""Network calculus: bounds that hold, from curves of arrivals and of service."""

from easterly.base.late import open_late

open_late(__name__)
