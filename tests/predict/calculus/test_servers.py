"""Servers and sources, against published values, closed forms, schedulers of another room, and brute force."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from tests.predict.calculus.plain import drawn, seeds

from easterly.predict.calculus import Curve, Point, servers, sources
from easterly.qos.admission import guaranteed
from easterly.qos.scheduling import residual

F = Fraction
LINK = 12_500_000_000


def us(seconds: Fraction | float) -> float:
    return float(10**6 * seconds)


def test_published_latencies() -> None:
    assert [us(servers.drr(LINK, [9216, 18432, 36864], [9216] * 3, i).rank) for i in range(3)] == [
        10.32192, 7.00416, 4.23936]  # fmt: skip
    assert [us(servers.wfq(LINK, [1, 2, 4], [9216] * 3, i).rank) for i in range(3)] == [5.89824, 3.31776, 2.02752]
    assert us(servers.cbs(LINK // 100, [93_750_000], [1542, 1542], 0).rank) == 12.336
    high = Curve.bucket(1_250_000_000, 65536)
    assert us(high.horizontal_deviation(servers.strict_priority(LINK, [], 9216))) == 5.98016
    low = servers.strict_priority(LINK, [high])
    assert low.slope == 11_250_000_000 and us(low.rank) == pytest.approx(5.825422222)


@pytest.mark.parametrize("seed", seeds(10, 60))
def test_rates_and_latencies_are_those_of_schedulers(seed: int) -> None:
    """`qos.scheduling.residual` has the same theorems as formulae; here strict priority is an algebra of curves."""
    pick = random.Random(seed)
    count, link = pick.randrange(1, 5), 8 * pick.randrange(10**6, 10**8)
    packets, quanta = ([pick.randrange(64, 9000) for _ in range(count)] for _ in range(2))
    rates = [8 * pick.randrange(1, link // 8 // count) for _ in range(count)]
    bursts = [pick.randrange(0, 10**5) for _ in range(count)]
    above = [Curve.bucket(r // 8, b) for r, b in zip(rates, bursts, strict=True)]
    for i in range(count):
        below = max(packets[i + 1 :], default=0)
        made = {
            "drr": servers.drr(link // 8, quanta, packets, i), "wfq": servers.wfq(link // 8, quanta, packets, i),
            "cbs": servers.cbs(link // 8, [r // 8 for r in rates], packets, i),
            "strict": servers.strict_priority(link // 8, above[:i], below),
        }  # fmt: skip
        wanted = {
            "drr": residual.drr(quanta, packets, link_bps=link), "wfq": residual.wfq(quanta, packets, link_bps=link),
            "cbs": residual.cbs(rates, packets, link_bps=link),
            "strict": residual.strict_priority(bursts, rates, packets, link_bps=link),
        }  # fmt: skip
        for name, curve in made.items():
            of = wanted[name][i]
            assert curve == Curve.rate_latency(of.rate_bps / 8, F(of.latency_s)), name


def test_what_fifo_leaves() -> None:
    """The best of its family gives the known delay T + (b1 + b2) / R where the flow is no faster than the rest."""
    R, T, own, other = 10, 1, Curve.bucket(2, 1), Curve.bucket(2, 4)
    service = Curve.rate_latency(R, T)
    waits = [own.horizontal_deviation(servers.left_over_fifo(service, other, F(k, 20))) for k in range(20, 40)]
    assert min(waits) == T + F(1 + 4, R) == (own + other).horizontal_deviation(service)
    assert servers.left_over_fifo(service, other, 0) <= servers.left_over(service, other)


@pytest.mark.parametrize("seed", seeds(10, 60))
def test_left_over_serves_what_a_strict_link_must(seed: int) -> None:
    """From the definition: at every t, the most by then of service less the others."""
    pick = random.Random(seed)
    rate = pick.randrange(6, 12)
    others = Curve.staircase(pick.randrange(1, 5), pick.randrange(2, 5), F(pick.randrange(4), 2))
    blocking = pick.randrange(3)
    made = servers.left_over(Curve.rate_latency(rate, 1), others, blocking)
    breaks = [each.t for each in others.cut(12) if isinstance(each, Point)]
    for k in range(1, 60):
        t = F(k, 6)
        seen = [rate * max(s - 1, F(0)) - others(s) - blocking for s in [t, *(b for b in breaks if b < t)]]
        assert made(t) == max(0, *seen)


def test_slots_in_a_cycle() -> None:
    """Wandeler and Thiele's closed form, and the wait of a packet that comes as its slot ends."""
    C, s, c = 100, F(1, 3), F(5, 4)
    made = servers.tdma(C, s, c)
    for k in range(80):
        t = F(k, 16)
        assert made(t) == C * max(math.floor(t / c) * s, t - math.ceil(t / c) * (c - s)) if t else made(t) == 0
    assert Curve.bucket(1, 10).horizontal_deviation(made) == c - s + F(10, C)
    assert servers.tdma(C, c, c) == Curve.rate_latency(C, 0)
    with pytest.raises(ValueError, match="does not fit"):
        servers.tdma(C, 2, 1)


