"""How much packet memory traffic needs, and how much a chip gives: the rules that stated numbers are held against."""

from __future__ import annotations

import math

from easterly.qos.memory.formulas import bdp_B, incast_B, queue_limit_B, shared_bdp_B
from easterly.qos.memory.headroom import headroom

__all__ = ["JUMBO_B", "bdp_B", "headroom_B", "incast_B", "queue_limit_B", "shared_bdp_B"]

JUMBO_B = 9216.0


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
