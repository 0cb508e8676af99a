"""Three-colour markers: RFC 2697, RFC 2698 and RFC 4115, colour-blind and colour-aware."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import meter as kernel
from easterly.base.columns import IndexColumn
from easterly.base.schema import Doc, Unit
from easterly.qos.meters.exact import TICKS_PER_S, UNITS_PER_B, total, whole, whole_column

GREEN, YELLOW, RED = range(3)
LETTERS = "GYR"
ColourColumn = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SrTcm:
    """Single rate three colour marker (RFC 2697).

    Tokens come at the committed rate. They fill the committed bucket; only while that is full, they fill the excess
    bucket. A packet that the committed bucket holds is green, one that the excess bucket holds is yellow, others are
    red; each takes from the bucket that held it.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative; both bursts 0, which the RFC rules out.
    """

    cir_bps: Annotated[int, Unit("bit/s"), Doc("Committed information rate.")]
    cbs_B: Annotated[int, Unit("B"), Doc("Committed burst size.")]
    ebs_B: Annotated[int, Unit("B"), Doc("Excess burst size.")]

    buckets: ClassVar[tuple[str, str]] = ("committed", "excess")

    def __post_init__(self) -> None:
        _check(self, "cir_bps", "cbs_B", "ebs_B")
        _one_burst(self, "cbs_B", "ebs_B")

    def start(self, time_ns: int = 0) -> kernel.SingleRate:
        """A marker with full buckets, to be stepped packet by packet."""
        return kernel.SingleRate(self.cir_bps, self.cbs_B, self.ebs_B, TICKS_PER_S, time_ns)


@dataclass(frozen=True, slots=True)
class TrTcm:
    """Two rate three colour marker (RFC 2698).

    A packet that the peak bucket does not hold is red. Of the others, those that the committed bucket holds are green
    and take from both buckets; the rest is yellow and takes from the peak bucket alone.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative; a peak rate below the committed one or a burst of 0, which the RFC
        rules out.
    """

    cir_bps: Annotated[int, Unit("bit/s"), Doc("Committed information rate.")]
    cbs_B: Annotated[int, Unit("B"), Doc("Committed burst size.")]
    pir_bps: Annotated[int, Unit("bit/s"), Doc("Peak information rate, at least the committed one.")]
    pbs_B: Annotated[int, Unit("B"), Doc("Peak burst size.")]

    buckets: ClassVar[tuple[str, str]] = ("committed", "peak")

    def __post_init__(self) -> None:
        _check(self, "cir_bps", "pir_bps")
        _check(self, "cbs_B", "pbs_B", least=1)
        if self.pir_bps < self.cir_bps:
            raise ValueError(f"pir_bps is {self.pir_bps}, below cir_bps ({self.cir_bps}): RFC 2698 wants PIR >= CIR")

    def start(self, time_ns: int = 0) -> kernel.TwoRate:
        """A marker with full buckets, to be stepped packet by packet."""
        return kernel.TwoRate(self.cir_bps, self.cbs_B, self.pir_bps, self.pbs_B, TICKS_PER_S, time_ns)


@dataclass(frozen=True, slots=True)
class Rfc4115:
    """Two rate three colour marker with efficient handling of traffic in profile (RFC 4115).

    The buckets are independent: green takes from the committed bucket alone, yellow from the excess bucket alone, so
    that yellow packets before this marker never use up what green ones are due.

    The RFC asks for ``Tc - B > 0``, RFC 2697 and 2698 for ``>= 0``; implementations take ``>= 0`` for all three, and so
    does this marker unless it is `strict`.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative; both bursts 0.
    """

    cir_bps: Annotated[int, Unit("bit/s"), Doc("Committed information rate.")]
    cbs_B: Annotated[int, Unit("B"), Doc("Committed burst size.")]
    eir_bps: Annotated[int, Unit("bit/s"), Doc("Excess information rate.")]
    ebs_B: Annotated[int, Unit("B"), Doc("Excess burst size.")]
    strict: Annotated[bool, Doc("A packet must leave something in its bucket, to the letter of the RFC.")] = False

    buckets: ClassVar[tuple[str, str]] = ("committed", "excess")

    def __post_init__(self) -> None:
        _check(self, "cir_bps", "cbs_B", "eir_bps", "ebs_B")
        _one_burst(self, "cbs_B", "ebs_B")

    def start(self, time_ns: int = 0) -> kernel.Differential:
        """A marker with full buckets, to be stepped packet by packet."""
        numbers = (self.cir_bps, self.cbs_B, self.eir_bps, self.ebs_B)
        return kernel.Differential(*numbers, self.strict, TICKS_PER_S, time_ns)


Marker = SrTcm | TrTcm | Rfc4115


@dataclass(frozen=True, slots=True)
class Marked:
    """Packets with their colours, and what is left in the buckets."""

    colour: Annotated[ColourColumn, Doc("(N,) 0 green, 1 yellow, 2 red.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(N,) sizes of the packets.")]
    credit_B: Annotated[Mapping[str, Fraction], Unit("B"), Doc("Tokens of each bucket after the last packet, exactly.")]

    @property
    def colours(self) -> str:
        """One letter per packet: G, Y, R."""
        return np.frombuffer(LETTERS.encode(), dtype=np.uint8)[self.colour].tobytes().decode()

    def packets_of(self, colour: int) -> int:
        """Number of packets of a colour."""
        return int(np.count_nonzero(self.colour == colour))

    def bytes_of(self, colour: int) -> int:
        """Bytes of a colour."""
        return total(self.size_B[self.colour == colour])


def mark(marker: Marker, time_ns: ArrayLike, size_B: ArrayLike, colour: str | ArrayLike | None = None) -> Marked:
    """Mark packets, one after the other, by a marker with full buckets.

    Exact in integers: colours and credits are those of rational arithmetic, at any rate and after any time.

    Parameters
    ----------
    marker : SrTcm, TrTcm or Rfc4115
    time_ns : (N,) int [ns]
        When packets come, from 0 on, ascending; equal times are fine.
    size_B : (N,) int [B]
    colour : str or (N,) int, optional
        Colours that packets bring, as letters or numbers: the marker is colour-aware, and never makes a packet better.
        Without, it is colour-blind.

    Returns
    -------
    Marked

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, times that fall, negative sizes, colours that are none.

    Examples
    --------
    >>> marked = mark(TrTcm(1_000_000, 3000, 2_000_000, 6000), [0, 0, 0, 0, 0], [1500] * 5)
    >>> marked.colours, marked.credit_B["committed"], marked.credit_B["peak"]
    ('GGYYR', Fraction(0, 1), Fraction(0, 1))
    """
    running, time, size = marker.start(), whole_column("time_ns", time_ns), whole_column("size_B", size_B)
    made = running.run(time, size) if colour is None else running.run_aware(time, size, colour_column(colour))
    made.flags.writeable = False
    return Marked(made, size, credit_B(marker, running))


def credit_B(marker: Marker, running: kernel.SingleRate | kernel.TwoRate | kernel.Differential) -> dict[str, Fraction]:
    """Tokens of each bucket of a marker that was started, as of its last packet, in bytes."""
    state = running.state
    return {
        marker.buckets[0]: Fraction(state["committed"], UNITS_PER_B),
        marker.buckets[1]: Fraction(state["second"], UNITS_PER_B),
    }


def colour_column(colours: str | ArrayLike) -> ColourColumn:
    """Colours as numbers.

    Raises
    ------
    ValueError
        Letters other than G, Y and R, numbers other than 0, 1 and 2.

    >>> colour_column("GYR").tolist()
    [0, 1, 2]
    """
    if isinstance(colours, str):
        wrong = next((i for i, letter in enumerate(colours) if letter not in LETTERS), None)
        if wrong is not None:
            raise ValueError(f"colour[{wrong}] is {colours[wrong]!r}, not one of G, Y, R")
        return np.array([LETTERS.index(letter) for letter in colours], dtype=np.uint8)
    numbers = np.asarray(colours)
    if numbers.dtype == np.uint8 and numbers.ndim == 1:
        return np.ascontiguousarray(numbers)
    column = whole_column("colour", numbers)
    wrong = next(iter(np.flatnonzero((column < GREEN) | (column > RED)).tolist()), None)
    if wrong is not None:
        raise ValueError(f"colour[{wrong}] is {column[wrong]}, not 0 (green), 1 (yellow) or 2 (red)")
    return column.astype(np.uint8)


def _check(made: object, *names: str, least: int = 0) -> None:
    """Turn attributes into whole numbers."""
    for name in names:
        object.__setattr__(made, name, whole(name, getattr(made, name), least))


def _one_burst(made: object, *names: str) -> None:
    if not any(getattr(made, name) for name in names):
        raise ValueError(f"{' and '.join(names)} are both 0: no packet could be anything but red; make one larger")