@pytest.mark.parametrize("seed", seeds(10, 60))
def test_guaranteed_service_is_a_deviation(seed: int) -> None:
    """Both cases of RFC 2212: a reservation below the peak, and one from the peak on."""
    pick = random.Random(seed)
    largest, rate = pick.randrange(64, 1500), pick.randrange(10**4, 10**6)
    burst, peak = largest + pick.randrange(10**5), rate + pick.randrange(1, 10**6)
    hops = [guaranteed.Hop(pick.randrange(2000), F(pick.randrange(100), 10**6)) for _ in range(pick.randrange(4))]
    flow = guaranteed.FlowSpec(rate, burst, peak, largest)
    arrivals = sources.tspec(rate, burst, peak_Bps=peak, largest_B=largest)
    for reserved in (rate, (rate + peak) // 2, peak, 2 * peak):
        made = servers.guaranteed(reserved, [F(h.rate_term_B) for h in hops], [F(h.delay_term_s) for h in hops])
        assert arrivals.horizontal_deviation(made) == guaranteed.delay_bound_s(flow, reserved, hops)


def test_packets_shapers_and_aggregates() -> None:
    service, arrivals = Curve.rate_latency(10, 1), Curve.bucket(3, 8)
    assert servers.packetised(service, 5) == Curve.rate_latency(10, F(3, 2))
    # Bits of a packet as whole packets: backlog grows by it, delay by l / R at most.
    assert arrivals.vertical_deviation(servers.packetised(service, 5)) == 8 + 3 * F(3, 2)
    shaper = servers.shaper((5, 2), (3, 4))
    assert shaper.is_subadditive() and arrivals.convolve(shaper) == arrivals.minimum(shaper)
    # Re-shaping is for free (theorem 1.5.2): what keeps to the shaper before the server waits no longer with it behind.
    fresh = Curve.bucket(3, 4)
    assert fresh.horizontal_deviation(service.convolve(servers.shaper((3, 4)))) == fresh.horizontal_deviation(service)
    assert servers.expedited(10, F(1, 2)) == Curve.rate_latency(10, F(1, 2))
    assert servers.aggregate_delay_s(1, 2, 3, 5) == 5  # one hop: any load
    assert servers.aggregate_delay_s(10, "1e-5", "2e-5", "1/18") == F(10 * 3, 10**5) / (1 - F(9, 18))
    with pytest.raises(ValueError, match="shorter paths"):
        servers.aggregate_delay_s(10, 1, 1, "1/9")
    with pytest.raises(ValueError, match="more than link_Bps"):
        servers.cbs(10, [6, 6], [1, 1], 0)
    for wrong in (lambda: servers.drr(10, [1, 2], [1], 0), lambda: servers.wfq(10, [1], [1], 1)):
        with pytest.raises(ValueError, match="queue"):
            wrong()


@pytest.mark.parametrize("seed", seeds(10, 80))
def test_z_deviation(seed: int) -> None:
    """From the definition, on a grid: the last time at which the service is behind."""
    pick = random.Random(seed)
    f, g = (drawn(pick, infinite=False, whole=True, periods=(1, 2, 3)) for _ in range(2))
    made = f.curve().z_deviation(g.curve())
    if f.c * g.d >= g.c * f.d or f.c < 0 or g.c <= 0:
        return
    end = 40
    grid = [F(k, 2) for k in range(2 * end)]
    worst = max((s - t for t in grid[:24] for s in grid if s >= t and max(f(t), 0) > g(s)), default=F(0))
    assert worst <= made
    assert f.curve().nondecreasing().nonnegative() <= g.curve().nondecreasing_below().shifted(-made - F(1, 10**6))
    if made > 0:
        shorter = g.curve().nondecreasing_below().shifted(-made * F(999, 1000))
        assert not f.curve().nondecreasing().nonnegative() <= shorter


def test_z_deviation_of_a_service_that_falls() -> None:
    service = Curve.lines((0, 0, 0, 4), (2, 8, 8, -3), (4, 2, 2, 4))
    burst = Curve.lines((0, 0, 5, 0))
    assert burst.z_deviation(service) == 4 + F(3, 4)  # at 5/4 it is there for the first time, not for good
    with pytest.raises(ValueError, match="must not fall"):
        burst.horizontal_deviation(service)
    same = Curve.rate_latency(4, 1)
    assert burst.z_deviation(same) == burst.horizontal_deviation(same)


@pytest.mark.parametrize("seed", seeds(8, 60))
def test_phases_of_a_job(seed: int) -> None:
    """Least: the most within any stretch of the repeated phases, counted out."""
    pick = random.Random(seed)
    d, count = pick.randrange(5, 12), pick.randrange(1, 6)
    starts, sizes = [F(pick.randrange(2 * d), 2) for _ in range(count)], [pick.randrange(1, 9) for _ in range(count)]
    made = sources.phases(starts, sizes, d)
    events = sorted((t + k * d, b) for t, b in zip(starts, sizes, strict=True) for k in range(6))
    for k in range(1, 4 * d):
        t = F(k, 2)
        most = max(sum(b for u, b in events if first <= u < first + t) for first, _ in events if first < d)
        assert made(t) == most
    slow = sources.phases(starts, sizes, d, rate_Bps=sum(sizes))
    assert slow <= made and slow.is_subadditive() and slow.slope == made.slope == F(sum(sizes), d)
    with pytest.raises(ValueError, match="never ends"):
        sources.phases(starts, sizes, d, rate_Bps=F(sum(sizes), 2 * d))


def traced(pick: random.Random, count: int) -> tuple[list[int], list[int]]:
    at, when = 0, []
    for _ in range(count):
        at += pick.choice((0, 0, 1, 2, 7, 30))
        when.append(at)
    return when, [pick.choice((64, 576, 1500)) for _ in range(count)]


@pytest.mark.parametrize("seed", seeds(10, 80))
def test_envelopes_of_traces(seed: int) -> None:
    pick = random.Random(seed)
    when, sizes = traced(pick, pick.randrange(1, 40))
    least = Curve.envelope(when, sizes)
    concave = sources.hull(when, sizes, tick_s=1)
    assert least <= concave
    # The least concave curve above all bursts: by the upper hull of all pairs (Andrew 1979).
    bursts = sorted({(b - a, sum(sizes[i : j + 1])) for i, a in enumerate(when) for j, b in enumerate(when) if j >= i})
    upper: list[tuple[int, int]] = []
    for point in bursts:
        while len(upper) > 1 and (upper[-1][0] - upper[-2][0]) * (point[1] - upper[-2][1]) >= (
            upper[-1][1] - upper[-2][1]
        ) * (point[0] - upper[-2][0]):
            upper.pop()
        if upper and upper[-1][0] == point[0]:
            upper[-1] = point
        elif not upper or point[1] > upper[-1][1]:
            upper.append(point)
    for length, most in upper:
        assert concave.right(length) == most
    windows = sorted(pick.sample(range(1, when[-1] - when[0] + 40), 4))
    steps = sources.staircase_of(when, sizes, windows, tick_s=1)
    assert least <= steps and all(steps(w) == least(w) for w in windows)
    assert sources.hull(when, sizes, tick_s=1, rate_Bps=7).slope == 7


def test_a_million_packets() -> None:
    """The hull holds at windows that it did not choose."""
    draw = np.random.default_rng(1)
    when = np.cumsum(draw.exponential(120, 1_000_000).astype(np.int64))
    sizes = draw.choice(np.array([64, 576, 1500]), 1_000_000)
    concave = sources.hull(when, sizes)
    steps = sources.staircase_of(when, sizes, [1_000, 100_000, 10_000_000])
    for window in (1_000, 100_000, 10_000_000):
        assert steps(F(window, 10**9)) <= concave(F(window, 10**9)) <= steps(F(window, 10**9)) * F(5, 4)
    assert len(concave.elements) < 400


def test_what_is_no_trace() -> None:
    for wrong, said in (([], "no packets"), ([0.5], "whole numbers"), ([2, 1], "never fall")):
        with pytest.raises(ValueError, match=said):
            sources.hull(wrong, [1] * len(wrong))
    with pytest.raises(ValueError, match="rise"):
        sources.staircase_of([1, 2], [1, 1], [5, 5])
    with pytest.raises(ValueError, match="one per time"):
        sources.hull([1, 2], [1])
    with pytest.raises(ValueError, match="a start within"):
        sources.phases([3], [1], 2)
