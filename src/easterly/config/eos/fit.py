"""What EOS can say of what is wanted.

Queues have bytes for their thresholds and whole kbit/s for their rates. The packet memory is set by one profile of the
switch: alpha and reserved memory by priority group and queue, headroom and resume offset once for all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from easterly.config.switches.fit import each_queue, in_bytes, power_of_two, sayable, slots
from easterly.model.queueing import MemorySetting, MeterSetting, QueueSetting, SwitchSetting

STEPS = (-7, 3)
"""Powers of two that ``threshold`` of the profile takes: 1/128 to 8."""
LARGEST_B = 256_000_000
"""Highest threshold of ``random-detect``."""
KBPS = 1000
SLOWEST_BPS, FASTEST_BPS = 8 * KBPS, 200_000_000 * KBPS
"""Rates of ``police``; a second rate is above the first by one of them."""
BURSTS_B = (256, 128_000_000)
Key = tuple[int, bool]

NOT_WRITTEN = {"meter": "none: police takes 8 kbit/s to 200 Gbit/s, and the second rate as much above the first"}
"""What a plan has and this text has not, and why."""


def port_name(port: int, rate_bps: float) -> str:
    """Name of a port of which the cage is not broken out.

    >>> port_name(3, 4e11)
    'Ethernet3/1'
    """
    return f"Ethernet{port}/1"


def fit(switch: SwitchSetting) -> SwitchSetting:
    """What the text can say of a switch.

    Where ports differ, the one profile of the memory takes the lowest alpha and the largest reserve, headroom and
    offset of all: queues drop or pause earlier than planned, and never lose what is lossless.

    Raises
    ------
    ValueError
        A queue beyond the eight there are, or one that is strict at some ports only.
    """
    slots(switch)
    ports = tuple(replace(port, edges=sayable(port.edges, _meter)) for port in switch.ports)
    switch = each_queue(in_bytes(replace(switch, ports=ports)), _queue)
    if switch.memory is None:
        return each_queue(switch, _without_memory)
    every = list(dict.fromkeys(q for port in switch.ports for q in port.queues))
    alpha = {key: _least(q.alpha for q in every if _key(q) == key) for key in map(_key, every)}
    reserved = {key: _most(q.reserved_B for q in every if _key(q) == key) for key in map(_key, every)}
    headroom_B, offset_B = _most(q.headroom_B for q in every), _most(q.xon_offset_B for q in every)

    def change(q: QueueSetting) -> QueueSetting:
        return replace(
            q,
            alpha=alpha[_key(q)],
            reserved_B=reserved[_key(q)],
            headroom_B=headroom_B if q.lossless else None,
            xon_offset_B=offset_B if q.lossless else None,
        )

    pool = MemorySetting(headroom_B=switch.memory.headroom_B)
    return replace(each_queue(switch, change), memory=pool)


def _key(q: QueueSetting) -> Key:
    return q.queue, q.lossless


def _least(values: Iterable[float | None]) -> float | None:
    return min((v for v in values if v is not None), default=None)


def _most(values: Iterable[int | None]) -> int | None:
    return max((v for v in values if v is not None), default=None)


def _queue(q: QueueSetting) -> QueueSetting:
    """One queue by itself: rates never above, thresholds never below each other."""
    low = None if q.kmin_B is None else min(q.kmin_B, LARGEST_B - 1)
    return replace(
        q,
        shaper_bps=None if q.shaper_bps is None else max(1, q.shaper_bps // KBPS) * KBPS,
        kmin_B=low if low is None else max(1, low),
        kmax_B=None if q.kmax_B is None else min(q.kmax_B, LARGEST_B),
        alpha=None if q.alpha is None else power_of_two(q.alpha, *STEPS),
        xoff_B=None,
    )


def _without_memory(q: QueueSetting) -> QueueSetting:
    return replace(q, alpha=None, reserved_B=None, headroom_B=None, xon_offset_B=None)


def _meter(meter: MeterSetting) -> MeterSetting | None:
    """A meter in kbit/s; none for rates that EOS does not take: one that drops what is promised would do more harm."""
    cir_bps, peak_bps = meter.cir_bps // KBPS * KBPS, (meter.pir_bps or 0) // KBPS * KBPS
    if not SLOWEST_BPS <= cir_bps <= FASTEST_BPS or (peak_bps and not SLOWEST_BPS <= peak_bps - cir_bps <= FASTEST_BPS):
        return None
    return replace(
        meter,
        cir_bps=cir_bps,
        cbs_B=_burst_B(meter.cbs_B),
        pir_bps=peak_bps or None,
        pbs_B=None if meter.pbs_B is None else _burst_B(meter.pbs_B),
    )


def _burst_B(burst_B: int) -> int:
    return min(BURSTS_B[1], max(BURSTS_B[0], burst_B))
