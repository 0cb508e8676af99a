"""How much packet memory traffic needs, and how much a chip gives: the rules that stated numbers are held against."""

from __future__ import annotations

import math

from easterly.qos.memory.headroom import headroom

JUMBO_B = 9216.0


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


def queue_limit_B(memory_B: float, alpha: float, queues: int = 1) -> float:
    """What each of some full queues holds of a shared memory under a dynamic threshold.

    A queue may hold `alpha` times the free memory: alpha B / (1 + alpha n) (Choudhury and Hahne 1998).

    >>> queue_limit_B(32e6, 0.5) / 1e6, queue_limit_B(64e6, 1, 3) / 1e6
    (10.666666666666666, 16.0)
    """
    return alpha * memory_B / (1 + alpha * queues)


def headroom_B(rate_bps: float, length_m: float, mtu_B: float = JUMBO_B) -> float:
    """What still arrives at a port after it has sent a pause, for one priority: `memory.headroom` in one number.

    A frame that is being sent at either end, the pause itself, twice the cable, and the time in which the far
    end obeys; of a rate that is not listed, the time in quanta of the next faster one.

    Parameters
    ----------
    rate_bps, length_m, mtu_B : float

    Returns
    -------
    float [B]

    >>> headroom_B(100e9, 100.0), headroom_B(400e9, 3.0)
    (56272.0, 77976.0)
    """
    return headroom(rate_bps, length_m, math.ceil(mtu_B)).low_B
