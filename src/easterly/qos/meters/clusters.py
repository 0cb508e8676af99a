"""One limit enforced at many points: a cluster of token buckets whose rates follow the demand."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from easterly._kernel import meter as kernel
from easterly.base.columns import BoolColumn, IndexColumn
from easterly.base.schema import Doc, Unit
from easterly.qos.meters.exact import TICKS_PER_S, UNITS_PER_B, row_column, total, whole, whole_column


@dataclass(frozen=True, slots=True)
class Cluster:
    """A global rate that N points enforce together, each by a token bucket of its own.

    Raghavan et al. 2007 ("Cloud control with distributed rate limiting", SIGCOMM) compare two ways to do it. Global
    random drop lets each point drop by the excess of all; it follows demand closely, but what newly arrives within an
    interval passes at every point at once, so no bound holds before the next exchange. Flow proportional share gives
    each point a part of the rate, which holds without any exchange. This is of the second kind, with the demand
    measured in bytes instead of counted flows: after each interval the limit is shared out max-min fairly by what
    each point was offered in it, at least `least_bps` to each, and what nobody asked for evenly, so that a point that
    wakes up has something.

    The rates are whole and add up to the limit, always. The depths are equal and add up to at most `burst_B`, and
    credit stays at its point and never moves. Hence the bound: in any interval of length t, within one assignment or
    over many, all points together pass at most what their buckets held at its begin plus what they earned in it:
    burst + limit t. The excess over limit t is at most `burst_B`, not N times that, and does not grow with time or
    with the number of assignments. The price is on the other side: until the next assignment a point may refuse what
    others leave unused, and none passes a packet larger than burst / N.

    In a real cluster the new rates have to take effect at one time. If clocks differ by e, one change may let up to
    limit e more pass, unless rates sink e before others rise.

    Raises
    ------
    ValueError
        Numbers that are not whole or negative; no point, no interval; least rates that exceed the limit together.
    """

    limit_bps: Annotated[int, Unit("bit/s"), Doc("Rate of all points together.")]
    burst_B: Annotated[int, Unit("B"), Doc("Depth of all buckets together.")]
    points: Annotated[int, Doc("Number of points.")]
    interval_ns: Annotated[int, Unit("ns"), Doc("Time between two assignments.")]
    least_bps: Annotated[int, Unit("bit/s"), Doc("What each point has at least.")] = 0

    def __post_init__(self) -> None:
        for name in ("limit_bps", "burst_B", "points", "interval_ns", "least_bps"):
            least = 1 if name in ("points", "interval_ns") else 0
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        if self.least_bps * self.points > self.limit_bps:
            raise ValueError(
                f"least_bps is {self.least_bps}, which {self.points} points exceed limit_bps ({self.limit_bps}) with"
            )

    def start(self, time_ns: int = 0) -> kernel.Cluster:
        """Points with full buckets and even rates, to be stepped packet by packet; a step names the point."""
        numbers = (self.limit_bps, self.least_bps, self.burst_B, self.points, self.interval_ns)
        return kernel.Cluster(*numbers, TICKS_PER_S, time_ns)

    def bound_B(self, duration_ns: int) -> Fraction:
        """Most bytes that all points pass in any interval of that length.

        >>> Cluster(8_000_000, 3000, points=3, interval_ns=10**8).bound_B(10**6)
        Fraction(4000, 1)
        """
        depth_B = self.burst_B // self.points * self.points
        return depth_B + Fraction(self.limit_bps * whole("duration_ns", duration_ns), UNITS_PER_B)


@dataclass(frozen=True, slots=True)
class Enforced:
    """Packets that a cluster lets pass, and the rates of its points over time."""

    conforms: Annotated[BoolColumn, Doc("(N,) whether a packet passes.")]
    size_B: Annotated[IndexColumn, Unit("B"), Doc("(N,) sizes of the packets.")]
    from_ns: Annotated[IndexColumn, Unit("ns"), Doc("(K,) since when each row of rates holds.")]
    rate_bps: Annotated[NDArray[np.int64], Unit("bit/s"), Doc("(K, P) rates of the points; each row is the limit.")]

    @property
    def passed_B(self) -> int:
        """Bytes that pass."""
        return total(self.size_B[self.conforms])


def enforce(cluster: Cluster, time_ns: ArrayLike, size_B: ArrayLike, point: ArrayLike) -> Enforced:
    """Judge packets at the points of a cluster, in the order of time.

    Parameters
    ----------
    cluster : Cluster
    time_ns : (N,) int [ns]
        From 0 on, ascending; equal times are fine.
    size_B : (N,) int [B]
    point : (N,) int
        Where each packet comes.

    Returns
    -------
    Enforced

    Raises
    ------
    ValueError
        Columns that do not fit or are not whole, times that fall, negative sizes, points that are not there.

    Examples
    --------
    Only point 0 is busy; from the second interval on it has all but the least of the other:

    >>> cluster = Cluster(8_000_000, 2000, points=2, interval_ns=10**6, least_bps=1_000_000)
    >>> enforce(cluster, [0, 0, 1_000_000], [1000, 1000, 875], [0, 0, 0]).rate_bps.tolist()
    [[4000000, 4000000], [7000000, 1000000]]
    """
    running, time, size = cluster.start(), whole_column("time_ns", time_ns), whole_column("size_B", size_B)
    passes, since, rate = running.run(time, size, row_column("point", point, cluster.points))
    for column in (passes, since, rate):
        column.flags.writeable = False
    return Enforced(passes.view(np.bool_), size, since, rate)


def fair_shares(limit: int, demand: ArrayLike, *, least: int = 0) -> IndexColumn:
    """Share out a limit max-min fairly, in whole numbers that add up to it.

    Parameters
    ----------
    limit : int
    demand : (P,) int
        No one gets more than that while another wants more; what nobody wants is spread evenly.
    least : int
        What each gets in any case.

    Returns
    -------
    (P,) int64

    Raises
    ------
    ValueError
        Numbers that are not whole or negative, no demand, least shares that exceed the limit together.

    Examples
    --------
    >>> fair_shares(100, [10, 80, 30]).tolist(), fair_shares(100, [10, 20, 0]).tolist()
    ([10, 60, 30], [34, 43, 23])
    """
    return kernel.share(whole("limit", limit), whole("least", least), whole_column("demand", demand))
