"""Whole steps of a training job as a schedule."""

from __future__ import annotations

import numpy as np

from easterly.demand.schedule.aside import NOTHING, Aside, Between
from easterly.demand.schedule.course import PLAIN, Course, Detail, course
from easterly.demand.schedule.draft import Draft
from easterly.demand.schedule.extent import Extent, shortened
from easterly.demand.schedule.pairs import Numbers, pairs
from easterly.demand.schedule.passes import one_forward_one_backward
from easterly.demand.schedule.pattern import repeated
from easterly.demand.schedule.placing import Columns, computed, entered, gates, left
from easterly.demand.schedule.size import LIMIT, check_size
from easterly.demand.training import Step
from easterly.model.schedule import Schedule


def of_step(
    step: Step, *, steps: int = 1, detail: Detail = PLAIN, job: int = 0, traffic_class: int = 0,
    connections: int = 1, limit: int = LIMIT, extent: Extent | None = None, aside: Aside = NOTHING,
) -> Schedule:  # fmt: skip
    """Training steps of a job: passes of every stage in 1F1B order, and all communication that they wait for.

    A step begins with the gathering of the weights, where they are sharded, and ends with their update. Stages hand
    each micro-batch on when its pass is done; gradients are exchanged once the last backward pass of a stage is done,
    or part by part beside it where the job hides them.

    Parameters
    ----------
    step : Step
    steps : int
        Steps in a row.
    detail : Detail
    job, traffic_class, connections : int
        For the purposes of the events.
    limit : int
        Events that are made at most.
    extent : Extent, optional
        Passes that are laid out of each step; all if absent.
    aside : Aside
        What happens between the steps; an evaluation is a part of the step before it.

    Returns
    -------
    Schedule

    Raises
    ------
    FindingsError
        E665 it would have more events than that; `size_of` tells how many.
    """
    tried = sum(aside.batches(number) for number in range(steps))
    check_size(step, steps=steps + tried, detail=detail, limit=limit, extent=extent, beside=aside.flows(steps))
    plan = course(step, detail, job, traffic_class, connections)
    if extent is not None:
        plan = shortened(plan, extent)
    draft, previous = Draft(), np.full(len(plan.cells), -1)
    between = Between(draft, plan, aside)
    for number in range(steps):
        previous = laid_out(draft, plan, detail, number, between.before(number, previous))
        for _ in range(aside.batches(number)):
            previous = evaluated(draft, plan, detail, number, previous)
        previous = between.behind(number, previous)
    return draft.schedule(aside.purposes(plan.purposes), plan.cells.streams())


def laid_out(draft: Draft, plan: Course, detail: Detail, number: int, previous: Numbers) -> Numbers:
    """Lay one step out behind the updates of the step before, (Q,), -1 for none; its own updates, (Q,)."""
    forward, backward = (Passes.of(draft, plan, detail, number, way) for way in (0, 1))
    _in_order(draft, plan, forward, backward)
    for way, passes in enumerate((forward, backward)):
        _handed_on(draft, plan, passes, way, number)
    _weights(draft, plan, forward, number, previous)
    last = _gradients(draft, plan, backward, number)
    update = computed(draft, plan.cells, 1, {"duration_s": plan.update_s, "purpose": 2, "step": number})
    draft.wait(*pairs(update, last))
    last_of_all: Numbers = update[0]
    return last_of_all


def evaluated(draft: Draft, plan: Course, detail: Detail, number: int, previous: Numbers) -> Numbers:
    """Lay the forward passes of one batch out behind what cells did before, (Q,); the last passes, (Q,)."""
    forward = Passes.of(draft, plan, detail, number, 0)
    groups = [(c, k) for k in range(0, plan.micro_batches, plan.cells.stages) for c in range(plan.chunks)]
    order = [(c, k + i) for c, k in groups for i in range(min(plan.cells.stages, plan.micro_batches - k))]
    chunk, micro_batch = np.array(order).T
    draft.wait(*pairs(forward.head[chunk, micro_batch][1:], forward.done[chunk, micro_batch][:-1]))
    _handed_on(draft, plan, forward, 0, number)
    _weights(draft, plan, forward, number, previous)
    last: Numbers = forward.done[order[-1]]
    return last


class Passes:
    """All passes of one direction, laid out.

    Attributes
    ----------
    head, done : (v, m, Q) int
        First event of each pass of each cell, and the one after which it is through.
    began, ended : (v, J, Q) int
        The same for the parts of the passes beside which weights or gradients are exchanged: forward those of the first
        micro-batch, backward those of the last.
    """

    def __init__(self, plan: Course) -> None:
        shape = (plan.chunks, plan.micro_batches, len(plan.cells))
        self.head, self.done = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
        self.began = self.ended = self.head[:, :1]

    @staticmethod
    def of(draft: Draft, plan: Course, detail: Detail, number: int, way: int) -> Passes:
        """Passes of one direction, 0 forward and 1 backward; each in parts, nothing yet between them."""
        made, all_of_them = Passes(plan), np.arange(plan.micro_batches)
        beside = len((plan.gradients if way else plan.weights).hidden) > 0
        parts = max(1, detail.layer_groups) if len(plan.within[way].exposed) else 1
        buckets = max(parts, plan.buckets) if beside else parts
        special = all_of_them[-1:] if way else all_of_them[:1]
        for some, count in ((np.setdiff1d(all_of_them, special), parts), (special, buckets)):
            began, ended = _some_passes(draft, plan, way, some, count, number)
            made.head[:, some], made.done[:, some] = began[:, :, 0], ended[:, :, -1]
        made.began, made.ended = began[:, 0], ended[:, 0]
        return made


