"""Random graphs, what is left of them when parts go, and what spreads along them."""

from easterly.base.late import open_late

open_late(__name__)
