"""The jobs of a site, packet by packet."""

from easterly.study.packets.runs import simulate_site
from easterly.study.packets.site import Prepared, Runs, prepare, runs_of
from easterly.study.packets.wishes import MOST_HOPS, Wishes
from easterly.study.packets.witness import PLAN_HOPS, witness

__all__ = ["MOST_HOPS", "PLAN_HOPS", "Prepared", "Runs", "Wishes", "prepare", "runs_of", "simulate_site", "witness"]
