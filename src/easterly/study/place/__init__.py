"""Placement of works on hosts: as it is, the best and the worst that are found, with a bound."""

from easterly.base.late import open_late

open_late(__name__)
