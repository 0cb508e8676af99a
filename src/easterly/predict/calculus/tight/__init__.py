"""Tight bounds for the flows that matter: analyses of networks of servers beyond total flow analysis."""

from easterly.base.late import open_late

open_late(__name__)
