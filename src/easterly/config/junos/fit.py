"""What Junos can say of what is wanted.

Early detection has its thresholds in percent of the longest queue, the shared memory its parts in percent. A device
works headroom out by itself, from the cable and the largest frame; pauses begin at one dynamic threshold for the whole
switch. What is lossless is so at every port that has pauses.
"""

from __future__ import annotations

import math
from dataclasses import replace

from easterly.config.switches.fit import each_queue, paused_alike, power_of_two, sayable
from easterly.model.queueing import MemorySetting, MeterSetting, QueueSetting, SwitchSetting

STEPS = (-7, 3)
"""Powers of two that ``dynamic-threshold 0`` to ``10`` stand for."""
SLOWEST_BPS, FASTEST_BPS = 8000, 100_000_000_000
"""Rates of a policer."""
BURSTS_B = (1500, 100_000_000_000)

NOT_WRITTEN = {"meter": "none: a policer takes 8 kbit/s to 100 Gbit/s"}
"""What a plan has and this text has not, and why."""


def port_name(port: int, rate_bps: float) -> str:
    """Name of a port of the first slot; they are counted from 0.

    >>> port_name(3, 4e11)
    'et-0/0/2'
    """
    return f"et-0/0/{port - 1}"


def fit(switch: SwitchSetting) -> SwitchSetting:
    """What the text can say of a switch.

    Of two rates yellow packets keep their mark, with a higher loss priority. The lowest alpha of all lossless queues is
    that of all. Frames have no tag.

    Raises
    ------
    ValueError
        A queue beyond the eight there are.
    """
    known = switch.memory is not None
    switch = paused_alike(each_queue(switch, _queue))
    paused = [q.alpha for port in switch.ports for q in port.queues if q.lossless and q.alpha is not None]
    alpha = min(paused, default=None) if known else None

    def change(q: QueueSetting) -> QueueSetting:
        if q.lossless:
            return replace(q, alpha=alpha)
        return q if known else replace(q, alpha=None)

    pauses = {port: any(q.lossless for q in port.queues) for port in switch.ports}
    ports = tuple(
        replace(port, edges=sayable(port.edges, _meter), cable_m=port.cable_m if pauses[port] else None)
        for port in switch.ports
    )
    asking = set(switch.queue_of) & {q.queue for port in ports for q in port.queues if q.lossless}
    frame_B = switch.frame_B if asking else None
    made = replace(switch, ports=ports, memory=_parts(switch.memory), frame_B=frame_B, priorities=())
    return each_queue(made, change)


def _queue(q: QueueSetting) -> QueueSetting:
    marked = q.kmin_percent is not None and q.kmax_percent is not None
    return replace(
        q,
        mark=q.mark if marked else "",
        kmin_B=None,
        kmax_B=None,
        limit_B=None,
        pmax_percent=q.pmax_percent if marked else None,
        alpha=None if q.alpha is None else power_of_two(q.alpha, *STEPS),
        reserved_B=None,
        xoff_B=None,
        xon_offset_B=None,
        headroom_B=None,
    )


def _parts(memory: MemorySetting | None) -> MemorySetting | None:
    """Parts of what is shared, which have to be 100 together: headroom is rounded up, and lossless is the rest."""
    if memory is None or memory.headroom_percent is not None:
        return memory
    lossless, lossy, headroom = memory.lossless_B or 0, memory.lossy_B or 0, memory.headroom_B or 0
    total = lossless + lossy + headroom
    if total <= 0:
        return None
    up = math.ceil(100 * headroom / total)
    other = min(100 - up, 100 * lossy // total)
    return MemorySetting(lossless_percent=100 - up - other, lossy_percent=other, headroom_percent=up)


def _meter(meter: MeterSetting) -> MeterSetting | None:
    rates = [rate for rate in (meter.cir_bps, meter.pir_bps) if rate is not None]
    if not all(SLOWEST_BPS <= rate <= FASTEST_BPS for rate in rates):
        return None
    return replace(
        meter,
        cbs_B=_burst_B(meter.cbs_B),
        pbs_B=None if meter.pbs_B is None else _burst_B(meter.pbs_B),
        yellow="drop" if meter.pir_bps is None else "keep",
    )


def _burst_B(burst_B: int) -> int:
    return min(BURSTS_B[1], max(BURSTS_B[0], burst_B))
