"""The jobs of a site, as flows that share links."""

from easterly.study.fluid.runs import simulate_site
from easterly.study.fluid.site import Prepared, events_of, prepare
from easterly.study.fluid.wishes import ROUTINGS, Outage, Wishes

__all__ = ["ROUTINGS", "Outage", "Prepared", "Wishes", "events_of", "prepare", "simulate_site"]
