"""Credit-based shaping of time-sensitive traffic."""

from __future__ import annotations

from numpy.typing import ArrayLike

from easterly._kernel import sched as kernel
from easterly.qos.scheduling.scheduler import TICKS_PER_S, Scheduler, bits_per_second, counts


def cbs(idle_slope_bps: ArrayLike, *, link_bps: int) -> Scheduler:
    """Credit-based shaper of IEEE 802.1Qav (802.1Q, clause 8.6.8.2), over strict priority.

    A shaped queue may send while its credit is not below 0. Credit rises at idleSlope while frames wait or it is below
    0, falls at sendSlope = idleSlope - link while a frame of the queue is sent, and is lost above 0 when nothing waits.
    In the long run a shaped queue gets its idleSlope and no more. Classes A and B are queues 0 and 1 with slopes, best
    effort the ones behind them without.

    `state["credit_bit"]` charges a frame in full when it begins; from its end on it is the credit of the standard.

    Parameters
    ----------
    idle_slope_bps : (Q,) int [bit/s]
        By queue, the highest priority first; 0 for a queue without a shaper.
    link_bps : int [bit/s]

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue, a slope that is no whole number within 0..link_bps.

    Examples
    --------
    Half of the link for class A, whose frames then leave every other slot:

    >>> from easterly.qos.scheduling import cbs
    >>> sent = cbs([500_000_000, 0], link_bps=10**9).departures([0] * 6, [0, 0, 0, 1, 1, 1], [1250] * 6)
    >>> sent.order.tolist()
    [0, 3, 1, 4, 2, 5]
    """
    rate = bits_per_second("link_bps", link_bps)
    return Scheduler(kernel.Cbs(counts("idle_slope_bps", idle_slope_bps, 0, rate), rate, TICKS_PER_S), rate)
