"""Controlled load (RFC 2211): admission by parameters, and by what is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from easterly._kernel import admit as _kernel
from easterly._kernel import maths
from easterly.base.columns import BoolColumn, FloatColumn, bools, floats
from easterly.qos.admission.guaranteed import FlowSpec, Number, part_of_link_Bps
from easterly.qos.aqm.packets import NS_PER_S
from easterly.qos.aqm.queue import column


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a flow is let in.

    Attributes
    ----------
    admitted : bool
    load_Bps : float
        What is taken for the load, without the new flow.
    needed_Bps, limit_Bps : float
        What was compared.
    """

    admitted: bool
    load_Bps: float
    needed_Bps: float
    limit_Bps: float


def by_parameters(
    flows: Sequence[FlowSpec], new: FlowSpec, *, link_bps: float, part: float = 0.9, memory_B: float = math.inf
) -> Decision:
    """Let a flow in if the rates of all, and their bursts, fit: nothing is measured, no number is promised.

    Controlled load is what a lightly loaded network gives (RFC 2211). A sum of token buckets within the link and the
    memory cannot overflow a queue of its own.

    Parameters
    ----------
    flows : sequence of FlowSpec
    new : FlowSpec
    link_bps : float
    part : float
        Of the link that rates may take.
    memory_B : float

    Returns
    -------
    Decision
    """
    limit_Bps = part_of_link_Bps(link_bps, part)
    load_Bps = sum((Fraction(flow.rate_Bps) for flow in flows), Fraction(0))
    needed_Bps = load_Bps + Fraction(new.rate_Bps)
    bursts_B = sum(Fraction(flow.burst_B) for flow in (*flows, new))
    fits = needed_Bps <= limit_Bps and bursts_B <= memory_B
    return Decision(fits, float(load_Bps), float(needed_Bps), float(limit_Bps))


@dataclass(frozen=True, slots=True)
class Measured:
    """What a window saw of a run.

    Attributes
    ----------
    load_Bps : (N,) float64 [B/s]
        Estimate after each packet.
    admitted : (M,) bool
        Which requests were let in.
    """

    load_Bps: FloatColumn
    admitted: BoolColumn


class TimeWindow:
    """Load of a link, by the time window of Jamin, Danzig, Shenker & Zhang 1997 (IEEE/ACM ToN 5:1).

    The average over each sampling period is taken; the estimate is the highest of the last window. It rises at once
    when a period is above it, and by the rate of a flow that is let in, after which a new window begins; at the end of
    a window it falls to the highest period of that window. Sums are kept exactly, in integers.

    Parameters
    ----------
    period_ns : int
    periods : int
        Of a window.
    """

    def __init__(self, period_ns: int, periods: int) -> None:
        if period_ns < 1 or periods < 1:
            raise ValueError(f"{periods} periods of {period_ns} ns: a window has one period of one ns at least")
        self._core = _kernel.TimeWindow(period_ns, periods, NS_PER_S)

    @property
    def load_Bps(self) -> float:
        """The estimate."""
        return self._core.load_Bps

    @property
    def state(self) -> dict[str, int]:
        """All that it remembers; `load` and `highest` are exact, in B/s times the period in ns."""
        return self._core.state

    def observe(self, time_ns: int, size_B: int) -> None:
        """A packet was sent.

        Parameters
        ----------
        time_ns, size_B : int

        Raises
        ------
        ValueError
            Time that runs backwards.
        """
        self._core.observe(time_ns, size_B)

    def advance(self, time_ns: int) -> None:
        """Close the periods that have ended by a time."""
        self._core.advance(time_ns)

    def admitted(self, rate_Bps: Number) -> None:
        """A flow was let in: it counts with its rate, in whole B/s, until a window has seen it."""
        self._core.add(math.ceil(rate_Bps))

    def request(self, time_ns: int, rate_Bps: Number, *, link_bps: float, part: float = 0.9) -> bool:
        """Let a flow in by `measured_sum` of the load as it is at a time; it counts from then on.

        Raises
        ------
        ValueError
            Time that runs backwards, numbers out of range.
        """
        return self._core.request(time_ns, math.ceil(rate_Bps), math.floor(part_of_link_Bps(link_bps, part)))

    def run(
        self, time_ns: ArrayLike, size_B: ArrayLike, request_ns: ArrayLike = (), request_Bps: ArrayLike = (), *,
        link_bps: float, part: float = 0.9,
    ) -> Measured:  # fmt: skip
        """Packets that are sent and flows that ask to be let in, in order of time, packets first at one instant.

        Parameters
        ----------
        time_ns, size_B : (N,) int
        request_ns, request_Bps : (M,) int, float
            As of `request`.
        link_bps, part : float

        Returns
        -------
        Measured

        Raises
        ------
        ValueError
            Columns of different lengths, times out of order, numbers out of range.

        Examples
        --------
        >>> window = TimeWindow(period_ns=1_000_000, periods=10)
        >>> seen = window.run([0, 1_000_000], [500, 500], [1_000_000, 1_000_001], [400_000, 1], link_bps=8e6)
        >>> seen.load_Bps.tolist(), seen.admitted.tolist()
        ([0.0, 500000.0], [True, False])
        """
        packets = (column(time_ns, np.int64, "time_ns"), column(size_B, np.int64, "size_B"))
        rates = column(np.ceil(np.asarray(request_Bps, dtype=np.float64)), np.int64, "request_Bps")
        load_Bps, admitted = self._core.run(
            *packets, column(request_ns, np.int64, "request_ns"), rates, math.floor(part_of_link_Bps(link_bps, part))
        )
        return Measured(floats(load_Bps), bools(admitted))


