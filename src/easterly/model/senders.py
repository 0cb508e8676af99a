"""Numbers of transports whose windows answer delays or a model of the path, and what is seen of a sender."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from easterly.base.columns import FloatColumn, IndexColumn
from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class Swift:
    """Targets of the delay, and how a window answers them; the defaults are those of csg-htsim's swift.cpp."""

    base_s: Annotated[float, Unit("s"), Doc("Target of any path,")] = 20e-6
    hop_s: Annotated[float, Unit("s"), Doc("and more for each of its links,")] = 20e-6 / 6.55
    range_s: Annotated[float, Unit("s"), Doc("and at most so much more for small windows,")] = 100e-6
    range_from: Annotated[float, Unit("1"), Doc("between a window of so many packets")] = 0.1
    range_to: Annotated[float, Unit("1"), Doc("and one of so many.")] = 100.0
    add: Annotated[float, Unit("1"), Doc("Packets by which a window grows in a round trip below the target.")] = 1.0
    beta: Annotated[float, Unit("1"), Doc("How much of the excess over the target shrinks it.")] = 0.8
    most_cut: Annotated[float, Unit("1"), Doc("Largest part that it shrinks by at once.")] = 0.5
    least_window: Annotated[float, Unit("1"), Doc("Smallest window; below 1 packets are paced.")] = 0.01
    resets: Annotated[int, Doc("Timeouts in a row that leave the smallest window.")] = 5
    endpoint_s: Annotated[float, Unit("s"), Doc("Target of what the receiving host takes.")] = 100e-6


@dataclass(frozen=True, slots=True)
class Bbr:
    """How BBR looks at its path; the defaults are those of the drafts, and for marks of Linux."""

    rtt_for_s: Annotated[float, Unit("s"), Doc("How long the least round trip holds.")] = 10.0
    probe_rtt_s: Annotated[float, Unit("s"), Doc("How long few packets are in flight to measure it.")] = 0.2
    quantum_B: Annotated[int, Unit("B"), Doc("Most that leaves at once.")] = 65_536
    loss_part: Annotated[float, Unit("1"), Doc("Version 3: part of what is in flight whose loss is too much.")] = 0.02
    beta: Annotated[float, Unit("1"), Doc("Version 3: what is left of a bound after that.")] = 0.7
    headroom: Annotated[float, Unit("1"), Doc("Version 3: part of the bound that is left to others.")] = 0.15
    ecn_gain: Annotated[float, Unit("1"), Doc("Version 3: weight of a round in the share of marks.")] = 1 / 16
    ecn_factor: Annotated[float, Unit("1"), Doc("Version 3: how much of that share shrinks the bound.")] = 1 / 3
    ecn_part: Annotated[float, Unit("1"), Doc("Version 3: share of marks that is too much.")] = 0.5
    ecn_below_s: Annotated[float, Unit("s"), Doc("Version 3: longest round trip on which marks count.")] = 5e-3
    probe_from_s: Annotated[float, Unit("s"), Doc("Version 3: least time between two probes of the rate.")] = 2.0
    probe_more_s: Annotated[float, Unit("s"), Doc("Version 3: its random part.")] = 1.0


@dataclass(frozen=True, slots=True)
class Timely:
    """How a rate answers the round trip, once for each burst; the defaults are those of Mittal et al. 2015."""

    alpha: Annotated[float, Unit("1"), Doc("Weight of the last difference of two round trips in their mean.")] = 0.875
    beta: Annotated[float, Unit("1"), Doc("Part of a gradient, or of an excess, that a rate is cut by.")] = 0.8
    add_bps: Annotated[float, Unit("bit/s"), Doc("Rise of the rate.")] = 10e6
    least_bps: Annotated[float, Unit("bit/s"), Doc("Lowest rate.")] = 10e6
    low_s: Annotated[float, Unit("s"), Doc("Round trip below which rates rise.")] = 50e-6
    high_s: Annotated[float, Unit("s"), Doc("Round trip above which they fall.")] = 500e-6
    least_rtt_s: Annotated[float, Unit("s"), Doc("What makes a gradient of a difference.")] = 20e-6
    haste_after: Annotated[int, Doc("Bursts in a row whose round trip fell, after which rates rise faster,")] = 5
    haste: Annotated[float, Unit("1"), Doc("so many times.")] = 5.0
    burst_B: Annotated[int, Unit("B"), Doc("That is answered once.")] = 64_000
    gap_s: Annotated[float, Unit("s"), Doc("Between two answers at least; 0: every burst is answered.")] = 0.0
    at_once: Annotated[bool, Doc("Whether a burst leaves as one, or packet by packet.")] = True
    first_share: Annotated[float, Unit("1"), Doc("Of the rate of the NIC, to begin with.")] = 1.0
    patched: Annotated[bool, Doc("The version of Zhu et al. 2016.")] = False
    reference_s: Annotated[float, Unit("s"), Doc("Patched: round trip near which a rate rests.")] = 50e-6


@dataclass(frozen=True, slots=True)
class Hpcc:
    """How a window answers what links say of themselves; the defaults are those of Li et al. 2019."""

    target: Annotated[float, Unit("1"), Doc("Use of the busiest link.")] = 0.95
    most_stages: Annotated[int, Doc("Additive steps in a row.")] = 5
    flows: Annotated[float, Unit("1"), Doc("That may share a link: one of so many of what is spared is added.")] = 100.0
    add_B: Annotated[float, Unit("B"), Doc("Added instead; 0: by the number of flows.")] = 0.0
    least_B: Annotated[float, Unit("B"), Doc("Smallest window.")] = 0.0
    base_s: Annotated[float, Unit("s"), Doc("Round trip of an idle network; 0: that of the flow's own path.")] = 0.0
    link_B: Annotated[int, Unit("B"), Doc("That each link behind the first adds to a packet.")] = 8


@dataclass(frozen=True, slots=True)
class SenderSeries:
    """A sender at the instants at which it heard of its packets."""

    flow: Annotated[int, Doc("Flow.")]
    time_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) of the acknowledgement, or the timeout.")]
    window: Annotated[FloatColumn, Unit("1"), Doc("(T,) packets that may be in flight.")]
    threshold: Annotated[FloatColumn, Unit("1"), Doc("(T,) window at which slow start ends.")]
    in_flight: Annotated[IndexColumn, Doc("(T,) packets in flight.")]
    rate_bps: Annotated[FloatColumn, Unit("bit/s"), Doc("(T,) pace; 0 where packets leave at once.")]
    srtt_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) smoothed round trip.")]
    least_rtt_s: Annotated[FloatColumn, Unit("s"), Doc("(T,) least round trip.")]
    phase: Annotated[IndexColumn, Doc("(T,) 0 slow start, 1 avoidance, 2 recovery; BBR: its own, in their order.")]
    inner: Annotated[
        FloatColumn,
        Unit("as the law says"),
        Doc("(T,) of the law: alpha of DCTCP and DCQCN, bandwidth of BBR [bit/s], target of Swift [ps]."),
    ]

    def __len__(self) -> int:
        return len(self.time_s)
