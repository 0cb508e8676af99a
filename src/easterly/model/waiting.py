"""What waits where, by formulae and at its worst: a row for each class, and for each of those who send."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, TextColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class ClassWaits:
    """Queues of switches by class, each number where it is worst; NaN and no name where nothing is known."""

    name: Annotated[TextColumn, Doc("(C,) class; several where they share a queue.")]
    queues: Annotated[IndexColumn, Doc("(C,) queues that something passes.")]
    mean_s: Annotated[
        FloatColumn, Unit("s"), Doc("(C,) mean wait where it is longest; infinite where more comes than is sent.")
    ]
    p99_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) what 99 % of its packets do not wait longer than.")]
    link: Annotated[TextColumn, Doc("(C,) link before which that is.")]
    overloaded: Annotated[IndexColumn, Doc("(C,) queues that get more than they can send.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(C,) worst delay of a packet at any queue; infinite: no bound.")]
    delay_link: Annotated[TextColumn, Doc("(C,) link before which that is.")]
    needs_B: Annotated[FloatColumn, Unit("B"), Doc("(C,) most that may wait in the queue that needs most of its room.")]
    safe_B: Annotated[
        FloatColumn, Unit("B"), Doc("(C,) up to which nobody is paused there, and nothing dropped; NaN: unknown.")
    ]
    room_B: Annotated[FloatColumn, Unit("B"), Doc("(C,) most that fits there while nothing else is congested.")]
    needs_link: Annotated[TextColumn, Doc("(C,) link before which that is.")]
    beyond: Annotated[IndexColumn, Doc("(C,) queues that are known to need more than is safe at their worst.")]
    lossless: Annotated[BoolColumn, Doc("(C,) there senders are paused; of others packets are dropped.")]

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class SenderWaits:
    """Packets of jobs, services and traffic from end to end, by class; NaN and no name where nothing is known."""

    owner: Annotated[TextColumn, Doc("(S,) job, service or traffic.")]
    traffic_class: Annotated[TextColumn, Doc("(S,) class.")]
    connections: Annotated[IndexColumn, Doc("(S,) connections, by their mean rates.")]
    mean_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) mean time of a packet.")]
    slowest_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) mean time on the slowest connection.")]
    nic_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) longest time in the NIC of a sender.")]
    network_s: Annotated[FloatColumn, Unit("s"), Doc("(S,) longest time from there on; infinite: no bound.")]
    src: Annotated[TextColumn, Doc("(S,) interface of the sender of that.")]
    dst: Annotated[TextColumn, Doc("(S,) and of its receiver.")]

    def __len__(self) -> int:
        return len(self.owner)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What formulae and bounds say of the queues of a plan."""

    classes: Annotated[ClassWaits, Doc("By class.")]
    senders: Annotated[SenderWaits, Doc("By who sends.")]
    how: Annotated[str, Doc("Formula of the means, and what it takes for granted.")]
    quantiles: Annotated[str, Doc("How the quantiles were obtained, and how far they can be trusted.")]
    worst: Annotated[str, Doc("How worst cases were bounded, and under which conditions they hold; empty: not.")]
    unbounded: Annotated[str, Doc("Why something, or all of it, has no worst case; empty if all has.")]


@dataclass(frozen=True, slots=True)
class WaitWitness:
    """What formulae and bounds say of a plan."""

    found: Annotated[Waiting | None, Doc("What was found.")]
    because: Annotated[str, Doc("Why nothing was looked at; empty where something was.")]
