"""What servers guarantee to one flow or class, as exact curves: bytes by seconds, rates in bytes per second."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate

from easterly.predict.calculus.curve import Curve
from easterly.predict.calculus.elements import Point, Segment
from easterly.predict.calculus.rational import Given, finite, text


def left_over(service: Curve, others: Curve, blocking_B: Given = 0) -> Curve:
    """Service that is left beside other traffic, whatever the order: the most so far of service - others - blocking.

    Of a strict service curve; with `others` the classes above, strict priority, and `blocking_B` the largest packet of
    a class below, which is not interrupted. (Bouillard, Boyer & Le Corronc 2018, Deterministic Network Calculus,
    theorems 7.2 and 7.6.)

    Parameters
    ----------
    service : Curve
        Strict: in any time t without an end of waiting, at least so much is served.
    others : Curve
        Arrival curve of all that may go first.
    blocking_B : rational [B]

    Returns
    -------
    Curve

    Examples
    --------
    >>> left_over(Curve.rate_latency(10, 0), Curve.bucket(2, 4)) == Curve.rate_latency(8, "1/2")
    True
    """
    ahead = others.raised(finite(blocking_B, "blocking_B", least=0))
    return (service - ahead).nonnegative().nondecreasing()


def left_over_fifo(service: Curve, others: Curve, theta_s: Given) -> Curve:
    """Service that is left beside other traffic in the order of arrival: one curve for each choice of theta >= 0.

    0 up to theta, service(t) - others(t - theta) behind it, and never more than later on. (Cruz 1998, CISS; Le Boudec &
    Thiran 2001, proposition 6.2.1.)

    Parameters
    ----------
    service : Curve
    others : Curve
        Arrival curve of the others.
    theta_s : rational [s]

    Returns
    -------
    Curve

    Examples
    --------
    >>> left_over_fifo(Curve.rate_latency(10, 1), Curve.bucket(2, 4), "7/5") == Curve.rate_latency(8, "7/5")
    True
    """
    theta = finite(theta_s, "theta_s", least=0)
    behind = (service - others.shifted(theta)).nonnegative()
    return behind.minimum(Curve.delay(theta)).nondecreasing_below()


def strict_priority(link_Bps: Given, above: Sequence[Curve], blocking_B: Given = 0) -> Curve:
    """Service of one class under strict priority, without interruption.

    Parameters
    ----------
    link_Bps : rational [B/s]
    above : sequence of Curve
        Arrival curves of the classes that go first.
    blocking_B : rational [B]
        Largest packet of a class below, and of what the link has begun.

    Returns
    -------
    Curve

    Examples
    --------
    >>> high = strict_priority(12_500_000_000, [], 9216)
    >>> float(Curve.bucket(1_250_000_000, 65536).horizontal_deviation(high))
    5.98016e-06
    """
    link = Curve.rate_latency(finite(link_Bps, "link_Bps", above=0), 0)
    return left_over(link, sum(above, Curve.zero()), blocking_B)


def drr(link_Bps: Given, quantum_B: Sequence[Given], largest_B: Sequence[Given], queue: int) -> Curve:
    """Service of one queue under deficit round robin (Boyer, Stea & Sofack 2012, VALUETOOLS).

    Rate C Q_i / F, latency ((F - Q_i) (1 + l_i / Q_i) + sum of the other l) / C, F the sum of the quanta.

    Parameters
    ----------
    link_Bps : rational [B/s]
    quantum_B, largest_B : (Q,) rationals [B]
    queue : int

    Returns
    -------
    Curve

    Examples
    --------
    >>> float(10**6 * drr(12_500_000_000, [9216, 18432, 36864], [9216] * 3, 0).rank)
    10.32192
    """
    C, i = finite(link_Bps, "link_Bps", above=0), queue
    Q, packets = _column(quantum_B, "a quantum"), _column(largest_B, "a packet")
    _matched(len(Q), len(packets), i)
    F = sum(Q)
    late = (F - Q[i]) * (1 + packets[i] / Q[i]) + sum(packets) - packets[i]
    return Curve.rate_latency(C * Q[i] / F, late / C)


def wfq(link_Bps: Given, weight: Sequence[Given], largest_B: Sequence[Given], queue: int) -> Curve:
    """Service of one queue under WFQ, that is PGPS, and WF2Q: rate R = C w_i / sum of w, latency l_i / R + l_max / C.

    (Parekh & Gallager 1993, IEEE/ACM Transactions on Networking 1:3.)

    Parameters
    ----------
    link_Bps : rational [B/s]
    weight : (Q,) rationals
    largest_B : (Q,) rationals [B]
    queue : int

    Returns
    -------
    Curve

    Examples
    --------
    >>> [float(10**6 * wfq(12_500_000_000, [1, 2, 4], [9216] * 3, i).rank) for i in range(3)]
    [5.89824, 3.31776, 2.02752]
    """
    C = finite(link_Bps, "link_Bps", above=0)
    w, packets = _column(weight, "a weight"), _column(largest_B, "a packet")
    _matched(len(w), len(packets), queue)
    rate = C * w[queue] / sum(w)
    return Curve.rate_latency(rate, packets[queue] / rate + max(packets) / C)


def cbs(link_Bps: Given, idle_slope_Bps: Sequence[Given], largest_B: Sequence[Given], queue: int) -> Curve:
    """Service of one queue with a credit-based shaper, the highest first (De Azua & Boyer 2014, RTNS).

    Rate idleSlope, latency (sum over the queues above of (C - idleSlope_j) l_j / C + largest packet below) /
    (C - sum of idleSlope_j).

    Parameters
    ----------
    link_Bps : rational [B/s]
    idle_slope_Bps : rationals [B/s]
        Of the shaped queues.
    largest_B : rationals [B]
        Of all queues: of those behind the shaped ones, too.
    queue : int

    Returns
    -------
    Curve

    Examples
    --------
    >>> float(10**6 * cbs(125_000_000, [93_750_000], [1542, 1542], 0).rank)
    12.336
    """
    C, slopes = finite(link_Bps, "link_Bps", above=0), _column(idle_slope_Bps, "an idle slope")
    packets = _column(largest_B, "a packet")
    if not 0 <= queue < len(slopes) <= len(packets):
        raise ValueError(f"queue {queue} of {len(slopes)} shaped ones, and {len(packets)} packets: give a packet each")
    if sum(slopes) > C:
        raise ValueError(f"the idle slopes add up to {text(sum(slopes, Fraction(0)))}, more than link_Bps, {text(C)}")
    owed = sum(((C - s) * p / C for s, p in zip(slopes[:queue], packets, strict=False)), Fraction(0))
    held = owed + max(packets[queue + 1 :], default=Fraction(0))
    return Curve.rate_latency(slopes[queue], held / (C - sum(slopes[:queue])))


def tdma(link_Bps: Given, slot_s: Given, cycle_s: Given) -> Curve:
    """Service of one slot in each cycle: after a wait of the rest of the cycle the whole link, again and again.

    C max(floor(t / c) s, t - ceil(t / c) (c - s)) (Wandeler & Thiele 2006, Real-Time Systems 34).

    Parameters
    ----------
    link_Bps : rational [B/s]
    slot_s, cycle_s : rational [s]

    Returns
    -------
    Curve

    Examples
    --------
    >>> [float(tdma(100, 1, 4)(t)) for t in (3, "7/2", 4, 7, 8)]
    [0.0, 50.0, 100.0, 100.0, 200.0]
    """
    C, c = finite(link_Bps, "link_Bps", above=0), finite(cycle_s, "cycle_s", above=0)
    s = finite(slot_s, "slot_s", above=0)
    if s > c:
        raise ValueError(f"a slot of {text(s)} s does not fit into a cycle of {text(c)} s")
    if s == c:
        return Curve.rate_latency(C, 0)
    zero, wait = Fraction(0), c - s
    once: list[Point | Segment] = [
        Point(zero, zero),
        Segment(zero, wait, zero, zero),
        Point(wait, zero),
        Segment(wait, c, zero, C),
    ]
    return Curve.of(once, 0, c, C * s)


def shaper(*buckets: tuple[Given, Given]) -> Curve:
    """A greedy shaper: what it lets through, and what it guarantees, is the sub-additive closure of its curve.

    Arrivals leave as themselves (min,+)-convolved with it (Le Boudec & Thiran 2001, theorem 1.5.1); behind a server, it
    costs no delay to a flow that kept to it before (theorem 1.5.2, "re-shaping is for free").

    Parameters
    ----------
    *buckets : (rate [B/s], burst [B])

    Returns
    -------
    Curve

    Examples
    --------
    >>> shaper((10, 1), (2, 5)) == Curve.bucket(10, 1).minimum(Curve.bucket(2, 5))
    True
    """
    if not buckets:
        raise ValueError("a shaper needs at least one bucket: a rate and a burst")
    made = [Curve.bucket(rate, burst) for rate, burst in buckets]
    return list(accumulate(made, Curve.minimum))[-1].closure()


def packetised(service: Curve, largest_B: Given) -> Curve:
    """Service of a server whose bytes leave as whole packets: l_max less (Le Boudec & Thiran 2001, theorem 1.7.1).

    It adds nothing to the delay of a flow, which counts until the last bit.

    Parameters
    ----------
    service : Curve
    largest_B : rational [B]

    Returns
    -------
    Curve
    """
    return service.raised(-finite(largest_B, "largest_B", least=0)).nonnegative()


def guaranteed(rate_Bps: Given, terms_B: Sequence[Given] = (), terms_s: Sequence[Given] = ()) -> Curve:
    """Service of elements under guaranteed service (RFC 2212): rate R, latency (sum of C) / R + sum of D.

    Parameters
    ----------
    rate_Bps : rational [B/s]
        Reserved at every element.
    terms_B, terms_s : rationals [B], [s]
        C and D of each element.

    Returns
    -------
    Curve

    Examples
    --------
    >>> from easterly.predict.calculus.sources import tspec
    >>> tspec(1000, 500, peak_Bps=2000, largest_B=100).horizontal_deviation(guaranteed(1500))
    Fraction(1, 5)
    """
    R = finite(rate_Bps, "rate_Bps", above=0)
    C = sum((finite(c, "a term", least=0) for c in terms_B), Fraction(0))
    D = sum((finite(d, "a term", least=0) for d in terms_s), Fraction(0))
    return Curve.rate_latency(R, C / R + D)


def expedited(rate_Bps: Given, error_s: Given) -> Curve:
    """Service of a node of expedited forwarding, as its rate and its error E_a say (RFC 3246).

    A packet leaves at most E_a behind f = max(arrival, min(departure before, f before)) + l / R: a packet scale rate
    guarantee, which implies this rate-latency service (Le Boudec & Thiran 2001, theorem 7.2.1).

    Parameters
    ----------
    rate_Bps : rational [B/s]
    error_s : rational [s]

    Returns
    -------
    Curve
    """
    return Curve.rate_latency(finite(rate_Bps, "rate_Bps", above=0), error_s)


def aggregate_delay_s(hops: int, error_s: Given, burst_s: Given, load: Given) -> Fraction:
    """Delay end to end of an aggregate in any network, from the most hops of a path and the load of every link alone.

    D = h (e + tau) / (1 - (h - 1) nu), for nu < 1 / (h - 1): behind that no bound is known that holds for all networks
    (Charny & Le Boudec 2000, QofIS). Sources are smooth at the edge, the nodes first come first served.

    Parameters
    ----------
    hops : int
        h, of the longest path.
    error_s : rational [s]
        e, latency of a node.
    burst_s : rational [s]
        tau: bursts of the flows of a link, over its rate.
    load : rational
        nu: rates of the flows of a link, over its rate.

    Returns
    -------
    Fraction [s]

    Raises
    ------
    ValueError
        A load from 1 / (h - 1) on.

    Examples
    --------
    >>> aggregate_delay_s(5, "1/100000", "1/100000", "1/5")
    Fraction(1, 2000)
    """
    if hops < 1:
        raise ValueError(f"hops is {hops}: a path has at least one")
    e, tau = finite(error_s, "error_s", least=0), finite(burst_s, "burst_s", least=0)
    nu = finite(load, "load", least=0)
    if nu * (hops - 1) >= 1:
        raise ValueError(
            f"load is {text(nu)}, not below 1 / {hops - 1}: with {hops} hops no bound holds for every network; take "
            "shorter paths, less load, or a bound of this network"
        )
    return hops * (e + tau) / (1 - (hops - 1) * nu)


def _column(given: Sequence[Given], what: str) -> list[Fraction]:
    return [finite(each, what, above=0) for each in given]


def _matched(first: int, second: int, queue: int) -> None:
    if first != second or not 0 <= queue < first:
        raise ValueError(f"queue {queue}, with {first} and {second} numbers: give one of each for every queue")
