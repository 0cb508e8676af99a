"""Schedulers that need no clock: in order, by priority, in turns."""

from __future__ import annotations

from typing import Literal

from numpy.typing import ArrayLike

from easterly._kernel import sched as kernel
from easterly.qos.scheduling.scheduler import TICKS_PER_S, Scheduler, counts

MOST = 1 << 40


def fifo(queues: int = 1) -> Scheduler:
    """First in, first out: one order over all queues.

    Parameters
    ----------
    queues : int
        Names under which packets are counted; they do not change the order.

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue.
    """
    return Scheduler(kernel.Fifo(queues, TICKS_PER_S))


def strict_priority(queues: int) -> Scheduler:
    """Strict priority: always the lowest number that has something to send.

    A packet that is on the link stays there: even queue 0 waits for the rest of one packet of a lower class.

    Parameters
    ----------
    queues : int
        Queue 0 goes first.

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue.
    """
    return Scheduler(kernel.Strict(queues, TICKS_PER_S))


def wrr(weight: ArrayLike, *, by: Literal["packets", "bytes"] = "packets") -> Scheduler:
    """Weighted round robin: queues take turns in the order of their numbers.

    By packets a queue sends up to `weight` packets at its turn, so that shares of the rate also follow the sizes of the
    packets. By bytes its turn lasts until `weight` bytes are spent; the last packet may overdraw, and what it overdrew
    is missing in the next turn (surplus round robin, Adiseshu, Parulkar & Varghese 1996, SIGCOMM).

    Parameters
    ----------
    weight : (Q,) int [packet or B]
    by : {"packets", "bytes"}

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue, a weight below 1, another unit.

    Examples
    --------
    >>> from easterly.qos.scheduling import wrr
    >>> wrr([2, 1]).departures([0] * 6, [0, 0, 0, 1, 1, 1], [1000] * 6, link_bps=10**9).order.tolist()
    [0, 1, 3, 2, 4, 5]
    """
    if by not in ("packets", "bytes"):
        raise ValueError(f"by is {by!r}; turns are counted in 'packets' or 'bytes'")
    return Scheduler(kernel.Wrr(counts("weight", weight, 1, MOST), by == "bytes", TICKS_PER_S))


def drr(quantum_B: ArrayLike) -> Scheduler:
    """Deficit round robin (Shreedhar & Varghese 1996, IEEE/ACM ToN 4:3).

    Queues that have packets stand in a list. The first gets its quantum, sends what its deficit pays for, and goes to
    the end with what is left; a queue that runs empty forfeits its deficit. No deficit reaches quantum +
    largest packet.

    Parameters
    ----------
    quantum_B : (Q,) int [B]

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        No queue, a quantum below 1.
    """
    return Scheduler(kernel.Drr(counts("quantum_B", quantum_B, 1, MOST), TICKS_PER_S))
