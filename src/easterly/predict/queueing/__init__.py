"""Stations with a queue: means and quantiles by formula, each with its name and how far it can be trusted."""

from easterly.base.late import open_late

open_late(__name__)
