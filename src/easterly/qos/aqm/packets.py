"""What is said of packets: how they were marked, what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from easterly.base.columns import BoolColumn, IndexColumn

NS_PER_S = 1_000_000_000


class Ecn(IntEnum):
    """Codepoints of RFC 3168, section 5: all but the first can be marked."""

    NOT_ECT = 0
    ECT_1 = 1
    ECT_0 = 2
    CE = 3


class Verdict(IntEnum):
    """What became of a packet: taken in, taken in with a mark, refused, or dropped after it had been taken in."""

    KEPT = 0
    MARKED = 1
    REFUSED = 2
    DROPPED = 3


@dataclass(frozen=True, slots=True)
class Offered:
    """Answer to a packet that arrives.

    Attributes
    ----------
    verdict : Verdict
    lost : tuple of int
        Numbers of packets, this one perhaps among them, that were dropped to make room.
    """

    verdict: Verdict
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A packet that leaves the queue, and those that were dropped when its turn came.

    Attributes
    ----------
    number : int
        Which packet: they are counted from 0 as they arrive. -1: there is none.
    size_B, since_ns : int
        Its size and when it arrived.
    marked : bool
    lost : tuple of int
        Numbers of packets dropped on the way.
    """

    number: int = -1
    size_B: int = 0
    since_ns: int = 0
    marked: bool = False
    lost: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of each packet of a run.

    Attributes
    ----------
    verdict : (N,) int8
        As in `Verdict`.
    departure_ns : (N,) int64 [ns]
        When the last bit has left, rounded up; -1 for what was dropped.
    backlog_B : (N,) int64 [B]
        What the packet found waiting, without the one on the line.
    """

    verdict: NDArray[np.int8]
    departure_ns: IndexColumn
    backlog_B: IndexColumn

    @property
    def sent(self) -> BoolColumn:
        """Which packets were sent, marked or not."""
        return np.asarray(self.departure_ns >= 0)

    @property
    def marked(self) -> BoolColumn:
        """Which packets were sent with a mark."""
        return np.asarray(self.verdict == Verdict.MARKED)
