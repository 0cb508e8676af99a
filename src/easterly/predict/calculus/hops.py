"""All hops of an analysis, queue by queue: what comes to each, and what each is served."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.predict.calculus.fabric import Analysis

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Hops:
    """Hops of all ways, there and back, one way behind the other.

    Attributes
    ----------
    ptr : (W + 1,) int
    queue : (H,) int
        Row of the queue, or of the shaper.
    burst_B, rate : (H,) float [B], [B/s]
        What comes at most, grown by all delays ahead.
    fresh_B : (H,) float [B]
        The burst as it was sent.
    joined : (H,) bool
        It came over a line, from the queue of the hop before.
    at_ptr, at : (Q + 1,), (H,) int
        Hops of each queue.
    delay_s : (Q,) float [s]
    """

    ptr: Rows
    queue: Rows
    burst_B: Floats
    rate: Floats
    fresh_B: Floats
    joined: NDArray[np.bool_]
    at_ptr: Rows
    at: Rows
    delay_s: Floats

    def of(self, queue: int) -> Rows:
        """Hops of a queue."""
        made: Rows = self.at[self.at_ptr[queue] : self.at_ptr[queue + 1]]
        return made


def hops_of(made: Analysis) -> Hops:
    """Lay out the hops of an analysis that is solved."""
    laid, ways, delay_s = made.laid, made.ways, made.total.delay_s
    ptr: Rows = laid.ptr_there + laid.ptr_back
    there = np.arange(len(laid.there)) + np.repeat(laid.ptr_back[:-1], np.diff(laid.ptr_there))
    back = np.arange(len(laid.back)) + np.repeat(laid.ptr_there[1:], np.diff(laid.ptr_back))
    queue, joined = np.zeros(int(ptr[-1]), dtype=np.int64), np.ones(int(ptr[-1]), dtype=bool)
    queue[there], queue[back] = laid.there, laid.back
    joined[ptr[:-1][np.diff(ptr) > 0]] = False
    joined[back[laid.ptr_back[:-1][np.diff(laid.ptr_back) > 0]]] = False
    share = np.ones(len(queue))
    share[back] = np.repeat(ways.share, np.diff(laid.ptr_back))
    before_s, each = np.zeros(len(queue)), np.diff(ptr)
    for place in range(1, int(each.max(initial=0))):
        own = ptr[:-1][each > place] + place
        before_s[own] = before_s[own - 1] + delay_s[queue[own - 1]]
    rate = np.repeat(ways.rate, each) * share
    fresh_B = np.repeat(ways.burst_B, each) * share
    grown = np.where(rate > 0, rate * np.where(rate > 0, before_s, 0.0), 0.0)
    at_ptr = np.concatenate([[0], np.cumsum(np.bincount(queue, minlength=len(delay_s)))])
    return Hops(ptr, queue, fresh_B + grown, rate, fresh_B, joined, at_ptr, np.argsort(queue, kind="stable"), delay_s)


def service(made: Analysis, hops: Hops, queue: int) -> tuple[float, float]:
    """Rate [B/s] and latency [s] that a queue is served at least; rate 0 where nothing is left.

    Of a strict class what higher ones leave, behind one packet of a lower one; of a weighted one the better of its turn
    (Boyer, Stea & Sofack 2012) and what all others leave.
    """
    laid = made.laid
    port = int(np.searchsorted(laid.ptr, queue, side="right")) - 1
    rows, rate = np.arange(laid.ptr[port], laid.ptr[port + 1]), float(laid.rate_bps[port]) / 8
    comes = {int(q): (float(hops.burst_B[hops.of(q)].sum()), float(hops.rate[hops.of(q)].sum())) for q in rows}
    busy = [q for q, (size, own) in comes.items() if size > 0 or own > 0]
    strict = [q for q in busy if laid.quantum_B[q] == 0]
    if laid.quantum_B[queue] == 0:
        block = max((float(laid.packet_B[q]) for q in busy if q > queue), default=0.0)
        return _left(rate, [comes[q] for q in strict if q < queue], block)
    late = [(comes[q][0] + comes[q][1] * float(hops.delay_s[q]), comes[q][1]) for q in strict]
    size, own = comes[queue]
    turn = _turn(made, _left(rate, late, 0.0), busy, queue)
    last = _left(rate, [comes[q] for q in busy if q != queue], 0.0)
    return min((turn, last), key=lambda each: np.inf if each[0] <= own else each[1] + size / each[0])


def _left(rate: float, others: list[tuple[float, float]], block: float) -> tuple[float, float]:
    left = rate - sum(own for _, own in others)
    return (left, (sum(size for size, _ in others) + block) / left) if left > 0 else (0.0, np.inf)


def _turn(made: Analysis, left: tuple[float, float], busy: list[int], queue: int) -> tuple[float, float]:
    """A part of what strict classes leave, behind a round of the others."""
    rate, late_s = left
    if rate == 0:
        return left
    laid = made.laid
    others = [q for q in busy if laid.quantum_B[q] > 0 and q != queue]
    quantum, rest = float(laid.quantum_B[queue]), sum(float(laid.quantum_B[q]) for q in others)
    block = rest * (1 + float(laid.packet_B[queue]) / quantum) + sum(float(laid.packet_B[q]) for q in others)
    return rate * quantum / (quantum + rest), late_s + block / rate
