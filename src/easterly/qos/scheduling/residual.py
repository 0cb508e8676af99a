"""What a scheduler guarantees to one queue whatever the others do: rate-latency service curves, as exact fractions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated

from easterly.base.schema import Doc, Unit


@dataclass(frozen=True, slots=True)
class RateLatency:
    """Service curve of one queue, ``rate x (t - latency)`` above 0.

    By any time t at least so much has been sent as had come by some s, and ``rate x (t - s - latency)``. For all but
    `cbs`, whose queues may begin in debt, s is when the queue last began to wait.
    """

    rate_bps: Annotated[Fraction, Unit("bit/s"), Doc("Rate; 0 where nothing is guaranteed.")]
    latency_s: Annotated[Fraction | float, Unit("s"), Doc("Latency; infinite where nothing is guaranteed.")]

    def delay_s(self, burst_B: int, rate_bps: int) -> Fraction | float:
        """Longest delay of what a token bucket lets through, in order of arrival (Le Boudec & Thiran 2001, 1.4)."""
        if rate_bps > self.rate_bps or self.rate_bps == 0:
            return math.inf
        return self.latency_s + Fraction(8 * burst_B) / self.rate_bps


NOTHING = RateLatency(Fraction(0), math.inf)


def drr(quantum_B: Sequence[int], largest_B: Sequence[int], *, link_bps: int) -> tuple[RateLatency, ...]:
    """Residual service of deficit round robin (Boyer, Stea & Sofack 2012, VALUETOOLS).

    With F the sum of all quanta Q, and l the largest packets: rate C Q_i / F, and latency
    ((F - Q_i) (1 + l_i / Q_i) + sum of the other l) / C.

    Parameters
    ----------
    quantum_B, largest_B : (Q,) int [B]
    link_bps : int [bit/s]

    Returns
    -------
    tuple of RateLatency
        One per queue.

    Raises
    ------
    ValueError
        Columns of different lengths, a number that is not above 0.

    Examples
    --------
    >>> from easterly.qos.scheduling import residual
    >>> curves = residual.drr([9216, 18432, 36864], [9216] * 3, link_bps=100 * 10**9)
    >>> [float(10**6 * curve.latency_s) for curve in curves]
    [10.32192, 7.00416, 4.23936]
    """
    _check(link_bps, quantum_B=quantum_B, largest_B=largest_B)
    total, packets = sum(quantum_B), sum(largest_B)
    return tuple(
        RateLatency(
            Fraction(link_bps * quantum, total),
            8 * ((total - quantum) * (1 + Fraction(largest, quantum)) + packets - largest) / link_bps,
        )
        for quantum, largest in zip(quantum_B, largest_B, strict=True)
    )


def wfq(weight: Sequence[int], largest_B: Sequence[int], *, link_bps: int) -> tuple[RateLatency, ...]:
    """Residual service of WFQ and WF2Q (Parekh & Gallager 1993), and of WF2Q+ (Bennett & Zhang 1997).

    Rate R_i = C w_i / sum of w, and latency l_i / R_i + (largest packet of all) / C.

    Parameters
    ----------
    weight : (Q,) int
    largest_B : (Q,) int [B]
    link_bps : int [bit/s]

    Returns
    -------
    tuple of RateLatency
        One per queue.

    Raises
    ------
    ValueError
        Columns of different lengths, a number that is not above 0.
    """
    _check(link_bps, weight=weight, largest_B=largest_B)
    rates = [Fraction(link_bps * w, sum(weight)) for w in weight]
    return tuple(
        RateLatency(rate, 8 * largest / rate + Fraction(8 * max(largest_B), link_bps))
        for rate, largest in zip(rates, largest_B, strict=True)
    )


def strict_priority(
    burst_B: Sequence[int], rate_bps: Sequence[int], largest_B: Sequence[int], *, link_bps: int
) -> tuple[RateLatency, ...]:
    """Residual service of strict priority behind queues that token buckets hold.

    Rate C - (rates of higher queues), and latency (their bursts + the largest packet of a lower queue, which is not
    interrupted) / that rate. Nothing where higher queues may take the link whole.

    Parameters
    ----------
    burst_B : (Q,) int [B]
    rate_bps : (Q,) int [bit/s]
        Token buckets of the queues, the highest first; those of the last are not used.
    largest_B : (Q,) int [B]
    link_bps : int [bit/s]

    Returns
    -------
    tuple of RateLatency
        One per queue.

    Raises
    ------
    ValueError
        Columns of different lengths, a bucket below 0, a packet or link that is not above 0.

    Examples
    --------
    A burst of 64 KiB at 10 Gb/s, behind one packet of 9,216 B; and what is left for the others:

    >>> from easterly.qos.scheduling import residual
    >>> high, low = residual.strict_priority([65536, 0], [10**10, 0], [9216, 9216], link_bps=10**11)
    >>> float(high.delay_s(65536, 10**10)), float(low.rate_bps), float(low.latency_s)
    (5.98016e-06, 90000000000.0, 5.825422222222222e-06)
    """
    _check(link_bps, largest_B=largest_B)
    _check(link_bps, least=0, burst_B=burst_B, rate_bps=rate_bps, largest_B=largest_B)
    return tuple(
        _left(link_bps - sum(rate_bps[:i]), sum(burst_B[:i]) + max(largest_B[i + 1 :], default=0))
        for i in range(len(largest_B))
    )


def cbs(idle_slope_bps: Sequence[int], largest_B: Sequence[int], *, link_bps: int) -> tuple[RateLatency, ...]:
    """Residual service of shaped queues of 802.1Qav (De Azua & Boyer 2014, RTNS).

    Rate idleSlope, and latency: how long the queues above, whose credit cannot fall below sendSlope_j l_j / C, and one
    packet of a queue below can hold the link, (sum of (C - idleSlope_j) l_j / C + l) / (C - sum of idleSlope_j).

    Parameters
    ----------
    idle_slope_bps : (Q,) int [bit/s]
        The highest priority first; 0 from the first queue without a shaper on, to which nothing is guaranteed here.
    largest_B : (Q,) int [B]
    link_bps : int [bit/s]

    Returns
    -------
    tuple of RateLatency
        One per queue.

    Raises
    ------
    ValueError
        Columns of different lengths, slopes below 0 or together above the link, a packet or link that is not above 0.

    Examples
    --------
    Class A with 75 % of 1 Gb/s behind a frame of 1,542 B:

    >>> from easterly.qos.scheduling import residual
    >>> curve = residual.cbs([750_000_000, 0], [1542, 1542], link_bps=10**9)[0]
    >>> float(curve.rate_bps), float(curve.latency_s)
    (750000000.0, 1.2336e-05)
    """
    _check(link_bps, largest_B=largest_B)
    _check(link_bps, least=0, idle_slope_bps=idle_slope_bps, largest_B=largest_B)
    if sum(idle_slope_bps) > link_bps:
        raise ValueError(f"idle_slope_bps adds up to {sum(idle_slope_bps)}, more than link_bps ({link_bps})")
    found = []
    for i, slope in enumerate(idle_slope_bps):
        if 0 in idle_slope_bps[: i + 1]:
            found.append(NOTHING)
            continue
        above = zip(idle_slope_bps[:i], largest_B[:i], strict=True)
        owed = sum((Fraction(8 * (link_bps - s) * size, link_bps) for s, size in above), Fraction(0))
        held = owed + 8 * max(largest_B[i + 1 :], default=0)
        found.append(RateLatency(Fraction(slope), held / (link_bps - sum(idle_slope_bps[:i]))))
    return tuple(found)


def _left(rate_bps: int, held_B: int) -> RateLatency:
    return RateLatency(Fraction(rate_bps), Fraction(8 * held_B, rate_bps)) if rate_bps > 0 else NOTHING


def _check(link_bps: int, least: int = 1, **columns: Sequence[int]) -> None:
    if link_bps < 1:
        raise ValueError(f"link_bps is {link_bps}, not above 0")
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise ValueError(f"give one entry per queue, not {lengths}")
    for name, column in columns.items():
        for i, value in enumerate(column):
            if value < least:
                raise ValueError(f"{name}[{i}] is {value}, not at least {least}")