def measured_sum(load_Bps: float, new: FlowSpec, *, link_bps: float, part: float = 0.9) -> Decision:
    """Let a flow in if its rate and the measured load fit a part of the link (Jamin et al. 1997).

    Parameters
    ----------
    load_Bps : float
        Of `TimeWindow`, for instance.
    new : FlowSpec
    link_bps, part : float

    Returns
    -------
    Decision

    >>> measured_sum(1e6, FlowSpec(1e5, 5e3), link_bps=10e6).admitted
    True
    """
    limit_Bps, needed_Bps = part_of_link_Bps(link_bps, part), Fraction(load_Bps) + Fraction(new.rate_Bps)
    return Decision(needed_Bps <= limit_Bps, float(load_Bps), float(needed_Bps), float(limit_Bps))


def hoeffding_Bps(load_Bps: float, peaks_Bps: Sequence[float], loss: float) -> float:
    """Equivalent capacity: what independent flows exceed with a probability of at most `loss` (Floyd 1996).

    v + sqrt(ln(1 / loss) sum p_i^2 / 2), of flows that send between 0 and p_i and v on average (Hoeffding 1963).

    Parameters
    ----------
    load_Bps : float
    peaks_Bps : sequence of float
    loss : float

    Returns
    -------
    float [B/s]

    Raises
    ------
    ValueError
        A loss that is no probability, a peak that is not finite.
    """
    if not 0 < loss <= 1:
        raise ValueError(f"loss is {loss:g}: a probability within (0, 1]")
    if not all(0 <= peak < math.inf for peak in peaks_Bps):
        raise ValueError("a flow without a finite peak has no bound: shape it, or take its token bucket's")
    squares = math.fsum(float(peak) ** 2 for peak in peaks_Bps)
    return load_Bps + math.sqrt(float(-maths.log(floats([loss]))[0]) * squares / 2)


def hoeffding(
    load_Bps: float, flows: Sequence[FlowSpec], new: FlowSpec, *, link_bps: float, loss: float, part: float = 1.0
) -> Decision:
    """Let a flow in if its peak and the equivalent capacity of those inside fit the link.

    Parameters
    ----------
    load_Bps : float
        Measured average of the flows inside.
    flows : sequence of FlowSpec
        Those inside; their peaks bound what they send.
    new : FlowSpec
    link_bps, loss, part : float

    Returns
    -------
    Decision
    """
    limit_Bps = part_of_link_Bps(link_bps, part)
    inside_Bps = hoeffding_Bps(load_Bps, [float(flow.peak_Bps) for flow in flows], loss)
    needed_Bps = inside_Bps + float(new.peak_Bps)
    return Decision(needed_Bps <= limit_Bps, load_Bps, needed_Bps, float(limit_Bps))
