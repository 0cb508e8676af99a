"""What one step of a job consists of: passes, what they exchange, weights, gradients, messages between stages."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from easterly.base.columns import ints, texts
from easterly.demand import training
from easterly.demand.layout import Ranks
from easterly.demand.phases import Effort, Phase
from easterly.demand.schedule.cells import Cells, waiting
from easterly.demand.schedule.exchanges import Exchanges, exchanges
from easterly.demand.schedule.messages import Hop, Latency, Messages, woven
from easterly.demand.schedule.pairs import NO_PAIRS
from easterly.demand.schedule.pattern import Pattern, empty, labelled, repeated, then
from easterly.demand.training import Step
from easterly.model.schedule import Purposes

COMPUTE = ("forward", "backward", "optimiser")
"""Rows of compute among the purposes; those of the phases follow."""


@dataclass(frozen=True, slots=True)
class Detail:
    """How finely a schedule is cut.

    Attributes
    ----------
    messages : bool
        Collectives message by message; else a flow per pair of interfaces, held up by the slowest rank of its group.
    layer_groups : int
        Parts of a pass after each of which its ranks communicate: 1 has all communication of a pass after its compute.
    buckets : int
        Parts in which gradients and weights are exchanged beside the passes that make and need them, where the job
        hides them.
    """

    messages: bool = False
    layer_groups: int = 1
    buckets: int = 4


PLAIN = Detail()


@dataclass(frozen=True, slots=True)
class Course:
    """One step, ready to be laid out.

    Attributes
    ----------
    cells : Cells
    micro_batches, chunks : int
    buckets : int
        Parts of a chunk in which its gradients and weights are exchanged where that is hidden.
    pass_s : (float, float) [s]
        Compute of one forward and one backward pass through a chunk, with the communication inside the hosts.
    update_s : float [s]
    within : (Exchanges, Exchanges)
        What one forward and one backward pass exchange.
    weights, gradients : Exchanges
        Of the whole step.
    onward : (Pattern, Pattern)
        Messages to the next stage, and gradients to the one before.
    around : (Pattern, Pattern)
        The same from the last stage to the first, and back.
    purposes : Purposes
    """

    cells: Cells
    micro_batches: int
    chunks: int
    buckets: int
    pass_s: tuple[float, float]
    update_s: float
    within: tuple[Exchanges, Exchanges]
    weights: Exchanges
    gradients: Exchanges
    onward: tuple[Pattern, Pattern]
    around: tuple[Pattern, Pattern]
    purposes: Purposes


def course(step: Step, detail: Detail, job: int, traffic_class: int, connections: int) -> Course:
    """What one step of a job consists of.

    Phases of the forward and the backward pass are spread evenly over all passes, those of the optimiser happen once.
    What runs beside the steps (checkpoints, data, evaluation, other fabrics) is left out.
    """
    cells, phases = Cells.of(step), training.phases(step)
    count = max(1, math.ceil(step.micro_batches - 1e-9))
    rows = list(enumerate(phases, start=len(COMPUTE)))
    inner = [(row, phase) for row, phase in rows if phase.axis != "pp"]
    parts = [[pair for pair in inner if place(pair[1]) == at] for at in ("forward", "backward", "before", "after")]
    forward, backward, before, after = (exchanges(step, cells, part, by_message=detail.messages) for part in parts)
    passes = count * step.job.parallel.interleave
    busy = _busy_s(step.effort)
    return Course(
        cells=cells, micro_batches=count, chunks=step.job.parallel.interleave,
        buckets=-(-detail.buckets // step.job.parallel.interleave),
        pass_s=((busy[0] + forward.folded_s) / passes, (busy[1] + backward.folded_s) / passes),
        update_s=step.effort.optimizer_s + before.folded_s + after.folded_s,
        within=(_each(cells, forward, passes), _each(cells, backward, passes)), weights=before, gradients=after,
        onward=_between(step, cells, rows, count, 1), around=_between(step, cells, rows, count, 0),
        purposes=_purposes(phases, job, traffic_class, connections),
    )  # fmt: skip


def place(phase: Phase) -> str:
    """Where in a step a phase belongs."""
    if phase.stage != "optimiser":
        return phase.stage
    return "before" if phase.collective == "all-gather" else "after"


def _busy_s(effort: Effort) -> tuple[float, float]:
    """Forward and backward compute of a step; where nobody divided it, twice as much backward as forward."""
    if effort.forward_s + effort.backward_s > 0:
        return effort.forward_s, effort.backward_s
    busy_s = effort.compute_s * (1 - effort.bubble)
    return busy_s / 3, busy_s * 2 / 3


def _each(cells: Cells, whole: Exchanges, passes: int) -> Exchanges:
    """Exchanges of one pass; where there are some, every cell goes on after one of the exposed events."""
    hidden, exposed = repeated(whole.hidden, 1 / passes), repeated(whole.exposed, 1 / passes)
    if len(hidden) or len(exposed):
        covered = len(exposed) and len(np.unique(exposed.leave[0])) == len(cells)
        exposed = exposed if covered else then(exposed, waiting(cells))
    return Exchanges(hidden, exposed, whole.folded_s)


def _between(
    step: Step, cells: Cells, rows: Sequence[tuple[int, Phase]], count: int, forward: int
) -> tuple[Pattern, Pattern]:  # fmt: skip
    """Messages of one micro-batch between neighbouring stages, or (`forward` 0) from the last stage to the first."""
    found = {phase.stage: (row, phase.message_B) for row, phase in rows if phase.axis == "pp"}
    if len(found) < 2:
        return empty(), empty()
    ahead, behind = _ends(cells, forward)
    share, made = step.micro_batches / count, []
    for stage, src, dst in (("forward", ahead, behind), ("backward", behind, ahead)):
        row, size_B = found[stage]
        made.append(labelled(_sent(step, src.ravel(), dst.ravel(), size_B * share), row))
    return made[0], made[1]


def _ends(cells: Cells, forward: int) -> tuple[Ranks, Ranks]:
    """Ranks of stages, and those of the next; or those of the last stage and of the first."""
    stages = cells.ranks.reshape(cells.stages, -1)
    return (stages[:-1], stages[1:]) if forward else (stages[-1:], stages[:1])


def crossings(step: Step, cells: Cells) -> tuple[int, int]:
    """Events of one micro-batch on its way through all stages, and back to the first for the next chunk."""
    if cells.stages == 1:
        return 0, 0
    made = (_sent(step, a.ravel(), b.ravel(), 1.0) for a, b in (_ends(cells, 1), _ends(cells, 0)))
    onward, around = (len(pattern) for pattern in made)
    return onward, around


def _sent(step: Step, src: Ranks, dst: Ranks, size_B: float) -> Pattern:
    mine = np.arange(len(src))
    hop = Hop.between(step.layout, src, dst, np.full(len(src), -1), size_B)
    sent = Messages(hop, np.zeros_like(mine), NO_PAIRS, (mine, src), (dst, mine))
    return woven(step.layout, sent, Latency.of(step.job.library))


def _purposes(phases: Sequence[Phase], job: int, traffic_class: int, connections: int) -> Purposes:
    count = len(COMPUTE) + len(phases)
    plain = ["compute"] * len(COMPUTE)
    return Purposes(
        job=ints([job] * count),
        axis=texts([*plain, *(phase.axis for phase in phases)]),
        stage=texts([*COMPUTE, *(phase.stage for phase in phases)]),
        collective=texts([*[""] * len(COMPUTE), *(phase.collective for phase in phases)]),
        algorithm=texts([*[""] * len(COMPUTE), *(phase.algorithm for phase in phases)]),
        traffic_class=ints([traffic_class] * count),
        connections=ints([connections] * count),
    )
