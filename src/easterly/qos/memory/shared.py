"""A chip's memory at work: packet by packet, or over columns of packets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import buffer as _kernel
from easterly.base.columns import BoolColumn, IndexColumn, IntColumn, bools, indices, ints
from easterly.qos.aqm.packets import NS_PER_S
from easterly.qos.aqm.queue import column
from easterly.qos.memory.chip import Chip


class Outcome(IntEnum):
    """Whether a packet was taken in, and by what; or which side refused it."""

    IN = 0
    IN_HEADROOM = 1
    REFUSED_AT_INGRESS = 2
    REFUSED_AT_EGRESS = 3


@dataclass(frozen=True, slots=True)
class Pauses:
    """When lossless groups began to ask their senders to pause, and when they let them go on.

    Attributes
    ----------
    time_ns : (C,) int64 [ns]
    group : (C,) int32
    paused : (C,) bool
    """

    time_ns: IndexColumn
    group: IntColumn
    paused: BoolColumn


@dataclass(frozen=True, slots=True)
class Passage:
    """What became of each packet of a run.

    Attributes
    ----------
    outcome : (N,) int8
        As in `Outcome`.
    departure_ns : (N,) int64 [ns]
        When the last bit has left and the cells are free, rounded up; -1 for what was refused or stays.
    pauses : Pauses
        Groups are judged anew after every packet that came or left: thresholds move with what is free.
    counters : dict
        Of the memory, after the run; see `SharedMemory.counters`.
    """

    outcome: NDArray[np.int8]
    departure_ns: IndexColumn
    pauses: Pauses
    counters: dict[str, Any]

    @property
    def refused(self) -> BoolColumn:
        """Which packets were refused."""
        return np.asarray(self.outcome >= Outcome.REFUSED_AT_INGRESS)


class SharedMemory:
    """The memory of a chip, to step through by hand."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self._core = _core(chip)

    def admit(self, group: int, queue: int, size_B: int) -> Outcome:
        """A packet has arrived in whole.

        It is taken in if its queue has room, and its group has room in what is reserved for it, below its threshold,
        or in its headroom.

        Parameters
        ----------
        group, queue, size_B : int

        Returns
        -------
        Outcome
        """
        return Outcome(self._core.admit(group, queue, size_B))

    def release(self, group: int, queue: int, size_B: int) -> None:
        """A packet has left: its cells go back to the headroom first, then to the shared part, then to the reserved.

        Raises
        ------
        ValueError
            More cells than group or queue hold.
        """
        self._core.release(group, queue, size_B)

    def paused(self, group: int) -> bool:
        """Whether a group asks its sender to pause, with thresholds as they stand now.

        It does from the moment at which its shared memory passes its threshold or a packet went into its headroom,
        until it has gone down to `xon_B`, or `xon_offset_B` below the threshold, and its headroom is empty.
        """
        return self._core.paused(group)

    def threshold_B(self, index: int, *, egress: bool = False) -> int:
        """Shared memory that a group, or a queue where `egress`, may hold now."""
        return self._core.threshold(index, egress) * self.chip.cell_B

    @property
    def counters(self) -> dict[str, Any]:
        """Cells in use and their highest numbers: chip, pools, ports, groups, queues; and what was refused."""
        return self._core.state


def play(
    chip: Chip,
    time_ns: ArrayLike,
    size_B: ArrayLike,
    group: ArrayLike,
    queue: ArrayLike,
    *,
    rate_bps: ArrayLike,
    drain: bool = True,
) -> Passage:
    """Let packets pass through a chip whose queues are sent in order, each at a rate of its own.

    Cells are free again when the last bit of a packet has left. At one instant what leaves comes before what arrives.

    Parameters
    ----------
    chip : Chip
    time_ns, size_B, group, queue : (N,) int
        In order of time.
    rate_bps : (Q,) int
        Of each queue; 0: it keeps what it has.
    drain : bool
        Count what is left at the end only after everything has been sent that can be.

    Returns
    -------
    Passage

    Raises
    ------
    ValueError
        Columns of different lengths, times out of order, no such group or queue.

    Examples
    --------
    >>> from easterly.qos.memory import Chip, EgressQueue, Group, Pool
    >>> pool = Pool(shared_B=400)
    >>> chip = Chip(memory_B=400, cell_B=100, ingress_pools=[pool], egress_pools=[pool],
    ...             groups=[Group(limit_B=400)], queues=[EgressQueue(alpha=1)])
    >>> play(chip, [0, 0, 0], [100, 101, 100], [0] * 3, [0] * 3, rate_bps=[0]).outcome.tolist()
    [0, 0, 3]
    """
    core = _core(chip)
    outcome, departure_ns, (when_ns, which, paused) = core.play(
        column(time_ns, np.int64, "time_ns"),
        column(size_B, np.int64, "size_B"),
        column(group, np.int32, "group"),
        column(queue, np.int32, "queue"),
        column(rate_bps, np.int64, "rate_bps"),
        NS_PER_S,
        drain,
    )
    pauses = Pauses(indices(when_ns), ints(which), bools(paused))
    return Passage(outcome, indices(departure_ns), pauses, core.state)


def _core(chip: Chip) -> _kernel.Memory:
    return _kernel.Memory(chip.cell_B, chip.overhead_B, *chip.tables())
