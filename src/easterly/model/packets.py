"""What a simulation of packets is given, and what it finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, FloatColumn, IndexColumn, IntColumn, floats, ratio
from easterly.base.schema import Doc, Unit
from easterly.model.packet_records import Recorded
from easterly.model.packet_routes import Fates
from easterly.model.port_queues import Stuck
from easterly.model.senders import Bbr, Hpcc, SenderSeries, Swift, Timely

Law = Literal["fixed", "newreno", "cubic", "dctcp", "dcqcn", "bbr", "bbr3", "swift", "open", "timely", "hpcc"]


@dataclass(frozen=True, slots=True)
class Dcqcn:
    """How a rate answers notifications, and how a switch marks for it; the defaults are those of the paper at 40 Gb/s."""

    g: Annotated[float, Unit("1"), Doc("Weight of a notification in alpha.")] = 1 / 256
    alpha_timer_s: Annotated[float, Unit("s"), Doc("Without a notification for so long alpha shrinks.")] = 55e-6
    rate_timer_s: Annotated[float, Unit("s"), Doc("Between two rises by time.")] = 55e-6
    counter_B: Annotated[int, Unit("B"), Doc("Between two rises by bytes.")] = 10_000_000
    fast_steps: Annotated[int, Doc("Rises that halve the way to the target, before the target rises.")] = 5
    additive_bps: Annotated[float, Unit("bit/s"), Doc("Rise of the target.")] = 40e6
    hyper_bps: Annotated[float, Unit("bit/s"), Doc("The same when both counters are far on.")] = 400e6
    least_bps: Annotated[float, Unit("bit/s"), Doc("Lowest rate.")] = 10e6
    gap_s: Annotated[float, Unit("s"), Doc("Between two notifications of one flow.")] = 50e-6
    reaction_s: Annotated[float, Unit("s"), Doc("What the receiver's NIC needs for one.")] = 0.0
    kmin_B: Annotated[int, Unit("B"), Doc("Queue from which packets may be marked.")] = 5_000
    kmax_B: Annotated[int, Unit("B"), Doc("Queue from which all are.")] = 200_000
    pmax: Annotated[float, Unit("1"), Doc("Probability just below that.")] = 0.01
    marks_leaving: Annotated[bool, Doc("Ports with classes mark what leaves them, not what joins.")] = False
    at_bps: Annotated[float, Unit("bit/s"), Doc("Rate of ports that these two are for; 0: of all.")] = 0.0
    cnp_class: Annotated[int, Doc("Class of notifications; -1: that of the flow.")] = -1
    cut_every_s: Annotated[
        float, Unit("s"), Doc("So often the rate is cut while acknowledgements bring marks; 0: when it is notified.")
    ] = 0.0
    clamp: Annotated[bool, Doc("A cut lowers the target even if nothing has risen since the last.")] = True

    def thresholds_B(self, rate_bps: float) -> tuple[float, float]:
        """Kmin and Kmax [B] of a port of that rate.

        >>> Dcqcn(kmin_B=400_000, kmax_B=1_600_000, at_bps=100e9).thresholds_B(25e9)
        (100000.0, 400000.0)
        """
        scale = rate_bps / self.at_bps if self.at_bps > 0 else 1.0
        return self.kmin_B * scale, self.kmax_B * scale


@dataclass(frozen=True, slots=True)
class OpenLoop:
    """A source that sends whatever becomes of its packets: at a constant rate, as a Poisson process, on and off.

    Time runs for it only while it is on, so that it keeps its mean rate whatever its phases.
    """

    rate_bps: Annotated[float, Unit("bit/s"), Doc("While it is on, headers included.")] = 1e9
    gaps: Annotated[Literal["constant", "exponential"], Doc("Between packets; exponential: Poisson.")] = "constant"
    lengths: Annotated[
        Literal["fixed", "exponential", "bimodal"], Doc("Of packets; the mean, and the longer of two: packet_B.")
    ] = "fixed"
    small_B: Annotated[int, Unit("B"), Doc("Bimodal: the shorter.")] = 64
    small_share: Annotated[float, Unit("1"), Doc("Bimodal: part of the packets that are of the shorter length.")] = 0.5
    on_s: Annotated[float, Unit("s"), Doc("Mean time for which it is on.")] = 0.0
    off_s: Annotated[float, Unit("s"), Doc("Mean time for which it is off; 0: never.")] = 0.0
    phases: Annotated[Literal["fixed", "exponential", "pareto"], Doc("Law of these times.")] = "fixed"
    shape: Annotated[float, Unit("1"), Doc("Exponent of Pareto's law.")] = 1.5


@dataclass(frozen=True, slots=True)
class Transport:
    """How hosts send: packets, windows, and what they do when packets are marked or lost."""

    name: Annotated[str, Doc("Name.")]
    law: Annotated[Law, Doc("Law of congestion control.")]
    source: Annotated[str, Doc("Where the numbers are from.")]
    packet_B: Annotated[int, Unit("B"), Doc("Full data packet on the link.")] = 1500
    header_B: Annotated[int, Unit("B"), Doc("Of that, not data.")] = 52
    ack_B: Annotated[int, Unit("B"), Doc("Acknowledgement on the link.")] = 64
    first_window: Annotated[float, Unit("1"), Doc("Packets before the first acknowledgement.")] = 10.0
    most_window: Annotated[float, Unit("1"), Doc("Packets in flight at most.")] = 1e9
    pacing: Annotated[
        float, Unit("1"), Doc("Windows that leave per round trip, evenly, twice as fast in slow start; 0: at once.")
    ] = 0.0
    receive_B: Annotated[
        int, Unit("B"), Doc("Data that the receiver lets a sender be ahead; 65,535 without window scaling (RFC 7323).")
    ] = 1 << 40
    acks_every: Annotated[int, Doc("Packets that one acknowledgement may stand for.")] = 1
    ack_delay_s: Annotated[float, Unit("s"), Doc("How long the first of them waits.")] = 0.04
    host_s: Annotated[float, Unit("s"), Doc("What the receiving host takes for a packet, one after the other.")] = 0.0
    counts_acks: Annotated[bool, Doc("Windows grow by acknowledgements, not by what they acknowledge.")] = False
    classic_ecn: Annotated[
        bool, Doc("Marks count as losses (RFC 3168), for laws that have no answer of their own.")
    ] = False
    prr: Annotated[bool, Doc("Recovery in proportion to what arrives (RFC 9937), not with a window at once.")] = False
    rack: Annotated[bool, Doc("Losses are known by the time at which packets left (RFC 8985, section 6).")] = False
    tail_probe: Annotated[bool, Doc("The last packets are probed before they time out (RFC 8985, section 7).")] = False
    frto: Annotated[bool, Doc("Timeouts that were too early are found out and undone (RFC 5682, RFC 9438).")] = False
    g: Annotated[float, Unit("1"), Doc("DCTCP: weight of a window in the share of marks.")] = 1 / 16
    fast_convergence: Annotated[bool, Doc("CUBIC: give way to newcomers.")] = True
    recovery: Annotated[
        Literal["selective", "go-back-n"], Doc("What is sent again: what is lost, or all from there on.")
    ] = "selective"
    ask_again_s: Annotated[float, Unit("s"), Doc("Go-back-N: between two negative acknowledgements of one packet.")] = (
        float("inf")
    )
    ideal_acks: Annotated[
        bool, Doc("Acknowledgements take the time of an idle path and no room on it: half the work, but a model.")
    ] = False
    ack_class: Annotated[int, Doc("Class of acknowledgements; -1: that of the flow.")] = -1
    duplicates: Annotated[int, Doc("Packets that overtake one before it counts as lost.")] = 3
    least_timeout_s: Annotated[float, Unit("s"), Doc("Shortest retransmission timeout.")] = 1e-3
    nic_B: Annotated[int, Unit("B"), Doc("What one flow may have waiting in its NIC.")] = 64_000
    pause_s: Annotated[float, Unit("s"), Doc("From a pause frame to when it holds.")] = 0.0
    lossless: Annotated[bool, Doc("Whether switches pause senders instead of dropping.")] = False
    dcqcn: Annotated[Dcqcn, Doc("Rates under the law of that name.")] = field(default_factory=Dcqcn)
    swift: Annotated[Swift, Doc("Targets under the law of that name.")] = field(default_factory=Swift)
    bbr: Annotated[Bbr, Doc("Numbers under the laws of that name.")] = field(default_factory=Bbr)
    timely: Annotated[Timely, Doc("Rates under the law of that name.")] = field(default_factory=Timely)
    hpcc: Annotated[Hpcc, Doc("Windows under the law of that name.")] = field(default_factory=Hpcc)
    open: Annotated[OpenLoop, Doc("What is sent under the law of that name.")] = field(default_factory=OpenLoop)
    delays: Annotated[
        Literal["none", "moments", "histogram"], Doc("What is kept of the time that its packets take.")
    ] = "none"


@dataclass(frozen=True, slots=True)
class Ports:
    """Directed links, with the queue before each; -1 where there is no limit, or no mark."""

    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(L,) rate.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(L,) from the last bit on the link to the decision behind it.")]
    limit_B: Annotated[IndexColumn, Unit("B"), Doc("(L,) most that waits, with the packet itself.")]
    mark_from_B: Annotated[IndexColumn, Unit("B"), Doc("(L,) backlog from which packets may be marked.")]
    mark_all_B: Annotated[IndexColumn, Unit("B"), Doc("(L,) backlog from which all are.")]
    mark_most: Annotated[FloatColumn, Unit("1"), Doc("(L,) probability just below that.")]
    loss: Annotated[FloatColumn, Unit("1"), Doc("(L,) probability that a packet is lost on the link.")]
    lose_every: Annotated[IndexColumn | None, Doc("(L,) one in so many is lost, by count; 0: none.")] = None

    def __len__(self) -> int:
        return len(self.rate_bps)


@dataclass(frozen=True, slots=True)
class PacketFlows:
    """Messages, each along one path, and the path of what comes back."""

    size_B: Annotated[IndexColumn, Unit("B"), Doc("(F,) data.")]
    start_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) when it can first be sent.")]
    ptr: Annotated[IndexColumn, Doc("(F + 1,) path of flow f: link[ptr[f]:ptr[f + 1]].")]
    link: Annotated[IntColumn, Doc("Links of the paths.")]
    back_ptr: Annotated[IndexColumn, Doc("(F + 1,) the same for acknowledgements.")]
    back_link: Annotated[IntColumn, Doc("Links of their paths.")]
    transport: Annotated[IntColumn | None, Doc("(F,) index into the transports; the first if absent.")] = None
    traffic_class: Annotated[IntColumn | None, Doc("(F,) class, 0 to 7, where ports have classes; 0 if absent.")] = None
    colour: Annotated[
        IntColumn | None, Doc("(F,) 0 green, 1 yellow, 2 red: with which they send; green if absent.")
    ] = None

    def __len__(self) -> int:
        return len(self.size_B)


@dataclass(frozen=True, slots=True)
class PacketMessages:
    """Messages on connections, and work that sends nothing; message m waits for ``idx[ptr[m]:ptr[m + 1]]``."""

    connection: Annotated[IntColumn, Doc("(M,) flow that carries it, one of size 0; -1 for work.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(M,) data.")]
    earliest_s: Annotated[FloatColumn, Unit("s"), Doc("(M,) when it may begin.")]
    delay_s: Annotated[FloatColumn, Unit("s"), Doc("(M,) between the last that it waits for and its beginning.")]
    duration_s: Annotated[FloatColumn, Unit("s"), Doc("(M,) time that work takes.")]
    ptr: Annotated[IndexColumn, Doc("(M + 1,) CSR pointer into `idx`.")]
    idx: Annotated[IntColumn, Doc("Messages that are waited for.")]

    def __len__(self) -> int:
        return len(self.connection)


@dataclass(frozen=True, slots=True)
class PacketDelays:
    """How long packets took from their sender to their receiver, by flow; those of transports that keep it."""

    packets: Annotated[IndexColumn, Doc("(F,) packets that arrived.")]
    sum_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) of their delays.")]
    squares_s2: Annotated[FloatColumn, Unit("s2"), Doc("(F,) of the squares of their delays.")]
    least_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) shortest; NaN where none arrived.")]
    most_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) longest; NaN where none arrived.")]
    bins: Annotated[NDArray[np.int64], Doc("(F, B) packets by delay, eight bins an octave; B is 0 if not asked for.")]

    @property
    def mean_s(self) -> FloatColumn:
        """(F,) [s] mean; NaN where none arrived."""
        return ratio(self.sum_s, floats(self.packets))

    @property
    def variance_s2(self) -> FloatColumn:
        """(F,) [s2] variance; NaN where none arrived."""
        return floats(np.maximum(ratio(self.squares_s2, floats(self.packets)) - self.mean_s**2, 0.0))

    def quantile_s(self, share: float) -> FloatColumn:
        """(F,) [s] delay that this share of the packets did not exceed, to within a ninth; NaN where none arrived.

        Raises
        ------
        ValueError
            No histogram was asked for.
        """
        if self.bins.shape[1] == 0:
            raise ValueError("no quantiles without a histogram: ask a transport for delays='histogram'")
        below = np.cumsum(self.bins, axis=1)
        at = (below >= np.maximum(np.ceil(share * below[:, -1:]), 1)).argmax(axis=1)
        end_s = np.ldexp((9.0 + at % 8) * 1e-12, at // 8 - 3)
        return floats(np.where(below[:, -1] > 0, np.minimum(end_s, self.most_s), np.nan))


@dataclass(frozen=True, slots=True)
class PacketOutcome:
    """What became of flows and links."""

    transports: Annotated[tuple[Transport, ...], Doc("How hosts sent.")]
    seed: Annotated[int, Doc("Of all draws.")]
    fct_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) from the start until all has arrived; infinite if it has not.")]
    ideal_s: Annotated[FloatColumn, Unit("s"), Doc("(F,) the same on an empty network at full rate.")]
    again: Annotated[IndexColumn, Doc("(F,) packets sent again.")]
    marked: Annotated[IndexColumn, Doc("(F,) packets that were marked.")]
    timeouts: Annotated[IndexColumn, Doc("(F,) retransmission timeouts.")]
    reordered: Annotated[IndexColumn, Doc("(F,) packets that came after a later one.")]
    sent_B: Annotated[IndexColumn, Unit("B"), Doc("(L,) put on each link.")]
    drops: Annotated[IndexColumn, Doc("(L,) packets that found no room before it.")]
    marks: Annotated[IndexColumn, Doc("(L,) packets marked before it.")]
    most_B: Annotated[IndexColumn, Unit("B"), Doc("(L, 8) longest queue of each class, where ports have classes.")]
    pauses: Annotated[IndexColumn, Doc("(L, 8) pauses that it was asked for.")]
    paused_s: Annotated[FloatColumn, Unit("s"), Doc("(L, 8) how long it was paused in all.")]
    end_s: Annotated[float, Unit("s"), Doc("When the last event happened.")]
    packet_hops: Annotated[int, Doc("Packets put on links, acknowledgements included.")]
    events: Annotated[int, Doc("Events handled.")]
    complete: Annotated[bool, Doc("Whether nothing was left to happen.")]
    sent: Annotated[IndexColumn, Doc("(F,) packets that were sent, those again included.")]
    received: Annotated[IndexColumn, Doc("(F,) packets that arrived, in order; of an open loop all.")]
    begun_s: Annotated[FloatColumn | None, Unit("s"), Doc("(M,) when each message began; infinite if never.")] = None
    done_s: Annotated[FloatColumn | None, Unit("s"), Doc("(M,) when all of it was there.")] = None
    delays: Annotated[PacketDelays | None, Doc("How long packets took, if a transport keeps that.")] = None
    victim: Annotated[BoolColumn | None, Doc("(F,) pauses held it up which nothing on its own way caused.")] = None
    stuck: Annotated[Stuck | None, Doc("Why it ended with flows open: a deadlock, a storm of pauses, a livelock.")] = (
        None
    )
    recorded: Annotated[Recorded | None, Doc("What was written down, if that was asked for.")] = None
    spurious: Annotated[IndexColumn | None, Doc("(F,) timeouts that turned out to have been too early.")] = None
    coloured: Annotated[IndexColumn | None, Doc("(M, 3) packets that each marker made green, yellow and red.")] = None
    fates: Annotated[Fates | None, Doc("What was lost on the way, where paths have choices or links fail.")] = None

    @property
    def slowdown(self) -> FloatColumn:
        """(F,) completion over that on an empty network."""
        return ratio(self.fct_s, self.ideal_s)

    senders: Annotated[tuple[SenderSeries, ...], Doc("Of the flows that were looked into.")] = ()

    def __repr__(self) -> str:
        done = int((self.fct_s < float("inf")).sum())
        return (
            f"PacketOutcome({', '.join(each.name for each in self.transports)}: {done} of {len(self.fct_s)} flows, {self.packet_hops:,} packet-hops, "
            f"{int(self.drops.sum()):,} drops, {int(self.marks.sum()):,} marks, {self.end_s:.6g} s"
            f"{'' if self.stuck is None else f'; {self.stuck}'})"
        )
