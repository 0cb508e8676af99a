"""Hierarchical token bucket, with the rules and the defaults of Linux."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from easterly._kernel import sched as kernel
from easterly.base.columns import IndexColumn, IntColumn, indices, ints
from easterly.base.schema import Doc, Unit
from easterly.qos.scheduling.scheduler import TICKS_PER_S, Scheduler, bits_per_second
from easterly.qos.scheduling.trees import leaves, parents

R2Q = 10
LEAST_QUANTUM_B, MOST_QUANTUM_B = 1000, 200_000
"""Where Linux clamps a quantum that follows from the rate."""
MTU_B = 1600
"""What `tc` takes for the largest packet when no burst is given."""
TIMER_HZ = 1_000_000_000
"""Ticks of the timer as `tc` reads them from a kernel with high-resolution timers."""
LEVELS = 8


@dataclass(frozen=True, slots=True)
class HtbClass:
    """A class as it is written for `tc class add ... htb`; what is None takes the default of `tc`.

    Rates are whole numbers of bit/s; Linux itself keeps whole bytes per second.
    """

    name: Annotated[str, Doc("Name.")]
    rate_bps: Annotated[int, Unit("bit/s"), Doc("What the class may always send.")]
    parent: Annotated[str | None, Doc("Name of the class above; None under the qdisc itself.")] = None
    ceil_bps: Annotated[int | None, Unit("bit/s"), Doc("Most, with loans; the rate if None.")] = None
    quantum_B: Annotated[int | None, Unit("B"), Doc("Turn when borrowing; rate / r2q, clamped, if None.")] = None
    burst_B: Annotated[int | None, Unit("B"), Doc("Bucket of the rate.")] = None
    cburst_B: Annotated[int | None, Unit("B"), Doc("Bucket of the ceiling.")] = None
    priority: Annotated[int, Unit("1"), Doc("0..7; 0 is offered excess first.")] = 0


@dataclass(frozen=True, slots=True)
class HtbTree:
    """Classes with every default filled in. Packets are queued at leaves, under the index of the class."""

    name: Annotated[tuple[str, ...], Doc("(K,) names.")]
    parent: Annotated[IntColumn, Doc("(K,) index of the class above; -1 for none.")]
    rate_bps: Annotated[IndexColumn, Unit("bit/s"), Doc("(K,) rate.")]
    ceil_bps: Annotated[IndexColumn, Unit("bit/s"), Doc("(K,) ceiling.")]
    burst_B: Annotated[IndexColumn, Unit("B"), Doc("(K,) bucket of the rate.")]
    cburst_B: Annotated[IndexColumn, Unit("B"), Doc("(K,) bucket of the ceiling.")]
    quantum_B: Annotated[IndexColumn, Unit("B"), Doc("(K,) turn of a leaf when it borrows.")]
    priority: Annotated[IntColumn, Unit("1"), Doc("(K,) priority; 0 first.")]
    warnings: Annotated[tuple[str, ...], Doc("What Linux says of quanta that it clamped.")]

    @property
    def leaves(self) -> list[int]:
        """Classes without children."""
        return leaves(self.parent.tolist())

    def scheduler(self) -> Scheduler:
        """The qdisc, at rest with full buckets."""
        made = kernel.Htb(
            self.parent.tolist(),
            self.rate_bps.tolist(),
            self.ceil_bps.tolist(),
            self.burst_B.tolist(),
            self.cburst_B.tolist(),
            self.quantum_B.tolist(),
            self.priority.tolist(),
            TICKS_PER_S,
        )
        return Scheduler(made)


def htb(classes: Sequence[HtbClass], *, r2q: int = R2Q) -> HtbTree:
    """Classes of an HTB as Linux would hold them.

    Every class may send at its rate. What its parent's rate leaves over is lent, by the deepest class that has some,
    to the highest priority first and then in rounds of one quantum per leaf; *the quantum, not the rate, decides how
    excess is shared*. Without one it is rate / r2q in bytes, clamped to 1,000..200,000: from 16 Mb/s on (with r2q 10)
    all classes share alike.

    Parameters
    ----------
    classes : sequence of HtbClass
        Parents before their children; children in the order of their numbers (`classid`), which is that of their turns.
    r2q : int

    Returns
    -------
    HtbTree

    Raises
    ------
    ValueError
        What is no tree, more than seven inner classes one below the other, impossible numbers.

    Examples
    --------
    >>> from easterly.qos.scheduling import HtbClass, htb
    >>> tree = htb([HtbClass("link", 100_000_000), HtbClass("web", 30_000_000, "link", ceil_bps=100_000_000)])
    >>> tree.quantum_B.tolist(), tree.burst_B.tolist()
    ([200000, 200000], [1600, 1600])
    >>> tree.warnings[-1]
    'quantum of class web is big: 375000 B became 200000 B; consider another r2q, or give the quantum'
    """
    above = parents(classes)
    if r2q < 1:
        raise ValueError(f"r2q is {r2q}, not at least 1")
    for given in classes:
        _check(given)
    _check_depth(classes, above)
    quanta = [quantum(c.rate_bps, r2q) for c in classes]
    return HtbTree(
        tuple(c.name for c in classes),
        ints(above),
        indices([c.rate_bps for c in classes]),
        indices([_ceil(c) for c in classes]),
        indices([default_burst_B(c.rate_bps) if c.burst_B is None else c.burst_B for c in classes]),
        indices([default_burst_B(_ceil(c)) if c.cburst_B is None else c.cburst_B for c in classes]),
        indices([q[0] if c.quantum_B is None else c.quantum_B for c, q in zip(classes, quanta, strict=True)]),
        ints([c.priority for c in classes]),
        tuple(_warning(c, r2q) for c, q in zip(classes, quanta, strict=True) if c.quantum_B is None and q[1]),
    )


def quantum(rate_bps: int, r2q: int = R2Q) -> tuple[int, Literal["small", "big"] | None]:
    """Quantum in bytes that Linux gives to a class without one, and what it finds of it.

    The kernel's warning, which `tc` prints: ``quantum of class 10010 is big. Consider r2q change.``

    >>> quantum(10_000_000), quantum(30_000_000), quantum(50_000)
    ((125000, None), (200000, 'big'), (1000, 'small'))
    """
    wanted = rate_bps // 8 // r2q
    if wanted < LEAST_QUANTUM_B:
        return LEAST_QUANTUM_B, "small"
    return (MOST_QUANTUM_B, "big") if wanted > MOST_QUANTUM_B else (wanted, None)


def default_burst_B(rate_bps: int) -> int:
    """Bucket that `tc` gives to a class without one: a packet, and one tick of the timer.

    >>> default_burst_B(100_000_000), default_burst_B(100_000_000_000)
    (1600, 1612)
    """
    return rate_bps // 8 // TIMER_HZ + MTU_B


def _ceil(given: HtbClass) -> int:
    return given.rate_bps if given.ceil_bps is None else given.ceil_bps


def _warning(given: HtbClass, r2q: int) -> str:
    clamped, found = quantum(given.rate_bps, r2q)
    return (
        f"quantum of class {given.name} is {found}: {given.rate_bps // 8 // r2q} B became {clamped} B; "
        "consider another r2q, or give the quantum"
    )


def _check(given: HtbClass) -> None:
    bits_per_second(f"class {given.name!r}: rate_bps", given.rate_bps)
    bits_per_second(f"class {given.name!r}: ceil_bps", _ceil(given))
    for name, value in (("quantum_B", given.quantum_B), ("burst_B", given.burst_B), ("cburst_B", given.cburst_B)):
        if value is not None and (value != int(value) or not 1 <= value <= 1 << 40):
            raise ValueError(f"class {given.name!r}: {name} is {value}, not a whole number of bytes within 1..2^40")
    if given.priority not in range(8):
        raise ValueError(f"class {given.name!r}: priority is {given.priority}, not within 0..7")


def _check_depth(classes: Sequence[HtbClass], above: Sequence[int]) -> None:
    depth: list[int] = []
    for given, parent in zip(classes, above, strict=True):
        depth.append(0 if parent < 0 else depth[parent] + 1)
        if depth[-1] >= LEVELS:
            raise ValueError(f"class {given.name!r} is {depth[-1]} levels deep; Linux takes {LEVELS - 1}")
