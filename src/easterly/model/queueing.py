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
    pmax_percent: Annotated[int | None, Doc("Probability just below the upper threshold, in percent.")] = None
    lossless: Annotated[bool, Doc("Priority flow control.")] = False
    alpha: Annotated[float | None, Unit("1"), Doc("Dynamic threshold, in free memory of its pool.")] = None
    reserved_B: Annotated[int | None, Unit("B"), Doc("Memory that is always there for it.")] = None
    xoff_B: Annotated[int | None, Unit("B"), Doc("Queue at which senders are paused, where text has no alpha.")] = None
    xon_offset_B: Annotated[int | None, Unit("B"), Doc("How far below xoff they go on.")] = None
    headroom_B: Annotated[int | None, Unit("B"), Doc("Memory for what arrives after a pause.")] = None


@dataclass(frozen=True, slots=True)
class PortSetting:
    """One port."""

    port: Annotated[str, Doc("Name, as the operating system has it.")]
    queues: Annotated[tuple[QueueSetting, ...], Doc("By number.")]
    watchdog: Annotated[bool, Doc("Pauses that do not end are broken off.")] = False


@dataclass(frozen=True, slots=True)
class MemorySetting:
    """Packet memory of a switch; None for what its text does not say."""

    lossless_B: Annotated[int | None, Unit("B"), Doc("Shared by lossless classes.")] = None
    lossy_B: Annotated[int | None, Unit("B"), Doc("Shared by all others.")] = None
    headroom_B: Annotated[int | None, Unit("B"), Doc("For what arrives after pauses, of all ports.")] = None
    total_B: Annotated[int | None, Unit("B"), Doc("All of it.")] = None


@dataclass(frozen=True, slots=True)
class SwitchSetting:
    """One switch."""

    device: Annotated[str, Doc("Name.")]
    queue_of: Annotated[tuple[int, ...], Doc("(64,) queue of each code point.")]
    ports: Annotated[tuple[PortSetting, ...], Doc("Ports in use, by number.")]
    memory: Annotated[MemorySetting | None, Doc("Packet memory; None where it is not stated.")] = None
