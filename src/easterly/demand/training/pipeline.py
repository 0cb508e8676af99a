"""Pipeline parallelism: activations to the next stage, gradients back."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from easterly.demand import collectives
from easterly.demand.mapping import beyond_wire_s
from easterly.demand.phases import Phase
from easterly.demand.training.step import Step


def pipeline(step: Step) -> Iterator[Phase]:
    """``b s h e / (c t)`` per GPU, boundary, micro-batch and direction: every rank sends its own part (scatter-gather).

    With v chunks per stage each boundary is crossed v times, and the last stage hands over to the first v-1 times
    (Narayanan et al. 2021, sections 2.2 and 4.1).
    """
    plan, layout = step.job.parallel, step.layout
    if plan.pp == 1:
        return
    stages = step.grid.reshape(plan.pp, -1)
    ahead, behind = stages.ravel(), np.roll(stages, -1, axis=0).ravel()
    crossings = np.where(np.arange(stages.size) < stages.size - stages.shape[1], plan.interleave, plan.interleave - 1)
    used = crossings > 0
    part_B = step.activation_B / plan.tp
    for stage, src, dst in (("forward", ahead, behind), ("backward", behind, ahead)):
        traffic = layout.traffic(src[used], dst[used], part_B * crossings[used])
        hop_s = collectives.NETWORK_HOP_S if len(traffic.src) else collectives.SCALEUP_HOP_S
        made = Phase(
            axis="pp", collective="send", algorithm="direct", times=1.0, latency_s=plan.interleave * hop_s,
            scaleup_s=beyond_wire_s(layout, traffic, traffic.scaleup_B), scaleup_B=traffic.scaleup_B, traffic=traffic,
            message_B=part_B,
        )  # fmt: skip
        yield step.hide(
            made, stage, times=step.micro_batches, hidden=step.job.overlap.pp, window_s=step.window_s(stage)
        )
