"""Demand over time: courses of day and week, one step of a job, jobs that share a link, rates by interval."""

from easterly.demand.time.aggregate import Paced, series
from easterly.demand.time.places import matrices, place_of
from easterly.demand.time.profile import factor
from easterly.demand.time.several import Overlap, overlap
from easterly.demand.time.step import step_bars
from easterly.demand.time.waves import Wave

__all__ = ["Overlap", "Paced", "Wave", "factor", "matrices", "overlap", "place_of", "series", "step_bars"]
