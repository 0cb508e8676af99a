"""What an algorithm costs, before anything is known of rates: bytes, rounds, reductions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from easterly.demand.collectives.metrics import Array, Reals


@dataclass(frozen=True, slots=True)
class Stage:
    """Part of an algorithm in which both networks work at the same time.

    Attributes
    ----------
    inside_B : float or array [B]
        Bytes that the busiest rank sends (or receives, if that is more) inside its host.
    outside_B : float or array [B]
        Bytes that the busiest host sends (or receives) through all of its interfaces.
    inside_hops, outside_hops : float or array
        Messages one after the other, inside hosts and between them.
    reduced_B, copied_B : float or array [B]
        Bytes that the busiest rank reduces, and moves in its own memory.
    """

    inside_B: Reals = 0.0
    outside_B: Reals = 0.0
    inside_hops: Reals = 0.0
    outside_hops: Reals = 0.0
    reduced_B: Reals = 0.0
    copied_B: Reals = 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Stages of an algorithm and how they may overlap.

    Attributes
    ----------
    stages : tuple of Stage
        One after the other, for a single piece of the array.
    pipelined : bool
        Whether the stages work on different pieces at the same time, and reduce while they receive.
    duplex : bool
        Whether the busiest link of one stage carries the bytes of the next in its other direction.
    family : str
        Whose latencies apply: ``ring``, ``tree``, ``nvls`` or ``sharp``.
    inside_share : float
        Share of the rate inside the host that the worse end reckons with.
    possible : bool or array
        False where the algorithm cannot run.
    """

    stages: tuple[Stage, ...]
    pipelined: bool = False
    duplex: bool = False
    family: str = "ring"
    inside_share: float = 1.0
    possible: NDArray[np.bool_] | bool = True

    def total(self, attribute: str) -> Array:
        """Sum of one attribute over the stages."""
        return np.asarray(sum(getattr(stage, attribute) for stage in self.stages), dtype=np.float64)

    @property
    def outside_B(self) -> Array:
        """Bytes that the busiest host sends through its interfaces, in the busier direction."""
        if self.duplex:
            return np.asarray(np.maximum.reduce(np.broadcast_arrays(*(s.outside_B for s in self.stages))))
        return self.total("outside_B")


def once(count: Array) -> Array:
    """(n-1)/n: what leaves one of n equal parts."""
    return np.asarray((count - 1) / count)


def rounds(count: Array) -> Array:
    """Rounds in which one becomes `count` by doubling: ceil(lg n).

    >>> rounds(np.array([1.0, 2.0, 8.0, 9.0])).tolist()
    [0.0, 1.0, 3.0, 4.0]
    """
    mantissa, exponent = np.frexp(count)
    return np.asarray(np.where(mantissa == 0.5, exponent - 1, exponent), dtype=np.float64)


def power_below(count: Array) -> Array:
    """Largest power of two that is not above `count`.

    >>> power_below(np.array([1.0, 5.0, 8.0])).tolist()
    [1.0, 4.0, 8.0]
    """
    return np.asarray(np.ldexp(1.0, np.frexp(count)[1] - 1))
