"""How much packet memory traffic needs, in closed form, and how much a full chip gives each queue."""

from __future__ import annotations

import math


def bdp_B(rate_bps: float, rtt_s: float) -> float:
    """Bandwidth-delay product in bytes: rate x round trip / 8.

    >>> bdp_B(100e9, 1e-3), round(bdp_B(16 * 25e9, 10e-6))
    (12500000.0, 500000)
    """
    return rate_bps * rtt_s / 8


def shared_bdp_B(rate_bps: float, rtt_s: float, flows: int) -> float:
    """Buffer for many long flows that are not in step: BDP / sqrt(flows).

    Appenzeller, Keslassy, McKeown 2004, "Sizing router buffers". It does not hold for senders that start together.

    >>> round(8 * shared_bdp_B(10e9, 0.25, 50_000) / 1e6, 1)
    11.2
    """
    return bdp_B(rate_bps, rtt_s) / math.sqrt(flows)


def incast_B(senders: int, window_B: float, port_bps: float, sender_bps: float) -> float:
    """Highest queue when senders start together: what has arrived less what the port has sent meanwhile.

    Each sends `window_B` at `sender_bps`; in that time the port sends at `port_bps`. With senders as fast as the
    port it is (senders - 1) x window.

    >>> incast_B(64, 21_720, 100e9, 100e9)
    1368360.0
    """
    offered_bps = senders * sender_bps
    return senders * window_B * max(0.0, 1 - port_bps / offered_bps)


def queue_limit_B(memory_B: float, alpha: float, queues: float = 1) -> float:
    """What each of some full queues holds of a shared memory under a dynamic threshold.

    A queue may hold `alpha` times the free memory: alpha B / (1 + alpha n) (Choudhury and Hahne 1998).

    >>> queue_limit_B(32e6, 0.5) / 1e6, queue_limit_B(64e6, 1, 3) / 1e6
    (10.666666666666666, 16.0)
    """
    return alpha * memory_B / (1 + alpha * queues)
