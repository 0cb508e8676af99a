"""Exposed communication: what a step waits for, by the overlap that its job states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats
from easterly.model.demand import DemandSet
from easterly.predict.contention import owner_rows

IN_EVERY_MICRO_BATCH = ("forward", "backward")
BESIDE_THE_STEPS = ("checkpoint", "evaluate")


def in_steps(demands: DemandSet) -> NDArray[np.bool_]:
    """(P,) True for phases that belong to the steps of a job, and so to its step time."""
    phases = demands.phases
    of_job = demands.work.kind[owner_rows(demands)] == "job"
    beside = (phases.every_s > 0) | np.isin(phases.stage, BESIDE_THE_STEPS)
    inside: NDArray[np.bool_] = of_job & (phases.times > 0) & ~beside
    return inside


def exposed(demands: DemandSet, phase_s: FloatColumn, *, overlap: bool = True) -> FloatColumn:
    """Time that a step waits for each phase: ``max((1 - hidden) t, t - window)``, or all of it without overlap.

    What every micro-batch waits for is stretched by the bubble of the pipeline, as the compute beside it is: with
    idle time i over busy time, all stages together take ``(1 + i)`` times as long (Narayanan et al. 2021,
    section 2.2).

    Parameters
    ----------
    demands : DemandSet
    phase_s : (P,) float [s]
        Time of each phase per step.
    overlap : bool
        Whether anything is hidden.

    Returns
    -------
    (P,) float [s]
        0 for what runs beside the steps.
    """
    phases = demands.phases
    shown = 1 - phases.hidden * overlap
    part_s = np.multiply(shown, phase_s, out=np.zeros(len(phase_s)), where=shown > 0)
    waits = np.maximum(part_s, phase_s - phases.window_s)
    stretched = np.isin(phases.stage, IN_EVERY_MICRO_BATCH)
    return floats(np.where(in_steps(demands), waits * np.where(stretched, _stretch(demands), 1.0), 0.0))


def _stretch(demands: DemandSet) -> FloatColumn:
    """(P,) time of all micro-batches with the bubble of their pipeline over the same without."""
    work = demands.work
    idle_s = work.bubble * work.compute_s
    busy_s = work.compute_s - idle_s - work.optimizer_s
    stretch = 1 + np.divide(idle_s, busy_s, out=np.zeros(len(work)), where=busy_s > 0)
    return floats(stretch[owner_rows(demands)])
