"""The buffer to give a queue: every method beside each other, and the one that decides."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from easterly.base.units import SIZE, format_short
from easterly.qos.memory.formulas import queue_limit_B
from easterly.qos.memory.needs import Method, Need, QueueLoad, by_bdp, by_headroom, by_incast, by_root


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryShare:
    """What a chip gives one queue while some are full.

    Attributes
    ----------
    memory_B : float
        Shared memory of the pool.
    alpha : float or Fraction
        Of the dynamic threshold.
    queues : int
        Full at once, this one among them.
    reserved_B, headroom_B : float
        Kept for this queue; the headroom of its priority over all ports that may be paused.
    """

    memory_B: float
    alpha: float | Fraction
    queues: int = 1
    reserved_B: float = 0.0
    headroom_B: float = 0.0

    def __post_init__(self) -> None:
        for name in ("memory_B", "alpha", "reserved_B", "headroom_B"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} is {float(getattr(self, name)):g}: give a number of at least 0")
        if self.queues < 1:
            raise ValueError(f"queues is {self.queues}: the queue itself is one")

    @property
    def limit_B(self) -> float:
        """Longest queue: alpha B / (1 + alpha S), and what is reserved (Choudhury & Hahne 1998).

        >>> round(MemoryShare(memory_B=64e6, alpha=0.5, queues=4).limit_B)
        10666667
        """
        return queue_limit_B(self.memory_B, float(self.alpha), self.queues) + self.reserved_B

    @property
    def free_B(self) -> float:
        """Shared memory that is left while the queues are full: B / (1 + alpha S)."""
        return self.memory_B / (1 + float(self.alpha) * self.queues)


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What a queue needs, by every method; which one decides, and why.

    Attributes
    ----------
    needs : tuple of Need
        BDP, BDP / sqrt(flows), incast, headroom: in this order, those that do not hold here too.
    chosen : Method, optional
        None where no method holds.
    reason : str
    given_B : float [B]
        What the chip gives for it: the headroom if that is chosen, else the dynamic threshold; NaN without a chip.
    """

    needs: tuple[Need, ...]
    chosen: Method | None
    reason: str
    given_B: float

    def need(self, method: Method) -> Need:
        """What one method says."""
        return next(each for each in self.needs if each.method is method)

    @property
    def size_B(self) -> float:
        """The figure of the method that was chosen; NaN where none holds."""
        return math.nan if self.chosen is None else self.need(self.chosen).size_B

    @property
    def enough(self) -> bool | None:
        """Whether the chip gives the upper end of it; None where one of the two is not known."""
        if self.chosen is None or math.isnan(self.given_B):
            return None
        return self.given_B >= self.need(self.chosen).most_B


def recommend(load: QueueLoad, share: MemoryShare | None = None) -> Recommendation:
    """Size the buffer of a queue by every method, and choose one.

    A lossless queue needs its headroom whatever else comes: with it nothing is lost, without it no buffer is certain.
    Any other needs the largest figure among the methods that hold, since all of that traffic may come.

    Parameters
    ----------
    load : QueueLoad
    share : MemoryShare, optional
        Of the chip, to hold the figure against.

    Returns
    -------
    Recommendation

    Examples
    --------
    >>> load = QueueLoad(port_bps=100e9, rtt_s=20e-6, senders=64, burst_B=21_720)
    >>> made = recommend(load, MemoryShare(memory_B=16e6, alpha=0.125))
    >>> made.chosen.value, made.size_B, round(made.given_B), made.enough
    ('incast', 1368360.0, 1777778, True)
    """
    needs = (by_bdp(load), by_root(load), by_incast(load), by_headroom(load))
    chosen, reason = _choose(load, needs)
    return Recommendation(needs, chosen, reason, _given_B(share, chosen))


def _choose(load: QueueLoad, needs: tuple[Need, ...]) -> tuple[Method | None, str]:
    held = [need for need in needs if need.holds]
    if load.lossless:
        return _lossless(needs)
    if not held:
        return None, "nothing holds here: give the round trip, or the senders that start together and their burst"
    best = max(held, key=lambda need: need.size_B)
    others = [f"{each.method.value} ({_size(each)})" for each in held if each is not best]
    beside = f"more than {', '.join(others)}, and all of that may come" if others else "no other method holds here"
    return best.method, f"{best.why}; {beside}"


def _lossless(needs: tuple[Need, ...]) -> tuple[Method | None, str]:
    incast, last = needs[2], needs[3]
    if not last.holds:
        return None, f"a lossless queue needs headroom, and {last.why}"
    pauses = f"; a threshold of {_size(incast)} would keep incast from pausing anybody" if incast.size_B > 0 else ""
    return last.method, f"{last.why}: with it nothing is lost, whatever arrives{pauses}"


def _given_B(share: MemoryShare | None, chosen: Method | None) -> float:
    if share is None:
        return math.nan
    return share.headroom_B if chosen is Method.HEADROOM else share.limit_B


def _size(need: Need) -> str:
    return format_short(need.size_B, SIZE)
