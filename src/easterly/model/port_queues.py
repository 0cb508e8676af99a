"""The queues before links, packet by packet: classes of every port, and the memory that the ports of a switch share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn
from easterly.base.schema import Doc, Unit

CLASSES = 8
"""Queues of a port, as a pause frame names eight priorities (IEEE 802.1Qbb)."""

Discipline = Literal["drr", "wrr", "wrr-bytes", "wfq", "wf2q", "wf2q+", "scfq", "htb", "cbq", "cbs", "fifo"]
Management = Literal["red", "codel", "pie", "fq-codel"]


@dataclass(frozen=True, slots=True)
class PortQueues:
    """Ports with a queue for each of eight classes: (Q,) columns, or (Q, 8) by class; a port is before one link.

    The priority group of a class is the memory that packets hold that came in by the port; the queue of a class is what
    waits to leave by it. Lossless classes are counted at ingress, where they pause the sender, all others at egress.
    """

    link: Annotated[IntColumn, Doc("(Q,) link that it sends on.")]
    link_in: Annotated[IntColumn, Doc("(Q,) link the other way; -1 if there is none.")]
    memory: Annotated[IntColumn, Doc("(Q,) row of `SwitchMemories`; -1 in hosts, which have room for all.")]
    strict: Annotated[BoolColumn, Doc("(Q, 8) goes before all that are not; among several the highest number.")]
    quantum_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) what a class that is not strict may send in a round.")]
    shaper_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(Q, 8) highest rate; NaN for none.")]
    burst_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) bucket of that shaper.")]
    kmin_B: Annotated[FloatColumn, Unit("B"), Doc("(Q, 8) queue from which packets may be marked; NaN for never.")]
    kmax_B: Annotated[FloatColumn, Unit("B"), Doc("(Q, 8) queue from which all are.")]
    pmax: Annotated[FloatColumn, Unit("1"), Doc("(Q, 8) probability just below that.")]
    early_drop: Annotated[BoolColumn, Doc("(Q, 8) packets are dropped there instead of being marked.")]
    limit_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) most that waits to leave; -1 for no limit of its own.")]
    lossless: Annotated[BoolColumn, Doc("(Q, 8) senders are paused before anything is dropped.")]
    reserved_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) memory that is always there.")]
    alpha: Annotated[FloatColumn, Unit("1"), Doc("(Q, 8) dynamic threshold, in free memory of its pool.")]
    xoff_B: Annotated[FloatColumn, Unit("B"), Doc("(Q, 8) stated queue at which senders are paused; NaN for alpha.")]
    xon_offset_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) how far below that they go on.")]
    headroom_B: Annotated[IndexColumn, Unit("B"), Doc("(Q, 8) memory for what arrives after a pause.")]

    def __len__(self) -> int:
        return len(self.link)


@dataclass(frozen=True, slots=True)
class SwitchMemories:
    """Packet memory, a row for each switch; NaN where it is not known, and then there is room for all."""

    name: Annotated[TextColumn, Doc("(M,) switch.")]
    cell_B: Annotated[IntColumn, Unit("B"), Doc("(M,) unit in which it is counted.")]
    lossless_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) shared by lossless classes.")]
    lossy_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) shared by all others.")]
    headroom_B: Annotated[FloatColumn, Unit("B"), Doc("(M,) headroom of all ports and classes together.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class PacketQueues:
    """All queues of a network; links without a port here are first in, first out."""

    ports: Annotated[PortQueues, Doc("Ports.")]
    memories: Annotated[SwitchMemories, Doc("Memory that ports share.")]
    of_class: Annotated[IntColumn, Doc("(C,) queue, 0 to 7, of each class of the plan that they were made from.")] = (
        field(kw_only=True)
    )

    def __repr__(self) -> str:
        lossless = int(self.ports.lossless.any(axis=1).sum())
        return (
            f"<PacketQueues: {len(self.ports)} ports of {len(self.memories)} switches and hosts, {lossless} lossless>"
        )
