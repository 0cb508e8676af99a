"""One bucket: the token bucket, GCRA, and the leaky bucket as a queue."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from numbers import Rational
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import meter as kernel
from easterly.base.columns import BoolColumn, IndexColumn
from easterly.base.schema import Doc, Unit
from easterly.qos.meters.exact import LARGEST, TICKS_PER_S, UNITS_PER_B, total, whole, whole_column


@dataclass(frozen=True, slots=True)
class TokenBucket:
    """A bucket that fills at a rate up to a burst; a packet conforms if the bucket holds its size, and takes it.

    In any interval of length t no more than burst + rate t passes.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative.
    """

    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate at which tokens come.")]
    burst_B: Annotated[int, Unit("B"), Doc("Depth of the bucket.")]

    def __post_init__(self) -> None:
        for name in ("rate_bps", "burst_B"):
            object.__setattr__(self, name, whole(name, getattr(self, name)))

    def start(self, time_ns: int = 0) -> kernel.TokenBucket:
        """A full bucket, to be stepped packet by packet."""
        return kernel.TokenBucket(self.rate_bps, self.burst_B, TICKS_PER_S, time_ns)


@dataclass(frozen=True, slots=True)
class Gcra:
    """Generic cell rate algorithm GCRA(T, tau): the leaky bucket as a meter (ITU-T I.371, annex A).

    A packet conforms if it comes no more than tau before its theoretical arrival time TAT; then TAT becomes
    max(TAT, now) + T. For packets of one size L it judges as a token bucket of rate L / T and burst L + tau L / T does:
    `of_rate`.

    Raises
    ------
    ValueError
        Times that are negative or not rational, or whose common denominator makes them too large.
    """

    increment_ns: Annotated[Fraction, Unit("ns"), Doc("T: time between packets, or between bytes.")]
    tolerance_ns: Annotated[Fraction, Unit("ns"), Doc("tau: how much earlier a packet may come.")]
    by_size: Annotated[bool, Doc("T is for each byte of a packet, not for each packet.")] = False

    def __post_init__(self) -> None:
        for name in ("increment_ns", "tolerance_ns"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, Rational | np.integer) or value < 0:
                raise ValueError(f"{name} is {value!r}, not a whole number or Fraction from 0 on")
            object.__setattr__(self, name, Fraction(int(value.numerator), int(value.denominator)))
        longest = max(Fraction(1), self.increment_ns, self.tolerance_ns)
        if longest * self._parts > LARGEST:
            raise ValueError("increment_ns and tolerance_ns have too large a common denominator: round them")

    @classmethod
    def of_rate(cls, rate_bps: int, size_B: int, burst_B: int) -> Gcra:
        """GCRA that judges packets of one size as a token bucket does.

        T = size / rate and tau = (burst - size) / rate.

        >>> Gcra.of_rate(1_000_000_000, 53, 53)
        Gcra(increment_ns=Fraction(424, 1), tolerance_ns=Fraction(0, 1), by_size=False)
        """
        rate, size, burst = whole("rate_bps", rate_bps, 1), whole("size_B", size_B), whole("burst_B", burst_B)
        if burst < size:
            raise ValueError(f"burst_B is {burst}, less than size_B ({size}): no packet could ever conform")
        return cls(Fraction(UNITS_PER_B * size, rate), Fraction(UNITS_PER_B * (burst - size), rate))

    @property
    def _parts(self) -> int:
        """Parts of a nanosecond in which both times are whole."""
        return lcm(self.increment_ns.denominator, self.tolerance_ns.denominator)

    def start(self, time_ns: int = 0) -> kernel.Gcra:
        """A meter whose first packet conforms, to be stepped packet by packet."""
        increment, tolerance = int(self.increment_ns * self._parts), int(self.tolerance_ns * self._parts)
        return kernel.Gcra(increment, tolerance, self._parts, self.by_size, time_ns)


@dataclass(frozen=True, slots=True)
class LeakyBucket:
    """The leaky bucket as a queue: packets wait, and leave at a constant rate, after a burst that passes at once.

    A packet leaves when its last bit does: at max over j <= i of a_j + (l_j + ... + l_i - burst) / rate, and not before
    it came: the greedy shaper (Le Boudec & Thiran 2001, 1.5). Its output conforms to a token bucket of that rate and
    burst, if no packet is larger than the burst. A packet that does not fit into what is free of burst and queue is
    dropped.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative, a rate of 0, a queue that takes 2^62 ns or more to drain.
    """

    rate_bps: Annotated[int, Unit("bit/s"), Doc("Rate at which packets leave.")]
    queue_B: Annotated[int, Unit("B"), Doc("What may wait.")]
    burst_B: Annotated[int, Unit("B"), Doc("What may leave at once after a pause.")] = 0

    def __post_init__(self) -> None:
        for name, least in (("rate_bps", 1), ("queue_B", 0), ("burst_B", 0)):
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        self.start()

    def start(self, time_ns: int = 0) -> kernel.Shaper:
        """An empty queue, to be stepped packet by packet."""
        return kernel.Shaper(self.rate_bps, self.burst_B, self.queue_B, TICKS_PER_S, time_ns)


@dataclass(frozen=True, slots=True)
class Policed:
    """Packets that conform and those that do not."""

    conforms: Annotated[BoolColumn, Doc("(N,) whether a packet passes.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(N,) sizes of the packets.")]
    end: Annotated[Fraction, Doc("Credit of a token bucket in bytes; of GCRA, by how many ns TAT is ahead.")]

    @property
    def passed_B(self) -> int:
        """Bytes that pass."""
        return total(self.size_B[self.conforms])


@dataclass(frozen=True, slots=True)
class Shaped:
    """When packets leave a leaky bucket."""

    departure_ns: Annotated[IndexColumn, Unit("ns"), Doc("(N,) last bit of each packet, rounded up; -1 if dropped.")]
    time_ns: Annotated[IndexColumn, Unit("ns"), Doc("(N,) when packets came.")]
    backlog_B: Annotated[Fraction, Unit("B"), Doc("What was waiting after the last packet.")]

    @property
    def dropped(self) -> BoolColumn:
        """Packets that found the bucket full."""
        return self.departure_ns < 0

    @property
    def delay_ns(self) -> IndexColumn:
        """Time that each packet spends in the bucket; -1 if it is dropped."""
        return np.where(self.dropped, -1, self.departure_ns - self.time_ns)


def police(meter: TokenBucket | Gcra, time_ns: ArrayLike, size_B: ArrayLike) -> Policed:
    """Judge packets one after the other.

    Parameters
    ----------
    meter : TokenBucket or Gcra
    time_ns : (N,) int [ns]
        From 0 on, ascending; equal times are fine.
    size_B : (N,) int [B]

    Returns
    -------
    Policed

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, times that fall, negative sizes.

    Examples
    --------
    >>> police(TokenBucket(8_000_000, 2000), [0, 0, 500_000], [1500, 1500, 900]).conforms.tolist()
    [True, False, True]
    """
    running, time, size = meter.start(), whole_column("time_ns", time_ns), whole_column("size_B", size_B)
    conforms = running.run(time, size).view(np.bool_)
    conforms.flags.writeable = False
    if isinstance(running, kernel.TokenBucket):
        return Policed(conforms, size, Fraction(running.state["credit"], UNITS_PER_B))
    assert isinstance(meter, Gcra)
    return Policed(conforms, size, Fraction(running.state["level"], meter._parts))


def shape(bucket: LeakyBucket, time_ns: ArrayLike, size_B: ArrayLike) -> Shaped:
    """Send packets through a leaky bucket.

    Parameters
    ----------
    bucket : LeakyBucket
    time_ns : (N,) int [ns]
        From 0 to 2^62, ascending; equal times are fine.
    size_B : (N,) int [B]

    Returns
    -------
    Shaped

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, times that fall, negative sizes.

    Examples
    --------
    >>> shape(LeakyBucket(8_000_000, 3000), [0, 0, 0], [1500] * 3).departure_ns.tolist()
    [1500000, 3000000, -1]
    """
    running, time, size = bucket.start(), whole_column("time_ns", time_ns), whole_column("size_B", size_B)
    departure = running.run(time, size)
    departure.flags.writeable = False
    waiting = max(Fraction(0), Fraction(running.state["level"], UNITS_PER_B) - bucket.burst_B)
    return Shaped(departure, time, waiting)
