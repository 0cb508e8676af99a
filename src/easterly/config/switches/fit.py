"""What a text can say of what is wanted: steps of thresholds, whole percent, what it has no words for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from easterly.model.queueing import EdgeSetting, MeterSetting, QueueSetting, SwitchSetting

QUEUES = 8
"""Queues and priorities that PFC knows (IEEE 802.1Qbb)."""


def power_of_two(alpha: float, lowest: int, highest: int) -> float:
    """The largest power of two that is not above a dynamic threshold, within what a chip has.

    >>> power_of_two(3, -7, 3), power_of_two(0.001, -7, 3), power_of_two(64, -7, 3)
    (2.0, 0.0078125, 8.0)
    """
    return 2.0 ** min(highest, max(lowest, math.floor(math.log2(alpha))))


def each_queue(switch: SwitchSetting, change: Callable[[QueueSetting], QueueSetting]) -> SwitchSetting:
    """A switch with every queue changed.

    Raises
    ------
    ValueError
        A queue has a number that no operating system of this package has.
    """
    high = max((q.queue for port in switch.ports for q in port.queues), default=0)
    if high >= QUEUES:
        raise ValueError(
            f"{switch.device}: queue {high} cannot be written, queues are 0 to {QUEUES - 1}; give its class a queue"
        )
    kinds = dict.fromkeys(port.queues for port in switch.ports)
    made = {queues: tuple(change(q) for q in queues) for queues in kinds}
    return replace(switch, ports=tuple(replace(port, queues=made[port.queues]) for port in switch.ports))


def in_bytes(switch: SwitchSetting) -> SwitchSetting:
    """A switch for which sizes are stated in bytes: no percent, and no cable to work headroom out from."""
    ports = tuple(replace(port, cable_m=None) for port in switch.ports)
    bare = replace(switch, ports=ports, frame_B=None)
    return each_queue(bare, lambda q: replace(q, kmin_percent=None, kmax_percent=None, limit_B=None))


def paused_alike(switch: SwitchSetting) -> SwitchSetting:
    """A switch on which a queue is lossless at every port that has pauses, or at none."""
    kinds = dict.fromkeys(port.queues for port in switch.ports)
    paused = {q.queue for queues in kinds for q in queues if q.lossless}

    def alike(queues: tuple[QueueSetting, ...]) -> tuple[QueueSetting, ...]:
        if not any(q.lossless for q in queues):
            return queues
        return tuple(replace(q, lossless=q.queue in paused) for q in queues)

    made = {queues: alike(queues) for queues in kinds}
    return replace(switch, ports=tuple(replace(port, queues=made[port.queues]) for port in switch.ports))


def sayable(
    edges: tuple[EdgeSetting, ...], change: Callable[[MeterSetting], MeterSetting | None]
) -> tuple[EdgeSetting, ...]:
    """What is done on arrival with every meter changed; what does nothing any more is left out."""
    made = (replace(edge, meter=change(edge.meter) if edge.meter else None) for edge in edges)
    return tuple(edge for edge in made if edge.meter or edge.dscp is not None)


def slots(switch: SwitchSetting, top: bool = False) -> dict[int, int]:
    """Queue of the device for each queue of the plan, where strict queues have to be the highest.

    Nothing moves where they are. Otherwise strict ones go to the top in their order, and weighted ones stay, unless
    their place is taken.

    Parameters
    ----------
    switch : SwitchSetting
    top : bool
        Strict queues have to be the highest of the device, not only above all that are used.

    Raises
    ------
    ValueError
        A queue is strict at one port and weighted at another.
    """
    queues = [q for port in switch.ports for q in port.queues]
    strict = {q.queue for q in queues if q.strict}
    weighted = {*switch.queue_of, *(q.queue for q in queues if not q.strict)} - (
        strict - {q.queue for q in queues if not q.strict}
    )
    both = sorted(strict & weighted)
    if both:
        raise ValueError(f"{switch.device}: queue {both[0]} is strict at some ports only, and its place is one for all")
    bottom = QUEUES - len(strict)
    if not strict or (min(strict) >= bottom if top else min(strict) > max(weighted, default=-1)):
        return {queue: queue for queue in sorted(strict | weighted)}
    found = {queue: bottom + place for place, queue in enumerate(sorted(strict))}
    found |= {queue: queue for queue in weighted if queue < bottom}
    free = sorted(set(range(bottom)) - set(found.values()), reverse=True)
    moved = sorted(queue for queue in weighted if queue >= bottom)
    found |= dict(zip(moved, sorted(free[: len(moved)]), strict=True))
    return dict(sorted(found.items()))
