"""Pipeline parallelism: activations to the next stage, gradients back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from easterly.demand.mapping import send
from easterly.demand.phases import Phase
from easterly.demand.training.step import Step


def pipeline(step: Step) -> Iterator[Phase]:
    """``b s h e / (c t)`` per GPU, boundary, micro-batch and direction: every rank sends its own part (scatter-gather).

    With v chunks per stage each boundary is crossed v times, and the last stage hands over to the first v-1 times
    (Narayanan et al. 2021, sections 2.2 and 4.1).
    """
    plan = step.job.parallel
    if plan.pp == 1:
        return
    stages = step.grid.reshape(plan.pp, -1)
    ahead, behind = stages.ravel(), np.roll(stages, -1, axis=0).ravel()
    crossings = np.where(np.arange(stages.size) < stages.size - stages.shape[1], plan.interleave, plan.interleave - 1)
    used = crossings > 0
    part_B = step.activation_B / plan.tp
    for stage, src, dst in (("forward", ahead, behind), ("backward", behind, ahead)):
        made = send("pp", step.layout, src[used], dst[used], part_B * crossings[used], step.job.library)
        made = replace(made, latency_s=plan.interleave * made.latency_s, message_B=part_B)
        yield step.hide(
            made, stage, times=step.micro_batches, hidden=step.job.overlap.pp, window_s=step.window_s(stage)
        )