def _some_passes(
    draft: Draft, plan: Course, way: int, micro_batches: Numbers, parts: int, number: int
) -> tuple[Numbers, Numbers]:  # fmt: skip
    """Passes of some micro-batches in parts: (v, k, J, Q) first and last events of each part."""
    chunk, micro_batch, part = np.meshgrid(np.arange(plan.chunks), micro_batches, np.arange(parts), indexing="ij")
    columns: Columns = {"chunk": chunk.ravel(), "micro_batch": micro_batch.ravel(), "step": number}
    both = _parts(draft, plan, way, part.size, parts, columns)
    began, ended = (events.reshape(*part.shape, len(plan.cells)) for events in both)
    draft.wait(*pairs(began[:, :, 1:], ended[:, :, :-1]))
    return began, ended


def _parts(
    draft: Draft, plan: Course, way: int, copies: int, parts: int, columns: Columns
) -> tuple[Numbers, Numbers]:  # fmt: skip
    """Parts of passes: compute beside what is hidden, then what is exposed. (copies, Q) first and last events."""
    within, takes = plan.within[way], {"duration_s": plan.pass_s[way] / parts, "purpose": way}
    compute = began = computed(draft, plan.cells, copies, {**columns, **takes})
    if not len(within.exposed):
        return began, compute
    exposed = draft.repeat(repeated(within.exposed, 1 / parts), copies, columns)
    entered(draft, within.exposed, exposed, compute)
    if len(within.hidden):
        began = gates(draft, plan.cells, copies, {**columns, "purpose": way})
        draft.wait(*pairs(compute, began))
        hidden = draft.repeat(repeated(within.hidden, 1 / parts), copies, columns)
        entered(draft, within.hidden, hidden, began)
        entered(draft, within.exposed, exposed, left(within.hidden, hidden, began))
    return began, left(within.exposed, exposed, compute)


def _in_order(draft: Draft, plan: Course, forward: Passes, backward: Passes) -> None:
    """A cell runs its passes one after the other, in the order of its stage; the last stage turns each chunk round."""
    both = (np.stack([forward.head, backward.head]), np.stack([forward.done, backward.done]))
    stage = plan.cells.stage
    for number in range(plan.cells.stages):
        order = one_forward_one_backward(number, plan.cells.stages, plan.micro_batches, plan.chunks)
        mine = stage == number
        head, done = (events[order.backward, order.chunk, order.micro_batch][:, mine] for events in both)
        draft.wait(*pairs(head[1:], done[:-1]))
    draft.wait(*pairs(backward.head[-1][:, mine], forward.done[-1][:, mine]))


def _handed_on(draft: Draft, plan: Course, passes: Passes, way: int, number: int) -> None:
    """Messages of every micro-batch between neighbouring stages, and from the last to the first with the next chunk."""
    chunks, count = plan.chunks, plan.micro_batches
    step_on = -1 if way else 1
    from_chunk = np.arange(1, chunks) if way else np.arange(chunks - 1)
    routes = ((plan.onward[way], np.arange(chunks), 0), (plan.around[way], from_chunk, step_on))
    for pattern, chunk, ahead in routes:
        if not len(pattern) or not len(chunk):
            continue
        c, k = (x.ravel() for x in np.meshgrid(chunk, np.arange(count), indexing="ij"))
        first = draft.repeat(pattern, len(c), {"chunk": c, "micro_batch": k, "step": number})
        of_rank = plan.cells.of_rank
        event, rank = pattern.enter
        draft.wait(*pairs(first[:, None] + event, passes.done[c, k][:, of_rank[rank]]))
        rank, event = pattern.leave
        draft.wait(*pairs(passes.head[c + ahead, k][:, of_rank[rank]], first[:, None] + event))


def _weights(draft: Draft, plan: Course, forward: Passes, number: int, previous: Numbers) -> None:
    """Weights gathered before the first forward passes, bucket by bucket where that is hidden."""
    exposed, hidden = plan.weights.exposed, plan.weights.hidden
    last = previous[None]
    if len(exposed):
        first = draft.repeat(exposed, 1, {"step": number})
        entered(draft, exposed, first, last)
        last = left(exposed, first, last)
    draft.wait(*pairs(forward.head[:1, 0], last))
    if not len(hidden):
        return
    parts = forward.began.reshape(-1, len(plan.cells))
    bucket = repeated(hidden, 1 / len(parts))
    first = draft.repeat(bucket, len(parts), {"step": number})
    through = left(bucket, first, np.repeat(last, len(parts), axis=0))
    entered(draft, bucket, first, np.concatenate([last, through[:-1]]))
    draft.wait(*pairs(parts, through))


def _gradients(draft: Draft, plan: Course, backward: Passes, number: int) -> Numbers:
    """Gradients exchanged behind the last backward passes, or beside them in buckets: (n, Q) events to wait for."""
    exposed, hidden = plan.gradients.exposed, plan.gradients.hidden
    done = backward.done[0, -1][None]
    ends = [done]
    if len(hidden):
        parts = backward.ended[::-1].reshape(-1, len(plan.cells))
        bucket = repeated(hidden, 1 / len(parts))
        first = draft.repeat(bucket, len(parts), {"step": number})
        through = left(bucket, first, parts)
        entered(draft, bucket, first, parts)
        entered(draft, bucket, first[1:], through[:-1])
        ends.append(through[-1:])
    if len(exposed):
        first = draft.repeat(exposed, 1, {"step": number})
        for before in ends:
            entered(draft, exposed, first, before)
        ends.append(left(exposed, first, done))
    return np.concatenate(ends)
