"""Class-based queueing: link sharing by estimators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from easterly._kernel import sched as kernel
from easterly.base.schema import Doc, Unit
from easterly.qos.scheduling.scheduler import TICKS_PER_S, Scheduler, bits_per_second
from easterly.qos.scheduling.trees import parents

SHIFT = 4
"""The estimator weighs the newest packet by 1/16 (Floyd & Jacobson 1995)."""
BURST, SIZE_B = 20, 1500
"""Packets that an idle class may save up, and their size, if nothing is said."""


@dataclass(frozen=True, slots=True)
class CbqClass:
    """A class of CBQ; packets wait at classes without children, under the index of the class."""

    name: Annotated[str, Doc("Name.")]
    rate_bps: Annotated[int, Unit("bit/s"), Doc("What is allocated to the class.")]
    parent: Annotated[str | None, Doc("Name of the class above.")] = None
    quantum_B: Annotated[int, Unit("B"), Doc("Turn of a leaf among those of its priority.")] = 1500
    priority: Annotated[int, Unit("1"), Doc("Of a leaf; 0 goes first.")] = 0
    borrows: Annotated[bool, Doc("Whether the class may use what the one above has left.")] = True
    max_idle_ns: Annotated[
        int | None, Unit("ns"), Doc("Most that it may have saved by idling; 20 packets if None.")
    ] = None


def cbq(classes: Sequence[CbqClass], *, link_bps: int, formal: bool = True) -> Scheduler:
    """Class-based queueing (Floyd & Jacobson 1995, IEEE/ACM ToN 3:4).

    An estimator per class averages how much later than allocated its packets leave (avgidle); below 0 the class is
    overlimit, and is regulated: it may not send before that packet spacing is made good, unless it borrows from a class
    above that is not overlimit. With formal link sharing that is allowed only while nobody further down is unsatisfied.
    Those that may send take turns by priority, and among equals by quantum in bytes.

    Parameters
    ----------
    classes : sequence of CbqClass
        Parents before their children.
    link_bps : int [bit/s]
    formal : bool
        Otherwise ancestor-only link sharing: whoever has an ancestor that is not overlimit may send.

    Returns
    -------
    Scheduler

    Raises
    ------
    ValueError
        What is no tree, impossible numbers.
    """
    above, rate = parents(classes), bits_per_second("link_bps", link_bps)
    saved = [_check(given, rate) for given in classes]
    made = kernel.Cbq(
        above,
        [int(c.rate_bps) for c in classes],
        [int(c.quantum_B) for c in classes],
        [c.priority for c in classes],
        [c.borrows for c in classes],
        saved,
        SHIFT,
        formal,
        rate,
        TICKS_PER_S,
    )
    return Scheduler(made, rate)


def max_idle_ns(burst: int, size_B: int, rate_bps: int, link_bps: int) -> int:
    """`max_idle_ns` that lets an idle class send about `burst` packets back to back.

    t (1/p - 1) (1 - g^n) / g^n, with t the time of a packet on the link, p the class's part of it, and g = 15/16
    (Floyd & Jacobson 1995, appendix).

    >>> max_idle_ns(4, 1000, 1_000_000, 10_000_000)
    2120675
    """
    keep = (1 - Fraction(1, 2**SHIFT)) ** burst
    packet_ns = Fraction(size_B * 8 * TICKS_PER_S, link_bps)
    return int(packet_ns * (Fraction(link_bps, rate_bps) - 1) * (1 - keep) / keep)


def _check(given: CbqClass, link_bps: int) -> int:
    """What the class may save; refuses impossible numbers."""
    where = f"class {given.name!r}"
    rate = bits_per_second(f"{where}: rate_bps", given.rate_bps)
    usual = max(0, max_idle_ns(BURST, SIZE_B, rate, link_bps))
    saved = usual if given.max_idle_ns is None else given.max_idle_ns
    limits = {"quantum_B": (given.quantum_B, 1, 1 << 40), "priority": (given.priority, 0, 1 << 30)}
    for name, (value, least, most) in (limits | {"max_idle_ns": (saved, 0, 1 << 60)}).items():
        if value != int(value) or not least <= value <= most:
            raise ValueError(f"{where}: {name} is {value}, not a whole number within {least}..{most}")
    return int(saved)
