"""Network and demand to paths: shortest paths, equal-cost multipath, the spread of hashing, optimal rates."""

from easterly.base.late import open_late

open_late(__name__)
