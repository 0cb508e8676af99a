"""Schedules: steps of a job, and single collectives, as events that depend on each other."""

from easterly.demand.schedule.aside import Aside, Saves, Sent
from easterly.demand.schedule.choose import of_collective
from easterly.demand.schedule.course import Detail
from easterly.demand.schedule.expand import Replay
from easterly.demand.schedule.export import traces_of
from easterly.demand.schedule.extent import Extent, whole
from easterly.demand.schedule.job import of_job, step_of
from easterly.demand.schedule.longest import critical_events, critical_path
from easterly.demand.schedule.messages import Latency
from easterly.demand.schedule.replay import of_traces
from easterly.demand.schedule.size import LIMIT, extents_within, size_of
from easterly.demand.schedule.steady import of_rates
from easterly.demand.schedule.step import of_step
from easterly.demand.schedule.together import together

__all__ = [
    "LIMIT", "Aside", "Detail", "Extent", "Latency", "Replay", "Saves", "Sent", "critical_events", "critical_path",
    "extents_within", "of_collective", "of_job", "of_rates", "of_step", "of_traces", "size_of", "step_of",
    "together", "traces_of", "whole",
]  # fmt: skip
