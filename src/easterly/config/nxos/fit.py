"""What NX-OS can say of what is wanted.

Dynamic thresholds are those of queues that may drop, in eleven steps; pauses have static thresholds at ingress. What
is lossless is so on the whole switch, and a port has pauses or none. Reserved memory and pools are the platform's.
"""

from __future__ import annotations

from dataclasses import replace

from easterly.config.switches.fit import each_queue, in_bytes, paused_alike, sayable, slots
from easterly.model.queueing import MeterSetting, QueueSetting, SwitchSetting

ALPHAS = (1 / 8, 1 / 4, 1 / 2, 3 / 4, 9 / 8, 7 / 4, 3.0, 5.0, 8.0, 14.0, 18.0)
"""Alpha of ``queue-limit dynamic 0`` to ``10`` on cloud-scale ASICs (guide as in `render`, queue limits)."""
KBPS = 1000
FASTEST_BPS, SLOWEST_BPS = 80_000_000_000, 8000
"""Rates of ``police cir``."""
LARGEST_BURST_B = 512_000_000


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
    steps = [alpha for alpha in ALPHAS if q.alpha is not None and alpha <= q.alpha]
    known = q.lossless and None not in (q.xoff_B, q.headroom_B, q.xon_offset_B)
    offset_B = min(q.xon_offset_B, q.xoff_B) if known and q.xon_offset_B is not None and q.xoff_B is not None else None
    return replace(
        q,
        shaper_bps=None if q.shaper_bps is None else max(1, q.shaper_bps // KBPS) * KBPS,
        alpha=None if q.lossless or q.alpha is None else max(steps, default=ALPHAS[0]),
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
