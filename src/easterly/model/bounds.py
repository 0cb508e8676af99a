"""Worst cases that no run exceeds: delays and backlogs of queues, and of flows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, bools
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class QueueBounds:
    """Queues that something passes; infinite where there is no bound."""

    link: Annotated[IntColumn, Doc("(Q,) link that it is before.")]
    queue: Annotated[IntColumn, Doc("(Q,) class, 0 to 7; -1 where all classes are first in, first out.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(Q,) from when a packet joins until its last bit has left.")]
    backlog_B: Annotated[FloatColumn, Unit("B"), Doc("(Q,) most that waits, with the packet that leaves.")]
    load: Annotated[FloatColumn, Unit("1"), Doc("(Q,) rate that comes for ever, in the rate of the link.")]
    flows: Annotated[IndexColumn, Doc("(Q,) flows, and answers to flows, that pass.")]
    room_B: Annotated[
        FloatColumn, Unit("B"),
        Doc("(Q,) most that fits while nothing else is congested: limit, or xoff and headroom; NaN: unknown."),
    ]  # fmt: skip
    safe_B: Annotated[
        FloatColumn, Unit("B"), Doc("(Q,) up to which nobody is paused, and nothing dropped; NaN: unknown.")
    ]
    lossless: Annotated[BoolColumn, Doc("(Q,) senders are paused before anything is dropped.")]

    def __len__(self) -> int:
        return len(self.link)

    @property
    def beyond(self) -> BoolColumn:
        """(Q,) what may wait is more than is safe: there, delays hold only while nobody is paused, nothing dropped."""
        with np.errstate(invalid="ignore"):
            return bools(self.backlog_B > self.safe_B)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Worst cases of a network of queues."""

    queues: Annotated[QueueBounds, Doc("Queues.")]
    nic_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) longest time of a packet in the NIC of its sender.")]
    network_s: Annotated[
        FloatColumn, Unit("s"), Doc("(F,) from there on until all of it has arrived, propagation included.")
    ]
    method: Annotated[str, Doc("How they were found, and under which conditions they hold.")]
    cyclic: Annotated[IntColumn, Doc("(C,) links whose queues depend on each other in a ring.")]
    overloaded: Annotated[IntColumn, Doc("(O,) links that more comes to for ever than they carry.")]
    why: Annotated[str, Doc("Why some have no bound; empty if all have.")]

    @property
    def delay_s(self) -> FloatColumn:
        """(F,) [s] longest delay of a packet, from its sender's NIC to its receiver."""
        return self.nic_s + self.network_s


@dataclass(frozen=True, slots=True)
class RefinedFlows:
    """Flows that were looked at one by one, from behind their NICs on."""

    flow: Annotated[IndexColumn, Doc("(N,) rows of the flows.")]
    total_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) by total flow analysis, as in `Bounds.network_s`.")]
    refined_s: Annotated[FloatColumn, Unit("s"), Doc("(N,) the tighter bound; never above the other.")]
    reached_s: Annotated[
        FloatColumn, Unit("s"),
        Doc("(N,) that some trajectory takes in which all others come fresh from their senders; NaN: unknown."),
    ]  # fmt: skip
    analysis: Annotated[TextColumn, Doc("(N,) total, linear or all dates: what the tighter bound is by.")]

    def __len__(self) -> int:
        return len(self.flow)

    @property
    def tightness(self) -> FloatColumn:
        """(N,) [1] what is reached, in the tighter bound: 1 where the bound is exact."""
        made: FloatColumn = np.divide(self.reached_s, self.refined_s, out=np.ones(len(self)), where=self.refined_s > 0)
        return made
