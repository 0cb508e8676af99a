"""How much of a step is laid out: all passes of it, or so few that the rest follows from them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from easterly.demand.schedule.course import Course
from easterly.demand.schedule.exchanges import Exchanges
from easterly.demand.schedule.pattern import repeated
from easterly.demand.training import Step

FEWEST = 3
"""Units that are left of a step at least: three points tell a line from what is none."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Passes of a step: micro-batches through chunks of the model on each stage."""

    micro_batches: int
    chunks: int

    @property
    def passes(self) -> int:
        """Of one direction, of a stage."""
        return self.micro_batches * self.chunks


def whole(step: Step) -> Extent:
    """All passes of a step."""
    return Extent(max(1, math.ceil(step.micro_batches - 1e-9)), step.job.parallel.interleave)


def units(step: Step) -> list[Extent]:
    """Ever longer beginnings of a step: its time grows by the same for each, once its pipeline is full.

    Plain 1F1B takes ``(m + p - 1) (t_f + t_b)`` for m micro-batches and p stages, whatever m is; with v chunks on each
    stage it is ``(v m + p - 1)`` of shorter passes, for m of p at least (Narayanan et al. 2021, arXiv 2104.04473,
    section 2.2): then it grows by groups of p micro-batches, or where these are few, by chunks.

    Examples
    --------
    >>> [extent.chunks for extent in _by_chunks(Extent(4, 3))]
    [1, 2, 3]
    """
    full, stages = whole(step), step.job.parallel.pp
    if full.chunks == 1:
        return [Extent(count, 1) for count in range(1, full.micro_batches + 1)]
    groups = full.micro_batches // stages
    if groups > full.chunks:
        return [Extent(count * stages, full.chunks) for count in range(1, groups)] + [full]
    return _by_chunks(full)


def _by_chunks(full: Extent) -> list[Extent]:
    return [Extent(full.micro_batches, count) for count in range(1, full.chunks + 1)]


def shortened(plan: Course, extent: Extent) -> Course:
    """A course with fewer passes, each as it was, and with the weights and gradients of the chunks that are left."""
    left = extent.chunks / plan.chunks
    if left < 1:
        weights, gradients = (_part(exchanged, left) for exchanged in (plan.weights, plan.gradients))
        plan = replace(plan, update_s=plan.update_s * left, weights=weights, gradients=gradients)
    return replace(plan, micro_batches=extent.micro_batches, chunks=extent.chunks)


def _part(exchanged: Exchanges, left: float) -> Exchanges:
    hidden, exposed = repeated(exchanged.hidden, left), repeated(exchanged.exposed, left)
    return Exchanges(hidden, exposed, exchanged.folded_s)
