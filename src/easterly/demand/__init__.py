"""Demand: AI jobs and services to traffic."""

from easterly.demand import collectives
from easterly.demand.build import build, names, of_work, partners
from easterly.demand.phases import join
from easterly.demand.placement import place

__all__ = ["build", "collectives", "join", "names", "of_work", "partners", "place"]
