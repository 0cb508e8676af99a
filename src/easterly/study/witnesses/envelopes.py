"""The least envelopes of what was sent: the bounds of a run that has happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import FloatColumn, IntColumn, floats
from easterly.model.bounds import Bounds
from easterly.predict.calculus import bounds
from easterly.study.queueing import SiteQueues

GUARD_B = 1.0
"""On top of every burst: what rounding may hide."""


def least_bursts(flow: IntColumn, at_s: FloatColumn, size_B: FloatColumn, rate_Bps: FloatColumn) -> FloatColumn:
    """(F,) [B] least burst with which each flow keeps its rate: what it sent in any stretch is at most burst + rate t.

    Parameters
    ----------
    flow : (M,) int
    at_s : (M,) float [s]
        When it sent; ascending.
    size_B : (M,) float [B]
    rate_Bps : (F,) float [B/s]

    Examples
    --------
    >>> least_bursts(np.zeros(3, int), np.array([0.0, 1.0, 1.5]), np.full(3, 10.0), np.array([10.0])).tolist()
    [16.0]
    """
    burst_B = np.zeros(len(rate_Bps))
    if not len(flow):
        return floats(burst_B)
    order = np.argsort(flow, kind="stable")
    own, size, earned = flow[order], size_B[order], (rate_Bps[flow] * at_s)[order]
    first = np.flatnonzero(np.diff(own, prepend=-1))
    begin = np.repeat(first, np.diff(np.append(first, len(own))))
    sent = np.cumsum(size)
    within = sent - (sent - size)[begin]  # of the flow, so far
    base = within - size - (earned - earned[begin])  # before each message, less what the rate had earned
    low = _least_so_far(base, begin)
    np.maximum.at(burst_B, own, base + size - low)
    return floats(np.where(burst_B > 0, burst_B + GUARD_B, 0.0))


def _least_so_far(values: NDArray[np.float64], begin: NDArray[np.intp]) -> NDArray[np.float64]:
    """Least value of each stretch so far, by doubling: after step k, of the last 2^k entries."""
    made, step, at = values.copy(), 1, np.arange(len(values))
    longest = int((at - begin).max(initial=0)) + 1
    while step < longest:
        inside = np.flatnonzero(at - step >= begin)
        made[inside] = np.minimum(made[inside], made[inside - step])
        step *= 2
    return made


def bounds_of(made: SiteQueues, flow: IntColumn, at_s: FloatColumn, size_B: FloatColumn) -> tuple[Bounds, Bounds]:
    """Worst cases of all that could have been sent as this was: at once, or with the rates of the plan.

    Parameters
    ----------
    made : SiteQueues
    flow : (M,) int
        Connection of each message.
    at_s : (M,) float [s]
    size_B : (M,) float [B]
        On the wire.

    Returns
    -------
    Bounds, Bounds
        Both hold, and neither is the lower one everywhere.
    """
    what = made.offered
    rate_Bps = what.rate_bps * made.factor / 8
    all_B = np.bincount(flow, size_B, len(rate_Bps))
    burst_B = np.minimum(least_bursts(flow, at_s, size_B, floats(rate_Bps)), all_B)
    rates = np.where(all_B > 0, rate_Bps * 8, 0.0)
    how = [replace(each, law="open") for each in what.transports]
    at_once, steady = (
        bounds(what.ports, what.queues, what.flows, how, burst, rate, packets=np.ceil(burst / what.packet_B))
        for burst, rate in ((all_B, 0.0), (burst_B, rates))
    )
    return at_once, steady
