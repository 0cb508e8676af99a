"""The jobs of a site, packet by packet."""

from easterly.study.packets.runs import simulate_site
from easterly.study.packets.site import Cost, Prepared, cost_of, prepare
from easterly.study.packets.wishes import MOST_HOPS, Wishes

__all__ = ["MOST_HOPS", "Cost", "Prepared", "Wishes", "cost_of", "prepare", "simulate_site"]
