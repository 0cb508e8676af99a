"""Fair queueing: packet by packet what a fluid would do."""

from __future__ import annotations

from numpy.typing import ArrayLike

from easterly._kernel import sched as kernel
from easterly.qos.scheduling.scheduler import TICKS_PER_S, Scheduler, bits_per_second, counts

MOST_WEIGHT = 1 << 20


def wfq(weight: ArrayLike, *, link_bps: int) -> Scheduler:
    """Weighted fair queueing, also PGPS (Demers, Keshav & Shenker 1989; Parekh & Gallager 1993).

    Sends the packet that generalised processor sharing, the fluid system, would finish first; equal: the lowest queue.
    Every packet leaves at most one largest packet later than in the fluid system, but may leave far earlier: for fair
    shares over short times see `wf2q`.

    Virtual time is exact as long as its denominator stays below 2^56; a long busy period with changing sets of queues
    can pass that. Then it is rounded (by less than 2^-40 bytes), and `state["exact"]` is False until the link idles.

    Parameters
    ----------
    weight : (Q,) int
        Within 1..2^20.
    link_bps : int [bit/s]

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue, a weight that is no whole number within 1..2^20, an impossible rate.

    Examples
    --------
    Eleven packets of one flow with half of the weight, one each of ten others (Bennett & Zhang 1996):

    >>> from easterly.qos.scheduling import wf2q, wfq
    >>> packets = [0] * 21, [0] * 11 + list(range(1, 11)), [100] * 21
    >>> for rule in (wfq, wf2q):
    ...     order = rule([10] + [1] * 10, link_bps=10**9).departures(*packets).order
    ...     print(*(packets[1][i] for i in order))
    0 0 0 0 0 0 0 0 0 0 1 2 3 4 5 6 7 8 9 10 0
    0 1 0 2 0 3 0 4 0 5 0 6 0 7 0 8 0 9 0 10 0
    """
    return _following(weight, link_bps, begun_only=False)


def wf2q(weight: ArrayLike, *, link_bps: int) -> Scheduler:
    """Worst-case fair weighted fair queueing, WF2Q (Bennett & Zhang 1996, INFOCOM).

    As `wfq`, but only among packets that the fluid system has begun, so that no queue runs ahead of its share by more
    than a packet.

    Parameters
    ----------
    weight : (Q,) int
        Within 1..2^20.
    link_bps : int [bit/s]

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        As `wfq`.
    """
    return _following(weight, link_bps, begun_only=True)


def wf2q_plus(weight: ArrayLike, *, link_bps: int) -> Scheduler:
    """WF2Q+ (Bennett & Zhang 1997, IEEE/ACM ToN 5:5): as fair as `wf2q`, without a fluid system to follow.

    Virtual time rises with what the link sends, and is never below the start of the first packet that waits; so a
    packet costs one pass over the queues, whatever the weights.

    Parameters
    ----------
    weight : (Q,) int
        Within 1..2^20, together within 2^24.
    link_bps : int [bit/s]

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        As `wfq`.
    """
    rate = bits_per_second("link_bps", link_bps)
    return Scheduler(kernel.Wf2qPlus(counts("weight", weight, 1, MOST_WEIGHT), rate, TICKS_PER_S), rate)


def cbwfq(weight: ArrayLike, *, priority_bps: ArrayLike | None = None, burst_B: ArrayLike | None = None) -> Scheduler:
    """Class-based weighted fair queueing, with low-latency queues before it (CBWFQ, LLQ).

    A queue with a priority rate goes first, lower numbers before higher ones. While any packet waits, its packets must
    conform to a token bucket of that rate, and are refused if they do not: the others are never starved. On an idle
    link they pass unpoliced. The other queues share what is left by weight, by self-clocked fair queueing (Golestani
    1994, INFOCOM).

    Parameters
    ----------
    weight : (Q,) int
        Bandwidth of each class, in any one unit, within 1..2^20; that of a priority queue is not used.
    priority_bps : (Q,) int, optional [bit/s]
        0 for a queue that is not a priority queue; none is, if absent.
    burst_B : (Q,) int, optional [B]
        Buckets of the policers; 200 ms of the rate if absent.

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        Columns of different lengths, impossible weights, rates or bursts.
    """
    weights = counts("weight", weight, 1, MOST_WEIGHT)
    rates = [0] * len(weights) if priority_bps is None else counts("priority_bps", priority_bps, 0, 1 << 50)
    bursts = [rate // 40 for rate in rates] if burst_B is None else counts("burst_B", burst_B, 0, 1 << 40)
    return Scheduler(kernel.ClassBased(weights, rates, bursts, TICKS_PER_S))


def _following(weight: ArrayLike, link_bps: int, *, begun_only: bool) -> Scheduler:
    rate = bits_per_second("link_bps", link_bps)
    return Scheduler(kernel.Wfq(counts("weight", weight, 1, MOST_WEIGHT), rate, TICKS_PER_S, begun_only), rate)
