"""How many events a schedule will have, before any of them is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from easterly.base.findings import Finding, FindingsError
from easterly.demand import collectives, training
from easterly.demand.mapping import Group
from easterly.demand.phases import Phase
from easterly.demand.schedule.cells import Cells, groups_of
from easterly.demand.schedule.choose import messages
from easterly.demand.schedule.course import PLAIN, Detail, crossings, place
from easterly.demand.schedule.exchanges import by_messages
from easterly.demand.schedule.extent import FEWEST, Extent, units, whole
from easterly.demand.training import Step

LIMIT = 4_000_000
"""Events that are made at most: about 350 MB."""


@dataclass(frozen=True, slots=True)
class _Counts:
    """Events of what is exchanged at one point of a step: one copy of what is hidden, and of what is exposed."""

    hidden: int
    exposed: int


def size_of(step: Step, *, steps: int = 1, detail: Detail = PLAIN, extent: Extent | None = None) -> int:
    """Number of events that `of_step` would make.

    Parameters
    ----------
    step : Step
    steps : int
    detail : Detail
    extent : Extent, optional
        Passes that are laid out of each step; all if absent.

    Returns
    -------
    int
        Exact, unless one collective alone has more than `LIMIT` messages: then a number beyond it.
    """
    return sizes_of(step, [extent or whole(step)], steps=steps, detail=detail)[0]


def sizes_of(step: Step, extents: Sequence[Extent], *, steps: int = 1, detail: Detail = PLAIN) -> list[int]:
    """The same for several extents of one step."""
    cells, phases = Cells.of(step), training.phases(step)
    inner = [phase for phase in phases if phase.axis != "pp" and len(phase.traffic.src)]
    parts = [[phase for phase in inner if place(phase) == at] for at in ("forward", "backward", "before", "after")]
    forward, backward, before, after = (_counts(step, cells, part, detail) for part in parts)
    onward, around = crossings(step, cells)

    def events(extent: Extent) -> int:
        ways = ((forward, before), (backward, after))
        passes = sum(_passes(step, extent, cells, *way, detail) for way in ways)
        handed_on = 2 * extent.micro_batches * (extent.chunks * onward + (extent.chunks - 1) * around)
        return steps * (passes + handed_on + len(cells))

    return [events(extent) for extent in extents]


def extents_within(step: Step, limit: int, *, steps: int = 1, detail: Detail = PLAIN) -> list[Extent]:
    """What is laid out of a step for a schedule of so many events: all of it, or three beginnings of it.

    Parameters
    ----------
    step : Step
    limit : int
    steps : int
    detail : Detail

    Returns
    -------
    list of Extent
        All passes, where they fit or cannot be fewer; else the longest beginning that fits, a half and a quarter of it.
    """
    ladder = units(step)
    sizes = sizes_of(step, ladder, steps=steps, detail=detail)
    fits = sum(size <= limit for size in sizes)
    if fits == len(ladder) or fits < FEWEST:
        return [ladder[-1]]
    return [ladder[-(-fits // part) - 1] for part in (1, 2, 4)]


def check_size(
    step: Step, *, steps: int, detail: Detail, limit: int = LIMIT, extent: Extent | None = None, beside: int = 0
) -> None:
    """Refuse a schedule that is too large, with so many events beside the steps.

    Raises
    ------
    FindingsError
        E665, with what would make it smaller.
    """
    events = size_of(step, steps=steps, detail=detail, extent=extent) + beside
    if events <= limit:
        return
    at, name = step.job.origin, step.job.name
    message = f"a schedule of {name} would have {events:,} events; at most {limit:,} are made"
    raise FindingsError([Finding("E665", at, message, _smaller(step, steps, detail), on_key=True)])


def _smaller(step: Step, steps: int, detail: Detail) -> str:
    """The first thing that makes it smaller, with the number of events that are left."""
    ways = [("one step", 1, detail)] if steps > 1 else []
    if detail.layer_groups > 1:
        ways.append(("one group of layers per pass", steps, replace(detail, layer_groups=1)))
    if detail.messages:
        ways.append(("flows instead of messages", steps, replace(detail, messages=False)))
    told = [f"{what}: {size_of(step, steps=count, detail=finer):,} events" for what, count, finer in ways]
    return "; ".join(told) or "a larger micro_batch has fewer passes; a smaller dp has fewer ranks"


def _counts(step: Step, cells: Cells, phases: Sequence[Phase], detail: Detail) -> _Counts:
    once = [(phase, _once(step, cells, phase, detail.messages)) for phase in phases]
    return _Counts(
        hidden=sum(count for phase, count in once if phase.hidden > 0),
        exposed=sum(count for phase, count in once if phase.hidden < 1),
    )


def _once(step: Step, cells: Cells, phase: Phase, by_message: bool) -> int:
    """Events of one occurrence of a phase: flows between two joins per group, or messages and a join per cell."""
    if not by_message or not by_messages(phase):
        return len(phase.traffic.src) + 2 * int(groups_of(cells, phase).max() + 1)
    assert phase.members is not None
    members = np.sort(phase.members, axis=1)
    count, ranks = members.shape
    least = count * ranks * (collectives.steps(phase.collective, ranks) if phase.algorithm == "ring" else 1)
    if least > LIMIT:
        return int(least)
    return _messages(step, phase, members) + len(np.unique(cells.of_rank[members]))


def _messages(step: Step, phase: Phase, members: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> int:
    """Messages of all groups: those of one group of each shape, times its number."""
    hosts = step.layout.host(members)
    local = members % step.layout.gpus
    shape = np.concatenate([local, hosts != np.roll(hosts, 1, axis=1)], axis=1)
    standby = step.layout.standby
    if standby is not None:
        shape = np.concatenate([shape, standby.live[hosts].reshape(len(members), -1)], axis=1)
    _, first, copies = np.unique(shape, axis=0, return_index=True, return_counts=True)
    total = 0
    for row, many in zip(first.tolist(), copies.tolist(), strict=True):
        group = Group.of(phase.axis, step.layout, members[row : row + 1])
        total += many * len(messages(group, phase.collective, phase.size_B, phase.algorithm, step.job.library))
    return total


def _passes(
    step: Step, extent: Extent, cells: Cells, within: _Counts, beside: _Counts, detail: Detail
) -> int:  # fmt: skip
    """Compute and exchanges of all passes of one direction, and what is exchanged once beside them."""
    chunks, count = extent.chunks, extent.micro_batches
    busy = within.hidden + within.exposed > 0
    parts = max(1, detail.layer_groups) if busy else 1
    buckets = max(parts, -(-detail.buckets // step.job.parallel.interleave)) if beside.hidden else parts
    exposed = within.exposed if within.exposed or not busy else len(cells)
    part = len(cells) * (2 if within.hidden else 1) + within.hidden + exposed
    return chunks * ((count - 1) * parts + buckets) * part + beside.exposed + chunks * buckets * beside.hidden
