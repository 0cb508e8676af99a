"""Guaranteed service (RFC 2212): delay bounds, the smallest rate for a target, what links have given away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = float | Fraction


@dataclass(frozen=True, slots=True)
class FlowSpec:
    """Token bucket of a flow (TSpec): over any time t it sends at most min(M + p t, b + r t) bytes.

    Attributes
    ----------
    rate_Bps, burst_B : r and b
    peak_Bps : p; infinite where the flow is not shaped
    largest_B : M
    smallest_B : m, as which smaller packets count; it enters no bound
    """

    rate_Bps: Number
    burst_B: Number
    peak_Bps: Number = math.inf
    largest_B: Number = 1500
    smallest_B: Number = 64

    def __post_init__(self) -> None:
        if not 0 < self.rate_Bps <= self.peak_Bps:
            rates = f"rate_Bps {self.rate_Bps:g} and peak_Bps {self.peak_Bps:g}"
            raise ValueError(f"{rates}: the rate is above 0 and at most the peak")
        if not 0 < self.smallest_B <= self.largest_B <= self.burst_B < math.inf:
            sizes = f"smallest_B {self.smallest_B:g}, largest_B {self.largest_B:g}, burst_B {self.burst_B:g}"
            raise ValueError(f"{sizes}: they are above 0 and in this order; a bucket holds a packet at least")


@dataclass(frozen=True, slots=True)
class Hop:
    """Error terms of an element: it delays a flow of rate R by at most C / R + D beyond a fluid of that rate.

    Attributes
    ----------
    rate_term_B : C
    delay_term_s : D
    path_s : propagation, which is no part of D
    """

    rate_term_B: Number
    delay_term_s: Number
    path_s: Number = 0

    @staticmethod
    def wfq(link_bps: float, *, largest_B: float, mtu_B: float, path_s: float = 0) -> Hop:
        """A link under weighted fair queueing: C is the flow's largest packet, D one packet of anybody on the link.

        >>> hop = Hop.wfq(1e9, largest_B=1000, mtu_B=1500)
        >>> hop.rate_term_B, float(hop.delay_term_s)
        (1000, 1.2e-05)
        """
        return Hop(largest_B, 8 * Fraction(mtu_B) / Fraction(link_bps), path_s)


def delay_bound_s(flow: FlowSpec, rate_Bps: Number, hops: Sequence[Hop]) -> Fraction:
    """Worst delay end to end of a flow that has reserved `rate_Bps` at every hop.

    With p > R >= r it is (b - M)(p - R) / (R (p - r)) + (M + Ctot) / R + Dtot, with R >= p it is (M + Ctot) / R + Dtot,
    and propagation on top (RFC 2212; the rate-dependent terms are divided by R, not by r).

    Parameters
    ----------
    flow : FlowSpec
    rate_Bps : float
    hops : sequence of Hop

    Returns
    -------
    Fraction [s]
        Exact for the numbers given.

    Raises
    ------
    ValueError
        A rate below that of the flow: there is no bound.

    Examples
    --------
    >>> flow = FlowSpec(rate_Bps=1000, burst_B=500, peak_Bps=2000, largest_B=100)
    >>> delay_bound_s(flow, 1000, []), delay_bound_s(flow, 1500, []), delay_bound_s(flow, 2000, [])
    (Fraction(1, 2), Fraction(1, 5), Fraction(1, 20))
    """
    if not flow.rate_Bps <= rate_Bps < math.inf:
        raise ValueError(f"rate_Bps is {rate_Bps:g}, below the {flow.rate_Bps:g} of the flow: reserve at least that")
    rate, fixed = Fraction(rate_Bps), sum((Fraction(h.delay_term_s) + Fraction(h.path_s) for h in hops), Fraction(0))
    terms_B = Fraction(flow.largest_B) + sum((Fraction(h.rate_term_B) for h in hops), Fraction(0))
    return burst_delay_s(flow, rate) + terms_B / rate + fixed


def burst_delay_s(flow: FlowSpec, rate: Fraction) -> Fraction:
    """Delay by what a burst is ahead of the rate: (b - M)(p - R) / (R (p - r)), 0 from the peak on."""
    if rate >= flow.peak_Bps:
        return Fraction(0)
    excess_B = Fraction(flow.burst_B) - Fraction(flow.largest_B)
    if math.isinf(flow.peak_Bps):
        return excess_B / rate
    peak = Fraction(flow.peak_Bps)
    return excess_B * (peak - rate) / (rate * (peak - Fraction(flow.rate_Bps)))


def smallest_rate_Bps(flow: FlowSpec, target_s: Number, hops: Sequence[Hop]) -> Fraction:
    """The least rate that keeps the bound within a target, at least that of the flow.

    Both branches of the bound are a / R + const and meet at R = p, so each is solved in closed form.

    Parameters
    ----------
    flow : FlowSpec
    target_s : float
    hops : sequence of Hop

    Returns
    -------
    Fraction [B/s]

    Raises
    ------
    ValueError
        A target that no rate meets: below the sum of the fixed delays.

    Examples
    --------
    >>> flow = FlowSpec(rate_Bps=1000, burst_B=500, peak_Bps=2000, largest_B=100)
    >>> smallest_rate_Bps(flow, 0.2, []).limit_denominator(1000), smallest_rate_Bps(flow, 9, [])
    (Fraction(1500, 1), Fraction(1000, 1))
    """
    fixed = sum((Fraction(h.delay_term_s) + Fraction(h.path_s) for h in hops), Fraction(0))
    left = Fraction(target_s) - fixed
    if left <= 0:
        raise ValueError(
            f"target_s is {float(target_s):g}, within the {float(fixed):g} s of fixed delays: no rate is enough"
        )
    terms_B = Fraction(flow.largest_B) + sum((Fraction(h.rate_term_B) for h in hops), Fraction(0))
    rate = max(Fraction(flow.rate_Bps), _below_peak(flow, left, terms_B))
    return rate if rate < flow.peak_Bps else max(Fraction(flow.peak_Bps), terms_B / left)


def _below_peak(flow: FlowSpec, left: Fraction, terms_B: Fraction) -> Fraction:
    """Solves k (p - R) / R + T / R = left, with k = (b - M) / (p - r); with an infinite peak (b - M + T) / R = left."""
    excess_B = Fraction(flow.burst_B) - Fraction(flow.largest_B)
    if math.isinf(flow.peak_Bps):
        return (excess_B + terms_B) / left
    peak, rate = Fraction(flow.peak_Bps), Fraction(flow.rate_Bps)
    if peak == rate:
        return peak
    k = excess_B / (peak - rate)
    return (k * peak + terms_B) / (left + k)


def buffer_B(flow: FlowSpec, rate_Bps: Number, hops: Sequence[Hop]) -> Fraction:
    """Memory that an element needs for a flow, `hops` being those since it was last shaped, this one included.

    M + (b - M)(p - X) / (p - r) + (Csum / R + Dsum) X, where X is r if (b - M) / (p - r) < Csum / R + Dsum, else R
    if p > R, else p (RFC 2212, section 8).

    Parameters
    ----------
    flow : FlowSpec
    rate_Bps : float
    hops : sequence of Hop

    Returns
    -------
    Fraction [B]
    """
    rate = Fraction(rate_Bps)
    late = sum((Fraction(h.rate_term_B) for h in hops), Fraction(0)) / rate
    late += sum((Fraction(h.delay_term_s) for h in hops), Fraction(0))
    excess_B, r = Fraction(flow.burst_B) - Fraction(flow.largest_B), Fraction(flow.rate_Bps)
    if math.isinf(flow.peak_Bps):
        return Fraction(flow.burst_B) + late * (r if late > 0 else 0)
    peak = Fraction(flow.peak_Bps)
    if peak == r:
        return Fraction(flow.largest_B) + late * peak
    until = excess_B / (peak - r)
    x = r if until < late else min(rate, peak)
    return Fraction(flow.largest_B) + until * (peak - x) + late * x


def part_of_link_Bps(link_bps: Number, part: Number) -> Fraction:
    """Part of a link in bytes per second, with `part` as it is written: 0.7 of 8 Mb/s is 700,000, not a hair less.

    Raises
    ------
    ValueError
        No rate; a part that is not within (0, 1].

    >>> part_of_link_Bps(8_000_000, 0.7)
    Fraction(700000, 1)
    """
    if not 0 < link_bps < math.inf:
        raise ValueError(f"link_bps is {link_bps:g}: give the rate of the link")
    if not 0 < part <= 1:
        raise ValueError(f"part is {part:g}: of a link, at most all of it can be reserved")
    return Fraction(link_bps) * Fraction(str(part)) / 8


class Reservations:
    """Rates that one link has given away, under weighted fair queueing: their sum stays within a part of the link.

    Parameters
    ----------
    link_bps : float
    part : float
        Of the link, for reservations.
    """

    def __init__(self, link_bps: Number, *, part: Number = 1.0) -> None:
        self.limit_Bps = part_of_link_Bps(link_bps, part)
        self._given: dict[str, Fraction] = {}

    @property
    def given_Bps(self) -> Fraction:
        """Sum of the reserved rates."""
        return sum(self._given.values(), Fraction(0))

    @property
    def free_Bps(self) -> Fraction:
        """What can still be reserved."""
        return self.limit_Bps - self.given_Bps

    def fits(self, rate_Bps: Number) -> bool:
        """Whether a rate can be reserved."""
        return rate_Bps > 0 and Fraction(rate_Bps) <= self.free_Bps

    def reserve(self, name: str, rate_Bps: Number) -> bool:
        """Reserve a rate; false, and nothing changed, where it does not fit.

        Raises
        ------
        ValueError
            A name that has a reservation already, a rate that is not above 0.
        """
        if name in self._given:
            raise ValueError(f"{name} has a reservation: release it first")
        if not 0 < rate_Bps < math.inf:
            raise ValueError(f"rate_Bps is {rate_Bps:g}: reserve a rate above 0")
        if not self.fits(rate_Bps):
            return False
        self._given[name] = Fraction(rate_Bps)
        return True

    def release(self, name: str) -> None:
        """Give a rate back.

        Raises
        ------
        ValueError
            No such reservation.
        """
        if name not in self._given:
            raise ValueError(f"{name} has no reservation here")
        del self._given[name]

    def weights(self) -> dict[str, Fraction]:
        """Weight of each reservation: its part of all that is reserved."""
        total = self.given_Bps
        return {name: rate / total for name, rate in sorted(self._given.items())}


def reserve_path(links: Sequence[Reservations], name: str, rate_Bps: Number) -> int:
    """Reserve a rate on every link of a path, or on none.

    Parameters
    ----------
    links : sequence of Reservations
    name : str
    rate_Bps : float

    Returns
    -------
    int
        -1 where it is reserved; else which link refused.
    """
    for at, link in enumerate(links):
        if not link.reserve(name, rate_Bps):
            for before in links[:at]:
                before.release(name)
            return at
    return -1
