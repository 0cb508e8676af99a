"""What a switch is set to for its classes, in words that no maker owns: one noun for all network operating systems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from easterly.base.schema import Doc, Unit

Mark = Literal["", "ecn", "drop"]


@dataclass(frozen=True, slots=True)
class QueueSetting:
    """One queue of one port, and the priority group of the same number; None for what is not set."""

    queue: Annotated[int, Doc("Number of the queue, the traffic class and the priority group.")]
    strict: Annotated[bool, Doc("Strict priority.")] = False
    weight: Annotated[int, Unit("1"), Doc("Weight among weighted queues; 0 for strict ones.")] = 0
    shaper_bps: Annotated[int | None, Unit("bit/s"), Doc("Highest rate.")] = None
    mark: Annotated[Mark, Doc("What early detection does: a congestion mark, a drop, nothing.")] = ""
    kmin_B: Annotated[int | None, Unit("B"), Doc("Queue at which it starts.")] = None
    kmax_B: Annotated[int | None, Unit("B"), Doc("Queue from which on every packet is meant.")] = None
    kmin_percent: Annotated[int | None, Doc("The same in percent of the longest queue, where text has no bytes.")] = (
        None
    )
    kmax_percent: Annotated[int | None, Doc("The same for the upper threshold.")] = None
    limit_B: Annotated[int | None, Unit("B"), Doc("The longest queue, while nothing else is congested.")] = None
    pmax_percent: Annotated[int | None, Doc("Probability just below the upper threshold, in percent.")] = None
    lossless: Annotated[bool, Doc("Priority flow control.")] = False
    alpha: Annotated[float | None, Unit("1"), Doc("Dynamic threshold, in free memory of its pool.")] = None
    reserved_B: Annotated[int | None, Unit("B"), Doc("Memory that is always there for it.")] = None
    xoff_B: Annotated[int | None, Unit("B"), Doc("Queue at which senders are paused, where text has no alpha.")] = None
    xon_offset_B: Annotated[int | None, Unit("B"), Doc("How far below xoff they go on.")] = None
    headroom_B: Annotated[int | None, Unit("B"), Doc("Memory for what arrives after a pause.")] = None


@dataclass(frozen=True, slots=True)
class MeterSetting:
    """A meter on what arrives; what is above its last rate is dropped. Without a peak it has two colours."""

    cir_bps: Annotated[int, Unit("bit/s"), Doc("Committed rate.")]
    cbs_B: Annotated[int, Unit("B"), Doc("Committed burst.")]
    pir_bps: Annotated[int | None, Unit("bit/s"), Doc("Peak rate; None for two colours.")] = None
    pbs_B: Annotated[int | None, Unit("B"), Doc("Peak burst; None for two colours.")] = None
    yellow: Annotated[
        str, Doc("Between both rates: drop, keep (first to be dropped), or ``dscp N``, its new mark.")
    ] = "drop"


@dataclass(frozen=True, slots=True)
class EdgeSetting:
    """What a port does with some code points as they arrive, where the site's trust ends."""

    points: Annotated[tuple[int, ...], Doc("Code points, ascending.")]
    queue: Annotated[int, Doc("Queue that they go to.")]
    dscp: Annotated[int | None, Doc("Code point that they get; None to keep theirs.")] = None
    meter: Annotated[MeterSetting | None, Doc("Their meter.")] = None


@dataclass(frozen=True, slots=True)
class PortSetting:
    """One port, which believes code points unless its edges say otherwise."""

    port: Annotated[str, Doc("Name, as the operating system has it.")]
    queues: Annotated[tuple[QueueSetting, ...], Doc("By number.")]
    watchdog: Annotated[bool, Doc("Pauses that do not end are broken off.")] = False
    edges: Annotated[tuple[EdgeSetting, ...], Doc("By code points.")] = ()
    cable_m: Annotated[int | None, Unit("m"), Doc("Cable, where headroom is worked out from it by the device.")] = None


@dataclass(frozen=True, slots=True)
class MemorySetting:
    """Packet memory of a switch; None for what its text does not say."""

    lossless_B: Annotated[int | None, Unit("B"), Doc("Shared by lossless classes.")] = None
    lossy_B: Annotated[int | None, Unit("B"), Doc("Shared by all others.")] = None
    headroom_B: Annotated[int | None, Unit("B"), Doc("For what arrives after pauses, of all ports.")] = None
    total_B: Annotated[int | None, Unit("B"), Doc("All of it.")] = None
    lossless_percent: Annotated[int | None, Doc("Parts of what is shared, where text has no bytes: lossless.")] = None
    lossy_percent: Annotated[int | None, Doc("The same for all others.")] = None
    headroom_percent: Annotated[int | None, Doc("The same for headroom.")] = None


@dataclass(frozen=True, slots=True)
class SwitchSetting:
    """One switch."""

    device: Annotated[str, Doc("Name.")]
    queue_of: Annotated[tuple[int, ...], Doc("(64,) queue of each code point.")]
    ports: Annotated[tuple[PortSetting, ...], Doc("Ports in use, by number.")]
    memory: Annotated[MemorySetting | None, Doc("Packet memory; None where it is not stated.")] = None
    frame_B: Annotated[int | None, Unit("B"), Doc("Largest frame, where headroom is worked out from it.")] = None
    priorities: Annotated[
        tuple[int, ...], Doc("(8,) queue of each priority of 802.1p; none for code points only.")
    ] = ()
