"""What NX-OS can say of what is wanted.

Pauses have static thresholds at ingress. What is lossless is so on the whole switch, and a port has pauses or none.
Dynamic thresholds (``queue-limit dynamic``) have steps that differ from ASIC to ASIC, so these, reserved memory and
pools stay as the platform has them.
"""

from __future__ import annotations

from dataclasses import replace

from easterly.config.switches.fit import each_queue, in_bytes, paused_alike, sayable, slots
from easterly.model.queueing import MeterSetting, QueueSetting, SwitchSetting

KBPS = 1000
FASTEST_BPS, SLOWEST_BPS = 80_000_000_000, 8000
"""Rates of ``police cir``."""
LARGEST_BURST_B = 512_000_000
NOT_WRITTEN = {
    "meter": "none: police takes 8 kbit/s to 80 Gbit/s",
    "alpha": "default of the platform: what a step of queue-limit dynamic stands for depends on the ASIC",
}
"""What a plan has and this text has not, and why."""


def port_name(port: int, rate_bps: float) -> str:
    """Name of a port of the first module.

    >>> port_name(3, 4e11)
    'Ethernet1/3'
    """
    return f"Ethernet1/{port}"


def fit(switch: SwitchSetting) -> SwitchSetting:
    """What the text can say of a switch.

    Meters have one rate and two colours, which every ASIC has: of two rates the peak is kept. Frames have no tag.

    Raises
    ------
    ValueError
        A queue beyond the eight there are, or one that is strict at some ports only.
    """
    slots(switch, top=True)
    made = each_queue(paused_alike(in_bytes(switch)), _queue)
    ports = tuple(replace(port, edges=sayable(port.edges, _meter)) for port in made.ports)
    return replace(made, ports=ports, memory=None, priorities=())


def _queue(q: QueueSetting) -> QueueSetting:
    known = q.lossless and None not in (q.xoff_B, q.headroom_B, q.xon_offset_B)
    offset_B = min(q.xon_offset_B, q.xoff_B) if known and q.xon_offset_B is not None and q.xoff_B is not None else None
    return replace(
        q,
        shaper_bps=None if q.shaper_bps is None else max(1, q.shaper_bps // KBPS) * KBPS,
        alpha=None,
        reserved_B=None,
        xoff_B=q.xoff_B if known else None,
        xon_offset_B=offset_B,
        headroom_B=q.headroom_B if known else None,
    )


def _meter(meter: MeterSetting) -> MeterSetting | None:
    rate_bps, burst_B = (
        (meter.cir_bps, meter.cbs_B) if meter.pir_bps is None else (meter.pir_bps, meter.pbs_B or meter.cbs_B)
    )
    if not SLOWEST_BPS <= rate_bps <= FASTEST_BPS:
        return None
    return MeterSetting(rate_bps, min(burst_B, LARGEST_BURST_B))
