"""The queues before links, packet by packet: classes of every port, and the memory that the ports of a switch share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, TextColumn, bools
from easterly.base.schema import Doc, Unit

CLASSES = 8
"""Queues of a port, as a pause frame names eight priorities (IEEE 802.1Qbb)."""

Discipline = Literal["drr", "wrr", "wrr-bytes", "wfq", "wf2q", "wf2q+", "scfq", "htb", "cbq", "cbs", "fifo"]
Signal = Literal["red", "wred", "codel", "pie", "fq-codel"]
Marking = Literal["srtcm", "trtcm", "rfc4115"]
COLOURS = "green", "yellow", "red"
"""Drop precedence, in the order of their numbers."""


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
class PortScheduler:
    """Another scheduler than strict priority over deficit round robin, before some links; 8 numbers, one per class."""

    links: Annotated[tuple[int, ...], Doc("Links.")]
    kind: Annotated[
        Discipline,
        Doc(
            "wrr (by packets), wrr-bytes, wfq, wf2q, wf2q+, scfq (self-clocked, behind classes with a rate, which go "
            "first), htb and cbq (one level of classes that borrow from the port), cbs, fifo."
        ),
    ]
    weight: Annotated[tuple[int, ...], Doc("Weights; quanta [B] of wrr-bytes, htb and cbq.")] = (1,) * CLASSES
    rate_bps: Annotated[
        tuple[float, ...], Unit("bit/s"), Doc("Rates of scfq, htb and cbq, idle slopes of cbs; 0 for none.")
    ] = (0.0,) * CLASSES
    ceil_bps: Annotated[tuple[float, ...], Unit("bit/s"), Doc("Highest rates of htb; that of the link if 0.")] = (
        0.0,
    ) * CLASSES
    burst_B: Annotated[int, Unit("B"), Doc("Buckets of scfq and htb.")] = 20_000
    priority: Annotated[tuple[int, ...], Doc("Of htb and cbq; 0 goes first.")] = (0,) * CLASSES


@dataclass(frozen=True, slots=True)
class ColourRamp:
    """From which mean queue on packets of one colour are meant."""

    low_B: Annotated[float, Unit("B"), Doc("Mean queue from which packets are meant.")]
    high_B: Annotated[float, Unit("B"), Doc("From which all are.")]
    most: Annotated[float, Unit("1"), Doc("Probability just below that.")]


@dataclass(frozen=True, slots=True)
class PortMarker:
    """A three-colour marker before some links: packets of a class keep the colour that it gives them, on all their way."""

    links: Annotated[tuple[int, ...], Doc("Links; each has a marker of its own.")]
    traffic_class: Annotated[int, Doc("Class, 0 to 7.")]
    kind: Annotated[Marking, Doc("srtcm (RFC 2697), trtcm (RFC 2698), rfc4115.")]
    committed_bps: Annotated[float, Unit("bit/s"), Doc("Rate of green packets.")]
    committed_B: Annotated[int, Unit("B"), Doc("Their burst.")]
    second_bps: Annotated[float, Unit("bit/s"), Doc("trtcm: peak rate; rfc4115: rate of yellow packets.")] = 0.0
    second_B: Annotated[int, Unit("B"), Doc("Burst of that, or of what srtcm calls excess.")] = 0
    aware: Annotated[bool, Doc("Takes the colour that a packet has already, which can only get worse.")] = False


@dataclass(frozen=True, slots=True)
class QueueManagement:
    """Queue management of one class before some links, instead of its ramp; numbers that do not apply are ignored."""

    links: Annotated[tuple[int, ...], Doc("Links.")]
    traffic_class: Annotated[int, Doc("Class, 0 to 7.")]
    kind: Annotated[Signal, Doc("red, wred (red with a ramp for each colour), codel, pie, fq-codel.")]
    ecn: Annotated[bool, Doc("Marks packets that can be marked, instead of dropping.")] = False
    low_B: Annotated[float, Unit("B"), Doc("RED: mean queue from which packets are meant.")] = 50e3
    high_B: Annotated[float, Unit("B"), Doc("RED: from which all are.")] = 150e3
    most: Annotated[float, Unit("1"), Doc("RED: probability just below that.")] = 0.1
    weight: Annotated[float, Unit("1"), Doc("RED: of a packet in the mean.")] = 0.002
    slot_s: Annotated[float, Unit("s"), Doc("RED: a packet's time, by which the mean fades; 0: 1,500 B.")] = 0.0
    gentle: Annotated[bool, Doc("RED: rises to 1 at twice the upper threshold.")] = True
    colours: Annotated[tuple[ColourRamp, ...], Doc("WRED: instead of these three, for green, yellow and red.")] = ()
    target_s: Annotated[float, Unit("s"), Doc("CoDel, PIE: delay that is aimed at.")] = 5e-3
    interval_s: Annotated[float, Unit("s"), Doc("CoDel: time above it; PIE: between updates.")] = 100e-3
    burst_s: Annotated[float, Unit("s"), Doc("PIE: passes at first (RFC 8033, section 4.4).")] = 150e-3
    flows: Annotated[int, Doc("fq-codel: queues.")] = 1024
    quantum_B: Annotated[int, Unit("B"), Doc("fq-codel: of a queue in a round.")] = 1514
    limit_B: Annotated[int, Unit("B"), Doc("Most that waits; -1 for no limit.")] = -1
    limit_packets: Annotated[int, Doc("The same in packets.")] = -1


@dataclass(frozen=True, slots=True)
class PauseStorm:
    """The far end of a link asks for pauses again and again."""

    link: Annotated[int, Doc("Link that is paused.")]
    traffic_class: Annotated[int, Doc("Class, 0 to 7.")]
    from_s: Annotated[float, Unit("s"), Doc("From then on.")] = 0.0
    to_s: Annotated[float, Unit("s"), Doc("Until then; infinite for ever.")] = float("inf")
    every_s: Annotated[float, Unit("s"), Doc("Between two frames.")] = 100e-6


@dataclass(frozen=True, slots=True)
class PauseWatchdog:
    """Watches classes before links for storms, as SONiC does."""

    links: Annotated[tuple[int, ...], Doc("Links.")]
    traffic_class: Annotated[int, Doc("Class, 0 to 7.")]
    poll_s: Annotated[float, Unit("s"), Doc("Between two looks; a frame has to come in between.")] = 100e-3
    detection_s: Annotated[float, Unit("s"), Doc("Paused for so long is a storm.")] = 200e-3
    restoration_s: Annotated[float, Unit("s"), Doc("Without a frame for so long is its end; 0 for never.")] = 200e-3
    action: Annotated[Literal["drop", "forward", "alert"], Doc("What becomes of packets in a storm.")] = "drop"


@dataclass(frozen=True, slots=True)
class Pauses:
    """How pauses work, what goes wrong with them, and when a run is given up."""

    quanta: Annotated[
        int, Doc("A pause ends after so many times 512 bits, and is repeated; 0: when it is told to.")
    ] = 0
    storms: Annotated[tuple[PauseStorm, ...], Doc("Storms.")] = ()
    watchdogs: Annotated[tuple[PauseWatchdog, ...], Doc("What guards against them.")] = ()
    patience_s: Annotated[float, Unit("s"), Doc("Nothing new arrives for so long: the run is given up.")] = 60.0
    check_s: Annotated[float, Unit("s"), Doc("Between two looks for a deadlock.")] = 1e-3


@dataclass(frozen=True, slots=True)
class Stuck:
    """Why a run ended with flows open: classes before links, each waiting for the next of the list."""

    cause: Annotated[
        Literal["deadlock", "storm", "livelock", "silence"],
        Doc(
            "deadlock: a ring of pauses, the last waits for the first; storm: the last is paused by who never stops; "
            "livelock: packets are sent and nothing new arrives; silence: nothing is left to happen."
        ),
    ]
    at_s: Annotated[float, Unit("s"), Doc("When that was seen.")]
    link: Annotated[IndexColumn, Doc("(W,) link.")]
    traffic_class: Annotated[IndexColumn, Doc("(W,) class.")]
    since_s: Annotated[FloatColumn, Unit("s"), Doc("(W,) paused since then.")]
    waiting_B: Annotated[IndexColumn, Unit("B"), Doc("(W,) what waits there.")]

    def __str__(self) -> str:
        path = " -> ".join(
            f"link {link} class {c} ({size:,} B since {since * 1e6:.6g} us)"
            for link, c, since, size in zip(
                self.link.tolist(), self.traffic_class.tolist(), self.since_s.tolist(), self.waiting_B.tolist(),
                strict=True,
            )
        )  # fmt: skip
        words = {
            "deadlock": f"deadlock: pauses wait for each other in a ring: {path} -> the first again",
            "storm": f"a storm of pauses holds up the rest: {path}, whose far end never stops",
            "livelock": "livelock: packets are sent, and nothing new arrives",
            "silence": "nothing is left to happen, and flows are open",
        }
        return f"{words[self.cause]} (at {self.at_s:.6g} s)"


@dataclass(frozen=True, slots=True)
class PacketQueues:
    """All queues of a network; links without a port here are first in, first out."""

    ports: Annotated[PortQueues, Doc("Ports.")]
    memories: Annotated[SwitchMemories, Doc("Memory that ports share.")]
    of_class: Annotated[IntColumn, Doc("(C,) queue, 0 to 7, of each class of the plan that they were made from.")] = (
        field(kw_only=True)
    )
    schedulers: Annotated[tuple[PortScheduler, ...], Doc("Ports with others than strict priority and DRR.")] = ()
    managers: Annotated[tuple[QueueManagement, ...], Doc("Classes with more than a ramp.")] = ()
    markers: Annotated[tuple[PortMarker, ...], Doc("Classes whose packets are coloured as they leave.")] = ()
    pauses: Annotated[Pauses, Doc("How pauses work.")] = field(default_factory=Pauses)
    marks_leaving: Annotated[bool, Doc("Ramps mark by what waits when a packet leaves, not when it joins.")] = False

    def in_switches(self, link: IntColumn) -> BoolColumn:
        """Whether queues before these links are in memory that may fill, not in that of a host."""
        return bools(np.isin(link, self.ports.link[self.ports.memory >= 0]))

    def __repr__(self) -> str:
        lossless = int(self.ports.lossless.any(axis=1).sum())
        return (
            f"<PacketQueues: {len(self.ports)} ports of {len(self.memories)} switches and hosts, {lossless} lossless>"
        )
