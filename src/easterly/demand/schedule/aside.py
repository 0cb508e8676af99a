"""What happens between steps: checkpoints are written, training data is read, models are evaluated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from easterly.base.columns import FloatColumn, IntColumn, ints, texts
from easterly.demand.schedule.course import Course
from easterly.demand.schedule.draft import Draft
from easterly.demand.schedule.pairs import Numbers, pairs
from easterly.demand.schedule.placing import gates
from easterly.model.schedule import EventKind, Purposes

CHECKPOINT, DATA = "checkpoint", "data"
ROWS = ((CHECKPOINT, "send"), (CHECKPOINT, "copy"), (DATA, "send"))
"""Purposes of what happens between steps, behind those of the steps: axis (and stage), and collective."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Flows that begin together.

    Attributes
    ----------
    src, dst : (F,) int
        Nodes.
    size_B : (F,) float [B]
    latency_s : float [s]
    """

    src: IntColumn
    dst: IntColumn
    size_B: FloatColumn
    latency_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Saves:
    """Checkpoints of a job.

    Attributes
    ----------
    every : int
        Steps from one to the next; the first is written behind so many.
    stall_s : float [s]
        How long all stand still for the copy of their state, before any of it is sent.
    write_s : float [s]
        How long writing takes where nothing is sent.
    blocking : bool
        Whether the next step waits until all is written.
    sent : Sent
    """

    every: int
    stall_s: float
    write_s: float
    blocking: bool
    sent: Sent


@dataclass(frozen=True, slots=True)
class Aside:
    """What a job does between its steps.

    Attributes
    ----------
    saves : Saves, optional
    reads : Sent, optional
        Training data of one step, which is read while the step before it runs.
    evaluates : (int, int), optional
        Steps between two evaluations, and the batches of each.
    """

    saves: Saves | None = None
    reads: Sent | None = None
    evaluates: tuple[int, int] | None = None

    def batches(self, number: int) -> int:
        """Batches of evaluation behind a step."""
        every, count = self.evaluates or (1, 0)
        return count if (number + 1) % every == 0 else 0

    def flows(self, steps: int) -> int:
        """Flows between so many steps."""
        saved = 0 if self.saves is None else steps // self.saves.every * len(self.saves.sent.src)
        return saved + (0 if self.reads is None else steps * len(self.reads.src))

    def purposes(self, steps: Purposes) -> Purposes:
        """Those of steps, with those of what is between them."""
        if self.saves is None and self.reads is None:
            return steps
        axis, collective = zip(*ROWS, strict=True)
        first = [np.full(len(ROWS), column[0]) for column in (steps.job, steps.traffic_class, steps.connections)]
        return Purposes(
            ints([*steps.job, *first[0]]), texts([*steps.axis, *axis]), texts([*steps.stage, *axis]),
            texts([*steps.collective, *collective]), texts([*steps.algorithm, *["direct"] * len(ROWS)]),
            ints([*steps.traffic_class, *first[1]]), ints([*steps.connections, *first[2]]),
        )  # fmt: skip


NOTHING = Aside()


class Between:
    """Lays out what happens between steps, one after the other."""

    def __init__(self, draft: Draft, plan: Course, aside: Aside) -> None:
        self._draft, self._plan, self._aside = draft, plan, aside
        self._write, self._copy, self._read = (len(plan.purposes) + row for row in range(len(ROWS)))
        self._data = self._written = -1

    def before(self, number: int, previous: Numbers) -> Numbers:
        """What cells wait for before a step, (Q,): what they did before, on the first stage also the step's data.

        The data of the next step is asked for when this one begins.
        """
        reads, began = self._aside.reads, previous
        if reads is None:
            return previous
        if self._data >= 0:
            began = gates(self._draft, self._plan.cells, 1, {"purpose": self._read, "step": number})[0]
            self._draft.wait(*pairs(began, previous))
            self._draft.wait(*pairs(began[self._plan.cells.stage == 0], np.array(self._data)))
        self._data = self._sent(reads, self._read, number + 1, self._all(began, self._read, number))
        return began

    def behind(self, number: int, previous: Numbers) -> Numbers:
        """What cells go on after behind a step, (Q,): a checkpoint's copy, or all of its writing.

        A checkpoint begins when all have ended the step, and the one before it is written.
        """
        saves = self._aside.saves
        if saves is None or (number + 1) % saves.every:
            return previous
        begun = self._all(np.append(previous, self._written), self._write, number)
        copied = self._took(saves.stall_s, self._copy, number, begun)
        if len(saves.sent.src):
            self._written = self._sent(saves.sent, self._write, number, copied)
        else:
            self._written = self._took(saves.write_s, self._write, number, copied)
        after: Numbers = gates(self._draft, self._plan.cells, 1, {"purpose": self._write, "step": number})[0]
        self._draft.wait(*pairs(after, np.array(self._written if saves.blocking else copied)))
        return after

    def _all(self, events: Numbers, purpose: int, number: int) -> int:
        """A join of events."""
        return self._one({"kind": EventKind.JOIN, "purpose": purpose, "step": number}, events)

    def _took(self, takes_s: float, purpose: int, number: int, before: int) -> int:
        """Something that takes its time and needs no network."""
        columns = {"kind": EventKind.LOCAL, "duration_s": takes_s, "purpose": purpose, "step": number}
        return self._one(columns, np.array([before]))

    def _one(self, columns: dict[str, float], before: Numbers) -> int:
        node = int(self._plan.cells.node[0])
        event = self._draft.add(1, {"src": node, "dst": node, **columns})
        self._draft.wait(*pairs(event, before))
        return int(event[0])

    def _sent(self, sent: Sent, purpose: int, number: int, before: int) -> int:
        """Flows, and the event that they are all done with."""
        events = self._draft.add(
            len(sent.src),
            {"kind": EventKind.SEND, "src": sent.src, "dst": sent.dst, "size_B": sent.size_B, "purpose": purpose,
             "delay_s": sent.latency_s, "step": number},
        )  # fmt: skip
        self._draft.wait(*pairs(events, np.array(before)))
        return self._all(events, purpose, number)
