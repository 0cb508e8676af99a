"""The axes of parallelism of one step, in the order tp, cp, ep, pp, dp; an axis of degree 1 has no phase."""

from __future__ import annotations

from easterly.demand.phases import Phase
from easterly.demand.training.context import context
from easterly.demand.training.data import data
from easterly.demand.training.expert import expert
from easterly.demand.training.pipeline import pipeline
from easterly.demand.training.step import Step
from easterly.demand.training.tensor import tensor


def phases(step: Step) -> list[Phase]:
    """All phases of one step.

    Parameters
    ----------
    step : Step

    Returns
    -------
    list of Phase
        Forward before backward before the optimiser within each axis.
    """
    return [phase for axis in (tensor, context, expert, pipeline, data) for phase in axis(step)]
