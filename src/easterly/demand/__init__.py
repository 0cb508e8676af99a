"""Demand: AI jobs and services to traffic."""

from easterly.demand import collectives
from easterly.demand.again import again
from easterly.demand.build import build, figures, names, of_work, partners
from easterly.demand.phases import join
from easterly.demand.placement import place
from easterly.demand.services import service_figures, services
from easterly.demand.traffic import directions

__all__ = [
    "again",
    "build",
    "collectives",
    "directions",
    "figures",
    "join",
    "names",
    "of_work",
    "partners",
    "place",
    "service_figures",
    "services",
]
