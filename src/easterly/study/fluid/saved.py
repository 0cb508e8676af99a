"""What checkpoints took, and what they cost the steps meanwhile."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, floats, ints
from easterly.model.fluid_prediction import FluidSaves
from easterly.study.fluid.beside import CHECKPOINT
from easterly.study.fluid.site import Prepared

CLOSE = 1e-9
"""Relative difference of times that are one."""


def saves_of(prepared: Prepared, done_s: FloatColumn, step_s: FloatColumn, end_s: FloatColumn) -> FluidSaves:
    """Checkpoints that were written during a run.

    Parameters
    ----------
    prepared : Prepared
    done_s : (E,) float [s]
        When each event was done.
    step_s, end_s : (J, K) float [s]
    """
    rows = []
    for job, saves in enumerate(prepared.saves):
        if saves is None:
            continue
        behind = np.arange(saves.every - 1, prepared.steps[job], saves.every)
        written_s = [_written_s(prepared, done_s, job, step) for step in behind.tolist()]
        begun_s = end_s[job, behind]
        starts_s = np.concatenate([prepared.begins_s[job : job + 1], end_s[job, :-1]])
        met = _met(starts_s, begun_s, np.array(written_s))
        usual = step_s[job][~met.any(axis=0) & np.isfinite(step_s[job])]
        for row, step in enumerate(behind.tolist()):
            during = step_s[job][met[row] & np.isfinite(step_s[job])]
            slower = during.mean() / np.median(usual) if len(during) and len(usual) else np.nan
            took_s = written_s[row] - begun_s[row] if np.isfinite(written_s[row]) else np.inf
            rows.append((job, step, begun_s[row], took_s, saves.stall_s, saves.write_s, slower))
    jobs, steps, begun, took, stall, planned, slower = np.array(rows, dtype=np.float64).reshape(-1, 7).T
    return FluidSaves(
        ints(jobs), ints(steps), floats(begun), floats(took), floats(stall), floats(planned), floats(slower)
    )


def _written_s(prepared: Prepared, done_s: FloatColumn, job: int, step: int) -> float:
    """When a checkpoint behind a step was in its store [s]."""
    made = prepared.schedule
    own = (made.purposes.stage == CHECKPOINT) & (prepared.owner == prepared.jobs[job])
    return float(done_s[own[made.purpose] & (made.step == step)].max())


def _met(
    starts_s: NDArray[np.float64], begun_s: NDArray[np.float64], written_s: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """(C, K) steps that began while a checkpoint was written."""
    from_s, until_s = ((1 - CLOSE) * each[:, None] for each in (begun_s, written_s))
    made: NDArray[np.bool_] = (starts_s >= from_s) & (starts_s < until_s)
    return made
