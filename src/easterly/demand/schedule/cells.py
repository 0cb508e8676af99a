"""Cells: the GPUs that compute in lockstep, a tensor-parallel group each; and exchanges among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from easterly.base.columns import indices, ints
from easterly.base.joined import joined as connected
from easterly.demand.layout import Layout, Ranks
from easterly.demand.phases import Phase
from easterly.demand.schedule.messages import gathered
from easterly.demand.schedule.pairs import Numbers, Pairs, joined, through, unique
from easterly.demand.schedule.pattern import Pattern
from easterly.demand.training import Step
from easterly.model.schedule import EventKind, Streams


@dataclass(frozen=True, slots=True)
class Cells:
    """Tensor-parallel groups of a job, stage by stage.

    Attributes
    ----------
    layout : Layout
    ranks : (Q, t) int
        Ranks of each cell.
    node : (Q,) int
        Interface at which its compute is an event.
    stages : int
    """

    layout: Layout
    ranks: Ranks
    node: Numbers
    stages: int

    @staticmethod
    def of(step: Step) -> Cells:
        """Cells of a job, in the order of its grid."""
        layout, plan = step.layout, step.job.parallel
        ranks = step.grid.reshape(-1, plan.tp)
        first = ranks[:, 0]
        node = layout.nic_node[layout.host(first), layout.own(first)[:, 0]].astype(np.int64)
        return Cells(layout, ranks, node, plan.pp)

    def __len__(self) -> int:
        return len(self.ranks)

    @property
    def of_rank(self) -> Numbers:
        """(R,) cell of each rank."""
        return np.repeat(np.arange(len(self)), self.ranks.shape[1])[np.argsort(self.ranks, axis=None)]

    @property
    def stage(self) -> Numbers:
        """(Q,) pipeline stage of each cell."""
        return np.arange(len(self)) // (len(self) // self.stages)

    def streams(self) -> Streams:
        """Interfaces of the GPUs of each cell."""
        flat, layout = self.ranks.ravel(), self.layout
        node = layout.nic_node[layout.host(flat)[:, None], layout.own(flat)].astype(np.int64)
        cell = np.repeat(np.arange(len(self)), node.size // len(self))
        cell, nodes = unique((cell, node.ravel()))
        ptr = np.concatenate([[0], np.cumsum(np.bincount(cell, minlength=len(self)))])
        return Streams(indices(ptr), ints(nodes))


def flows(cells: Cells, phase: Phase) -> Pattern:
    """One occurrence of a phase as its flows, which begin when all cells of a group are there and hold all of them up.

    Groups that share cells are one: the tensor-parallel ranks of a stage reduce their gradients side by side. A flow
    belongs to the groups that have cells at both of its hosts.
    """
    group = groups_of(cells, phase)
    ranks = np.arange(len(cells.of_rank))
    at_host = unique((cells.layout.host(ranks), group[cells.of_rank]))
    host_of = _host_of_node(cells.layout)
    flow, src, dst = np.arange(len(phase.traffic.src)), phase.traffic.src, phase.traffic.dst
    mine = _both(through((flow, host_of[src]), at_host), through((flow, host_of[dst]), at_host))
    return _barred(cells, phase, group, mine)


def _barred(cells: Cells, phase: Phase, group: Numbers, mine: Pairs) -> Pattern:
    """Flows between two joins for each group: all cells are there, and all flows have arrived."""
    count, sends = int(group.max()) + 1, len(phase.traffic.src)
    first_cell = np.unique(group, return_index=True)[1]
    node = cells.node[first_cell]
    owner = np.zeros(sends, dtype=np.int64)
    owner[mine[0]] = mine[1]
    wait_s, idle = phase.latency_s + phase.scaleup_s, np.bincount(mine[1], minlength=count) == 0
    arrive, over = sends + np.arange(count), sends + count + np.arange(count)
    everyone = np.arange(len(cells))
    pad = np.zeros(2 * count)
    return Pattern(
        kind=np.repeat([EventKind.SEND, EventKind.JOIN], [sends, 2 * count]),
        src=np.concatenate([phase.traffic.src, node, node]),
        dst=np.concatenate([phase.traffic.dst, node, node]),
        group=np.concatenate([owner, np.tile(np.arange(count), 2)]),
        round=np.zeros(sends + 2 * count, dtype=np.int64),
        purpose=np.zeros(sends + 2 * count, dtype=np.int64),
        size_B=np.concatenate([phase.traffic.amount, pad]),
        duration_s=np.zeros(sends + 2 * count),
        delay_s=np.concatenate([np.full(sends, wait_s), np.zeros(count), np.where(idle, wait_s, 0.0)]),
        after=joined((mine[0], arrive[mine[1]]), (over[mine[1]], mine[0]), (over, arrive)),
        enter=(arrive[group], everyone),
        leave=(everyone, over[group]),
    )


def groups_of(cells: Cells, phase: Phase) -> Numbers:
    """(Q,) number of the group of each cell; cells that take no part are groups of their own."""
    count = len(cells)
    if phase.members is None:
        return np.zeros(count, dtype=np.int64)
    member = cells.of_rank[phase.members]
    a, b = np.broadcast_arrays(member[:, :1], member)
    label = connected(count, a.ravel(), b.ravel())
    return np.unique(label, return_inverse=True)[1].ravel()


def _host_of_node(layout: Layout) -> Numbers:
    host = np.full(len(layout.nic_bps), -1)
    host[layout.nic_node] = np.arange(len(layout.nic_node))[:, None]
    return host


def _both(a: Pairs, b: Pairs) -> Pairs:
    """Pairs that are in both lists."""
    width = 1 + max((int(right.max()) for _, right in (a, b) if len(right)), default=0)
    keys = np.intersect1d(a[0] * width + a[1], b[0] * width + b[1])
    return keys // width, keys % width


def by_cell(cells: Cells, pattern: Pattern) -> Pattern:
    """A pattern among ranks as one among cells, which each go on after one event."""
    made = replace(pattern, enter=_at_cells(cells, pattern.enter), leave=_at_cells(cells, pattern.leave[::-1])[::-1])
    return gathered(made, cells.node)


def _at_cells(cells: Cells, both: Pairs) -> Pairs:
    """Pairs of something and a rank as pairs of it and the rank's cell, each once."""
    return unique((both[0], cells.of_rank[both[1]]))


def waiting(cells: Cells) -> Pattern:
    """A join per cell: what goes on after it waits for all that the cell waits for."""
    count, everyone = len(cells), np.arange(len(cells))
    none, zero = np.zeros(count), np.zeros(count, dtype=np.int64)
    both = (everyone, everyone)
    return Pattern(
        kind=np.full(count, EventKind.JOIN), src=cells.node, dst=cells.node, group=zero - 1, round=zero, purpose=zero,
        size_B=none, duration_s=none, delay_s=none, enter=both, leave=both,
    )  # fmt: skip
