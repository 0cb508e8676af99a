"""Demand: AI jobs and services to traffic."""

from easterly.demand import collectives
from easterly.demand.build import build, of_work
from easterly.demand.phases import join
from easterly.demand.placement import place

__all__ = ["build", "collectives", "join", "of_work", "place"]
