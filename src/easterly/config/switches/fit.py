"""What a text can say of what is wanted: steps of thresholds, whole percent, what it has no words for."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from easterly.model.queueing import QueueSetting, SwitchSetting

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
    made = {port.queues: tuple(change(q) for q in port.queues) for port in switch.ports}
    return replace(switch, ports=tuple(replace(port, queues=made[port.queues]) for port in switch.ports))
